#include "signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "exit.h"

static volatile int stop_signal;

static void on_signal(int number)
{
	if (stop_signal)
		_exit(EXIT_SIGNAL + number);
	stop_signal = number;
}

const volatile int *signals_install(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	return &stop_signal;
}

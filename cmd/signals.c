#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit.h"

static volatile int stop_signal;
static volatile pid_t child;

static void on_signal(int number)
{
	if (stop_signal)
		_exit(EXIT_SIGNAL + number);
	stop_signal = number;
}

static void handle(void (*handler)(int number))
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const volatile int *signals_install(void)
{
	handle(on_signal);
	signal(SIGPIPE, SIG_IGN);
	return &stop_signal;
}

static void on_signal_for_child(int number)
{
	int saved = errno;

	stop_signal = number;
	if (number == SIGTERM && child > 0)
		kill(child, number);
	errno = saved;
}

pid_t signals_fork(void)
{
	sigset_t both, before;
	pid_t pid;

	/* Until each side has its handlers, a signal waits. */
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &before);
	pid = fork();
	if (pid == 0)
		signal(SIGPIPE, SIG_DFL);
	if (pid > 0)
		child = pid;
	if (pid >= 0)
		handle(pid ? on_signal_for_child : SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

int signals_wait(void)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	child = 0;
	return status;
}

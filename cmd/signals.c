#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "exit.h"

/* timeout(1) and the end of a terminal send one signal twice: once to the
 * process, once to its group. */
#define ECHO_MS 100

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

static volatile int stop_signal;
static volatile int64_t stopped_at;
static volatile pid_t child;

/* A terminal that goes away may say so several times; only a person who has
 * lost patience, or who manages services, ends it at once. */
static bool is_echo(int number)
{
	return number == SIGHUP || clock_mono_ms() - stopped_at < ECHO_MS;
}

static void on_signal(int number)
{
	int saved = errno;

	if (!stop_signal) {
		stopped_at = clock_mono_ms();
		stop_signal = number;
	} else if (!is_echo(number)) {
		_exit(EXIT_SIGNAL + number);
	}
	errno = saved;
}

/* nohup(1) and a shell's & have the process ignore signals: so it stays. */
static bool may_handle(int number)
{
	struct sigaction before;

	if (number == SIGTERM)
		return true;
	return sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN;
}

static void handle(void (*handler)(int number))
{
	struct sigaction action = {.sa_handler = handler};

	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		if (may_handle(ending[i]))
			sigaction(ending[i], &action, NULL);
}

void signals_ignore_failures(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

const volatile int *signals_install(void)
{
	handle(on_signal);
	signals_ignore_failures();
	return &stop_signal;
}

static void on_signal_for_child(int number)
{
	int saved = errno;

	stop_signal = number;
	if (number != SIGINT && child > 0)
		kill(child, number);
	errno = saved;
}

pid_t signals_fork(void)
{
	sigset_t all, before;
	pid_t pid;

	/* Until each side has its handlers, a signal waits. */
	sigemptyset(&all);
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&all, ending[i]);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		signal(SIGXFSZ, SIG_DFL);
	}
	if (pid > 0)
		child = pid;
	if (pid >= 0)
		handle(pid ? on_signal_for_child : SIG_DFL);
	/* Another thread may have had it meanwhile. */
	if (pid > 0 && stop_signal)
		kill(pid, stop_signal);
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

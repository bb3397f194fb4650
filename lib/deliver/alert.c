#include "deliver/alert.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define FINISH_MS 5000

void alert_init(struct alert *a, const char *command, const struct event_sink *events)
{
	*a = (struct alert){.command = command, .events = events};
}

static bool is_new(struct alert *a, const char *cause)
{
	for (size_t i = 0; i < a->n_seen; i++)
		if (strcmp(a->seen[i], cause) == 0)
			return false;
	a->seen = mem_grow(a->seen, &a->cap_seen, a->n_seen + 1, sizeof(char *));
	a->seen[a->n_seen++] = mem_strdup(cause);
	return true;
}

static void add_member(struct buf *out, const char *name, const char *value)
{
	struct buf safe = {0};

	if (!value)
		return;
	text_add_escaped(&safe, slice_of(value));
	buf_addf(out, ",\"%s\":", name);
	text_add_json(out, buf_slice(&safe));
	buf_finish(&safe);
}

static void make_line(struct buf *out, const struct alert_info *info)
{
	char at[CLOCK_ISO_SIZE];

	buf_add_str(out, "{\"event\":\"fallback\"");
	add_member(out, "cause", info->cause);
	add_member(out, "message", info->message);
	add_member(out, "topic", info->topic);
	add_member(out, "dlq", info->dlq);
	add_member(out, "fallback", info->fallback);
	add_member(out, "at", clock_iso(clock_wall_ms(), at));
	buf_add_str(out, "}\n");
}

static void run_child(const char *command, int input)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	dup2(input, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO); /* stdout is the summary's */
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* A file in memory: writing it neither blocks nor raises SIGPIPE, and the
 * command may open /dev/stdin by name, which it can't when that is a socket. */
static int start(struct alert *a, const struct buf *line)
{
	int input = memfd_create("alert", MFD_CLOEXEC);
	pid_t pid = -1;

	if (input < 0)
		return -1;
	if (write(input, line->data, line->len) == (ssize_t)line->len &&
	    lseek(input, 0, SEEK_SET) == 0)
		pid = fork();
	if (pid == 0)
		run_child(a->command, input);
	if (pid > 0) {
		a->children =
			mem_grow(a->children, &a->cap_children, a->n_children + 1, sizeof(pid_t));
		a->children[a->n_children++] = pid;
	}
	close(input);
	return pid > 0 ? 0 : -1;
}

bool alert_raise(struct alert *a, const struct alert_info *info)
{
	struct buf line = {0};

	if (!is_new(a, info->cause))
		return false;
	if (!a->command)
		return true;
	make_line(&line, info);
	if (start(a, &line) < 0)
		event_emit(a->events, EVENT_ERROR, "alert_failed", EVENT_NO_FIELDS,
			   "Can't run the alert command: %s", strerror(errno));
	buf_finish(&line);
	return true;
}

static bool reap(struct alert *a, size_t i)
{
	int status;
	pid_t pid = waitpid(a->children[i], &status, WNOHANG);

	if (pid == 0)
		return false;
	if (pid > 0 && status != 0)
		event_emit(a->events, EVENT_ERROR, "alert_failed",
			   EVENT_FIELDS(EVENT_NUMBER("status", WIFEXITED(status)
								       ? WEXITSTATUS(status)
								       : 128 + WTERMSIG(status))),
			   "The alert command failed");
	return true;
}

static void wait_for_children(struct alert *a)
{
	int64_t until = clock_mono_ms() + FINISH_MS;

	for (size_t i = 0; i < a->n_children; i++)
		while (!reap(a, i) && clock_mono_ms() < until)
			nanosleep(&(struct timespec){0, 10000000}, NULL);
}

void alert_finish(struct alert *a)
{
	wait_for_children(a);
	for (size_t i = 0; i < a->n_seen; i++)
		free(a->seen[i]);
	free(a->seen);
	free(a->children);
	*a = (struct alert){0};
}

#include "mend/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* The least that a pipe can hold: it has room again only when all is read. */
#define PIPE_SIZE 4096

/* Shells in shells. */
#define DEPTH_MAX 8

void child_init(struct child *c)
{
	*c = (struct child){.in = -1, .out = -1};
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pipe(int ends[2])
{
	close_fd(&ends[0]);
	close_fd(&ends[1]);
}

/* Where we have no stdin or stdout, a pipe would take its number, and lose it again in
 * the child. */
static int move_up(int *fd)
{
	int up;

	if (*fd > STDERR_FILENO)
		return 0;
	up = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (up < 0)
		return -1;
	close(*fd);
	*fd = up;
	return 0;
}

/* `ours` is the number of our end. */
static int open_pipe(int ends[2], int ours)
{
	if (pipe2(ends, O_CLOEXEC) < 0) {
		ends[0] = ends[1] = -1;
		return -1;
	}
	if (move_up(&ends[0]) < 0 || move_up(&ends[1]) < 0)
		return -1;
	return fcntl(ends[ours], F_SETFL, O_NONBLOCK);
}

/* What our process ignores and blocks, it doesn't for its children's sake. */
static void set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &usual);
}

/* 0 or an errno. */
static int spawn(pid_t *pid, const char *command, int input, int output)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_init(&files);
	set_signals(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return rc;
}

int child_start(struct child *c, const char *command)
{
	int input[2] = {-1, -1}, output[2] = {-1, -1};
	bool open = open_pipe(input, 1) == 0 && open_pipe(output, 0) == 0;
	int failed = open ? spawn(&c->pid, command, input[0], output[1]) : errno;

	if (failed) {
		close_pipe(input);
		close_pipe(output);
		c->pid = 0;
		errno = failed;
		return -1;
	}
	close_fd(&input[0]);
	close_fd(&output[1]);
	/* Where it can't be made so small, more is asked and waited (mend/talk.c). */
	fcntl(input[1], F_SETPIPE_SZ, PIPE_SIZE);
	c->in = input[1];
	c->out = output[0];
	return 0;
}

void child_close_input(struct child *c)
{
	close_fd(&c->in);
}

/* 0: it has none; -1: several, or nobody knows. */
static pid_t only_child(pid_t of)
{
	char path[64], list[64], *end;
	ssize_t n = -1;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)of, (int)of);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, list, sizeof(list) - 1);
	close_fd(&fd);
	if (n <= 0)
		return (pid_t)n;
	list[n] = '\0';
	pid = (pid_t)strtol(list, &end, 10);
	return strspn(end, " ") == strlen(end) ? pid : -1;
}

bool child_is_alone(const struct child *c)
{
	pid_t pid = c->pid;

	for (int depth = 0; pid > 0 && depth < DEPTH_MAX; depth++)
		pid = only_child(pid);
	return !pid;
}

/* It stays a zombie, whose number nobody else can have. */
static bool has_ended(const struct child *c)
{
	siginfo_t info = {0};

	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid;
}

static void wait_until(const struct child *c, int64_t deadline)
{
	struct timespec pause = {0, 50000};

	while (!has_ended(c) && clock_mono_ms() < deadline) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 10000000)
			pause.tv_nsec *= 2;
	}
}

static void reap(struct child *c, int *status)
{
	*status = 0;
	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
		;
	close_fd(&c->in);
	close_fd(&c->out);
	c->pid = 0;
}

bool child_end(struct child *c, int64_t deadline, int *status)
{
	bool ended;

	wait_until(c, deadline);
	ended = has_ended(c);
	reap(c, status);
	return ended;
}

void child_kill(struct child *c)
{
	int status;

	if (c->pid)
		reap(c, &status);
}

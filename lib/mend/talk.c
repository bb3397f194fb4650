#include "mend/talk.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_SIZE 65536

/* A signal may set *stop just before poll begins to wait, and nobody tells when a child that
 * is to speak has read all. */
#define LOOK_UP_MS 50

/* write() that raises no SIGPIPE, whatever the process does with it. */
static ssize_t write_quietly(int fd, struct slice bytes)
{
	const struct timespec now = {0};
	sigset_t pipe, before;
	ssize_t n;
	int failed;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	n = write(fd, bytes.data, bytes.len);
	failed = errno;
	/* It is pending in this thread; one that was blocked before is somebody else's. */
	if (n < 0 && failed == EPIPE && !sigismember(&before, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = failed;
	return n;
}

static bool is_passing(int failed)
{
	return failed == EAGAIN || failed == EINTR;
}

/* False with errno. */
static bool tell(struct talk *t)
{
	ssize_t n = 0;

	if (t->words.len && t->child->in >= 0)
		n = write_quietly(t->child->in, t->words);
	if (n < 0 && errno == EPIPE)
		child_close_input(t->child);
	else if (n < 0)
		return is_passing(errno);
	else if (n > 0)
		t->words = (struct slice){t->words.data + n, t->words.len - (size_t)n};
	if (!t->words.len && t->aim == TALK_TO_THE_END)
		child_close_input(t->child);
	return true;
}

static bool is_told(const struct talk *t)
{
	return !t->words.len || t->child->in < 0;
}

static bool is_read(const struct talk *t)
{
	return !t->words.len && t->child->in >= 0 && !talk_unread(t->child);
}

/* -1 with errno, 0 when the output is closed, else 1. */
static int hear(struct talk *t)
{
	char *at = buf_reserve(t->said, READ_SIZE);
	ssize_t n = read(t->child->out, at, READ_SIZE);

	if (n < 0)
		return is_passing(errno) ? 1 : -1;
	t->said->len += (size_t)n;
	at[n] = '\0';
	return n > 0;
}

static bool has_line(const struct talk *t, size_t from)
{
	return t->said->len > from && memchr(t->said->data + from, '\n', t->said->len - from);
}

/* There may be room again before all is read, where a pipe can't be small. */
static void pause_shortly(void)
{
	nanosleep(&(struct timespec){0, 50000}, NULL);
}

/* Until there is something to hear, or to tell, or all is read that should be. False with
 * errno. */
static bool wait_for(const struct talk *t, int64_t left)
{
	bool told = is_told(t), until_read = t->aim == TALK_TO_BE_READ;
	struct pollfd fds[2] = {{.fd = t->child->out, .events = POLLIN},
				{.fd = told && !until_read ? -1 : t->child->in, .events = POLLOUT}};

	if (poll(fds, 2, left < LOOK_UP_MS ? (int)left : LOOK_UP_MS) < 0)
		return errno == EINTR;
	if (told && fds[1].revents & POLLERR)
		child_close_input(t->child);
	else if (told && fds[1].revents && !is_read(t))
		pause_shortly();
	return true;
}

/* *since: when it was first seen that all was read, or 0. */
static bool is_mute(const struct talk *t, int64_t now, int64_t *since)
{
	if (t->aim != TALK_TO_A_LINE || !t->patience_ms || !is_read(t))
		return false;
	if (!*since)
		*since = now;
	return now - *since >= t->patience_ms;
}

enum talk_end talk_run(struct talk *t)
{
	int64_t since = 0;

	for (bool line = false;;) {
		int64_t now = clock_mono_ms(), left = t->deadline - now;
		size_t before = t->said->len;
		bool read;
		int rc;

		if (t->stop && *t->stop)
			return TALK_STOPPED;
		if (left <= 0)
			return TALK_SILENT;
		if (is_mute(t, now, &since))
			return TALK_MUTE;
		if (!tell(t) || !wait_for(t, left))
			return TALK_FAILED;
		/* What it said before it read the last of this is there to be heard. */
		read = t->aim == TALK_TO_BE_READ && is_read(t);
		rc = hear(t);
		if (rc <= 0)
			return rc < 0 ? TALK_FAILED : TALK_ENDED;
		line |= has_line(t, before);
		if (line && (t->aim == TALK_TO_BE_READ || (t->aim == TALK_TO_A_LINE && is_told(t))))
			return TALK_LINE;
		if (t->said->len > t->max)
			return TALK_LONG;
		if (read)
			return TALK_READ;
	}
}

bool talk_is_due(const struct child *c)
{
	struct pollfd fd = {.fd = c->out, .events = POLLIN};

	return poll(&fd, 1, 0) > 0 && fd.revents & POLLIN;
}

size_t talk_unread(const struct child *c)
{
	int n = 0;

	if (c->in < 0 || ioctl(c->in, FIONREAD, &n) < 0 || n < 0)
		return 0;
	return (size_t)n;
}

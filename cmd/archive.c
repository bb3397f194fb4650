#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "exit.h"

/* So many names are tried that are taken. */
#define TRIES 100

static void say_kept(const char *path, const char *why, const struct event_sink *events)
{
	event_emit(events, EVENT_WARNING, "not_archived", EVENT_FIELDS(EVENT_TEXT("file", path)),
		   "%s stays where it is: %s", path, why);
}

/* NULL when it may go; a writer that comes now waits for fd's lock. */
static const char *what_keeps(int fd, const struct survey *s, int status)
{
	struct stat st;

	if (status == EXIT_REJECTED)
		return "lines of it were rejected";
	if (fd < 0 || fstat(fd, &st) < 0)
		return "it can't be opened any more";
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return "another process is appending to it";
	return (uint64_t)st.st_size == s->end + s->torn ? NULL : "there is more in it by now";
}

static char *name_of(const char *path, int number)
{
	time_t now = time(NULL);
	char stamp[32], more[16] = "";
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	if (number)
		snprintf(more, sizeof(more), "-%d", number);
	return mem_printf("%s.replayed-%s%s", path, stamp, more);
}

static void move_aside(const char *path, const struct event_sink *events)
{
	char *to = NULL;
	int rc = -1;

	errno = EEXIST;
	for (int i = 0; i < TRIES && rc < 0 && errno == EEXIST; i++) {
		free(to);
		to = name_of(path, i);
		rc = renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE);
	}
	if (rc < 0)
		say_kept(path, strerror(errno), events);
	else
		event_emit(events, EVENT_INFO, "archived",
			   EVENT_FIELDS(EVENT_TEXT("file", path), EVENT_TEXT("to", to)),
			   "%s is replayed, and is %s now", path, to);
	free(to);
}

void archive_file(const char *path, const struct survey *s, int status,
		  const struct event_sink *events)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why = what_keeps(fd, s, status);

	if (why)
		say_kept(path, why, events);
	else
		move_aside(path, events);
	if (fd >= 0)
		close(fd);
}

int archive_keep_end(const char *path, uint64_t from, uint64_t n, struct rejects *rejects)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;
	char *bytes = malloc(n);

	if (fd >= 0 && bytes && pread(fd, bytes, n, (off_t)from) == (ssize_t)n) {
		rejects_add(rejects, (struct slice){bytes, n});
		rc = rejects_keep(rejects, NULL);
	}
	if (fd >= 0)
		close(fd);
	free(bytes);
	return rc;
}

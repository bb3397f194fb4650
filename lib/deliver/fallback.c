#include "deliver/fallback.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define WRITE_AT_BYTES (256u << 10)

void fallback_init(struct fallback *f, const char *path, const struct event_sink *events)
{
	*f = (struct fallback){.path = path, .events = events, .fd = -1};
}

void fallback_finish(struct fallback *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	buf_finish(&f->buf);
}

static int fail(struct fallback *f, const char *what)
{
	if (f->failed.kind)
		return -1;
	return error_set(&f->failed, ERROR_OUTPUT, "can't %s the fallback file %s: %s", what,
			 f->path, strerror(errno));
}

int fallback_probe(const struct fallback *f, struct error *err)
{
	char *copy = mem_strdup(f->path);
	const char *dir = dirname(copy);
	int rc = 0;

	if (access(f->path, F_OK) == 0 ? access(f->path, W_OK) < 0 : access(dir, W_OK | X_OK) < 0)
		rc = error_set(err, ERROR_OUTPUT, "can't write the fallback file %s: %s", f->path,
			       strerror(errno));
	free(copy);
	return rc;
}

/* Length of the file up to its last line feed; -1 on error. */
static off_t whole_lines(int fd, off_t size)
{
	char chunk[4096];

	while (size > 0) {
		size_t n = size < (off_t)sizeof(chunk) ? (size_t)size : sizeof(chunk);
		ssize_t got = pread(fd, chunk, n, size - (off_t)n);
		const char *last;

		if (got != (ssize_t)n)
			return -1;
		last = memrchr(chunk, '\n', n);
		if (last)
			return size - (off_t)n + (last - chunk) + 1;
		size -= (off_t)n;
	}
	return 0;
}

static int cut_torn_line(struct fallback *f)
{
	struct stat st;
	off_t whole;

	if (fstat(f->fd, &st) < 0)
		return fail(f, "read");
	whole = whole_lines(f->fd, st.st_size);
	if (whole < 0 || (whole < st.st_size && ftruncate(f->fd, whole) < 0))
		return fail(f, "mend");
	f->safe_bytes = (uint64_t)whole;
	if (whole < st.st_size)
		event_emit(f->events, EVENT_WARNING, "fallback_torn_line",
			   EVENT_FIELDS(EVENT_TEXT("file", f->path),
					EVENT_NUMBER("bytes", st.st_size - whole)),
			   "Cut off a torn last line of %lld bytes that an earlier crash left in %s",
			   (long long)(st.st_size - whole), f->path);
	return 0;
}

static int open_file(struct fallback *f)
{
	if (f->fd >= 0)
		return 0;
	f->fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return fail(f, "open");
	if (flock(f->fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return fail(f, "lock");
		return error_set(&f->failed, ERROR_OUTPUT,
				 "another process is writing the fallback file %s; name "
				 "another one with --fallback",
				 f->path);
	}
	return cut_torn_line(f);
}

static int write_all(struct fallback *f)
{
	size_t done = 0;

	while (done < f->buf.len) {
		ssize_t n = write(f->fd, f->buf.data + done, f->buf.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(f, "write");
		done += (size_t)n;
	}
	buf_clear(&f->buf);
	return 0;
}

int fallback_add(struct fallback *f, const struct record *r, const struct envelope_notes *notes)
{
	if (f->failed.kind || open_file(f) < 0)
		return -1;
	envelope_write(&f->buf, r, notes);
	f->pending++;
	if (f->buf.len >= WRITE_AT_BYTES)
		return write_all(f);
	return 0;
}

/* What was not synced must not stand there half. */
static void cut_unsafe(struct fallback *f)
{
	if (f->fd >= 0 && ftruncate(f->fd, (off_t)f->safe_bytes) < 0)
		fail(f, "cut back");
}

uint64_t fallback_sync(struct fallback *f)
{
	uint64_t n = f->pending;

	if (!n)
		return 0;
	if (!f->failed.kind && write_all(f) == 0 && fdatasync(f->fd) < 0)
		fail(f, "sync");
	if (f->failed.kind) {
		cut_unsafe(f);
		return 0;
	}
	f->safe_bytes = (uint64_t)lseek(f->fd, 0, SEEK_END);
	f->pending = 0;
	return n;
}

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
#include "deliver/tail.h"

#define WRITE_AT_BYTES (256u << 10)

void fallback_init(struct fallback *f, const char *path, const struct event_sink *events)
{
	*f = (struct fallback){.path = path, .events = events, .fd = -1};
}

static void close_file(struct fallback *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

void fallback_finish(struct fallback *f)
{
	close_file(f);
	buf_finish(&f->buf);
}

static int fail(const struct fallback *f, const char *what, struct error *err)
{
	return error_set(err, ERROR_OUTPUT, "can't %s the fallback file %s: %s", what, f->path,
			 strerror(errno));
}

/* Call tail_finish in all cases. */
static int look_at_tail(const struct fallback *f, int fd, off_t size, struct tail *t,
			struct error *err)
{
	if (tail_init(t, fd, size) < 0)
		return fail(f, "read", err);
	if (!size || tail_is_envelope(t))
		return 0;
	return error_set(err, ERROR_OUTPUT,
			 "%s is not a fallback file: its last line is no record's envelope; name "
			 "another file with --fallback",
			 f->path);
}

static int cut_off(struct fallback *f, const struct tail *t, off_t size, struct error *err)
{
	long long bytes = (long long)(size - t->from);

	if (ftruncate(f->fd, t->from) < 0)
		return fail(f, "mend", err);
	event_emit(f->events, EVENT_WARNING, "fallback_torn_line",
		   EVENT_FIELDS(EVENT_TEXT("file", f->path), EVENT_NUMBER("bytes", bytes)),
		   "Cut off a torn last line of %lld bytes that an earlier crash left in %s", bytes,
		   f->path);
	return 0;
}

static int mend_tail(struct fallback *f, off_t size, struct error *err)
{
	struct tail t;
	int rc = look_at_tail(f, f->fd, size, &t, err);

	if (rc == 0 && !t.ended && tail_is_torn(&t))
		rc = cut_off(f, &t, size, err);
	else if (rc == 0 && !t.ended && write(f->fd, "\n", 1) != 1)
		rc = fail(f, "mend", err);
	tail_finish(&t);
	f->safe_bytes = (uint64_t)lseek(f->fd, 0, SEEK_END);
	return rc;
}

static int check_type(const struct fallback *f, const struct stat *st, struct error *err)
{
	if (S_ISREG(st->st_mode))
		return 0;
	return error_set(err, ERROR_OUTPUT, "the fallback file %s is not a regular file", f->path);
}

static int check_content(const struct fallback *f, off_t size, struct error *err)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC), rc;
	struct tail t;

	if (fd < 0)
		return fail(f, "read", err);
	rc = look_at_tail(f, fd, size, &t, err);
	tail_finish(&t);
	close(fd);
	return rc;
}

static char *folder_of(const struct fallback *f)
{
	char *copy = mem_strdup(f->path), *folder = mem_strdup(dirname(copy));

	free(copy);
	return folder;
}

int fallback_probe(const struct fallback *f, struct error *err)
{
	struct stat st;
	char *folder;
	int rc = 0;

	if (stat(f->path, &st) == 0) {
		if (check_type(f, &st, err) < 0)
			return -1;
		return access(f->path, W_OK) < 0 ? fail(f, "write", err)
						 : check_content(f, st.st_size, err);
	}
	if (errno != ENOENT)
		return fail(f, "write", err);
	folder = folder_of(f);
	if (access(folder, W_OK | X_OK) < 0)
		rc = fail(f, "write", err);
	free(folder);
	return rc;
}

/* A file is safe when its name is. Some file systems sync no folders, and say
 * EINVAL; a folder that may not be read can't be opened for it. */
static int sync_folder(const struct fallback *f)
{
	char *folder = folder_of(f);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 && errno != EACCES ? -1 : 0;

	if (fd >= 0) {
		rc = fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
		close(fd);
	}
	free(folder);
	return rc;
}

static int lock(const struct fallback *f, struct error *err)
{
	if (flock(f->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fail(f, "lock", err);
	return error_set(err, ERROR_OUTPUT,
			 "another process is writing the fallback file %s; name another one with "
			 "--fallback",
			 f->path);
}

static int prepare(struct fallback *f, struct error *err)
{
	struct stat st;

	if (lock(f, err) < 0)
		return -1;
	if (fstat(f->fd, &st) < 0)
		return fail(f, "read", err);
	if (check_type(f, &st, err) < 0 || mend_tail(f, st.st_size, err) < 0)
		return -1;
	if ((st.st_mode & 07777 & ~0600u) && fchmod(f->fd, 0600) < 0)
		return fail(f, "make private", err);
	if (!st.st_size && sync_folder(f) < 0)
		return fail(f, "sync the folder of", err);
	return 0;
}

static int open_file(struct fallback *f)
{
	if (f->fd >= 0)
		return 0;
	f->fd = open(f->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return fail(f, "open", &f->failed);
	if (prepare(f, &f->failed) < 0) {
		close_file(f);
		return -1;
	}
	return 0;
}

/* What was not synced must not stand there half. */
static int give_up(struct fallback *f, const char *what)
{
	int why = errno;
	bool cut = ftruncate(f->fd, (off_t)f->safe_bytes) == 0;

	return error_set(&f->failed, ERROR_OUTPUT, "can't %s the fallback file %s: %s%s", what,
			 f->path, strerror(why),
			 cut ? "" : "; it may end in a half line, which the next run cuts off");
}

static int write_all(struct fallback *f)
{
	size_t done = 0;

	while (done < f->buf.len) {
		ssize_t n = write(f->fd, f->buf.data + done, f->buf.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return give_up(f, "write");
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

uint64_t fallback_sync(struct fallback *f)
{
	uint64_t n = f->pending;

	if (!n || f->failed.kind || write_all(f) < 0)
		return 0;
	if (fdatasync(f->fd) < 0) {
		give_up(f, "sync");
		return 0;
	}
	f->safe_bytes = (uint64_t)lseek(f->fd, 0, SEEK_END);
	f->pending = 0;
	return n;
}

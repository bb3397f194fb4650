#include "deliver/fallback.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "deliver/tail.h"

#define WRITE_AT_BYTES (256u << 10)
/* Another run that only looks whether the file is in use has it so long at most. */
#define LOCK_TRIES 50
#define LOCK_MS	   10

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
		   "Cut off a torn last line of %lld bytes in %s, which a crash or somebody else "
		   "left there",
		   bytes, f->path);
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
	f->end_bytes = (uint64_t)lseek(f->fd, 0, SEEK_END);
	return rc;
}

static int check_type(const struct fallback *f, const struct stat *st, struct error *err)
{
	if (S_ISREG(st->st_mode))
		return 0;
	return error_set(err, ERROR_OUTPUT, "the fallback file %s is not a regular file", f->path);
}

static int lock(const struct fallback *f, int fd, int how, struct error *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, how | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return fail(f, "lock", err);
		nanosleep(&(struct timespec){0, LOCK_MS * 1000000}, NULL);
	}
	return error_set(err, ERROR_OUTPUT,
			 "another process is writing the fallback file %s; name another one with "
			 "--fallback",
			 f->path);
}

bool fallback_is_in_use(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool in_use = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return in_use;
}

static int check_content(const struct fallback *f, off_t size, struct error *err)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC), rc;
	struct tail t;

	if (fd < 0)
		return fail(f, "read", err);
	rc = look_at_tail(f, fd, size, &t, err);
	tail_finish(&t);
	if (rc == 0)
		rc = lock(f, fd, LOCK_SH, err);
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

static int prepare(struct fallback *f, struct error *err)
{
	struct stat st;

	if (lock(f, f->fd, LOCK_EX, err) < 0)
		return -1;
	if (fstat(f->fd, &st) < 0)
		return fail(f, "read", err);
	if (check_type(f, &st, err) < 0 || mend_tail(f, st.st_size, err) < 0)
		return -1;
	if ((st.st_mode & 07777 & ~0600u) && fchmod(f->fd, 0600) < 0)
		return fail(f, "make private", err);
	if (!st.st_size && sync_folder(f) < 0)
		return fail(f, "sync the folder of", err);
	f->began_bytes = f->safe_bytes = f->end_bytes;
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

/* What was not synced must not stand there half; what others have cut off must
 * not come back as zeros. */
static bool cut_back(const struct fallback *f)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return false;
	return (uint64_t)st.st_size <= f->safe_bytes || ftruncate(f->fd, (off_t)f->safe_bytes) == 0;
}

static int give_up(struct fallback *f, const char *what)
{
	int why = errno;
	bool cut = cut_back(f);

	return error_set(&f->failed, ERROR_OUTPUT, "can't %s the fallback file %s: %s%s", what,
			 f->path, strerror(why),
			 cut ? "" : "; it may end in a half line, which the next run cuts off");
}

static int write_bytes(struct fallback *f, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(f->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return give_up(f, "write");
		f->end_bytes += (uint64_t)n;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int sync_file(struct fallback *f)
{
	if (fdatasync(f->fd) < 0)
		return give_up(f, "sync");
	f->safe_bytes = f->end_bytes = (uint64_t)lseek(f->fd, 0, SEEK_END);
	f->kept += f->unsynced;
	f->unsynced = 0;
	return 0;
}

/* Copies what this run wrote into `old`. */
static int restore(struct fallback *f, int old, uint64_t from)
{
	char bytes[64 * 1024];
	ssize_t n;

	if (open_file(f) < 0)
		return -1;
	while ((n = pread(old, bytes, sizeof(bytes), (off_t)from)) > 0) {
		if (write_bytes(f, bytes, (size_t)n) < 0)
			return -1;
		from += (uint64_t)n;
	}
	return n < 0 ? give_up(f, "restore") : sync_file(f);
}

static int on_removed(struct fallback *f, uint64_t size)
{
	int old = f->fd, rc = 0;
	uint64_t from = f->began_bytes;

	f->fd = -1;
	if (from < size) {
		rc = restore(f, old, from);
		f->lost += rc < 0 ? f->kept : 0;
		event_emit(
			f->events, EVENT_CRITICAL, "fallback_removed",
			EVENT_FIELDS(EVENT_TEXT("file", f->path),
				     EVENT_NUMBER("bytes", size - from)),
			"The fallback file %s was removed while it was in use: what this run had "
			"put there is %s; a copy that was made before, as by a move to another "
			"file system, %s",
			f->path, rc < 0 ? "LOST" : "put there again",
			rc < 0 ? "may still hold it" : "holds the same records: don't load both");
	}
	close(old);
	return rc;
}

static int on_moved(struct fallback *f)
{
	if (sync_file(f) < 0)
		return -1;
	close_file(f);
	f->kept = 0;
	event_emit(f->events, EVENT_WARNING, "fallback_moved",
		   EVENT_FIELDS(EVENT_TEXT("file", f->path)),
		   "The fallback file %s was moved away: what this run had put there is where it "
		   "is now, and the rest goes to a new one",
		   f->path);
	return 0;
}

/* Lines of this run that are still there. */
static uint64_t count_lines(const struct fallback *f)
{
	char bytes[64 * 1024];
	uint64_t from = f->began_bytes, lines = 0;
	ssize_t n;

	while ((n = pread(f->fd, bytes, sizeof(bytes), (off_t)from)) > 0) {
		const char *at = bytes, *end = bytes + n;

		for (; (at = memchr(at, '\n', (size_t)(end - at))); at++)
			lines++;
		from += (uint64_t)n;
	}
	return lines;
}

/* What is gone was at the end: first of all what wasn't synced yet. */
static uint64_t take_off(struct fallback *f, uint64_t left)
{
	uint64_t kept = f->kept < left ? f->kept : left;
	uint64_t unsynced = f->unsynced < left - kept ? f->unsynced : left - kept;
	uint64_t lost = f->kept - kept, never = f->unsynced - unsynced;

	f->kept = kept;
	f->unsynced = unsynced;
	f->lost += lost;
	f->pending -= never;
	return lost + never;
}

static int on_cut(struct fallback *f, uint64_t size)
{
	uint64_t cut = f->end_bytes - size, gone;
	int rc = mend_tail(f, (off_t)size, &f->failed);

	if (f->safe_bytes > f->end_bytes)
		f->safe_bytes = f->end_bytes;
	if (f->began_bytes > f->end_bytes)
		f->began_bytes = f->end_bytes;
	gone = take_off(f, rc < 0 ? 0 : count_lines(f));
	event_emit(f->events, EVENT_CRITICAL, "fallback_cut",
		   EVENT_FIELDS(EVENT_TEXT("file", f->path), EVENT_NUMBER("bytes", cut),
				EVENT_NUMBER("records", gone)),
		   "Somebody else has cut off the end of the fallback file %s while it was in use: "
		   "of the records that this run had put there, %llu are LOST",
		   f->path, (unsigned long long)gone);
	return rc;
}

/* Somebody may have removed the file, or moved it away, since it was opened. */
static int follow_name(struct fallback *f)
{
	struct stat ours, named;
	bool gone;

	if (f->fd < 0 || fstat(f->fd, &ours) < 0)
		return 0;
	if ((uint64_t)ours.st_size < f->end_bytes) {
		if (on_cut(f, (uint64_t)ours.st_size) < 0)
			return -1;
		ours.st_size = (off_t)f->end_bytes;
	}
	gone = stat(f->path, &named) < 0;
	if (gone ? errno != ENOENT : named.st_dev == ours.st_dev && named.st_ino == ours.st_ino)
		return 0;
	return ours.st_nlink ? on_moved(f) : on_removed(f, (uint64_t)ours.st_size);
}

static int write_all(struct fallback *f)
{
	if (follow_name(f) < 0 || open_file(f) < 0 || write_bytes(f, f->buf.data, f->buf.len) < 0)
		return -1;
	buf_clear(&f->buf);
	f->unsynced += f->unwritten;
	f->unwritten = 0;
	return 0;
}

int fallback_add(struct fallback *f, const struct record *r, const struct envelope_notes *notes)
{
	if (f->failed.kind || open_file(f) < 0)
		return -1;
	envelope_write(&f->buf, r, notes);
	f->pending++;
	f->unwritten++;
	if (f->buf.len >= WRITE_AT_BYTES)
		return write_all(f);
	return 0;
}

uint64_t fallback_sync(struct fallback *f)
{
	uint64_t n;

	if (f->failed.kind)
		return 0;
	if (f->pending ? write_all(f) < 0 || sync_file(f) < 0 : follow_name(f) < 0)
		return 0;
	n = f->pending;
	f->pending = 0;
	return n;
}

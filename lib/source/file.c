#include "source/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* How long a silent pipe keeps the reader from its other work. */
#define IDLE_MS 100

struct file {
	struct stream stream;
	int fd;
	bool regular;
	bool (*idle)(void *ctx);
	void *ctx;
	uint64_t size; /* of a regular file */
	uint64_t taken;
};

static bool has_input(const struct file *f)
{
	struct pollfd p = {f->fd, POLLIN, 0};

	return f->regular || poll(&p, 1, IDLE_MS) > 0;
}

static ssize_t file_read(struct stream *s, char *to, size_t n, struct error *err)
{
	struct file *f = (struct file *)s;
	ssize_t got;

	if (!has_input(f)) {
		if (!f->idle || f->idle(f->ctx))
			return STREAM_AGAIN;
		return error_set(err, ERROR_SYSTEM, "was not read any further");
	}
	got = read(f->fd, to, n);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return STREAM_AGAIN;
	if (got < 0)
		return error_set(err, ERROR_SYSTEM, "can't be read: %s", strerror(errno));
	f->taken += (uint64_t)got;
	return got;
}

static int64_t file_seek(struct stream *s, int64_t offset, int whence)
{
	struct file *f = (struct file *)s;

	return f->regular ? lseek(f->fd, offset, whence) : -1;
}

int64_t file_skip(struct stream *s, uint64_t n)
{
	struct file *f = (struct file *)s;
	uint64_t given = s->given;
	int64_t at = stream_seek(s, 0, SEEK_CUR), end;

	if (at < 0)
		return -1;
	end = file_seek(s, 0, SEEK_END);
	if (end < at)
		n = 0;
	else if (n > (uint64_t)(end - at))
		n = (uint64_t)(end - at);
	file_seek(s, at + (int64_t)n, SEEK_SET);
	s->given = f->taken = given + n;
	return (int64_t)n;
}

static void file_destroy(struct stream *s)
{
	struct file *f = (struct file *)s;

	if (f->fd > STDIN_FILENO)
		close(f->fd);
	free(f);
}

static const struct stream_ops file_ops = {file_read, file_seek, file_destroy};

static int file_inspect(struct file *f, struct error *err)
{
	struct stat st;

	if (fstat(f->fd, &st) < 0)
		return error_set(err, ERROR_SYSTEM, "can't be opened: %s", strerror(errno));
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERROR_INPUT, "is a directory; name the files in it");
	f->regular = S_ISREG(st.st_mode);
	f->size = (uint64_t)st.st_size;
	return 0;
}

struct stream *file_open(const char *path, bool (*idle)(void *ctx), void *ctx, struct error *err)
{
	struct file *f = mem_alloc(1, sizeof(*f));

	f->idle = idle;
	f->ctx = ctx;
	stream_init(&f->stream, &file_ops);
	/* Else open() waits until somebody writes to a FIFO. */
	f->fd = strcmp(path, "-") == 0 ? STDIN_FILENO
				       : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		error_set(err, ERROR_SYSTEM, "can't be opened: %s", strerror(errno));
	else if (file_inspect(f, err) == 0)
		return &f->stream;
	file_destroy(&f->stream);
	return NULL;
}

uint64_t file_taken(const struct stream *s)
{
	const struct file *f = (const struct file *)s;

	/* Archives are read here and there, some parts twice. */
	return f->regular && f->taken > f->size ? f->size : f->taken;
}

#include "deliver/rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"

static int fail(const struct rejects *r, const char *what, struct error *err)
{
	return error_set(err, ERROR_OUTPUT, "can't %s the file for rejected lines %s: %s", what,
			 r->path, strerror(errno));
}

/* Two numbers: no two lines are ever taken for one. */
struct print {
	uint64_t numbers[2];
};

static struct slice print_of(const struct rejects *r, struct slice line, struct print *print)
{
	for (size_t i = 0; i < 2; i++)
		print->numbers[i] = hash_bytes(r->seeds[i], line);
	return (struct slice){(const char *)print, sizeof(*print)};
}

static void know(struct rejects *r, struct slice line)
{
	struct print print;

	index_add(&r->known, print_of(r, line, &print), NULL);
}

static bool is_known(const struct rejects *r, struct slice line)
{
	struct print print;

	return index_find(&r->known, print_of(r, line, &print)) != INDEX_NONE;
}

/* A line that a crash has torn gets an end, so that it spoils no other. */
static int read_known(struct rejects *r, struct error *err)
{
	FILE *file = fdopen(dup(r->fd), "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int rc = 0;

	if (!file)
		return fail(r, "read", err);
	while ((len = getline(&line, &cap, file)) > 0) {
		bool ended = line[len - 1] == '\n';

		know(r, (struct slice){line, (size_t)len - ended});
		if (!ended && write(r->fd, "\n", 1) != 1)
			rc = fail(r, "write", err);
	}
	if (ferror(file))
		rc = fail(r, "read", err);
	free(line);
	fclose(file);
	return rc;
}

static int prepare(struct rejects *r, struct error *err)
{
	struct stat st;

	if (fstat(r->fd, &st) < 0)
		return fail(r, "read", err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_OUTPUT, "%s, for rejected lines, is no regular file",
				 r->path);
	if ((st.st_mode & 07777 & ~0600u) && fchmod(r->fd, 0600) < 0)
		return fail(r, "make private", err);
	return read_known(r, err);
}

static int open_file(struct rejects *r, int create, struct error *err)
{
	r->fd = open(r->path, O_RDWR | create | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0600);
	return r->fd < 0 ? fail(r, "open", err) : prepare(r, err);
}

/* A folder in which nothing can be made shall be known before anything is sent. */
static int check_folder(const struct rejects *r, struct error *err)
{
	const char *slash = strrchr(r->path, '/');
	char *folder = slash ? mem_printf("%.*s/", (int)(slash - r->path), r->path) : NULL;
	int rc = access(folder ? folder : ".", W_OK | X_OK);

	free(folder);
	return rc < 0 ? fail(r, "make", err) : 0;
}

int rejects_open(struct rejects *r, const char *path, struct error *err)
{
	struct stat st;

	*r = (struct rejects){.path = path, .fd = -1, .seeds = {hash_seed(), hash_seed()}};
	if (stat(path, &st) < 0 && errno == ENOENT)
		return check_folder(r, err);
	return open_file(r, 0, err);
}

void rejects_close(struct rejects *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	index_finish(&r->known);
	buf_finish(&r->waiting);
}

void rejects_add(struct rejects *r, struct slice line)
{
	if (is_known(r, line))
		return;
	buf_add_slice(&r->waiting, line);
	buf_add_char(&r->waiting, '\n');
}

static void know_waiting(struct rejects *r)
{
	struct slice left = buf_slice(&r->waiting);
	const char *feed;

	while ((feed = memchr(left.data, '\n', left.len))) {
		size_t n = (size_t)(feed - left.data);

		know(r, (struct slice){left.data, n});
		left.data += n + 1;
		left.len -= n + 1;
	}
}

int rejects_keep(struct rejects *r, struct error *err)
{
	const char *at = r->waiting.data;
	size_t left = r->waiting.len;

	if (!left)
		return 0;
	if (r->fd < 0 && open_file(r, O_CREAT, err) < 0)
		return -1;
	while (left) {
		ssize_t n = write(r->fd, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(r, "write", err);
		at += n;
		left -= (size_t)n;
	}
	if (fdatasync(r->fd) < 0)
		return fail(r, "sync", err);
	know_waiting(r);
	buf_clear(&r->waiting);
	return 0;
}

void rejects_forget(struct rejects *r)
{
	buf_clear(&r->waiting);
}

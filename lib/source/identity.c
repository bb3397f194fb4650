#include "source/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE 8192

static int refuse(struct error *err, mode_t mode)
{
	static const struct {
		mode_t type;
		const char *what;
	} types[] = {
		{S_IFIFO, "is a pipe, which can't be read again"},
		{S_IFSOCK, "is a socket, which can't be read again"},
		{S_IFCHR, "is a device, which can't be read again"},
		{S_IFBLK, "is a device, and no file"},
		{S_IFDIR, "is a directory; name the files in it"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((mode & S_IFMT) == types[i].type)
			return error_set(err, ERROR_USAGE, "%s", types[i].what);
	return error_set(err, ERROR_USAGE, "is not a file");
}

/* The CRC-32 of `n` bytes from `from` on, or of as many as there are. */
static int sum(uint32_t *crc, int fd, uint64_t from, uint64_t n, struct error *err)
{
	unsigned char bytes[PIECE];
	uLong all = crc32(0, NULL, 0);
	ssize_t got = 1;

	while (n && got) {
		got = pread(fd, bytes, n < PIECE ? n : PIECE, (off_t)from);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, ERROR_USAGE, "can't be read: %s", strerror(errno));
		all = crc32(all, bytes, (uInt)got);
		from += (uint64_t)got;
		n -= (uint64_t)got;
	}
	*crc = (uint32_t)all;
	return 0;
}

static int measure(struct identity *id, int fd, uint64_t most, struct error *err)
{
	struct stat st;
	uint64_t n;

	if (fstat(fd, &st) < 0)
		return error_set(err, ERROR_USAGE, "can't be opened: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(err, st.st_mode);
	id->size = (uint64_t)st.st_size < most ? (uint64_t)st.st_size : most;
	n = id->size < IDENTITY_BYTES ? id->size : IDENTITY_BYTES;
	if (sum(&id->head, fd, 0, n, err) < 0)
		return -1;
	return sum(&id->tail, fd, id->size - n, n, err);
}

int identity_of_first(struct identity *id, const char *path, uint64_t size, struct error *err)
{
	int fd, rc;

	*id = (struct identity){0};
	if (strcmp(path, "-") == 0)
		return error_set(err, ERROR_USAGE, "is standard input, which can't be read again");
	/* Else open() waits until somebody writes to a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return error_set(err, ERROR_USAGE, "can't be opened: %s", strerror(errno));
	rc = measure(id, fd, size, err);
	close(fd);
	return rc;
}

int identity_of(struct identity *id, const char *path, struct error *err)
{
	return identity_of_first(id, path, UINT64_MAX, err);
}

bool identity_begins(const struct identity *id, const char *path)
{
	struct identity now;

	return identity_of_first(&now, path, id->size, NULL) == 0 && identity_same(&now, id);
}

static void put_number(unsigned char *to, uint64_t number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(number >> 8 * i);
}

uint32_t identity_print(const struct identity *id)
{
	unsigned char all[16];

	put_number(all, id->size, 8);
	put_number(all + 8, id->head, 4);
	put_number(all + 12, id->tail, 4);
	return (uint32_t)crc32(0, all, sizeof(all));
}

bool identity_continues(const struct identity *id, const char *path)
{
	uint64_t n = id->size < IDENTITY_BYTES ? id->size : IDENTITY_BYTES;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint32_t head = 0;
	struct stat st;
	bool same;

	if (fd < 0)
		return false;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size > id->size &&
	       sum(&head, fd, 0, n, NULL) == 0 && head == id->head;
	close(fd);
	return same;
}

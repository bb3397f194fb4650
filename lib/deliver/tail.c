#include "deliver/tail.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "check/json.h"
#include "record/envelope.h"

#define READ_BYTES 1024

static bool is_blank(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* bytes are the file's last n, from `from` on. False when the line began before. */
static bool find_line(struct tail *t, size_t n, off_t from)
{
	size_t end = n;
	const char *before;

	while (end && is_blank(t->bytes[end - 1]))
		end--;
	before = end ? memrchr(t->bytes, '\n', end) : NULL;
	if (!before && from > 0)
		return false;
	t->line.data = before ? before + 1 : t->bytes;
	t->line.len = (size_t)(t->bytes + end - t->line.data);
	t->from = from + (t->line.data - t->bytes);
	t->ended = !end || memchr(t->bytes + end, '\n', n - end);
	return true;
}

/* Not even the size of a file that isn't ours may end the process. */
static int read_tail(int fd, off_t size, struct tail *t)
{
	off_t n = READ_BYTES;

	do {
		char *bytes;
		ssize_t got;

		n = n > size / 4 ? size : 4 * n;
		bytes = realloc(t->bytes, (size_t)n + BLOCK_PADDING);
		if (!bytes)
			return -1;
		t->bytes = bytes;
		got = pread(fd, bytes, (size_t)n, size - n);
		if (got >= 0 && got < n)
			errno = EFBIG; /* 2 GiB are the most that it reads */
		if (got != n)
			return -1;
	} while (!find_line(t, (size_t)n, size - n));
	return 0;
}

int tail_init(struct tail *t, int fd, off_t size)
{
	*t = (struct tail){.ended = true};
	return size ? read_tail(fd, size, t) : 0;
}

void tail_finish(struct tail *t)
{
	free(t->bytes);
	t->bytes = NULL;
}

/* What a crash left of an envelope is the beginning of one. */
bool tail_is_envelope(const struct tail *t)
{
	static const char head[] = "{\"v\":";
	size_t n = t->line.len < sizeof(head) - 1 ? t->line.len : sizeof(head) - 1;
	struct envelope e;
	bool whole;

	if (memcmp(t->line.data, head, n) == 0)
		return true;
	whole = envelope_read(&e, t->line, NULL) == 0;
	envelope_finish(&e);
	return whole;
}

/* No beginning of an object is JSON, but what was damaged by hand may be. */
bool tail_is_torn(const struct tail *t)
{
	struct json_checker *c = json_checker_create();
	bool torn = json_run(c, t->line) != FAULT_NONE;

	json_checker_destroy(c);
	return torn;
}

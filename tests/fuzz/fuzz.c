#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "record/block.h"

#define HEAD 4096

void fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

struct slice fuzz_take(struct slice *in, size_t n)
{
	struct slice taken = {in->data, n < in->len ? n : in->len};

	in->data += taken.len;
	in->len -= taken.len;
	return taken;
}

unsigned fuzz_take_byte(struct slice *in)
{
	struct slice byte = fuzz_take(in, 1);

	return byte.len ? (unsigned char)byte.data[0] : 0;
}

struct slice fuzz_take_line(struct slice *in)
{
	const char *end = memchr(in->data, '\n', in->len);
	struct slice line = fuzz_take(in, end ? (size_t)(end - in->data) : in->len);

	fuzz_take(in, 1);
	return line;
}

const char *fuzz_file(struct slice content)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		REQUIRE(fd >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	REQUIRE(ftruncate(fd, 0) == 0);
	REQUIRE(pwrite(fd, content.data, content.len, 0) == (ssize_t)content.len);
	return path;
}

struct slice fuzz_pad(struct slice text)
{
	char *bytes = mem_alloc(text.len + BLOCK_PADDING, 1);

	if (text.len)
		memcpy(bytes, text.data, text.len);
	/* They look like more of the text. */
	memset(bytes + text.len, '7', BLOCK_PADDING);
	return (struct slice){bytes, text.len};
}

char *fuzz_text(struct slice bytes)
{
	return mem_dup((struct slice){bytes.data, strnlen(bytes.data, bytes.len)});
}

size_t fuzz_count(struct slice s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == c;
	return n;
}

bool fuzz_equal(struct slice a, struct slice b)
{
	return !a.data == !b.data && slice_equal(a, b);
}

bool fuzz_is_clean(const char *text)
{
	if (!text || !*text || !text_is_utf8(slice_of(text)))
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

struct mark {
	size_t at;
	struct slice bytes;
};

static bool has_mark(struct slice head, const struct mark *marks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct mark *m = &marks[i];

		if (head.len >= m->at + m->bytes.len &&
		    memcmp(head.data + m->at, m->bytes.data, m->bytes.len) == 0)
			return true;
	}
	return false;
}

bool fuzz_is_packed(struct slice head)
{
	static const struct mark marks[] = {
		{0, {"\x1f\x8b", 2}},	  {0, {"\x28\xb5\x2f\xfd", 4}}, {0, {"\xfd\x37zXZ", 5}},
		{0, {"BZh", 3}},	  {0, {"\x04\x22\x4d\x18", 4}}, {0, {"PK", 2}},
		{0, {"7z\xbc\xaf", 4}},	  {257, {"ustar", 5}},		{4, {"1AY&SY", 6}},
		{4, {"\x17rE8P\x90", 6}},
	};

	return has_mark(head, marks, ARRAY_SIZE(marks));
}

/* Zeros at every second byte or so. */
static bool is_wide(struct slice head)
{
	size_t n = head.len < HEAD ? head.len : HEAD, zeros = 0;

	for (size_t i = 0; i < n; i++)
		zeros += !head.data[i];
	return zeros && zeros >= n / 2 - n / 16 - 1;
}

/* Carriage returns, but no line feed. */
static bool has_other_ends(struct slice head)
{
	size_t n = head.len < HEAD ? head.len : HEAD;

	return memchr(head.data, '\r', n) && !memchr(head.data, '\n', n);
}

/* The first line that is not blank is a bracket alone. */
static bool is_pretty(struct slice head)
{
	size_t at = head.len >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < head.len && strchr(" \t\r\n", head.data[at]) && head.data[at])
		at++;
	if (at == head.len || (head.data[at] != '[' && head.data[at] != '{'))
		return false;
	for (at++; at < head.len && head.data[at] != '\n'; at++)
		if (!head.data[at] || !strchr(" \t\r", head.data[at]))
			return false;
	return true;
}

/* Formats of other things begin with other bytes. */
static bool begins_as_records(struct slice head)
{
	return head.len && head.data[0] &&
	       strchr("{[\"\nabcdefghijklmnopqrstuvwxyz1", head.data[0]);
}

bool fuzz_is_alien(struct slice head)
{
	return !begins_as_records(head) || is_wide(head) || has_other_ends(head) || is_pretty(head);
}

#include "source/bytes.h"

#include <archive.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/file.h"
#include "source/gunzip.h"
#include "source/unpack.h"

/* A file, compressed twice, an archive, whose members are compressed twice. */
#define MAX_LAYERS 6

/* How much is passed over in one call. */
#define MEMBERS_AT_ONCE 256
#define BYTES_AT_ONCE	(32 * 1024)

struct bytes {
	char *path;
	bool (*idle)(void *ctx);
	void *ctx;
	struct stream *layers[MAX_LAYERS]; /* each reads from the one before */
	size_t n_layers;
	size_t archive; /* index of the archive's layer; 0: there is none */
	bool begun;
	char *member;
	unsigned n_members; /* of the archive, that have begun */
	uint64_t given;	    /* in members that are over */
};

enum layer_kind { LAYER_GZIP, LAYER_FILTER, LAYER_ARCHIVE };

static const struct magic {
	const char *bytes;
	size_t len, at;
	enum layer_kind kind;
	int filter;
	const char *name;
} magics[] = {
	{"\x1f\x8b\x08", 3, 0, LAYER_GZIP, 0, "gzip"},
	{"\x28\xb5\x2f\xfd", 4, 0, LAYER_FILTER, ARCHIVE_FILTER_ZSTD, "zstd"},
	{"\xfd\x37zXZ\0", 6, 0, LAYER_FILTER, ARCHIVE_FILTER_XZ, "xz"},
	/* "BZh" alone might begin a text. */
	{"1AY&SY", 6, 4, LAYER_FILTER, ARCHIVE_FILTER_BZIP2, "bzip2"},
	{"\x17rE8P\x90", 6, 4, LAYER_FILTER, ARCHIVE_FILTER_BZIP2, "bzip2"},
	{"\x04\x22\x4d\x18", 4, 0, LAYER_FILTER, ARCHIVE_FILTER_LZ4, "lz4"},
	{"PK\x03\x04", 4, 0, LAYER_ARCHIVE, 0, "zip"},
	{"PK\x05\x06", 4, 0, LAYER_ARCHIVE, 0, "zip"},
	{"7z\xbc\xaf\x27\x1c", 6, 0, LAYER_ARCHIVE, 0, "7z"},
	{"ustar\0", 6, 257, LAYER_ARCHIVE, 0, "tar"},
	{"ustar  \0", 8, 257, LAYER_ARCHIVE, 0, "tar"},
};

static struct stream *top(const struct bytes *b)
{
	return b->layers[b->n_layers - 1];
}

/* Tar from before POSIX has no magic, but a checksum over its header, which is
 * counted as if blanks stood in its own place. */
static bool is_old_tar(struct slice head)
{
	unsigned long sum = 0, want;
	char digits[8] = "";

	if (head.len < 512 || !head.data[0])
		return false;
	memcpy(digits, head.data + 148, sizeof(digits) - 1);
	want = strtoul(digits, NULL, 8);
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head.data[i];
	return sum == want;
}

static const struct magic *find_magic(struct slice head)
{
	static const struct magic old_tar = {.kind = LAYER_ARCHIVE, .name = "tar"};

	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		const struct magic *m = &magics[i];

		if (head.len >= m->at + m->len && memcmp(head.data + m->at, m->bytes, m->len) == 0)
			return m;
	}
	return is_old_tar(head) ? &old_tar : NULL;
}

int bytes_name_error(const struct bytes *b, struct error *err)
{
	struct error why = *err;
	struct buf text = {0};

	text_add_escaped(&text, slice_of(strcmp(b->path, "-") ? b->path : "standard input"));
	if (b->member) {
		buf_add_str(&text, ", ");
		text_add_escaped(&text, slice_of(b->member));
	}
	error_set(err, why.kind, "%s %s", text.data, why.text);
	buf_finish(&text);
	return -1;
}

struct bytes *bytes_open(const char *path, bool (*idle)(void *ctx), void *ctx, struct error *err)
{
	struct bytes *b = mem_alloc(1, sizeof(*b));

	b->path = mem_strdup(path);
	b->idle = idle;
	b->ctx = ctx;
	b->layers[0] = file_open(path, idle, ctx, err);
	if (b->layers[0]) {
		b->n_layers = 1;
		return b;
	}
	bytes_name_error(b, err);
	bytes_close(b);
	return NULL;
}

static void pop_layers(struct bytes *b, size_t keep)
{
	while (b->n_layers > keep)
		stream_destroy(b->layers[--b->n_layers]);
}

void bytes_close(struct bytes *b)
{
	if (!b)
		return;
	pop_layers(b, 0);
	free(b->member);
	free(b->path);
	free(b);
}

static struct stream *open_layer(struct bytes *b, const struct magic *m, struct error *err)
{
	switch (m->kind) {
	case LAYER_GZIP:
		return gunzip_create(top(b), err);
	case LAYER_FILTER:
		return unpack_filter(top(b), m->filter, m->name, err);
	default:
		return unpack_archive(top(b), m->name, err);
	}
}

/* Adds layers until the top one is neither compressed nor an archive. */
static enum bytes_next peel(struct bytes *b, struct error *err)
{
	for (;;) {
		const struct magic *m;
		struct stream *next;
		struct slice head;

		if (stream_peek(top(b), &head) == STREAM_AGAIN)
			return BYTES_AGAIN;
		m = find_magic(head);
		if (!m || b->n_layers == MAX_LAYERS || (m->kind == LAYER_ARCHIVE && b->archive))
			return BYTES_MEMBER;
		next = open_layer(b, m, err);
		if (!next)
			return BYTES_FAILED;
		b->layers[b->n_layers++] = next;
		if (m->kind == LAYER_ARCHIVE) {
			b->archive = b->n_layers - 1;
			unpack_set_idle(next, b->idle, b->ctx);
			return BYTES_MEMBER;
		}
	}
}

static enum bytes_next next_in_archive(struct bytes *b, struct error *err)
{
	const char *name;
	int rc;

	free(TAKE_PTR(b->member));
	rc = unpack_next(top(b), &name, err);
	if (rc <= 0)
		return rc ? BYTES_FAILED : BYTES_END;
	b->member = mem_strdup(name);
	b->n_members++;
	return rc == UNPACK_LINK ? BYTES_LINK : peel(b, err);
}

static enum bytes_next next_member(struct bytes *b, struct error *err)
{
	if (!b->begun) {
		enum bytes_next next = peel(b, err);

		if (next != BYTES_MEMBER)
			return next;
		b->begun = true;
		return b->archive ? next_in_archive(b, err) : BYTES_MEMBER;
	}
	if (!b->archive)
		return BYTES_END;
	b->given += top(b)->given;
	pop_layers(b, b->archive + 1);
	stream_restart(top(b));
	return next_in_archive(b, err);
}

enum bytes_next bytes_next_member(struct bytes *b, const char **name, struct error *err)
{
	enum bytes_next next = next_member(b, err);

	if (next == BYTES_FAILED)
		bytes_name_error(b, err);
	*name = b->member;
	return next;
}

static enum bytes_next miss_member(struct bytes *b, unsigned number, struct error *err)
{
	error_set(err, ERROR_INPUT, "has no member number %u, where reading was to go on",
		  number + 1);
	free(TAKE_PTR(b->member));
	bytes_name_error(b, err);
	return BYTES_FAILED;
}

enum bytes_next bytes_find_member(struct bytes *b, unsigned number, const char **name,
				  struct error *err)
{
	for (int passed = 0; passed < MEMBERS_AT_ONCE; passed++) {
		enum bytes_next next = bytes_next_member(b, name, err);

		if (b->n_members > number || next == BYTES_AGAIN)
			return next;
		if (next == BYTES_MEMBER && !b->archive)
			return number ? miss_member(b, number, err) : next;
		if (next == BYTES_END)
			return b->n_members < number ? miss_member(b, number, err) : next;
		if (next == BYTES_FAILED && !bytes_goes_on(b))
			return next;
	}
	return BYTES_AGAIN;
}

unsigned bytes_members(const struct bytes *b)
{
	return b->n_members;
}

struct slice bytes_peek(struct bytes *b)
{
	struct slice head;

	stream_peek(top(b), &head);
	return head;
}

bool bytes_goes_on(const struct bytes *b)
{
	return b->archive && b->member && unpack_goes_on(b->layers[b->archive]);
}

static void add_how_far(const struct bytes *b, struct error *err)
{
	struct error why = *err;

	if (top(b)->given)
		error_set(err, why.kind, "%s, after %" PRIu64 " bytes%s", why.text, top(b)->given,
			  b->n_layers > 1 ? " of decompressed data" : "");
	why = *err;
	if (b->archive && !bytes_goes_on(b))
		error_set(err, why.kind, "%s; what follows it in the archive was not read",
			  why.text);
}

ssize_t bytes_read(struct bytes *b, char *to, size_t n, struct error *err)
{
	ssize_t got = stream_read(top(b), to, n, err);

	if (got != STREAM_FAILED)
		return got;
	add_how_far(b, err);
	return bytes_name_error(b, err);
}

int64_t bytes_skip(struct bytes *b, uint64_t n, struct error *err)
{
	int64_t skipped = b->n_layers == 1 ? file_skip(top(b), n) : -1;
	char waste[BYTES_AT_ONCE];

	if (skipped >= 0)
		return skipped;
	return bytes_read(b, waste, n < sizeof(waste) ? n : sizeof(waste), err);
}

uint64_t bytes_taken(const struct bytes *b)
{
	return file_taken(b->layers[0]);
}

uint64_t bytes_given(const struct bytes *b)
{
	return b->given + top(b)->given;
}

uint64_t bytes_given_before(const struct bytes *b)
{
	return b->given;
}

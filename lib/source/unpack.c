#include "source/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* How long passing over a member keeps the reader from its other work. */
#define IDLE_MS 200

/* A tar archive ends with two blocks of zeros; some tools write only one. */
#define TAR_BLOCK 512

/* The length of the record that ends a zip, and from where on it doesn't hold
 * the number of members. */
#define ZIP_END	 22
#define ZIP_MANY 0xffff

#define ENCRYPTED "is encrypted: unpack it first"

struct unpack {
	struct stream stream;
	struct stream *in;
	struct archive *archive;
	const char *name;
	bool filter, tar;
	bool empty;	/* the filter's data is */
	bool encrypted; /* the member is */
	bool lost;	/* nothing behind the failure can be read */
	uint64_t fed;	/* bytes libarchive was given */
	uint64_t zeros; /* how many of them, at their end, are zero */
	bool (*idle)(void *ctx);
	void *ctx;
	int64_t passing; /* since when nothing was heard, on the steady clock, or 0 */
	bool stopped;
	/* Members that a zip's directory counts, -1: not known; and those found. */
	int listed;
	uint64_t found;
	/* What libarchive has unpacked and nobody has read. */
	const char *ready;
	size_t n_ready;
	uint64_t offset; /* in the member, behind `ready` */
	char bytes[128 * 1024];
};

static void note_fed(struct unpack *u, size_t n)
{
	size_t rest = n;

	u->fed += n;
	while (rest && !u->bytes[rest - 1])
		rest--;
	u->zeros = rest ? n - rest : u->zeros + n;
}

/* libarchive passes over what is left of a member in one call, and there may be
 * any number of members that nobody hears of. */
static bool goes_on(struct unpack *u)
{
	int64_t now;

	if (!u->passing || !u->idle)
		return true;
	now = clock_mono_ms();
	if (now - u->passing < IDLE_MS)
		return true;
	u->stopped = !u->idle(u->ctx);
	u->passing = clock_mono_ms();
	return !u->stopped;
}

static int stopped_error(struct error *err)
{
	return error_set(err, ERROR_INPUT, "was not read any further");
}

static la_ssize_t feed(struct archive *a, void *ctx, const void **bytes)
{
	struct unpack *u = ctx;
	struct error err;
	ssize_t got;

	do
		got = goes_on(u) ? stream_read(u->in, u->bytes, sizeof(u->bytes), &err)
				 : stopped_error(&err);
	while (got == STREAM_AGAIN);
	if (got < 0)
		archive_set_error(a, EIO, "%s", err.text);
	else
		note_fed(u, (size_t)got);
	*bytes = u->bytes;
	return got < 0 ? ARCHIVE_FATAL : got;
}

static la_int64_t seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct unpack *u = ctx;
	int64_t at = stream_seek(u->in, offset, whence);

	(void)a;
	u->zeros = 0;
	return at < 0 ? ARCHIVE_FATAL : at;
}

/* Of the failure below when there is one, else of libarchive. */
static int unpack_error(struct unpack *u, struct error *err)
{
	const char *why = archive_error_string(u->archive);

	if (u->stopped)
		return stopped_error(err);
	if (u->in->state == STREAM_BROKEN) {
		*err = u->in->error;
		return -1;
	}
	/* zlib's -5: there is no more input. */
	if (why && (strcasestr(why, "truncated") || strstr(why, "failed (-5)")))
		return error_set(err, ERROR_INPUT, "is cut off: its %s data ends early", u->name);
	if (why && (strcasestr(why, "encrypt") || strcasestr(why, "passphrase") ||
		    strcasestr(why, "crypto")))
		return error_set(err, ERROR_INPUT, ENCRYPTED);
	if (why && (strcasestr(why, "unsupported") || strcasestr(why, "not supported")))
		return error_set(err, ERROR_INPUT,
				 "is packed in a way that can't be read (%s): unpack it first",
				 why);
	if (!why)
		why = "no details";
	return error_set(err, ERROR_INPUT, "is damaged: its %s data is wrong (%.*s)", u->name,
			 (int)strcspn(why, "\n"), why);
}

/* The stream below must be read to its end: only there does a decompressor
 * find out that it was cut off or that a checksum is wrong. */
static int check_end(struct unpack *u, struct error *err)
{
	bool rest = false;
	ssize_t got;

	if (u->filter && u->fed > (uint64_t)archive_filter_bytes(u->archive, -1))
		rest = true;
	do {
		got = goes_on(u) ? stream_read(u->in, u->bytes, sizeof(u->bytes), err)
				 : stopped_error(err);
		if (got > 0 && u->filter)
			rest = true;
	} while (got > 0 || got == STREAM_AGAIN);
	if (got == STREAM_FAILED)
		return STREAM_FAILED;
	if (rest)
		return error_set(err, ERROR_INPUT, "has bytes behind the end of its %s data",
				 u->name);
	return 0;
}

/* 1, 0 at the member's end, -1. */
static int next_block(struct unpack *u, struct error *err)
{
	la_int64_t offset = 0;
	const void *block = NULL;
	size_t n = 0;
	int rc;

	if (u->empty)
		return check_end(u, err);
	if (u->encrypted)
		return error_set(err, ERROR_INPUT, ENCRYPTED);
	do
		rc = archive_read_data_block(u->archive, &block, &n, &offset);
	while (rc == ARCHIVE_RETRY || (rc == ARCHIVE_OK && !n));
	if (rc == ARCHIVE_EOF)
		return u->filter ? check_end(u, err) : 0;
	/* A warning is what libarchive calls a wrong checksum. */
	if (rc != ARCHIVE_OK) {
		u->lost = rc == ARCHIVE_FATAL;
		return unpack_error(u, err);
	}
	if ((uint64_t)offset != u->offset)
		return error_set(err, ERROR_INPUT, "is a sparse file, which holds no orders");
	u->ready = block;
	u->n_ready = n;
	u->offset += n;
	return 1;
}

static ssize_t unpack_read(struct stream *s, char *to, size_t n, struct error *err)
{
	struct unpack *u = (struct unpack *)s;
	int rc = 1;

	if (!u->n_ready)
		rc = next_block(u, err);
	if (rc <= 0)
		return rc;
	if (n > u->n_ready)
		n = u->n_ready;
	memcpy(to, u->ready, n);
	u->ready += n;
	u->n_ready -= n;
	return (ssize_t)n;
}

static void unpack_destroy(struct stream *s)
{
	struct unpack *u = (struct unpack *)s;

	archive_read_free(u->archive);
	free(u);
}

static const struct stream_ops unpack_ops = {unpack_read, NULL, unpack_destroy};

static struct unpack *unpack_new(struct stream *in, const char *name, struct error *err)
{
	struct unpack *u = mem_alloc(1, sizeof(*u));

	stream_init(&u->stream, &unpack_ops);
	u->in = in;
	u->name = name;
	u->archive = archive_read_new();
	if (!u->archive) {
		error_set(err, ERROR_FATAL, "can't be unpacked: there is no memory for it");
		unpack_destroy(&u->stream);
		return NULL;
	}
	archive_read_set_read_callback(u->archive, feed);
	if (in->ops->seek)
		archive_read_set_seek_callback(u->archive, seek);
	archive_read_set_callback_data(u->archive, u);
	return u;
}

static struct stream *unpack_opened(struct unpack *u, int rc, struct error *err)
{
	if (rc == ARCHIVE_OK)
		return &u->stream;
	unpack_error(u, err);
	unpack_destroy(&u->stream);
	return NULL;
}

struct stream *unpack_filter(struct stream *in, int filter, const char *name, struct error *err)
{
	struct unpack *u = unpack_new(in, name, err);
	struct archive_entry *entry;
	int rc;

	if (!u)
		return NULL;
	u->filter = true;
	archive_read_support_filter_by_code(u->archive, filter);
	archive_read_support_format_raw(u->archive);
	archive_read_support_format_empty(u->archive);
	rc = archive_read_open1(u->archive);
	if (rc == ARCHIVE_OK)
		rc = archive_read_next_header(u->archive, &entry);
	u->empty = rc == ARCHIVE_EOF;
	return unpack_opened(u, u->empty ? ARCHIVE_OK : rc, err);
}

/* What stands at the end of a zip; a comment may follow it. */
static int zip_count(struct unpack *u)
{
	const int64_t most = sizeof(u->bytes);
	int64_t size = stream_seek(u->in, 0, SEEK_END);
	struct error err;
	ssize_t got = 1;
	size_t n = 0;

	if (size < 0 || stream_seek(u->in, size > most ? size - most : 0, SEEK_SET) < 0)
		return -1;
	while (n < sizeof(u->bytes) && (got > 0 || got == STREAM_AGAIN)) {
		got = stream_read(u->in, u->bytes + n, sizeof(u->bytes) - n, &err);
		n += got > 0 ? (size_t)got : 0;
	}
	stream_seek(u->in, 0, SEEK_SET);
	for (size_t at = n; at-- > 0;)
		if (n - at >= ZIP_END && memcmp(u->bytes + at, "PK\x05\x06", 4) == 0)
			return (unsigned char)u->bytes[at + 10] | (unsigned char)u->bytes[at + 11]
									  << 8;
	return -1;
}

struct stream *unpack_archive(struct stream *in, const char *name, struct error *err)
{
	struct unpack *u = unpack_new(in, name, err);

	if (!u)
		return NULL;
	u->tar = strcmp(name, "tar") == 0;
	u->listed = strcmp(name, "zip") == 0 ? zip_count(u) : -1;
	archive_read_support_format_tar(u->archive);
	/* Behind an end mark there may be another archive, as `cat` puts it there. */
	archive_read_set_format_option(u->archive, "tar", "read_concatenated_archives", "1");
	archive_read_support_format_zip(u->archive);
	archive_read_support_format_7zip(u->archive);
	return unpack_opened(u, archive_read_open1(u->archive), err);
}

void unpack_set_idle(struct stream *s, bool (*idle)(void *ctx), void *ctx)
{
	struct unpack *u = (struct unpack *)s;

	u->idle = idle;
	u->ctx = ctx;
}

/* 0 for folders and devices, which hold nothing. */
static int entry_kind(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK)
		return UNPACK_LINK;
	return archive_entry_filetype(entry) == AE_IFREG ? UNPACK_FILE : 0;
}

static const char *entry_name(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname_utf8(entry);

	if (!name)
		name = archive_entry_pathname(entry);
	return name ? name : "(a name that can't be read)";
}

static int lose(struct unpack *u)
{
	u->lost = true;
	return -1;
}

static int end_archive(struct unpack *u, struct error *err)
{
	if (check_end(u, err) < 0)
		return lose(u);
	if (u->tar && u->zeros < TAR_BLOCK)
		error_set(
			err, ERROR_INPUT,
			"has no end mark, and may be cut off behind the last member that was read");
	else if (u->listed >= 0 && u->listed < ZIP_MANY && u->found != (uint64_t)u->listed)
		error_set(err, ERROR_INPUT,
			  "is damaged: its directory counts %d members, but %llu were found",
			  u->listed, (unsigned long long)u->found);
	else
		return 0;
	return lose(u);
}

/* Its kind, 0 at the end, -1 with *err. */
static int next_entry(struct unpack *u, struct archive_entry **entry, struct error *err)
{
	int rc;

	do {
		rc = archive_read_next_header(u->archive, entry);
		if (rc == ARCHIVE_EOF)
			return end_archive(u, err);
		u->found++;
		/* ARCHIVE_RETRY would search on for the next header, and nobody would hear
		 * of the member that is lost. */
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
			unpack_error(u, err);
			return lose(u);
		}
	} while (!entry_kind(*entry));
	return entry_kind(*entry);
}

int unpack_next(struct stream *s, const char **name, struct error *err)
{
	struct unpack *u = (struct unpack *)s;
	struct archive_entry *entry;
	int rc;

	u->passing = clock_mono_ms();
	rc = next_entry(u, &entry, err);
	u->passing = 0;
	if (rc <= 0)
		return rc;
	u->n_ready = 0;
	u->offset = 0;
	u->encrypted = archive_entry_is_data_encrypted(entry) == 1;
	*name = entry_name(entry);
	return rc;
}

bool unpack_goes_on(const struct stream *s)
{
	return !((const struct unpack *)s)->lost;
}

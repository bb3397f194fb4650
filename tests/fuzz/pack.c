#include "pack.h"

#include <archive.h>
#include <archive_entry.h>

#include "fuzz.h"

/* More than any writer adds to what it packs. */
#define ROOM 65536

static int set_form(struct archive *a, enum pack_form form)
{
	switch (form) {
	case PACK_TAR:
		return archive_write_set_format_ustar(a);
	case PACK_ZIP:
		return archive_write_set_format_zip(a);
	case PACK_7Z:
		archive_write_set_format_7zip(a);
		return archive_write_set_options(a, "compression=deflate");
	default:
		return archive_write_set_format_raw(a);
	}
}

static int set_filter(struct archive *a, enum pack_filter filter)
{
	switch (filter) {
	case PACK_GZIP:
		return archive_write_add_filter_gzip(a);
	case PACK_ZSTD:
		return archive_write_add_filter_zstd(a);
	case PACK_LZ4:
		return archive_write_add_filter_lz4(a);
	case PACK_BZIP2:
		archive_write_add_filter_bzip2(a);
		return archive_write_set_options(a, "compression-level=1");
	default:
		return archive_write_add_filter_none(a);
	}
}

static void add_member(struct archive *a, const char *name, struct slice content)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, (la_int64_t)content.len);
	REQUIRE(archive_write_header(a, entry) == ARCHIVE_OK);
	if (content.len)
		REQUIRE(archive_write_data(a, content.data, content.len) ==
			(la_ssize_t)content.len);
	archive_entry_free(entry);
}

void pack(struct buf *out, enum pack_form form, enum pack_filter filter,
	  const struct slice *members, size_t n)
{
	struct archive *a = archive_write_new();
	size_t room = ROOM, used = 0;

	for (size_t i = 0; i < n; i++)
		room += 2 * members[i].len;
	REQUIRE(a && set_form(a, form) == ARCHIVE_OK);
	REQUIRE(set_filter(a, form >= PACK_ZIP ? PACK_NONE : filter) == ARCHIVE_OK);
	REQUIRE(archive_write_open_memory(a, buf_reserve(out, room), room, &used) == ARCHIVE_OK);
	for (size_t i = 0; i < n; i++)
		add_member(a, (const char[]){(char)('a' + i), '.', 'n', 'd', 'j', 's', 'o', 'n', 0},
			   members[i]);
	REQUIRE(archive_write_close(a) == ARCHIVE_OK);
	REQUIRE(archive_write_free(a) == ARCHIVE_OK);
	out->len = used;
}

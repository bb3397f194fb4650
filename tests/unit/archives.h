/* Archives and compressed files, as libarchive makes them. Include expect.h first. */
#ifndef REDRIVE_UNIT_ARCHIVES_H
#define REDRIVE_UNIT_ARCHIVES_H

#include <archive.h>
#include <archive_entry.h>

struct entry {
	const char *name;
	struct slice data; /* data NULL: a folder */
};

static inline void add_entry(struct archive *a, const struct entry *e)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, e->name);
	archive_entry_set_filetype(entry, e->data.data ? AE_IFREG : AE_IFDIR);
	archive_entry_set_perm(entry, 0644);
	if (e->data.data)
		archive_entry_set_size(entry, (la_int64_t)e->data.len);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	if (e->data.len)
		assert_int_equal(archive_write_data(a, e->data.data, e->data.len), e->data.len);
	archive_entry_free(entry);
}

static inline void pack(const char *path, int format, int filter, const struct entry *entries,
			size_t n)
{
	struct archive *a = archive_write_new();

	assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++)
		add_entry(a, &entries[i]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

static inline void compress_to(const char *path, int filter, struct slice data)
{
	static const char empty_lz4[] = "\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02";

	/* libarchive crashes when it compresses nothing with lz4. */
	if (filter == ARCHIVE_FILTER_LZ4 && !data.len) {
		write_whole(path, empty_lz4, sizeof(empty_lz4) - 1);
		return;
	}
	pack(path, ARCHIVE_FORMAT_RAW, filter, &(struct entry){"data", data}, 1);
}

#endif

#include "expect.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include "source_events.h"

#define TWO_LINES "{\"a\":1}\n{\"b\":2}\n"
#define TWO_ITEMS "record 1 0 {\"a\":1}\nrecord 2 8 {\"b\":2}\n"

/* `{"n":NNNNNN}` from 0 to n - 1: easy to compress, but not away. */
static void add_lines(struct buf *out, int n)
{
	for (unsigned i = 0; i < (unsigned)n; i++)
		buf_addf(out, "{\"n\":%06u,\"noise\":%u}\n", i, i * 2654435761u);
}

struct entry {
	const char *name;
	struct slice data; /* data NULL: a folder */
};

static void add_entry(struct archive *a, const struct entry *e)
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

static void pack(const char *path, int format, int filter, const struct entry *entries, size_t n)
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

static void compress_to(const char *path, int filter, struct slice data)
{
	static const char empty_lz4[] = "\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02";

	/* libarchive crashes when it compresses nothing with lz4. */
	if (filter == ARCHIVE_FILTER_LZ4 && !data.len) {
		write_whole(path, empty_lz4, sizeof(empty_lz4) - 1);
		return;
	}
	pack(path, ARCHIVE_FORMAT_RAW, filter, &(struct entry){"data", data}, 1);
}

static const struct filter {
	int code;
	const char *name;
} filters[] = {
	{ARCHIVE_FILTER_GZIP, "gzip"},	 {ARCHIVE_FILTER_ZSTD, "zstd"}, {ARCHIVE_FILTER_XZ, "xz"},
	{ARCHIVE_FILTER_BZIP2, "bzip2"}, {ARCHIVE_FILTER_LZ4, "lz4"},
};

static const struct run auto_run = {.options = {.csv = {.header = -1}}};

static void expect_path(const char *path, const char *want)
{
	struct run run = auto_run;

	run.path = path;
	expect_run(&run, path, want);
}

static void append(const char *path, struct slice data)
{
	FILE *file = fopen(path, "ae");

	assert_non_null(file);
	assert_int_equal(fwrite(data.data, 1, data.len, file), data.len);
	fclose(file);
}

static void test_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		/* The name says nothing, the content does. */
		compress_to("input.txt", filters[i].code, SLICE_LIT(TWO_LINES));
		expect_path("input.txt", TWO_ITEMS);
		compress_to("input.txt", filters[i].code, SLICE_LIT(""));
		expect_path("input.txt", "");
	}
}

static char *read_file(const char *path, size_t *len)
{
	char *all = read_whole(path, len);

	assert_non_null(all);
	return all;
}

/* Two compressed files one after the other, as `cat a.gz b.gz` makes them. */
static void test_joined(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		size_t len;
		char *one;

		compress_to("input.txt", filters[i].code, SLICE_LIT("{\"a\":1}\n"));
		one = read_file("input.txt", &len);
		compress_to("input.txt", filters[i].code, SLICE_LIT("{\"b\":2}\n"));
		append("input.txt", (struct slice){one, len});
		expect_path("input.txt", "record 1 0 {\"b\":2}\nrecord 2 8 {\"a\":1}\n");
		free(one);
	}
}

/* The records before the damage, and one failure that says `complaint`. */
static void expect_damage(const char *name, const char *complaint, size_t at_least)
{
	struct buf got = {0};
	struct run run = auto_run;
	size_t records = 0;
	char *line, *failed;

	run.path = "input.txt";
	run_source(&run, &got, NULL);
	failed = strstr(got.data ? got.data : "", "failed ");
	EXPECT(failed && strstr(failed, complaint), "%s: %s", name, failed ? failed : "no failure");
	for (line = got.data; line < failed; line = strchr(line, '\n') + 1)
		EXPECT(sscanf(line, "record %zu", &records) == 1, "%s: %.60s", name, line);
	EXPECT(records >= at_least, "%s: %zu records", name, records);
	buf_finish(&got);
}

static void test_cut_off(void **state)
{
	struct buf lines = {0};

	(void)state;
	add_lines(&lines, 4000);
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		size_t len;
		char *all;

		compress_to("input.txt", filters[i].code, buf_slice(&lines));
		all = read_file("input.txt", &len);
		for (size_t cut = 10; cut < len; cut += len / 7) {
			write_whole("input.txt", all, len - cut);
			expect_damage(filters[i].name, "", 0);
		}
		for (size_t cut = 1; cut < 9; cut++) {
			write_whole("input.txt", all, len - cut);
			expect_damage(filters[i].name, "", 0);
		}
		for (size_t left = 10; left < 40; left++) {
			write_whole("input.txt", all, left);
			expect_damage(filters[i].name, "", 0);
		}
		free(all);
	}
	buf_finish(&lines);
}

/* What gunzip has made before the cut is not lost, and its length is said. */
static void test_cut_gzip(void **state)
{
	struct buf lines = {0};
	size_t len;
	char *all;

	(void)state;
	add_lines(&lines, 1000);
	compress_to("input.txt", ARCHIVE_FILTER_GZIP, buf_slice(&lines));
	all = read_file("input.txt", &len);
	write_whole("input.txt", all, len - 8);
	expect_damage("cut", "input.txt is cut off: its gzip data ends early, after ", 1000);
	write_whole("input.txt", all, len / 2);
	expect_damage("cut in the middle", " bytes of decompressed data", 300);
	all[len - 5] ^= 1;
	write_whole("input.txt", all, len);
	expect_damage("checksum", "is damaged: its gzip data is wrong (incorrect data check)",
		      1000);
	all[len - 5] ^= 1;
	write_whole("input.txt", all, len);
	append("input.txt", SLICE_LIT("\0\0\0"));
	append("input.txt", SLICE_LIT("more"));
	expect_damage("more", "has bytes behind the end of its gzip data", 1000);
	free(all);
	buf_finish(&lines);
}

static void test_bytes_behind(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		compress_to("input.txt", filters[i].code, SLICE_LIT(TWO_LINES));
		append("input.txt", SLICE_LIT("{\"c\":3}, which nothing decompresses\n"));
		expect_damage(filters[i].name, "", 0);
	}
}

static const struct entry members[] = {
	{"orders/", {NULL, 0}},
	{"orders/a.ndjson", {"{\"a\":1}\n", 8}},
	{"orders/empty.csv", {"", 0}},
	{"orders/b.csv", {"id,n\n1,2\n", 9}},
	{"orders/picture.png", {"\x89PNG\r\n\x1a\n\0\0\0\0", 12}},
	{"orders/c", {"{\"c\":3}", 7}},
};

#define MEMBER_ITEMS(archive)                                                                      \
	"record 1 0 {\"a\":1}\n"                                                                   \
	"record 2 5 {\"id\":\"1\",\"n\":\"2\"}\n"                                                  \
	"notice left out: " archive ", orders/picture.png is a PNG picture\n"                      \
	"record 1 0 {\"c\":3}\n"

static void test_archives(void **state)
{
	static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_TAR_GNUTAR,
				      ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FORMAT_ZIP,
				      ARCHIVE_FORMAT_7ZIP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		pack("input", formats[i], ARCHIVE_FILTER_NONE, members, ARRAY_SIZE(members));
		expect_path("input", MEMBER_ITEMS("input"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		pack("input", ARCHIVE_FORMAT_TAR_USTAR, filters[i].code, members,
		     ARRAY_SIZE(members));
		expect_path("input", MEMBER_ITEMS("input"));
	}
}

static void test_compressed_members(void **state)
{
	struct entry inner[2];
	size_t len[2];
	char *data[2];

	(void)state;
	compress_to("inner", ARCHIVE_FILTER_GZIP, SLICE_LIT("id\n1\n"));
	data[0] = read_file("inner", &len[0]);
	pack("inner", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, 2);
	data[1] = read_file("inner", &len[1]);
	inner[0] = (struct entry){"a.csv.gz", {data[0], len[0]}};
	inner[1] = (struct entry){"b.zip", {data[1], len[1]}};
	pack("input", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD, inner, 2);
	expect_path("input", "record 2 3 {\"id\":\"1\"}\n"
			     "notice left out: input, b.zip is an archive inside an archive\n");
	free(data[0]);
	free(data[1]);
}

static void test_damaged_archives(void **state)
{
	static const int formats[] = {ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FORMAT_ZIP,
				      ARCHIVE_FORMAT_7ZIP};
	struct buf lines = {0};

	(void)state;
	add_lines(&lines, 4000);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct entry entry = {"a.ndjson", buf_slice(&lines)};
		size_t len;
		char *all;

		pack("input.txt", formats[i], ARCHIVE_FILTER_NONE, &entry, 1);
		all = read_file("input.txt", &len);
		write_whole("input.txt", all, len / 2);
		expect_damage("cut archive", "input.txt", 0);
		free(all);
	}
	pack("input.txt", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP,
	     &(struct entry){"a.ndjson", buf_slice(&lines)}, 1);
	{
		size_t len;
		char *all = read_file("input.txt", &len);

		all[len - 5] ^= 1;
		write_whole("input.txt", all, len);
		expect_damage("tar.gz checksum", "incorrect data check", 4000);
		free(all);
	}
	buf_finish(&lines);
}

static void test_unreadable(void **state)
{
	(void)state;
	assert_int_equal(mkdir("folder", 0755), 0);
	expect_path("missing", "failed missing can't be opened: No such file or directory\n");
	expect_path("folder", "failed folder is a directory; name the files in it\n");
}

/* The library takes the next input after one that fails. */
static void test_inputs_in_order(void **state)
{
	const char *paths[] = {"one.ndjson", "missing", "two.csv"};
	const struct source_options options = {.csv = {.header = -1}};
	static const enum source_type want[] = {SOURCE_RECORD, SOURCE_FAILED, SOURCE_RECORD,
						SOURCE_END, SOURCE_END};
	struct block_pool *pool = block_pool_create(1024, 2);
	struct source_item item;
	struct source *s;

	(void)state;
	write_whole("one.ndjson", "{}\n", 3);
	write_whole("two.csv", "a\n1\n", 4);
	s = source_create(paths, 3, &options, pool, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(source_next(s, &item), want[i]);
		if (want[i] == SOURCE_FAILED)
			assert_int_equal(item.position.origin->input, 1);
	}
	source_destroy(s);
	block_pool_destroy(pool);
}

/* Runs the source with stdin from a pipe, into which a child writes by and by. */
static void expect_stdin(const char *path, size_t piece, const char *want)
{
	int saved = dup(STDIN_FILENO);
	char command[200];
	FILE *pipe_end;

	snprintf(command, sizeof(command), "dd if=%s bs=%zu status=none", path, piece);
	pipe_end = popen(command, "r");
	assert_non_null(pipe_end);
	dup2(fileno(pipe_end), STDIN_FILENO);
	expect_path("-", want);
	dup2(saved, STDIN_FILENO);
	close(saved);
	pclose(pipe_end);
}

static void test_stdin(void **state)
{
	static const size_t pieces[] = {1, 7, 100000};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(pieces); k++) {
		write_whole("input", TWO_LINES, strlen(TWO_LINES));
		expect_stdin("input", pieces[k], TWO_ITEMS);
		write_whole("input", "id,n\n1,2\n", 9);
		expect_stdin("input", pieces[k], "record 2 5 {\"id\":\"1\",\"n\":\"2\"}\n");
		for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
			compress_to("input", filters[i].code, SLICE_LIT(TWO_LINES));
			expect_stdin("input", pieces[k], TWO_ITEMS);
		}
		pack("input", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, members, 6);
		expect_stdin("input", pieces[k], MEMBER_ITEMS("standard input"));
		pack("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, 6);
		expect_stdin("input", pieces[k], MEMBER_ITEMS("standard input"));
	}
}

/* A silent pipe makes the source wait, not hang. */
static void test_silent_stdin(void **state)
{
	const struct source_options options = {.csv = {.header = -1}};
	struct block_pool *pool = block_pool_create(1024, 2);
	int saved = dup(STDIN_FILENO), ends[2];
	const char *path = "-";
	struct source_item item;
	struct source *s;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	s = source_create(&path, 1, &options, pool, NULL);
	assert_int_equal(source_next(s, &item), SOURCE_WAIT);
	assert_int_equal(write(ends[1], "{\"a\"", 4), 4);
	assert_int_equal(source_next(s, &item), SOURCE_WAIT);
	assert_int_equal(write(ends[1], ":1}\n{", 5), 5);
	assert_int_equal(source_next(s, &item), SOURCE_RECORD);
	expect_text(item.record.value, "{\"a\":1}");
	assert_int_equal(source_next(s, &item), SOURCE_WAIT);
	assert_int_equal(write(ends[1], "}", 1), 1);
	close(ends[1]);
	assert_int_equal(source_next(s, &item), SOURCE_RECORD);
	expect_text(item.record.value, "{}");
	assert_int_equal(source_next(s, &item), SOURCE_END);
	source_destroy(s);
	block_pool_destroy(pool);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
}

static void test_compressed_stats(void **state)
{
	struct source_stats stats;
	struct run run = auto_run;
	struct buf lines = {0}, got = {0};
	struct stat st;

	(void)state;
	add_lines(&lines, 2000);
	run.path = "input.txt";
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		compress_to("input.txt", filters[i].code, buf_slice(&lines));
		assert_int_equal(stat("input.txt", &st), 0);
		run_source(&run, &got, &stats);
		assert_int_equal(stats.bytes_in, st.st_size);
		assert_int_equal(stats.bytes_total, st.st_size);
		assert_int_equal(stats.bytes_raw, lines.len);
	}
	buf_finish(&lines);
	buf_finish(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_cut_gzip),
		cmocka_unit_test(test_bytes_behind),
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_compressed_members),
		cmocka_unit_test(test_damaged_archives),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_inputs_in_order),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_silent_stdin),
		cmocka_unit_test(test_compressed_stats),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

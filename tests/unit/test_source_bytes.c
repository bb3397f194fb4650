#include "expect.h"

#include <sys/stat.h>

#include "archives.h"
#include "source_events.h"

#define TWO_LINES "{\"a\":1}\n{\"b\":2}\n"
#define TWO_ITEMS "record 1 0 {\"a\":1}\nrecord 2 8 {\"b\":2}\n"

/* `{"n":NNNNNN}` from 0 to n - 1: easy to compress, but not away. */
static void add_lines(struct buf *out, int n)
{
	for (unsigned i = 0; i < (unsigned)n; i++)
		buf_addf(out, "{\"n\":%06u,\"noise\":%u}\n", i, i * 2654435761u);
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

/* Wherever a tar is cut, this is told; behind its end mark there may be anything
 * but bytes that are no zeros. */
static void test_cut_tar(void **state)
{
	static const struct entry entries[] = {{"a.ndjson", {TWO_LINES, 16}},
					       {"b.ndjson", {TWO_LINES, 16}}};
	size_t len, end;
	char *all;

	(void)state;
	pack("input.txt", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries, 2);
	all = read_file("input.txt", &len);
	for (end = len; !all[end - 1]; end--)
		;
	end = (end + 511) / 512 * 512;
	assert_int_equal(len - end, 1024);
	for (size_t cut = 520; cut < end + 512; cut += cut % 512 == 0 ? 1 : 512 - cut % 512) {
		write_whole("input.txt", all, cut);
		expect_damage("cut", cut % 512 ? "is cut off" : "input.txt", 0);
	}
	write_whole("input.txt", all, end);
	expect_damage("between", "input.txt has no end mark, and may be cut off", 2);
	write_whole("input.txt", all, end + 512);
	expect_path("input.txt", TWO_ITEMS TWO_ITEMS);
	write_whole("input.txt", all, len);
	append("input.txt", SLICE_LIT("{\"z\":1}\n"));
	expect_damage("bytes behind the end", "input.txt", 2);
	free(all);
}

/* Two archives one after the other, as cat makes them: GNU tar would not see the second. */
static void test_joined_tars(void **state)
{
	size_t len;
	char *all;

	(void)state;
	pack("input", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, members, 2);
	all = read_file("input", &len);
	append("input", (struct slice){all, len});
	expect_path("input", "record 1 0 {\"a\":1}\nrecord 1 0 {\"a\":1}\n");
	free(all);
}

/* Tar as it was before POSIX, without a magic. */
static void test_old_tar(void **state)
{
	struct archive *a = archive_write_new();

	(void)state;
	assert_int_equal(archive_write_set_format_v7tar(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, "input"), ARCHIVE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		add_entry(a, &members[i]);
	archive_write_close(a);
	archive_write_free(a);
	expect_path("input", MEMBER_ITEMS("input"));
}

/* What a zip's directory no longer lists must not vanish. */
static void test_damaged_directory(void **state)
{
	size_t len;
	char *all;

	(void)state;
	pack("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, members, ARRAY_SIZE(members));
	all = read_file("input", &len);
	all[len - 22 + 12] = 14;
	all[len - 22 + 13] = 0;
	write_whole("input", all, len);
	expect_path("input", "failed input is damaged: its directory counts 6 members, but 0 were "
			     "found\n");
	free(all);
}

/* A header that is damaged must not make its member vanish. */
static void test_damaged_header(void **state)
{
	static const struct entry entries[] = {{"a.ndjson", {"{\"a\":1}\n", 8}},
					       {"b.ndjson", {"{\"b\":2}\n", 8}},
					       {"c.ndjson", {"{\"c\":3}\n", 8}}};
	size_t len;
	char *all;

	(void)state;
	pack("input.txt", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries, 3);
	all = read_file("input.txt", &len);
	all[1024] ^= 1;
	write_whole("input.txt", all, len);
	expect_damage("header", "input.txt is damaged: its tar data is wrong", 1);
	free(all);
}

/* One member that can't be read leaves the others as they are. */
static void test_damaged_member(void **state)
{
	struct entry entries[] = {{"a.ndjson", {"{\"a\":1}\n", 8}},
				  {"b.ndjson.gz", {NULL, 0}},
				  {"c.json", {"{\n\"c\":3}\n", 10}},
				  {"d.ndjson", {"{\"d\":4}\n", 8}}};
	size_t len;
	char *packed;

	(void)state;
	compress_to("inner", ARCHIVE_FILTER_GZIP, SLICE_LIT(TWO_LINES));
	packed = read_file("inner", &len);
	packed[len - 5] ^= 1;
	entries[1].data = (struct slice){packed, len};
	pack("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, entries, ARRAY_SIZE(entries));
	expect_path("input",
		    "record 1 0 {\"a\":1}\n" TWO_ITEMS
		    "failed input, b.ndjson.gz is damaged: its gzip data is wrong (incorrect data "
		    "check), after 16 bytes of decompressed data\n"
		    "failed input, c.json is a pretty-printed JSON document, but one record a line "
		    "is needed: jq -c '.[]' makes that of a list, jq -c . of single documents\n"
		    "record 1 0 {\"d\":4}\n");
	free(packed);
}

/* What macOS and Windows add to an archive is no news. */
static void test_litter(void **state)
{
	static const struct entry entries[] = {{"._a.ndjson", {"\0\5\26\7", 4}},
					       {"__MACOSX/a.ndjson", {"\0\5\26\7", 4}},
					       {"x/.DS_Store", {"\0\0\0\1Bud1", 8}},
					       {"x/Thumbs.db", {"\xd0\xcf", 2}},
					       {"x/a.ndjson", {"{\"a\":1}\n", 8}}};

	(void)state;
	pack("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, entries, ARRAY_SIZE(entries));
	expect_path("input", "record 1 0 {\"a\":1}\n");
}

/* A link has nothing to read; where it leads may be outside. */
static void test_links(void **state)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	(void)state;
	assert_int_equal(archive_write_set_format_ustar(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, "input"), ARCHIVE_OK);
	add_entry(a, &members[1]);
	archive_entry_set_pathname(entry, "latest");
	archive_entry_set_filetype(entry, AE_IFLNK);
	archive_entry_set_symlink(entry, "orders/a.ndjson");
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	archive_entry_set_pathname(entry, "again");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_hardlink(entry, "orders/a.ndjson");
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_close(a);
	archive_write_free(a);
	expect_path("input", "record 1 0 {\"a\":1}\n"
			     "notice left out: input, latest is a link\n"
			     "notice left out: input, again is a link\n");
}

static void test_notices(void **state)
{
	(void)state;
	write_whole("a.csv", "4711,12.50\n", 11);
	expect_path("a.csv",
		    "notice a.csv begins with a row that looks like values, but is taken "
		    "for the names of the columns; if it is an order: --csv-header no, and "
		    "--csv-columns for the names\n");
	write_whole("b.ndjson", "{\"v\":1,\"topic\":\"t\",\"key\":null,\"value\":\"{}\"}\n", 44);
	expect_path("b.ndjson",
		    "notice b.ndjson is a fallback file of topic t: its messages are loaded, not "
		    "the envelopes around them (--format ndjson loads the lines as they are)\n"
		    "record 1 0 {}\n");
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
		cmocka_unit_test(test_cut_tar),
		cmocka_unit_test(test_joined_tars),
		cmocka_unit_test(test_old_tar),
		cmocka_unit_test(test_damaged_directory),
		cmocka_unit_test(test_damaged_header),
		cmocka_unit_test(test_damaged_member),
		cmocka_unit_test(test_litter),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_inputs_in_order),
		cmocka_unit_test(test_stdin),
		cmocka_unit_test(test_silent_stdin),
		cmocka_unit_test(test_compressed_stats),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

/* The way to a place: how it is made, and places that are not there. */
#include "expect.h"

#include "archives.h"
#include "source_reader.h"

static const struct nowhere {
	const char *path;
	struct source_place place;
	const char *want;
} nowheres[] = {
	{"a.ndjson",
	 {0, 0, 4, 2},
	 "failed: a.ndjson ends before byte 4, where reading was to go on\n"},
	{"a.ndjson",
	 {0, 1, 0, 1},
	 "failed: a.ndjson has no member number 2, where reading was to go on\n"},
	{"a.gz", {0, 0, 400, 2}, "failed: a.gz ends before byte 400, where reading was to go on\n"},
	{"a.csv", {0, 0, 6, 2}, "failed: a.csv ends before byte 6, where reading was to go on\n"},
	{"a.tar",
	 {0, 1, 1 << 20, 2},
	 "member\nfailed: a.tar, b ends before byte 1048576, where reading was to go on\n"},
	{"a.tar", {0, 2, 0, 1}, ""},
	{"a.tar",
	 {0, 3, 0, 1},
	 "failed: a.tar has no member number 4, where reading was to go on\n"},
	{"a.tar", {1, 0, 0, 1}, ""},
};

static void add_plainly(struct buf *out, enum source_type type, const struct source_item *item)
{
	if (type == SOURCE_FAILED)
		buf_addf(out, "failed: %s\n", item->error.text);
	else if (type == SOURCE_MEMBER)
		buf_add_str(out, "member\n");
	else if (type != SOURCE_END)
		buf_addf(out, "%d\n", (int)type);
}

static void test_places_that_are_not_there(void **state)
{
	static const struct entry entries[] = {{"a", {"{}\n", 3}}, {"b", {"{}\n", 3}}};

	(void)state;
	write_whole("a.ndjson", "{}\n", 3);
	write_whole("a.csv", "a\n1\n", 4);
	compress_to("a.gz", ARCHIVE_FILTER_GZIP, SLICE_LIT("{}\n"));
	pack("a.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries, 2);
	for (size_t i = 0; i < ARRAY_SIZE(nowheres); i++) {
		struct job job = {.paths = {nowheres[i].path},
				  .options = {.csv = {.header = -1}},
				  .block_size = 1024};
		struct source_item item;
		enum source_type type;
		struct buf got = {0};
		struct source_stats stats;
		struct reader r;

		reader_open(&r, &job);
		source_go_to(r.source, &nowheres[i].place, &(struct source_stats){.bytes_raw = 7});
		do {
			type = source_next(r.source, &item);
			add_plainly(&got, type, &item);
		} while (type != SOURCE_END);
		EXPECT(slice_is(buf_slice(&got), nowheres[i].want), "%zu: %s", i, got.data);
		source_get_stats(r.source, &stats);
		assert_int_equal(stats.bytes_raw, 7);
		reader_close(&r);
		buf_finish(&got);
	}
}

/* What is noticed at the beginning of a file is not told from its middle. */
static void test_no_notice_from_the_middle(void **state)
{
	struct job job = {
		.paths = {"a.csv"}, .options = {.csv = {.header = -1}}, .block_size = 1024};
	struct source_place place = {0, 0, 11, 2};
	struct source_item item;
	struct reader r;

	(void)state;
	write_whole("a.csv", "4711,12.50\n1,2\n", 15);
	reader_open(&r, &job);
	assert_int_equal(source_next(r.source, &item), SOURCE_NOTICE);
	source_go_to(r.source, &place, &(struct source_stats){0});
	assert_int_equal(source_next(r.source, &item), SOURCE_RECORD);
	expect_text(item.record.value, "{\"4711\":\"1\",\"12\":{\"50\":\"2\"}}");
	assert_int_equal(source_next(r.source, &item), SOURCE_END);
	reader_close(&r);
}

/* A pipe is not told twice, and not waited for. */
static void test_a_pipe_that_was_read(void **state)
{
	struct job job = {.paths = {"-"}, .options = {.csv = {.header = -1}}, .block_size = 1024};
	int saved = dup(STDIN_FILENO), ends[2];
	struct source_place place;
	struct source_item item;
	struct reader r;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "{}\n[]\n", 6), 6);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	reader_open(&r, &job);
	assert_int_equal(source_next(r.source, &item), SOURCE_RECORD);
	source_tell(r.source, &place);
	source_go_to(r.source, &place, &(struct source_stats){0});
	assert_int_equal(source_next(r.source, &item), SOURCE_FAILED);
	assert_string_equal(item.error.text, "standard input can't be read again: it is no file");
	assert_int_equal(source_next(r.source, &item), SOURCE_END);
	reader_close(&r);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
}

/* How often one is asked to wait on the way to the end of many bytes, or members. */
static unsigned waits_on_the_way(const char *path, struct source_place place)
{
	struct job job = {.paths = {path}, .options = {.csv = {.header = -1}}, .block_size = 65536};
	enum source_type type = SOURCE_WAIT;
	struct source_place told;
	struct source_item item;
	unsigned waits = 0;
	struct reader r;

	reader_open(&r, &job);
	source_go_to(r.source, &place, &(struct source_stats){0});
	while ((type = source_next(r.source, &item)) != SOURCE_END) {
		EXPECT(type == SOURCE_WAIT || type == SOURCE_MEMBER, "%s", item.error.text);
		waits += type == SOURCE_WAIT;
		source_tell(r.source, &told);
		assert_int_equal(source_place_compare(&told, &place), 0);
	}
	reader_close(&r);
	return waits;
}

static void test_the_way_is_made_in_pieces(void **state)
{
	enum { BYTES = 40 * 1024 * 1024, MEMBERS = 600 };
	static struct entry entries[MEMBERS];
	char *blanks = malloc(BYTES);

	(void)state;
	assert_non_null(blanks);
	memset(blanks, '\n', BYTES);
	compress_to("input.gz", ARCHIVE_FILTER_GZIP, (struct slice){blanks, BYTES});
	free(blanks);
	assert_int_equal(waits_on_the_way("input.gz", (struct source_place){0, 0, BYTES, 1}), 1);
	for (int i = 0; i < MEMBERS; i++)
		entries[i] = (struct entry){"a.ndjson", SLICE_LIT("{}\n")};
	pack("input.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entries, MEMBERS);
	assert_int_equal(waits_on_the_way("input.tar", (struct source_place){0, MEMBERS - 1, 3, 2}),
			 2);
}

/* A file of 4 GiB that holds nothing but its last line. */
static void test_a_plain_file_is_not_read(void **state)
{
	const uint64_t at = UINT64_C(4) << 30;
	struct job job = {.paths = {"large.ndjson"}, .block_size = 65536};
	struct source_place place = {0, 0, at, 17};
	FILE *file = fopen("large.ndjson", "we");
	struct buf got = {0};
	struct source_stats stats;
	struct reader r;

	(void)state;
	assert_non_null(file);
	assert_int_equal(fputs("{}\n", file) < 0, 0);
	assert_int_equal(fseeko(file, (off_t)at, SEEK_SET), 0);
	assert_int_equal(fputs("[1]\n[2]", file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	job.options.csv.header = -1;
	reader_open(&r, &job);
	source_go_to(r.source, &place, &(struct source_stats){.yielded = 16});
	while (reader_next(&r, &got) != SOURCE_END)
		;
	assert_string_equal(got.data, "record 0.0 - line 17 byte 4294967296: [1]\n"
				      "record 0.0 - line 18 byte 4294967300: [2]\n");
	source_get_stats(r.source, &stats);
	assert_int_equal(stats.yielded, 18);
	assert_int_equal(stats.bytes_raw, 7);
	assert_int_equal(stats.bytes_in, at + 7);
	assert_int_equal(stats.bytes_total, at + 7);
	reader_close(&r);
	buf_finish(&got);
	unlink("large.ndjson");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_places_that_are_not_there),
		IN_SCRATCH(test_no_notice_from_the_middle),
		IN_SCRATCH(test_a_pipe_that_was_read),
		IN_SCRATCH(test_the_way_is_made_in_pieces),
		IN_SCRATCH(test_a_plain_file_is_not_read),
	};

	return RUN_TESTS(tests);
}

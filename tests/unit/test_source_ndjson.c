#include "expect.h"

#include "source_events.h"

static const struct ndjson_case {
	const char *input, *want;
} cases[] = {
	{"", ""},
	{"{\"a\":1}\n", "record 1 0 {\"a\":1}\n"},
	{"{\"a\":1}", "record 1 0 {\"a\":1}\n"},
	{"{\"a\":1}\r\n{\"b\":2}\r\n", "record 1 0 {\"a\":1}\nrecord 2 9 {\"b\":2}\n"},
	{"{\"a\":1}\n{\"b\":2}\r", "record 1 0 {\"a\":1}\nrecord 2 8 {\"b\":2}\n"},
	{"\xef\xbb\xbf{}\n{}\n", "record 1 3 {}\nrecord 2 6 {}\n"},
	{"\xef\xbb\xbf", ""},
	{"\n \t\r\n{}\n\n\n{}\n\n", "record 3 5 {}\nrecord 6 10 {}\n"},
	{"not json\n{}\n", "record 1 0 not json\nrecord 2 9 {}\n"},
	/* A mark in the middle of a file is part of its line. */
	{"{}\n\xef\xbb\xbf{}\n", "record 1 0 {}\nrecord 2 3 \\xef\\xbb\\xbf{}\n"},
};

/* Blocks of one byte less than most lines, and of many lines. */
static const size_t block_sizes[] = {1, 2, 7, 8, 64, 65536};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t k = 0; k < ARRAY_SIZE(block_sizes); k++) {
			struct run run = {.options = {.format = SOURCE_NDJSON},
					  .block_size = block_sizes[k],
					  .blocks = 2};

			expect_items(&run, slice_of(cases[i].input), cases[i].want);
		}
}

static void test_blocks(void **state)
{
	struct run run = {.options = {.format = SOURCE_NDJSON}, .block_size = 64};
	struct buf input = {0}, want = {0};

	(void)state;
	for (int i = 0; i < 300; i++) {
		size_t at = input.len;

		buf_addf(&input, "{\"n\":%d,\"text\":\"%.*s\"}\n", i, i % 90,
			 "---------------------------------------------------------------------"
			 "---------------------------------------------------------------------");
		buf_addf(&want, "record %d %zu %.*s\n", i + 1, at, (int)(input.len - at - 1),
			 input.data + at);
	}
	for (run.blocks = 2; run.blocks < 6; run.blocks++)
		expect_items(&run, buf_slice(&input), want.data);
	buf_finish(&input);
	buf_finish(&want);
}

static const struct large_case {
	const char *input, *want;
} large_cases[] = {
	{"1234567890\n", "record 1 0 1234567890\n"},
	{"1234567890\r\n", "record 1 0 1234567890\n"},
	{"1234567890", "record 1 0 1234567890\n"},
	{"12345678901\nab\n", "large 1 0 11\nrecord 2 12 ab\n"},
	{"12345678901\r\nab\n", "large 1 0 11\nrecord 2 13 ab\n"},
	{"12345678901", "large 1 0 11\n"},
	{"ab\n123456789012345678901234567890\ncd", "record 1 0 ab\nlarge 2 3 30\nrecord 3 34 cd\n"},
	{"ab\n123456789012345678901234567890\r\ncd",
	 "record 1 0 ab\nlarge 2 3 30\nrecord 3 35 cd\n"},
	{"                   \nab", "large 1 0 19\nrecord 2 20 ab\n"},
};

static void test_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(large_cases); i++)
		for (size_t k = 0; k < ARRAY_SIZE(block_sizes); k++) {
			struct run run = {
				.options = {.format = SOURCE_NDJSON, .max_record_bytes = 10},
				.block_size = block_sizes[k],
				.blocks = 2};

			expect_items(&run, slice_of(large_cases[i].input), large_cases[i].want);
		}
}

/* 200 MB without a line feed: no block may grow beyond the limit. */
static void test_huge_line(void **state)
{
	struct run run = {.options = {.format = SOURCE_NDJSON, .max_record_bytes = 100000}};
	static char part[1000 * 1000];
	FILE *file = fopen("input", "we");

	(void)state;
	assert_non_null(file);
	memset(part, 'x', sizeof(part));
	fputs("{}\n", file);
	for (int i = 0; i < 200; i++)
		assert_int_equal(fwrite(part, 1, sizeof(part), file), sizeof(part));
	fputs("\n{}\n", file);
	fclose(file);
	expect_run(&run, "huge", "record 1 0 {}\nlarge 2 3 200000000\nrecord 3 200000004 {}\n");
	unlink("input");
}

static void test_stats(void **state)
{
	static const char input[] = "\n{}\n\n[1]\n \n";
	struct run run = {.options = {.format = SOURCE_NDJSON}};
	struct source_stats stats;
	struct buf got = {0};

	(void)state;
	write_whole("input", input, sizeof(input) - 1);
	run_source(&run, &got, &stats);
	assert_int_equal(stats.skipped, 3);
	assert_int_equal(stats.bytes_in, sizeof(input) - 1);
	assert_int_equal(stats.bytes_total, sizeof(input) - 1);
	assert_int_equal(stats.bytes_raw, sizeof(input) - 1);
	buf_finish(&got);
}

static void test_count(void **state)
{
	struct run run = {.options = {.format = SOURCE_NDJSON, .limit = 2}};

	(void)state;
	expect_items(&run, SLICE_LIT("{}\n[]\n{}\n"), "record 1 0 {}\nrecord 2 3 []\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_limit), cmocka_unit_test(test_huge_line),
		cmocka_unit_test(test_stats), cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

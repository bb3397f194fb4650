#include "expect.h"

#include "source_events.h"

static const struct envelope_case {
	const char *input, *want;
} cases[] = {
	{"", ""},
	{"{\"v\":1,\"topic\":\"t\",\"key\":null,\"value\":\"{}\",\"headers\":[]}\n",
	 "record 1 0 {}\n"},
	{"\n{\"key\":\"k\",\"value\":\"a\"}\n{\"value\":\"\"}\n{\"value\":null}\n{\"value\":\"b\"}"
	 "\n"
	 "{\"value\":\"\"}\n{\"value\":\"\"}",
	 "record 2 1 a\nrecord 3 25 \nrecord 4 38 (null)\nrecord 5 53 b\nrecord 6 67 \n"
	 "record 7 80 \n"},
	{"{\"value\":\"1\"}\nno\n{\"value\":2}\r\n{\"value_base64\":\"AAE=\"}\n",
	 "record 1 0 1\n"
	 "bad 2 14 4 [not a JSON object, which an envelope is] no\n"
	 "bad 3 17 4 [\"value\" must be a string or null (a JSON text goes into the string, "
	 "escaped)] {\"value\":2}\n"
	 "record 4 30 \\x00\\x01\n"},
};

static void test_lines(void **state)
{
	static const size_t block_sizes[] = {1, 16, 65536};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t k = 0; k < ARRAY_SIZE(block_sizes); k++) {
			struct run run = {.options = {.format = SOURCE_ENVELOPE},
					  .block_size = block_sizes[k],
					  .blocks = 1 + k};

			expect_items(&run, slice_of(cases[i].input), cases[i].want);
		}
}

static void test_parts(void **state)
{
	static const char line[] = "{\"topic\":\"orders\",\"key\":\"k\",\"value\":\"v\","
				   "\"headers\":[[\"a\",\"b\"],[\"a\",null]],\"timestamp\":17}\n";
	const struct source_options options = {.format = SOURCE_ENVELOPE};
	struct block_pool *pool = block_pool_create(64, 2);
	const char *path = "input";
	struct source_item item;
	struct source *s;

	(void)state;
	write_whole("input", line, sizeof(line) - 1);
	s = source_create(&path, 1, &options, pool, NULL);
	assert_int_equal(source_next(s, &item), SOURCE_RECORD);
	assert_string_equal(item.topic, "orders");
	expect_text(item.record.key, "k");
	expect_text(item.record.value, "v");
	assert_int_equal(item.record.n_headers, 2);
	expect_text(item.record.headers[0].name, "a");
	expect_text(item.record.headers[0].value, "b");
	expect_slice(item.record.headers[1].value, SLICE_NULL);
	assert_int_equal(item.record.timestamp, 17);
	assert_false(item.record.json);
	assert_string_equal(item.record.block->origin->format, "envelope");
	assert_int_equal(source_next(s, &item), SOURCE_END);
	assert_null(item.topic);
	source_destroy(s);
	block_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

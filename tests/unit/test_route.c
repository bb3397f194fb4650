/* Key, headers and timestamp of a record. */
#include "expect.h"

#include <stdint.h>

#include "base/mem.h"
#include "route/route.h"

struct run {
	struct check *check;
	struct route *route;
	char *bytes;
	struct record record;
	struct verdict verdict;
};

static bool start_run(struct run *run, const struct route_options *o, const char *value)
{
	*run = (struct run){.check = check_create(NULL, 0, NULL)};
	run->route = route_create(o, run->check, NULL);
	assert_non_null(run->route);
	run->bytes = mem_alloc(strlen(value) + BLOCK_PADDING, 1);
	memcpy(run->bytes, value, strlen(value));
	run->record = (struct record){
		.key = SLICE_LIT("own"),
		.value = {run->bytes, strlen(value)},
		.timestamp = 42,
		.json = true,
	};
	assert_true(check_record(run->check, &run->record, &run->verdict));
	return route_record(run->route, &run->record, &run->verdict);
}

static void end_run(struct run *run)
{
	route_destroy(run->route);
	check_destroy(run->check);
	free(run->bytes);
}

static const struct {
	const char *value;
	enum fault fault;
	struct slice key;
} keys[] = {
	{"{\"k\":\"A\"}", FAULT_NONE, SLICE_LIT("A")},
	{"{\"k\":\"\"}", FAULT_NONE, SLICE_LIT("")},
	{"{\"k\":\"a\\u0000\\u00e9\"}", FAULT_NONE, SLICE_LIT("a\0\xc3\xa9")},
	{"{\"k\":7}", FAULT_NONE, SLICE_LIT("7")},
	{"{\"k\":-0}", FAULT_NONE, SLICE_LIT("-0")},
	{"{\"k\":1.10}", FAULT_NONE, SLICE_LIT("1.10")},
	{"{\"k\":1e400}", FAULT_NONE, SLICE_LIT("1e400")},
	{"{\"k\":true}", FAULT_NONE, SLICE_LIT("true")},
	{"{\"k\":null}", FAULT_MISSING_KEY, SLICE_NULL},
	{"{}", FAULT_MISSING_KEY, SLICE_NULL},
	{"[]", FAULT_MISSING_KEY, SLICE_NULL},
	{"{\"k\":{}}", FAULT_MISSING_KEY, SLICE_NULL},
	{"{\"k\":[\"SECRET\"]}", FAULT_MISSING_KEY, SLICE_NULL},
};

static void test_the_key_is_the_fields_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct run run;
		bool ok = start_run(&run, &(struct route_options){.key = "k"}, keys[i].value);

		EXPECT(ok == !keys[i].fault && run.verdict.fault == keys[i].fault, "%s",
		       keys[i].value);
		if (ok) {
			expect_slice(run.record.key, keys[i].key);
		} else {
			assert_non_null(strstr(run.verdict.message, "/k"));
			assert_null(strstr(run.verdict.message, "SECRET"));
		}
		end_run(&run);
	}
}

static void test_without_options_the_record_stays_as_it_is(void **state)
{
	struct run run;

	(void)state;
	assert_true(start_run(&run, &(struct route_options){0}, "{}"));
	expect_text(run.record.key, "own");
	assert_int_equal(run.record.timestamp, 42);
	assert_int_equal(run.record.n_headers, 0);
	end_run(&run);
}

static const struct {
	const char *value;
	enum fault fault;
	int64_t ms;
} timestamps[] = {
	{"{\"at\":1700000000000}", FAULT_NONE, 1700000000000},
	{"{\"at\":\"1700000000000\"}", FAULT_NONE, 1700000000000},
	{"{\"at\":\"2023-11-14T22:13:20Z\"}", FAULT_NONE, 1700000000000},
	{"{\"at\":\"2023-11-14T23:13:20\\u002b01:00\"}", FAULT_NONE, 1700000000000},
	{"{\"at\":1}", FAULT_NONE, 1},
	{"{\"at\":9223372036854775807}", FAULT_NONE, INT64_MAX},
	{"{\"at\":9223372036854775808}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":1e400}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":-1}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":1.5}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":true}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":\"\"}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":\"SECRET\"}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":\"1\\u0000\"}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":\"2026-02-30\"}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":[1700000000000]}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":{}}", FAULT_INVALID_TIMESTAMP, 0},
	{"{\"at\":null}", FAULT_MISSING_FIELD, 0},
	{"{}", FAULT_MISSING_FIELD, 0},
};

static void test_timestamps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(timestamps); i++) {
		struct run run;
		bool ok = start_run(&run, &(struct route_options){.timestamp_from = "at"},
				    timestamps[i].value);

		EXPECT(ok == !timestamps[i].fault && run.verdict.fault == timestamps[i].fault, "%s",
		       timestamps[i].value);
		if (ok)
			assert_true(run.record.timestamp == timestamps[i].ms);
		else
			assert_null(strstr(run.verdict.message, "SECRET"));
		end_run(&run);
	}
}

/* It goes to the DLQ, byte for byte as it was. */
static void test_a_refused_record_keeps_its_timestamp(void **state)
{
	static const char *const values[] = {"{\"at\":\"1969-12-31T23:59:59Z\"}", "{\"at\":-5}",
					     "{\"at\":\"x\"}", "{}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct run run;

		assert_false(start_run(&run, &(struct route_options){.timestamp_from = "at"},
				       values[i]));
		EXPECT(run.record.timestamp == 42, "%s: %lld", values[i],
		       (long long)run.record.timestamp);
		end_run(&run);
	}
}

static const char *const fixed[] = {"a=1", "null", "empty=", "eq=x=y", "a=2"};
static const char *const from_fields[] = {"s=s", "n=/o/n", "z=z", "gone=gone", "o=o"};

static const struct header expected[] = {
	{SLICE_LIT("own"), SLICE_LIT("first")}, {SLICE_LIT("a"), SLICE_LIT("1")},
	{SLICE_LIT("null"), SLICE_NULL},	{SLICE_LIT("empty"), SLICE_LIT("")},
	{SLICE_LIT("eq"), SLICE_LIT("x=y")},	{SLICE_LIT("a"), SLICE_LIT("2")},
	{SLICE_LIT("s"), SLICE_LIT("t\n")},	{SLICE_LIT("n"), SLICE_LIT("1.0")},
	{SLICE_LIT("z"), SLICE_NULL},		{SLICE_LIT("o"), SLICE_LIT("{\"n\":1.0}")},
};

static void test_headers_follow_the_records_own(void **state)
{
	static const struct route_options o = {.headers = fixed,
					       .n_headers = ARRAY_SIZE(fixed),
					       .headers_from = from_fields,
					       .n_headers_from = ARRAY_SIZE(from_fields)};
	static const struct header own[] = {{SLICE_LIT("own"), SLICE_LIT("first")}};
	struct run run;

	(void)state;
	start_run(&run, &o, "{\"s\":\"t\\n\",\"z\":null,\"o\":{\"n\":1.0}}");
	for (int round = 0; round < 3; round++) {
		run.record.headers = own;
		run.record.n_headers = 1;
		assert_true(route_record(run.route, &run.record, &run.verdict));
		assert_int_equal(run.record.n_headers, ARRAY_SIZE(expected));
		for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
			expect_slice(run.record.headers[i].name, expected[i].name);
			expect_slice(run.record.headers[i].value, expected[i].value);
		}
	}
	end_run(&run);
}

static void test_options_that_cannot_be_read_are_refused(void **state)
{
	static const char *const nameless[] = {"=x"}, *const blank[] = {""},
				 *const bare[] = {"name"}, *const bad[] = {"good=a", "name=/~"};
	static const struct route_options refused[] = {
		{.key = "/~2"},
		{.timestamp_from = "/~"},
		{.headers = nameless, .n_headers = 1},
		{.headers = blank, .n_headers = 1},
		{.headers_from = nameless, .n_headers_from = 1},
		{.headers_from = bare, .n_headers_from = 1},
		{.headers_from = bad, .n_headers_from = 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct check *check = check_create(NULL, 0, NULL);
		struct error err = {0};

		EXPECT(!route_create(&refused[i], check, &err), "case %zu", i);
		assert_int_equal(err.kind, ERROR_USAGE);
		check_destroy(check);
	}
	route_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_key_is_the_fields_text),
		cmocka_unit_test(test_without_options_the_record_stays_as_it_is),
		cmocka_unit_test(test_timestamps),
		cmocka_unit_test(test_a_refused_record_keeps_its_timestamp),
		cmocka_unit_test(test_headers_follow_the_records_own),
		cmocka_unit_test(test_options_that_cannot_be_read_are_refused),
	};

	return RUN_TESTS(tests);
}

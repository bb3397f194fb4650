/* Entries of a ledger, as they are written and read. */
#include "expect.h"

#include "resolved/entry.h"

static const struct entry full = {
	.partition = 3,
	.offset = 1042,
	.resolution = RESOLUTION_REPLAYED,
	.to = "orders.created",
	.by = "host:4711",
	.reason = "say \"why\"",
	.at = 1767323045678,
};

static void test_an_entry_as_it_is_written(void **state)
{
	struct buf key = {0}, value = {0};

	(void)state;
	entry_key(&key, &full);
	entry_value(&value, &full);
	assert_string_equal(key.data, "3:1042");
	assert_string_equal(value.data, "{\"status\":\"replayed\",\"to\":\"orders.created\","
					"\"at\":\"2026-01-02T03:04:05.678Z\",\"by\":\"host:4711\","
					"\"reason\":\"say \\\"why\\\"\"}");
	buf_clear(&value);
	entry_value(&value, &(struct entry){.resolution = RESOLUTION_DISCARDED,
					    .at = 1767323045678,
					    .reason = "\xff"});
	assert_string_equal(value.data, "{\"status\":\"discarded\","
					"\"at\":\"2026-01-02T03:04:05.678Z\","
					"\"reason\":\"\\\\xff\"}");
	buf_finish(&key);
	buf_finish(&value);
}

static void test_what_is_written_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < RESOLUTIONS; i++) {
		struct entry e = full, again;
		struct buf key = {0}, value = {0};
		struct error err;

		e.resolution = (enum resolution)i;
		entry_key(&key, &e);
		entry_value(&value, &e);
		assert_int_equal(entry_read(&again,
					    &(struct record){.key = buf_slice(&key),
							     .value = buf_slice(&value)},
					    &err),
				 1);
		assert_int_equal(again.resolution, i);
		assert_int_equal(again.partition, 3);
		assert_int_equal(again.offset, 1042);
		buf_finish(&key);
		buf_finish(&value);
	}
}

static const struct {
	struct slice key, value;
	int rc;
} cases[] = {
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":\"parked\"}"), 1},
	{SLICE_LIT("0:0"), SLICE_LIT("{ \"at\" : 1, \"status\" : \"parked\" }"), 1},
	{SLICE_LIT("2147483647:9223372036854775807"), SLICE_LIT("{\"status\":\"parked\"}"), 1},
	{SLICE_LIT("0:0"), SLICE_NULL, 0},
	{SLICE_NULL, SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT(""), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT(":0"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:-1"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:1:2"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:1\0"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("2147483648:0"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:9223372036854775808"), SLICE_LIT("{\"status\":\"parked\"}"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT(""), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("parked"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":\"lost\"}"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":7}"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":\"parked\""), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":\"parked}"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("{\"status\":\"parked\",\"to\":\"\xff\"}"), -1},
	{SLICE_LIT("0:0"), SLICE_LIT("[\"parked\"]"), -1},
};

static void test_what_is_an_entry(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct record r = {.key = cases[i].key, .value = cases[i].value};
		struct error err = {0};
		struct entry e;

		EXPECT(entry_read(&e, &r, &err) == cases[i].rc, "case %zu", i);
		EXPECT(!err.kind == (cases[i].rc >= 0), "case %zu: %s", i, err.text);
	}
}

/* A record that has come back as another one needs nobody any more. */
static void test_statuses(void **state)
{
	static const enum letter_status want[RESOLUTIONS] = {
		[RESOLUTION_REPLAYED] = STATUS_REPLAYED,
		[RESOLUTION_DISCARDED] = STATUS_DISCARDED,
		[RESOLUTION_PARKED] = STATUS_PARKED,
		[RESOLUTION_RETURNED] = STATUS_REPLAYED,
	};

	(void)state;
	for (size_t i = 0; i < RESOLUTIONS; i++)
		assert_int_equal(resolution_status((enum resolution)i), want[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry_as_it_is_written),
		cmocka_unit_test(test_what_is_written_is_read),
		cmocka_unit_test(test_what_is_an_entry),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

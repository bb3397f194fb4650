/* Names of repair files. */
#include "expect.h"

#include "inspect/targets.h"

static const struct {
	struct slice from, header;
	const char *format, *name;
} cases[] = {
	{SLICE_LIT("orders.csv"), SLICE_LIT("a,b"), "csv", "orders.csv"},
	{SLICE_LIT("/data/in/orders.csv.gz"), SLICE_LIT("a,b"), "csv", "orders-2.csv"},
	{SLICE_LIT("orders.csv"), SLICE_LIT("a,c"), "csv", "orders-3.csv"},
	{SLICE_LIT("orders.csv"), SLICE_NULL, "ndjson", "orders.csv.ndjson"},
	{SLICE_LIT("orders.ndjson.zst"), SLICE_NULL, "ndjson", "orders.ndjson"},
	{SLICE_LIT("-"), SLICE_NULL, "ndjson", "stdin.ndjson"},
	{SLICE_LIT("/"), SLICE_NULL, "csv", "stdin.csv"},
	{SLICE_LIT("orders-2.csv"), SLICE_NULL, "csv", "orders-2-2.csv"},
	{SLICE_LIT(".."), SLICE_NULL, "csv", "_..csv"},
	{SLICE_LIT("../../etc/passwd"), SLICE_NULL, "ndjson", "passwd.ndjson"},
	{SLICE_LIT("a\0b"), SLICE_NULL, "csv", "a_x00b.csv"},
	{SLICE_LIT("\033[2J.csv"), SLICE_NULL, "csv", "_x1b[2J.csv"},
	{SLICE_LIT("orders.tar/jan.csv"), SLICE_LIT(""), "csv", "jan.csv"},
};

static void test_names(void **state)
{
	struct targets t = {0};

	(void)state;
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			size_t n =
				targets_find(&t, cases[i].from, cases[i].header, cases[i].format);

			assert_int_equal(n, i);
			EXPECT(strcmp(t.items[n].name, cases[i].name) == 0, "%s, not %s",
			       t.items[n].name, cases[i].name);
			assert_true(slice_equal(t.items[n].header, cases[i].header));
		}
	targets_finish(&t);
}

/* However many have the same name, each has one of its own, and soon. */
static void test_many(void **state)
{
	struct targets t = {0};
	struct buf from = {0};

	(void)state;
	for (size_t i = 0; i < TARGETS_MAX; i++) {
		buf_clear(&from);
		buf_addf(&from, "/%zu/orders.csv", i);
		assert_int_equal(targets_find(&t, buf_slice(&from), SLICE_NULL, "csv"), i);
	}
	assert_string_equal(t.items[TARGETS_MAX - 1].name, "orders-10000.csv");
	assert_int_equal(targets_find(&t, SLICE_LIT("more.csv"), SLICE_NULL, "csv"), TARGETS_MAX);
	assert_int_equal(targets_find(&t, SLICE_LIT("/7/orders.csv"), SLICE_NULL, "csv"), 7);
	buf_finish(&from);
	targets_finish(&t);
}

/* The longest names stay below what a file system takes. */
static void test_a_long_name(void **state)
{
	struct targets t = {0};
	struct buf from = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		buf_add_char(&from, '\001');
	targets_find(&t, buf_slice(&from), SLICE_NULL, "ndjson");
	assert_in_range(strlen(t.items[0].name), 100, 240);
	buf_finish(&from);
	targets_finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_a_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who is the older, and wants the same. */
#include "expect.h"

#include "replay/rivals.h"

static void test_texts(void **state)
{
	const struct rivals_id id = {UINT64_C(0xfedcba9876543210), 1795982400000, 0xff};
	char text[RIVALS_ID_SIZE];
	struct rivals_id back;

	(void)state;
	assert_string_equal(rivals_id_text(&id, text),
			    "redrive-fedcba9876543210-01a228e49a00-000000ff");
	assert_true(rivals_id_parse(&back, text));
	assert_true(back.print == id.print && back.started == id.started &&
		    back.random == id.random);
}

static void test_what_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"redrive",
		"rdkafka",
		"redrive-1-2-3",
		"redrive-fedcba9876543210-01a228e49a00-000000ff ",
		"redrive-fedcba9876543210-01a228e49a00-000000fg",
		"redrive-FEDCBA9876543210-01a228e49a00-000000ff",
	};
	struct rivals_id id;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_false(rivals_id_parse(&id, texts[i]));
}

static void test_one_of_two_is_the_older(void **state)
{
	const struct rivals_id a = {1, 100, 7}, b = {2, 101, 1}, c = {3, 101, 2};

	(void)state;
	assert_true(rivals_id_compare(&a, &b) < 0 && rivals_id_compare(&b, &a) > 0);
	assert_true(rivals_id_compare(&b, &c) < 0 && rivals_id_compare(&c, &b) > 0);
	assert_int_equal(rivals_id_compare(&c, &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_what_is_none),
		cmocka_unit_test(test_one_of_two_is_the_older),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

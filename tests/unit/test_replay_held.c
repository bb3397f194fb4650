/* Which keys wait. */
#include "expect.h"

#include "replay/held.h"

static const struct slice key_a = SLICE_LIT("a"), key_b = SLICE_LIT("b");

static void test_later_ones_of_the_key_wait(void **state)
{
	struct held h = {0};

	(void)state;
	assert_int_equal(held_has(&h, 0, key_a, 10), HELD_NOT);
	held_add(&h, 0, key_a, 10, HELD_STAYS);
	assert_int_equal(held_has(&h, 0, key_a, 10), HELD_NOT);
	assert_int_equal(held_has(&h, 0, key_a, 11), HELD_STAYS);
	assert_int_equal(held_has(&h, 1, key_a, 11), HELD_NOT);
	assert_int_equal(held_has(&h, 0, key_b, 11), HELD_NOT);
	held_add(&h, 0, key_a, 12, HELD_MOVED);
	assert_int_equal(held_has(&h, 0, key_a, 13), HELD_STAYS);
	held_finish(&h);
}

static void test_null_is_no_key_but_empty_is(void **state)
{
	struct held h = {0};

	(void)state;
	held_add(&h, 0, SLICE_NULL, 1, HELD_STAYS);
	assert_int_equal(held_has(&h, 0, SLICE_NULL, 2), HELD_NOT);
	assert_int_equal(held_has(&h, 0, SLICE_LIT(""), 2), HELD_NOT);
	held_add(&h, 0, SLICE_LIT(""), 1, HELD_MOVED);
	assert_int_equal(held_has(&h, 0, SLICE_LIT(""), 2), HELD_MOVED);
	held_finish(&h);
}

static void test_what_is_undone_holds_nobody(void **state)
{
	struct held h = {0};

	(void)state;
	held_add(&h, 0, key_a, 1, HELD_STAYS);
	held_add(&h, 0, key_b, 2, HELD_STAYS);
	held_add(&h, 1, key_b, 7, HELD_STAYS);
	held_rewind(&h, 0, 2);
	assert_int_equal(held_has(&h, 1, key_b, 9), HELD_STAYS);
	assert_int_equal(held_has(&h, 0, key_a, 9), HELD_STAYS);
	assert_int_equal(held_has(&h, 0, key_b, 9), HELD_NOT);
	held_add(&h, 0, key_b, 5, HELD_MOVED);
	assert_int_equal(held_has(&h, 0, key_b, 5), HELD_NOT);
	assert_int_equal(held_has(&h, 0, key_b, 9), HELD_MOVED);
	held_add(&h, 0, key_b, 5, HELD_STAYS); /* what became of it has changed */
	assert_int_equal(held_has(&h, 0, key_b, 9), HELD_STAYS);
	held_finish(&h);
}

static void test_too_many_to_be_told_apart(void **state)
{
	struct held h = {0};
	char key[16];

	(void)state;
	for (int i = 0; i < 100001; i++) {
		snprintf(key, sizeof(key), "key-%d", i);
		held_add(&h, 0, slice_of(key), i, HELD_STAYS);
	}
	assert_true(h.full);
	assert_int_equal(held_has(&h, 0, SLICE_LIT("never seen"), 200000), HELD_STAYS);
	assert_int_equal(held_has(&h, 0, SLICE_NULL, 200000), HELD_NOT);
	held_finish(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_later_ones_of_the_key_wait),
		cmocka_unit_test(test_null_is_no_key_but_empty_is),
		cmocka_unit_test(test_what_is_undone_holds_nobody),
		cmocka_unit_test(test_too_many_to_be_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What has become of the records of a partition. */
#include "expect.h"

#include "resolved/marks.h"

static void test_marks(void **state)
{
	struct marks m = {0};

	(void)state;
	assert_int_equal(marks_get(&m, 0), STATUS_PENDING);
	for (int64_t i = 0; i < 20000; i++)
		marks_set(&m, i * 7 % 20000, (enum letter_status)(i * 7 % 20000 % STATUSES));
	for (int64_t i = 0; i < 20000; i++)
		assert_int_equal(marks_get(&m, i), i % STATUSES);
	marks_set(&m, 5, STATUS_PENDING);
	assert_int_equal(marks_get(&m, 5), STATUS_PENDING);
	assert_int_equal(marks_get(&m, 6), 6 % STATUSES);
	marks_finish(&m);
	assert_int_equal(marks_get(&m, 6), STATUS_PENDING);
}

static void test_far_apart(void **state)
{
	static const int64_t offsets[] = {INT64_MAX - 1, 0, 1, INT64_C(1) << 40, 4095, 4096, 8191};
	struct marks m = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		marks_set(&m, offsets[i], STATUS_PARKED);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		assert_int_equal(marks_get(&m, offsets[i]), STATUS_PARKED);
	assert_int_equal(marks_get(&m, 2), STATUS_PENDING);
	assert_int_equal(marks_get(&m, 4097), STATUS_PENDING);
	assert_int_equal(marks_get(&m, (INT64_C(1) << 40) + 1), STATUS_PENDING);
	marks_finish(&m);
}

static void test_counting(void **state)
{
	struct marks m = {0};

	(void)state;
	assert_int_equal(marks_count(&m, 0, INT64_MAX), 0);
	for (int64_t i = 4000; i < 9000; i++)
		marks_set(&m, i, STATUS_REPLAYED);
	assert_int_equal(marks_count(&m, 0, INT64_MAX), 5000);
	assert_int_equal(marks_count(&m, 4000, 9000), 5000);
	assert_int_equal(marks_count(&m, 4001, 8999), 4998);
	assert_int_equal(marks_count(&m, 4096, 4097), 1);
	assert_int_equal(marks_count(&m, 0, 4000), 0);
	assert_int_equal(marks_count(&m, 9000, INT64_MAX), 0);
	marks_finish(&m);
}

static void test_one_after_the_other(void **state)
{
	static const int64_t offsets[] = {3, 4, 4095, 4096, 20000, INT64_MAX - 1, INT64_MAX};
	struct marks m = {0};
	int64_t at = 0;

	(void)state;
	assert_int_equal(marks_next(&m, 0), -1);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		marks_set(&m, offsets[i], STATUS_DISCARDED);
	marks_set(&m, 5, STATUS_PENDING);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		assert_int_equal(marks_next(&m, at), offsets[i]);
		assert_int_equal(marks_next(&m, offsets[i]), offsets[i]);
		at = i + 1 < ARRAY_SIZE(offsets) ? offsets[i] + 1 : 0;
	}
	/* Behind a page's last mark, and where there is no page. */
	assert_int_equal(marks_next(&m, 4097), 20000);
	assert_int_equal(marks_next(&m, 12288 + 4095), 20000);
	assert_int_equal(marks_next(&m, 20001), INT64_MAX - 1);
	marks_set(&m, INT64_MAX, STATUS_PENDING);
	assert_int_equal(marks_next(&m, INT64_MAX), -1);
	marks_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_far_apart),
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

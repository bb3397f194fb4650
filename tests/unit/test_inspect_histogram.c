/* When messages came, in steps that fit. */
#include "expect.h"

#include "inspect/histogram.h"

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define YEAR   (365 * DAY)

/* 2023-11-14T22:13:20Z, which is no multiple of anything but seconds. */
#define START INT64_C(1700000000000)

/* The steps add up to the times, each of which lies in its own. */
static void expect_times(const struct histogram *h, const int64_t *times, size_t n)
{
	size_t span = histogram_span(h);
	uint64_t sum = 0;

	for (size_t i = 0; i < span; i++) {
		struct histogram_step step = histogram_at(h, i);
		uint64_t count = 0;

		assert_int_equal(step.from % h->width, 0);
		assert_int_equal(step.from, histogram_at(h, 0).from + (int64_t)i * h->width);
		for (size_t k = 0; k < n; k++)
			count += times[k] >= step.from && times[k] < step.from + h->width;
		EXPECT(step.count == count, "step %zu has %llu, not %llu", i,
		       (unsigned long long)step.count, (unsigned long long)count);
		sum += step.count;
	}
	assert_int_equal(sum, n);
	/* No step is empty at either end. */
	assert_true(histogram_at(h, 0).count > 0);
	assert_true(histogram_at(h, span - 1).count > 0);
}

static void add_all(struct histogram *h, const int64_t *times, size_t n)
{
	for (size_t i = 0; i < n; i++)
		histogram_add(h, times[i]);
}

static void test_nothing(void **state)
{
	struct histogram h = {0};

	(void)state;
	assert_int_equal(histogram_span(&h), 0);
	histogram_widen(&h, 10);
	assert_int_equal(histogram_span(&h), 0);
	histogram_finish(&h);
	histogram_finish(&h);
}

static void test_one_time(void **state)
{
	static const int64_t times[] = {START, START, START + 999};
	struct histogram h = {0};

	(void)state;
	add_all(&h, times, ARRAY_SIZE(times));
	assert_int_equal(histogram_span(&h), 1);
	assert_int_equal(histogram_at(&h, 0).from, START);
	assert_int_equal(histogram_at(&h, 0).count, 3);
	histogram_widen(&h, 1);
	expect_times(&h, times, ARRAY_SIZE(times));
	histogram_finish(&h);
}

static void test_times_in_any_order(void **state)
{
	static const int64_t times[] = {START + 5000, START,	    START + 4999, START + 9999,
					START + 999,  START + 1000, START + 5000, START - 1,
					START - 1000, START - 1001, START + 7000};
	struct histogram h = {0};

	(void)state;
	add_all(&h, times, ARRAY_SIZE(times));
	assert_int_equal(h.width, SECOND);
	assert_int_equal(histogram_span(&h), 12);
	expect_times(&h, times, ARRAY_SIZE(times));
	/* Empty ones are counted, and begin where they would. */
	assert_int_equal(histogram_at(&h, 4).count, 0);
	assert_int_equal(histogram_at(&h, 4).from, START + 2000);
	histogram_finish(&h);
}

static void test_the_first_times_there_are(void **state)
{
	static const int64_t times[] = {0, 1, 999, 1000, 59999, 60000};
	struct histogram h = {0};

	(void)state;
	add_all(&h, times, ARRAY_SIZE(times));
	expect_times(&h, times, ARRAY_SIZE(times));
	assert_int_equal(histogram_at(&h, 0).from, 0);
	histogram_finish(&h);
}

/* A hundred times over spans from a second to years, for tables from narrow to wide. */
static void test_steps_fit_any_span(void **state)
{
	static const int64_t spans[] = {SECOND,	 60 * SECOND, HOUR, 7 * HOUR, DAY,
					9 * DAY, 80 * DAY,    YEAR, 12 * YEAR};
	static const size_t most[] = {120, 60, 24, 10};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spans); i++) {
		struct histogram h = {0};
		int64_t times[100];

		for (size_t k = 0; k < ARRAY_SIZE(times); k++)
			times[k] = START + spans[i] * (int64_t)(k * 37 % 100) / 100;
		add_all(&h, times, ARRAY_SIZE(times));
		for (size_t k = 0; k < ARRAY_SIZE(most); k++) {
			int64_t before = h.width;

			histogram_widen(&h, most[k]);
			EXPECT(histogram_span(&h) <= most[k], "span %zu in %zu", i, most[k]);
			assert_true(h.width >= before);
			expect_times(&h, times, ARRAY_SIZE(times));
		}
		/* What fits stays as it is. */
		{
			int64_t width = h.width;

			histogram_widen(&h, histogram_span(&h));
			assert_int_equal(h.width, width);
		}
		histogram_finish(&h);
	}
}

static void test_no_wider_than_need_be(void **state)
{
	struct histogram h = {0};

	(void)state;
	histogram_add(&h, START);
	histogram_add(&h, START + 10 * SECOND);
	histogram_widen(&h, 11);
	assert_int_equal(h.width, SECOND);
	histogram_widen(&h, 10);
	assert_int_equal(h.width, 5 * SECOND);
	histogram_finish(&h);
}

/* More may be added to wide steps. */
static void test_times_after_it_was_widened(void **state)
{
	static const int64_t times[] = {START, START + 6 * HOUR, START + 3 * HOUR, START - DAY,
					START + 3 * HOUR + 1};
	struct histogram h = {0};

	(void)state;
	add_all(&h, times, 2);
	histogram_widen(&h, 10);
	add_all(&h, times + 2, 3);
	expect_times(&h, times, ARRAY_SIZE(times));
	histogram_finish(&h);
}

/* Messages that lie far apart take no more memory for it. */
static void test_many_times_far_apart(void **state)
{
	static int64_t times[20000];
	struct histogram h = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		times[i] = START + (int64_t)(i * 7919 % ARRAY_SIZE(times)) * HOUR;
	add_all(&h, times, ARRAY_SIZE(times));
	assert_true(h.n <= 5000);
	histogram_widen(&h, 60);
	assert_true(histogram_span(&h) <= 60);
	expect_times(&h, times, ARRAY_SIZE(times));
	histogram_finish(&h);
}

/* A single time that is a sentinel, or in wrong units, must not make a chart of thousands. */
static void test_one_time_in_the_year_9999(void **state)
{
	static const int64_t times[] = {START, INT64_C(253402300799999), START + HOUR};
	static const size_t most[] = {800, 120, 60, 10, 2};
	struct histogram h = {0};

	(void)state;
	add_all(&h, times, ARRAY_SIZE(times));
	for (size_t i = 0; i < ARRAY_SIZE(most); i++) {
		histogram_widen(&h, most[i]);
		EXPECT(histogram_span(&h) <= most[i], "%zu steps, not %zu", histogram_span(&h),
		       most[i]);
		expect_times(&h, times, ARRAY_SIZE(times));
	}
	histogram_finish(&h);
}

static void test_steps_in_the_words_of_people(void **state)
{
	static const struct {
		int64_t width, n;
		const char *unit;
	} cases[] = {
		{SECOND, 1, "second"},
		{30 * SECOND, 30, "seconds"},
		{60 * SECOND, 1, "minute"},
		{HOUR / 2, 30, "minutes"},
		{HOUR, 1, "hour"},
		{6 * HOUR, 6, "hours"},
		{DAY, 1, "day"},
		{7 * DAY, 7, "days"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct histogram h = {.width = cases[i].width};
		int64_t n;

		assert_string_equal(histogram_unit(&h, &n), cases[i].unit);
		assert_int_equal(n, cases[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_one_time),
		cmocka_unit_test(test_times_in_any_order),
		cmocka_unit_test(test_the_first_times_there_are),
		cmocka_unit_test(test_steps_fit_any_span),
		cmocka_unit_test(test_no_wider_than_need_be),
		cmocka_unit_test(test_times_after_it_was_widened),
		cmocka_unit_test(test_many_times_far_apart),
		cmocka_unit_test(test_one_time_in_the_year_9999),
		cmocka_unit_test(test_steps_in_the_words_of_people),
	};

	return RUN_TESTS(tests);
}

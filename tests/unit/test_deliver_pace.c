/* So many records a second, evenly. */
#include "expect.h"

#include "deliver/pace.h"

/* Takes records from `from` to `until` whenever they may go; returns how many.
 * *most: in any one millisecond. */
static unsigned drive(struct pace *p, int64_t from, int64_t until, unsigned *most)
{
	unsigned all = 0;

	*most = 0;
	for (int64_t now = from; now < until; now++) {
		unsigned here = 0;

		for (; pace_wait_ms(p, now) == 0; here++)
			pace_take(p);
		*most = here > *most ? here : *most;
		all += here;
	}
	return all;
}

static void test_the_rate_is_kept(void **state)
{
	static const uint64_t rates[] = {1, 7, 1000, 2500, 100000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++) {
		uint64_t want = rates[i] * 200;
		struct pace p;
		unsigned most, got;

		pace_init(&p, rates[i]);
		got = drive(&p, 1000, 201000, &most);
		EXPECT(got >= want && got <= want + 1 + rates[i] / 1000, "%u at %llu", got,
		       (unsigned long long)rates[i]);
		EXPECT(most <= rates[i] / 1000 + 2, "%u at once", most);
	}
}

static void test_a_pause_is_not_made_up_for(void **state)
{
	unsigned most, got;
	struct pace p;

	(void)state;
	pace_init(&p, 1000);
	drive(&p, 1, 1001, &most);
	got = drive(&p, 20000, 20001, &most);
	assert_in_range(got, 90, 110);
	got = drive(&p, 20001, 21001, &most);
	assert_in_range(got, 990, 1010);
}

static void test_a_late_timer_is_made_up_for(void **state)
{
	unsigned most, all = 0;
	struct pace p;

	(void)state;
	pace_init(&p, 1000);
	for (int64_t now = 1; now < 10001; now += 25)
		all += drive(&p, now, now + 1, &most);
	assert_in_range(all, 9950, 10050);
}

static void test_no_rate_never_waits(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(pace_wait_ms(&p, 5), 0);
		pace_take(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_rate_is_kept),
		cmocka_unit_test(test_a_pause_is_not_made_up_for),
		cmocka_unit_test(test_a_late_timer_is_made_up_for),
		cmocka_unit_test(test_no_rate_never_waits),
	};

	return RUN_TESTS(tests);
}

/* The circuit breaker: closed, open, half-open. */
#include "expect.h"

#include "deliver/breaker.h"

enum { FAIL, PASS, LOOK };

/* What happens at a time, what it answers, and the state after it. */
struct step {
	int64_t at;
	int act;
	bool answer;
	enum breaker_state state;
	int64_t wait;
};

static void play(unsigned threshold, int64_t cooldown, const struct step *steps, size_t n)
{
	struct breaker b;

	breaker_init(&b, threshold, cooldown);
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		bool answer = false;

		if (s->act == FAIL)
			answer = breaker_failure(&b, s->at);
		else if (s->act == PASS)
			answer = breaker_success(&b);
		EXPECT(answer == s->answer, "step %zu: answer", i);
		EXPECT(breaker_wait_ms(&b, s->at) == s->wait, "step %zu: wait", i);
		EXPECT(breaker_state(&b, s->at) == s->state, "step %zu: state", i);
	}
}

static void test_failures_in_a_row_open_it(void **state)
{
	static const struct step steps[] = {
		{0, FAIL, false, BREAKER_CLOSED, 0},	  {1, FAIL, false, BREAKER_CLOSED, 0},
		{2, PASS, false, BREAKER_CLOSED, 0},	  {3, FAIL, false, BREAKER_CLOSED, 0},
		{4, FAIL, false, BREAKER_CLOSED, 0},	  {5, FAIL, true, BREAKER_OPEN, 100},
		{50, FAIL, false, BREAKER_OPEN, 55},	  {104, LOOK, false, BREAKER_OPEN, 1},
		{105, LOOK, false, BREAKER_HALF_OPEN, 0},
	};

	(void)state;
	play(3, 100, steps, ARRAY_SIZE(steps));
}

static void test_one_probe_decides(void **state)
{
	static const struct step steps[] = {
		{0, FAIL, true, BREAKER_OPEN, 100},   {100, LOOK, false, BREAKER_HALF_OPEN, 0},
		{101, FAIL, true, BREAKER_OPEN, 100}, {201, LOOK, false, BREAKER_HALF_OPEN, 0},
		{202, PASS, true, BREAKER_CLOSED, 0}, {203, PASS, false, BREAKER_CLOSED, 0},
		{204, FAIL, true, BREAKER_OPEN, 100},
	};

	(void)state;
	play(1, 100, steps, ARRAY_SIZE(steps));
}

static void test_after_the_probe_it_counts_from_zero(void **state)
{
	static const struct step steps[] = {
		{0, FAIL, false, BREAKER_CLOSED, 0},	 {0, FAIL, true, BREAKER_OPEN, 10},
		{10, LOOK, false, BREAKER_HALF_OPEN, 0}, {10, PASS, true, BREAKER_CLOSED, 0},
		{11, FAIL, false, BREAKER_CLOSED, 0},	 {12, FAIL, true, BREAKER_OPEN, 10},
	};

	(void)state;
	play(2, 10, steps, ARRAY_SIZE(steps));
}

static void test_a_late_success_closes_an_open_one(void **state)
{
	static const struct step steps[] = {
		{0, FAIL, true, BREAKER_OPEN, 100},
		{1, PASS, true, BREAKER_CLOSED, 0},
	};

	(void)state;
	play(1, 100, steps, ARRAY_SIZE(steps));
}

static void test_threshold_zero_never_opens(void **state)
{
	struct breaker b;

	(void)state;
	breaker_init(&b, 0, 100);
	for (int i = 0; i < 1000; i++)
		assert_false(breaker_failure(&b, i));
	assert_int_equal(breaker_state(&b, 1000), BREAKER_CLOSED);
}

static void test_without_cooldown_it_is_half_open_at_once(void **state)
{
	static const struct step steps[] = {{7, FAIL, true, BREAKER_HALF_OPEN, 0}};

	(void)state;
	play(1, 0, steps, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures_in_a_row_open_it),
		cmocka_unit_test(test_one_probe_decides),
		cmocka_unit_test(test_after_the_probe_it_counts_from_zero),
		cmocka_unit_test(test_a_late_success_closes_an_open_one),
		cmocka_unit_test(test_threshold_zero_never_opens),
		cmocka_unit_test(test_without_cooldown_it_is_half_open_at_once),
	};

	return RUN_TESTS(tests);
}

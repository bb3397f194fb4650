/* The transform command that most will use, and what one can do wrong with it. */
#include "expect.h"

#include "mend/transform.h"

static struct transform *create(const char *command)
{
	if (!has_program("jq"))
		skip();
	return transform_create(&(struct transform_options){
		.command = command, .timeout_ms = 60000, .max_bytes = 1 << 20});
}

static enum mend_result run(struct transform *t, const char *value, struct slice *answer)
{
	return transform_run(t, slice_of(value), answer, NULL);
}

static void expect_answer(struct transform *t, const char *value, const char *want)
{
	struct slice answer = SLICE_NULL;

	EXPECT(run(t, value, &answer) == MEND_DONE, "%s: %s", value, transform_message(t));
	EXPECT(slice_is(answer, want), "%s: %.*s", value, (int)answer.len, answer.data);
}

static void expect_refusal(struct transform *t, const char *value, const char *want)
{
	struct slice answer;

	EXPECT(run(t, value, &answer) == MEND_REFUSED, "%s", value);
	EXPECT(strstr(transform_message(t), want), "%s: %s", value, transform_message(t));
}

static void test_each_has_its_own(void **state)
{
	struct transform *t = create("jq -c --unbuffered '.n += 1'");

	(void)state;
	for (int i = 0; i < 500; i++) {
		char value[40], want[40];

		snprintf(value, sizeof(value), "{\n \"n\" : %d\n}", i);
		snprintf(want, sizeof(want), "{\"n\":%d}", i + 1);
		expect_answer(t, value, want);
	}
	assert_false(transform_is_slow(t));
	assert_int_equal(transform_settle(t), MEND_DONE);
	transform_destroy(t);
}

/* It complains, says nothing, and goes on. */
static void test_an_error_is_one_record_s(void **state)
{
	struct transform *t = create("jq -c --unbuffered '.n += 1' 2> /dev/null");

	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		transform_set_exact(t, exact);
		expect_answer(t, "{\"n\":1}", "{\"n\":2}");
		expect_refusal(t, "{\"n\":\"x\"}", "ended with status 5");
		expect_refusal(t, "[]", "ended with status 5");
		expect_answer(t, "{\"n\":2}", "{\"n\":3}");
		assert_int_equal(transform_settle(t), MEND_DONE);
	}
	transform_destroy(t);
}

/* Two lines for one order, none for the next: as many as there are orders. */
static void test_an_order_without_items_has_none_of_the_others(void **state)
{
	struct transform *t = create("jq -c --unbuffered '.items[]'");
	struct slice answer;

	(void)state;
	for (int i = 0; i < 4; i++) {
		expect_answer(t, "{\"items\":[7]}", "7");
		run(t, "{\"items\":[1,2]}", &answer);
		expect_refusal(t, "{\"items\":[]}", "printed nothing");
	}
	transform_set_exact(t, true);
	expect_answer(t, "{\"items\":[7]}", "7");
	expect_refusal(t, "{\"items\":[1,2]}", "printed more than one line");
	expect_refusal(t, "{\"items\":[]}", "printed nothing");
	transform_destroy(t);
}

static void test_a_pipe_is_right_but_slow(void **state)
{
	struct transform *t = create("jq -c --unbuffered '.items[]' | jq -c --unbuffered '. + 1'");

	(void)state;
	for (int i = 0; i < 3; i++) {
		expect_answer(t, "{\"items\":[7]}", "8");
		expect_refusal(t, "{\"items\":[1,2]}", "printed more than one line");
		expect_refusal(t, "{\"items\":[]}", "printed nothing");
	}
	assert_true(transform_is_slow(t));
	assert_int_equal(transform_settle(t), MEND_DONE);
	transform_destroy(t);
}

static void test_lines_that_are_broken_up(void **state)
{
	struct transform *t = create("jq --unbuffered .");

	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		transform_set_exact(t, exact);
		expect_refusal(t, "{\"n\":1}", "printed more than one line");
		expect_answer(t, "1", "1");
	}
	transform_destroy(t);
}

static void test_answers_that_are_kept_back(void **state)
{
	struct transform *t = create("jq -c .");
	struct error err = {0};
	struct slice answer;

	(void)state;
	while (transform_run(t, SLICE_LIT("1"), &answer, &err) == MEND_DONE)
		;
	EXPECT(strstr(err.text, "keeps its answers back") && strstr(err.text, "--unbuffered"), "%s",
	       err.text);
	transform_destroy(t);
}

static void test_a_mistake_in_its_program(void **state)
{
	struct transform *t = create("jq -c --unbuffered '.n +' 2> /dev/null");

	(void)state;
	expect_refusal(t, "1", "ended with status 3");
	transform_destroy(t);
}

static void test_a_large_value(void **state)
{
	struct transform *t = create("jq -c --unbuffered .");
	struct buf value = {0};

	(void)state;
	buf_add_char(&value, '"');
	memset(buf_reserve(&value, 300000), 'x', 300000);
	value.len += 300000;
	buf_add_char(&value, '"');
	for (int i = 0; i < 3; i++)
		expect_answer(t, value.data, value.data);
	assert_int_equal(transform_settle(t), MEND_DONE);
	buf_finish(&value);
	transform_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_its_own),
		cmocka_unit_test(test_an_error_is_one_record_s),
		cmocka_unit_test(test_an_order_without_items_has_none_of_the_others),
		cmocka_unit_test(test_a_pipe_is_right_but_slow),
		cmocka_unit_test(test_lines_that_are_broken_up),
		cmocka_unit_test(test_answers_that_are_kept_back),
		cmocka_unit_test(test_a_mistake_in_its_program),
		cmocka_unit_test(test_a_large_value),
	};

	return RUN_TESTS(tests);
}

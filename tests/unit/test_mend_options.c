/* The options that say what is to be mended, and what the library makes of them. */
#include "expect.h"

#include "cmd/mend_options.h"

static const struct option_use uses[] = {{&mend_group, 0}, {0}};

static struct options *parse(struct mend_choice *choice, int argc, const char *const *argv)
{
	struct options *options = options_create(uses, choice);
	struct error err = {0};

	EXPECT(options_parse(options, argc, (char **)argv, &err) == 0, "%s", err.text);
	return options;
}

#define PARSE(choice, ...)                                                                         \
	parse((choice), ARRAY_SIZE(((const char *const[]){"mend", __VA_ARGS__})),                  \
	      (const char *const[]){"mend", __VA_ARGS__})

static void test_nothing_is_mended_unasked(void **state)
{
	struct mend_choice choice = MEND_CHOICE_DEFAULT;
	struct options *options = parse(&choice, 1, (const char *const[]){"mend"});
	struct mend_options o = mend_options_from(&choice, 10, NULL);
	struct mend *m = mend_create(&o, NULL);

	(void)state;
	assert_true(mend_is_idle(m));
	assert_int_equal(o.transform_timeout_ms, 30000);
	assert_int_equal(o.max_bytes, 10);
	mend_destroy(m);
	options_destroy(options);
}

/* Whoever compares what two runs do to values needs these and the command. */
static void test_each_goes_to_its_list(void **state)
{
	static const char *const want[][2] = {[MEND_RENAME] = {"a=b", "c=d"},
					      [MEND_UNSET] = {"/e", "/f"},
					      [MEND_SET] = {"g=1", "h=2"},
					      [MEND_REQUIRE] = {"b", "d"}};
	struct mend_choice choice = MEND_CHOICE_DEFAULT;
	volatile int stop = 0;
	struct options *options =
		PARSE(&choice, "--set", "g=1", "--rename", "a=b", "--unset", "/e", "--require", "b",
		      "--require=d", "--unset=/f", "--rename=c=d", "--set=h=2", "--transform",
		      "cat", "--transform-timeout", "2m");
	struct mend_options o = mend_options_from(&choice, 10, &stop);

	(void)state;
	for (int kind = 0; kind < MEND_KINDS; kind++) {
		assert_int_equal(o.lists[kind].n, 2);
		assert_string_equal(o.lists[kind].items[0], want[kind][0]);
		assert_string_equal(o.lists[kind].items[1], want[kind][1]);
	}
	assert_string_equal(o.transform, "cat");
	assert_int_equal(o.transform_timeout_ms, 120000);
	assert_ptr_equal(o.stop, &stop);
	options_destroy(options);
}

static void test_a_value_is_mended(void **state)
{
	struct mend_choice choice = MEND_CHOICE_DEFAULT;
	struct options *options = PARSE(&choice, "--set", "status=\"NEW\"", "--unset", "error");
	struct mend_options o = mend_options_from(&choice, 100, NULL);
	struct mend *m = mend_create(&o, NULL);
	struct verdict why;
	struct slice out;

	(void)state;
	assert_int_equal(mend_apply(m, SLICE_LIT("{\"status\":1,\"error\":2}"), &out, &why, NULL),
			 MEND_DONE);
	expect_text(out, "{\"status\":\"NEW\"}");
	mend_destroy(m);
	options_destroy(options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_mended_unasked),
		cmocka_unit_test(test_each_goes_to_its_list),
		cmocka_unit_test(test_a_value_is_mended),
	};

	return RUN_TESTS(tests);
}

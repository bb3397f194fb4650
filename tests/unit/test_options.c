/* Options: each kind, the order of origins, what errors say, tables, help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cmd/groups.h"
#include "cmd/help.h"
#include "cmd/option_value.h"

struct fry {
	const char *pan;
	struct option_list spices;
	uint64_t eggs, butter;
	int64_t time_ms;
	int side;
	bool hot, salt;
	char mark;
	struct retry_options retry;
};

static const char *const sides[] = {"up", "over", "scrambled", NULL};

#define AT(member) .offset = offsetof(struct fry, member)
static const struct option_spec fry_specs[] = {
	{'p', "pan", "FILE", "the pan to use", OPTION_STRING, AT(pan), .env = "TEST_FRY_PAN",
	 .config_key = "redrive.pan", .default_text = "PAN.iron"},
	{'s', "spice", "NAME", "add a spice", OPTION_LIST, AT(spices), .env = "TEST_FRY_SPICE",
	 .config_key = "redrive.spice"},
	{'e', "eggs", "N", "how many eggs, which is a long story that has to be told in full",
	 OPTION_UINT, AT(eggs), .env = "TEST_FRY_EGGS", .config_key = "redrive.eggs",
	 .default_text = "2", .min = 1, .max = 12},
	{0, "butter", "SIZE", "how much butter", OPTION_SIZE, AT(butter), .default_text = "64k"},
	{0, "time", "TIME", "how long", OPTION_DURATION, AT(time_ms), .default_text = "1m",
	 .min = 10},
	{0, "side", NULL, "which side up", OPTION_CHOICE, AT(side), .choices = sides,
	 .default_text = "up"},
	{'q', "hot", NULL, "heat it up", OPTION_FLAG, AT(hot), .config_key = "redrive.hot"},
	{0, "salt", NULL, "salt it", OPTION_BOOL, AT(salt), .default_text = "yes"},
	{'m', "mark", "CHAR", "mark it", OPTION_CHAR, AT(mark), .default_text = ","},
	{0},
};
#undef AT

static const struct option_group fry_group = {"Frying", fry_specs};
static const struct option_use uses[] = {
	{&fry_group, 0}, {&retry_group, offsetof(struct fry, retry)}, {0}};

#define FRY_DEFAULT                                                                                \
	{                                                                                          \
		.eggs = 2, .butter = 65536, .time_ms = 60000, .salt = true, .mark = ',',           \
		.retry = RETRY_OPTIONS_DEFAULT                                                     \
	}

static int parse(struct options *o, struct error *err, const char *const *words)
{
	char *argv[24] = {(char *)"fry"};
	int argc = 1;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	return options_parse(o, argc, argv, err);
}

#define WORDS(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void test_kinds(void **state)
{
	struct fry fry = FRY_DEFAULT;
	struct options *o = options_create(uses, &fry);
	struct error err = {0};

	(void)state;
	assert_int_equal(parse(o, &err,
			       WORDS("--pan=a=b", "--spice", "salt", "-sx", "-s", "--hot", "--eggs",
				     "12", "--butter=16M", "--time", "1.5m", "--side", "over", "-q",
				     "--salt=no", "--mark=tab", "--retries", "0")),
			 0);
	assert_string_equal(fry.pan, "a=b");
	assert_int_equal(fry.spices.n, 3);
	assert_string_equal(fry.spices.items[1], "x");
	assert_string_equal(fry.spices.items[2], "--hot");
	assert_int_equal(fry.eggs, 12);
	assert_int_equal(fry.butter, 16 << 20);
	assert_int_equal(fry.time_ms, 90000);
	assert_int_equal(fry.side, 1);
	assert_true(fry.hot);
	assert_false(fry.salt);
	assert_int_equal(fry.mark, '\t');
	assert_int_equal(fry.retry.retries, 0);
	assert_int_equal(fry.retry.breaker_threshold, 10);
	assert_int_equal(options_args(o)->n, 0);
	options_destroy(o);
	options_destroy(NULL);
}

static void test_arguments_and_bundles(void **state)
{
	struct fry fry = FRY_DEFAULT;
	struct options *o = options_create(uses, &fry);
	struct error err = {0};
	const struct option_list *args = options_args(o);

	(void)state;
	assert_int_equal(
		parse(o, &err,
		      WORDS("one", "-qqe3", "-", "-p", "-", "-m;", "two", "--", "--hot", "-h")),
		0);
	assert_true(fry.hot);
	assert_int_equal(fry.eggs, 3);
	assert_string_equal(fry.pan, "-");
	assert_int_equal(fry.mark, ';');
	assert_int_equal(args->n, 5);
	assert_string_equal(args->items[0], "one");
	assert_string_equal(args->items[1], "-");
	assert_string_equal(args->items[2], "two");
	assert_string_equal(args->items[3], "--hot");
	assert_string_equal(args->items[4], "-h");
	assert_false(options_help(o));
	options_destroy(o);
}

static void test_last_one_counts(void **state)
{
	struct fry fry = FRY_DEFAULT;
	struct options *o = options_create(uses, &fry);
	struct error err = {0};

	(void)state;
	assert_int_equal(parse(o, &err, WORDS("-pa", "-pb", "-e1", "--eggs=4")), 0);
	assert_string_equal(fry.pan, "b");
	assert_int_equal(fry.eggs, 4);
	options_destroy(o);
}

static void test_help_stops(void **state)
{
	static const char *const words[][3] = {{"--help", "--nonsense"}, {"-qh", "--nonsense"}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
		struct fry fry = FRY_DEFAULT;
		struct options *o = options_create(uses, &fry);
		struct error err = {0};

		assert_int_equal(parse(o, &err, words[i]), 0);
		assert_true(options_help(o));
		options_destroy(o);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *words[3];
		const char *text;
	} cases[] = {
		{{"--egs"}, "unknown option --egs; did you mean --eggs?"},
		{{"--retires=5"}, "unknown option --retires; did you mean --retries?"},
		{{"--egg=secret"}, "unknown option --egg; did you mean --eggs?"},
		{{"--xylophone"}, "unknown option --xylophone"},
		{{"--retr"}, "unknown option --retr"},
		{{"-z"}, "unknown option -z"},
		{{"-zsecret"}, "unknown option -z"},
		{{"-butter"}, "unknown option -b; did you mean --butter?"},
		{{"--hot=yes"}, "--hot takes no value"},
		{{"--pan"}, "--pan needs a value: FILE"},
		{{"-qp"}, "--pan needs a value: FILE"},
		{{"--side"}, "--side needs a value: up, over or scrambled"},
		{{"--side", "ovr"},
		 "--side expects up, over or scrambled, not 'ovr'; did you mean over?"},
		{{"--side="}, "--side expects up, over or scrambled, not ''"},
		{{"--eggs", "-1"}, "--eggs expects a whole number from 1 to 12, not '-1'"},
		{{"--eggs", "13"}, "--eggs expects a whole number from 1 to 12, not '13'"},
		{{"--eggs=0"}, "--eggs expects a whole number from 1 to 12, not '0'"},
		{{"--butter", "lots"}, "--butter expects a size such as 64k or 16M, not 'lots'"},
		{{"--time", "5ms"},
		 "--time expects a duration such as 500ms, 30s or 5m, of at least 10 ms, not "
		 "'5ms'"},
		{{"--salt", "maybe"}, "--salt expects yes or no, not 'maybe'"},
		{{"--mark", "ab"}, "--mark expects one character, or tab, not 'ab'"},
		{{"--mark", ""}, "--mark expects one character, or tab, not ''"},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fry fry = FRY_DEFAULT;
		struct options *o = options_create(uses, &fry);
		struct error err = {0};

		assert_int_equal(parse(o, &err, cases[i].words), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_string_equal(err.text, cases[i].text);
		options_destroy(o);
	}
}

static const struct config_entry config[] = {
	{"redrive.pan", "config-pan", 1},
	{"redrive.eggs", "5", 2},
	{"bootstrap.servers", "elsewhere", 3},
	{"redrive.spice", "c1", 4},
	{"redrive.spice", "c2", 5},
	{"redrive.hot", "yes", 6},
};

static void test_precedence(void **state)
{
	(void)state;
	setenv("TEST_FRY_PAN", "env-pan", 1);
	setenv("TEST_FRY_SPICE", "", 1);
	/* The order of the calls makes no difference. */
	for (int order = 0; order < 2; order++) {
		struct fry fry = FRY_DEFAULT;
		struct options *o = options_create(uses, &fry);
		struct error err = {0};

		if (order)
			assert_int_equal(options_apply_config(o, config, 6, "f", &err), 0);
		assert_int_equal(options_apply_environment(o, &err), 0);
		assert_int_equal(parse(o, &err, WORDS("--eggs=9")), 0);
		if (!order)
			assert_int_equal(options_apply_config(o, config, 6, "f", &err), 0);
		assert_string_equal(fry.pan, "env-pan");
		assert_int_equal(options_origin(o, "pan"), ORIGIN_ENVIRONMENT);
		assert_int_equal(fry.eggs, 9);
		assert_int_equal(options_origin(o, "eggs"), ORIGIN_OPTION);
		assert_int_equal(fry.spices.n, 2);
		assert_string_equal(fry.spices.items[1], "c2");
		assert_int_equal(options_origin(o, "spice"), ORIGIN_CONFIG);
		assert_true(fry.hot);
		assert_int_equal(options_origin(o, "butter"), ORIGIN_DEFAULT);
		options_destroy(o);
	}
	unsetenv("TEST_FRY_PAN");
	unsetenv("TEST_FRY_SPICE");
}

static void test_lists_do_not_mix(void **state)
{
	struct fry fry = FRY_DEFAULT;
	struct options *o = options_create(uses, &fry);
	struct error err = {0};

	(void)state;
	assert_int_equal(options_apply_config(o, config, 6, "f", &err), 0);
	assert_int_equal(parse(o, &err, WORDS("-sa")), 0);
	assert_int_equal(fry.spices.n, 1);
	assert_string_equal(fry.spices.items[0], "a");
	options_destroy(o);
}

static void test_errors_name_the_origin(void **state)
{
	const struct config_entry bad[] = {{"redrive.eggs", "many", 17}};
	struct fry fry = FRY_DEFAULT;
	struct options *o = options_create(uses, &fry);
	struct error err = {0};

	(void)state;
	assert_int_equal(options_apply_config(o, bad, 1, "my.conf", &err), -1);
	assert_string_equal(err.text, "my.conf:17: redrive.eggs expects a whole number from 1 "
				      "to 12, not 'many'");
	setenv("TEST_FRY_EGGS", "none", 1);
	assert_int_equal(options_apply_environment(o, &err), -1);
	assert_string_equal(err.text,
			    "TEST_FRY_EGGS expects a whole number from 1 to 12, not 'none'");
	unsetenv("TEST_FRY_EGGS");
	options_destroy(o);
}

static int compare_member(const struct option_spec *spec, const void *base)
{
	static const size_t sizes[] = {
		[OPTION_FLAG] = sizeof(bool),	     [OPTION_BOOL] = sizeof(bool),
		[OPTION_UINT] = sizeof(uint64_t),    [OPTION_SIZE] = sizeof(uint64_t),
		[OPTION_DURATION] = sizeof(int64_t), [OPTION_CHOICE] = sizeof(int),
		[OPTION_CHAR] = sizeof(char),
	};
	const char *member = (const char *)base + spec->offset;
	uint64_t value = 0;

	if (spec->kind == OPTION_CHOICE && *(const int *)member == -1)
		return 0; /* left open: decided later */
	assert_true(option_value_read(spec, &value, spec->default_text));
	return memcmp(&value, member, sizes[spec->kind]);
}

/* Fails where a table says another default than the initialiser, in `base`. */
static void check_group(const struct option_group *group, const void *base)
{
	for (const struct option_spec *spec = group->specs; spec->name; spec++) {
		assert_non_null(spec->help);
		assert_true(spec->kind != OPTION_CHOICE || spec->choices);
		if (!spec->default_text || spec->kind == OPTION_STRING || spec->kind == OPTION_LIST)
			continue;
		if (compare_member(spec, base) != 0)
			fail_msg("--%s: default", spec->name);
	}
}

static void test_shared_groups_say_their_defaults(void **state)
{
	const struct common_options common = COMMON_OPTIONS_DEFAULT;
	const struct retry_options retry = RETRY_OPTIONS_DEFAULT;
	const struct dlq_options dlq = DLQ_OPTIONS_DEFAULT;
	const struct fry fry = FRY_DEFAULT;

	(void)state;
	check_group(&fry_group, &fry);
	check_group(&common_group, &common);
	check_group(&retry_group, &retry);
	check_group(&dlq_group, &dlq);
}

static void test_shared_names_are_unique(void **state)
{
	const struct option_group *const groups[] = {&common_group, &retry_group, &dlq_group};
	const struct option_spec *all[64];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(groups); i++)
		for (const struct option_spec *spec = groups[i]->specs; spec->name; spec++)
			all[n++] = spec;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(all[i]->name, all[k]->name);
			assert_false(all[i]->short_name &&
				     all[i]->short_name == all[k]->short_name);
		}
}

static void test_resolve(void **state)
{
	struct common_options plain = COMMON_OPTIONS_DEFAULT, quiet = COMMON_OPTIONS_DEFAULT;
	struct common_options verbose = COMMON_OPTIONS_DEFAULT;

	(void)state;
	quiet.quiet = true;
	quiet.summary = SUMMARY_JSON;
	verbose.verbose = true;
	common_resolve(&plain);
	common_resolve(&quiet);
	common_resolve(&verbose);
	assert_int_equal(plain.log_level, EVENT_INFO);
	assert_int_equal(plain.summary, SUMMARY_TEXT);
	assert_int_equal(plain.progress, PROGRESS_AUTO);
	assert_int_equal(quiet.log_level, EVENT_WARNING);
	assert_int_equal(quiet.summary, SUMMARY_JSON);
	assert_int_equal(quiet.progress, PROGRESS_NEVER);
	assert_int_equal(verbose.log_level, EVENT_DEBUG);
}

static const struct option_use fry_uses[] = {{&fry_group, 0}, {0}};
static const struct cmd cmd_fry = {
	.name = "fry",
	.summary = "fry eggs",
	.usage = "[OPTIONS] EGG...",
	.details = "Eggs are fried in the order they come in, one after the other.",
	.options = fry_uses,
	.examples = "redrive fry -e2 brown white\nredrive fry --side over -",
};

static void test_help_text(void **state)
{
	struct buf out = {0};

	(void)state;
	help_command(&out, &cmd_fry, 60);
	assert_string_equal(out.data,
			    "Usage: redrive fry [OPTIONS] EGG...\n"
			    "\n"
			    "Fry eggs.\n"
			    "\n"
			    "Eggs are fried in the order they come in, one after the\n"
			    "other.\n"
			    "\n"
			    "Frying:\n"
			    "  -p, --pan FILE     the pan to use (default PAN.iron;\n"
			    "                     environment TEST_FRY_PAN)\n"
			    "  -s, --spice NAME   add a spice (repeatable; environment\n"
			    "                     TEST_FRY_SPICE)\n"
			    "  -e, --eggs N       how many eggs, which is a long story\n"
			    "                     that has to be told in full (default 2;\n"
			    "                     environment TEST_FRY_EGGS)\n"
			    "      --butter SIZE  how much butter (default 64k)\n"
			    "      --time TIME    how long (default 1m)\n"
			    "      --side up|over|scrambled\n"
			    "                     which side up (default up)\n"
			    "  -q, --hot          heat it up\n"
			    "      --salt yes|no  salt it (default yes)\n"
			    "  -m, --mark CHAR    mark it (default ,)\n"
			    "\n"
			    "Help:\n"
			    "  -h, --help         show this help\n"
			    "\n"
			    "Examples:\n"
			    "  redrive fry -e2 brown white\n"
			    "  redrive fry --side over -\n");
	buf_finish(&out);
}

static void test_help_is_never_wider(void **state)
{
	(void)state;
	for (unsigned width = 60; width <= 100; width++) {
		struct buf out = {0};

		help_command(&out, &cmd_fry, width);
		for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= width);
		buf_finish(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_arguments_and_bundles),
		cmocka_unit_test(test_last_one_counts),
		cmocka_unit_test(test_help_stops),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_precedence),
		cmocka_unit_test(test_lists_do_not_mix),
		cmocka_unit_test(test_errors_name_the_origin),
		cmocka_unit_test(test_shared_groups_say_their_defaults),
		cmocka_unit_test(test_shared_names_are_unique),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_help_text),
		cmocka_unit_test(test_help_is_never_wider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

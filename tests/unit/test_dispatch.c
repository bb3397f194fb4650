/* The dispatcher, with commands that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cmd/dispatch.h"
#include "cmd/exit.h"
#include "cmd/groups.h"

static int boil_run(int argc, char **argv)
{
	assert_string_equal(argv[0], "boil");
	return argc > 1 ? atoi(argv[1]) : EXIT_DONE;
}

struct bake_options {
	struct retry_options retry;
};

static const struct option_use bake_uses[] = {{&retry_group, offsetof(struct bake_options, retry)},
					      {0}};
static const struct cmd cmd_bake;

static int bake_run(int argc, char **argv)
{
	struct bake_options o = {.retry = RETRY_OPTIONS_DEFAULT};
	int status;
	struct options *options = cmd_options(&cmd_bake, argc, argv, &o, &status);

	if (!options)
		return status;
	status = (int)o.retry.retries;
	options_destroy(options);
	return status;
}

static const struct cmd cmd_boil = {
	.name = "boil", .summary = "boil eggs", .usage = "[MINUTES]", .run = boil_run};
static const struct cmd cmd_bake = {.name = "bake-cake",
				    .summary = "bake a cake",
				    .usage = "[OPTIONS]",
				    .options = bake_uses,
				    .run = bake_run};
static const struct cmd *const kitchen[] = {&cmd_boil, &cmd_bake, NULL};
static const struct program program = {"cook meals", "1.2.3", kitchen};

/* Runs the words; what was printed goes to out and err, the caller frees them. */
static int run(const char *const *words, char **out, char **err)
{
	char *argv[8] = {(char *)"redrive"};
	size_t out_len, err_len;
	FILE *out_file = open_memstream(out, &out_len), *err_file = open_memstream(err, &err_len);
	int argc = 1, status;

	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	status = dispatch(&program, argc, argv, out_file, err_file);
	fclose(out_file);
	fclose(err_file);
	return status;
}

#define OVERVIEW                                                                                   \
	"Usage: redrive COMMAND [OPTIONS] [ARGUMENTS]\n\nCook meals.\n\nCommands:\n"               \
	"  boil       boil eggs\n"                                                                 \
	"  bake-cake  bake a cake\n\n"                                                             \
	"'redrive COMMAND --help' and 'man redrive-COMMAND' say more about one; 'redrive\n"        \
	"--version' says which redrive this is.\n"
#define BOIL_HELP                                                                                  \
	"Usage: redrive boil [MINUTES]\n\nBoil eggs.\n\nHelp:\n  -h, --help  show this help\n"
#define TRY "Try 'redrive --help'.\n"

static void test_dispatch(void **state)
{
	static const struct {
		const char *words[4];
		int status;
		const char *out, *err;
	} cases[] = {
		{{NULL}, EXIT_USAGE, "", OVERVIEW},
		{{"--help"}, EXIT_DONE, OVERVIEW, ""},
		{{"-h"}, EXIT_DONE, OVERVIEW, ""},
		{{"help"}, EXIT_DONE, OVERVIEW, ""},
		{{"--version"}, EXIT_DONE, "redrive 1.2.3\n", ""},
		{{"help", "boil"}, EXIT_DONE, BOIL_HELP, ""},
		{{"help", "boi"},
		 EXIT_USAGE,
		 "",
		 "redrive: unknown command boi; did you mean boil?\n" TRY},
		{{"boil"}, 0, "", ""},
		{{"boil", "77"}, 77, "", ""},
		{{"bake-cake", "--retries=5"}, 5, "", ""},
		{{"bake"}, EXIT_USAGE, "", "redrive: unknown command bake\n" TRY},
		{{"bake-kake"},
		 EXIT_USAGE,
		 "",
		 "redrive: unknown command bake-kake; did you mean bake-cake?\n" TRY},
		{{"x\033[2J\n"}, EXIT_USAGE, "", "redrive: unknown command x\\x1b[2J\\n\n" TRY},
		{{"--frobnicate"}, EXIT_USAGE, "", "redrive: unknown option --frobnicate\n" TRY},
		{{""}, EXIT_USAGE, "", "redrive: unknown command \n" TRY},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		char *out, *err;

		assert_int_equal(run(cases[i].words, &out, &err), cases[i].status);
		assert_string_equal(out, cases[i].out);
		assert_string_equal(err, cases[i].err);
		free(out);
		free(err);
	}
}

/* A command's own help and complaints go to the real streams. */
static void test_command_speaks_for_itself(void **state)
{
	char *out, *err;

	(void)state;
	assert_int_equal(run((const char *const[]){"bake-cake", "--retires", NULL}, &out, &err),
			 EXIT_USAGE);
	free(out);
	free(err);
	assert_int_equal(run((const char *const[]){"bake-cake", "--help", NULL}, &out, &err),
			 EXIT_DONE);
	free(out);
	free(err);
}

static void test_config_keys(void **state)
{
	const struct config_entry good[] = {{"linger.ms", "5", 1}, {"redrive.retries", "5", 2}};
	const struct config_entry bad[] = {{"redrive.retries", "5", 1},
					   {"redrive.retires", "5", 2}};
	struct error err = {0};

	(void)state;
	assert_int_equal(dispatch_check_config(kitchen, good, 2, "f", &err), 0);
	assert_int_equal(dispatch_check_config(kitchen, bad, 2, "f", &err), -1);
	assert_string_equal(err.text,
			    "f:2: unknown key redrive.retires; did you mean redrive.retries?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dispatch),
		cmocka_unit_test(test_command_speaks_for_itself),
		cmocka_unit_test(test_config_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

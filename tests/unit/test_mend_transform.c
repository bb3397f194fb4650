/* The command that changes values: each record has its own answer or none, whatever the
 * command does, and nothing of it stays behind. */
#include "transform.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

static int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* Of one record, as the first of a process, and as the only one. */
static const struct {
	const char *command;
	const char *answer;	 /* to {"a":1}; or NULL and */
	const char *message;	 /* where one process takes all records, */
	const char *message_own; /* where each has its own; "": that answer is taken */
} deeds[] = {
	{"cat", "{\"a\":1}", NULL, NULL},
	{EACH("echo \" [$l ] \""), "[{\"a\":1} ]", NULL, NULL},
	{EACH("printf '%s\\r\\n' \"$l\""), "{\"a\":1}", NULL, NULL},
	{EACH("echo null"), "null", NULL, NULL},
	{"echo 12", "12", NULL, NULL},
	{EACH("printf '\"%098d\"\\n' 1"),
	 "\"0000000000000000000000000000000000000000000000000"
	 "0000000000000000000000000000000000000000000000001\"",
	 NULL, NULL},
	{EACH("printf '\"%099d\"\\n' 1"), NULL, "printed more than 100 bytes", NULL},
	{"yes x | tr -d '\\n'", NULL, "printed more than 100 bytes", NULL},
	{"yes", NULL, "printed more than one line", "printed more than 100 bytes"},
	{EACH("printf '%s\\n%s\\n' \"$l\" \"$l\""), NULL, "printed more than one line", NULL},
	{EACH("printf '{\\n\"a\":1\\n}\\n'"), NULL, "printed more than one line", NULL},
	{EACH("printf '%s\\n\\n' \"$l\""), "{\"a\":1}", "printed more than one line", ""},
	{"read -r l; printf '%s' \"$l\"", "{\"a\":1}", NULL, NULL},
	{"cat | cat", "{\"a\":1}", NULL, NULL},
	{"cat | cat; echo", "{\"a\":1}", "printed more than one line", ""},
	{"sleep 1000 & cat", NULL, "didn't end within 500 ms", NULL},
	{"exit 0", NULL, "printed nothing", NULL},
	{"cat > /dev/null", NULL, "printed nothing", NULL},
	{"cat > /dev/null; exit 5", NULL, "ended with status 5", NULL},
	{"cat > /dev/null; echo 1; echo 2", NULL, "printed more than one line", NULL},
	{"cat > /dev/null; echo 12", "12", NULL, NULL},
	{"exit 3", NULL, "ended with status 3", NULL},
	{"read -r l; printf '{\"a'; exit 4", NULL, "ended with status 4", NULL},
	{"read -r l; kill -9 $$", NULL, "was killed by signal 9", NULL},
	{EACH("echo hello"), NULL, "printed what is not JSON: column ", NULL},
	{EACH("echo '{\"a\":}'"), NULL, "printed what is not JSON: column 6", NULL},
	{EACH("printf '\"\\377\"\\n'"), NULL, "printed what is not JSON: not valid UTF-8", NULL},
	{EACH("echo"), NULL, "printed an empty line", NULL},
	{"exec sleep 1000", NULL, "printed nothing within 200 ms", NULL},
	{"printf x; exec sleep 1000", NULL, "printed no whole line within 500 ms",
	 "didn't end within 500 ms"},
	{"exec >&-; exec sleep 1000", NULL, "closed its output, but didn't end within 500 ms",
	 NULL},
};

static void run_deed(size_t i, bool exact)
{
	const char *answer = deeds[i].answer, *message = deeds[i].message;
	struct transform *t;

	if (exact && deeds[i].message_own)
		message = *deeds[i].message_own ? deeds[i].message_own : NULL;
	t = create(deeds[i].command, timeout_of(message));
	transform_set_exact(t, exact);
	if (message)
		expect_refusal(t, "{\"a\":1}", message);
	else
		expect_answer(t, "{\"a\":1}", answer);
	assert_false(transform_is_unsure(t));
	transform_destroy(t);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_deeds(void **state)
{
	int files = count_files();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(deeds); i++) {
		run_deed(i, false);
		run_deed(i, true);
		EXPECT(count_files() == files, "%s", deeds[i].command);
	}
}

static void test_a_value_of_several_lines_is_told_in_one(void **state)
{
	struct transform *t = create("cat", LONG_MS);

	(void)state;
	expect_answer(t, "{\n\"a\":\r\n[1,\n\n\"\\n\"]\r}\n", "{ \"a\":  [1,  \"\\n\"] }");
	expect_settled(t);
	transform_destroy(t);
}

/* A value that isn't JSON is the record's trouble alone: the process goes on. */
static void test_bad_json_ends_nothing(void **state)
{
	struct transform *t = create("n=0; " EACH("n=$((n + 1)); case $l in *bad*) echo x$n;; "
						  "*) echo $n;; esac"),
				     LONG_MS);

	(void)state;
	expect_answer(t, "0", "1");
	expect_refusal(t, "\"bad\"", "not JSON");
	expect_answer(t, "0", "3");
	expect_settled(t);
	transform_destroy(t);
}

#define FRAIL EACH("case $l in *bad*) exit 3;; esac; echo \"[$l]\"")

static enum mend_result run(struct transform *t, const char *value, struct error *err)
{
	struct slice answer;

	return transform_run(t, slice_of(value), &answer, err);
}

static void test_what_has_never_answered_stops_the_run(void **state)
{
	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		struct transform *t = create(FRAIL, LONG_MS);
		struct error err = {0};

		transform_set_exact(t, exact);
		for (int i = 1; i < TRANSFORM_FAILURES_MAX; i++)
			assert_int_equal(run(t, "\"bad\"", &err), MEND_REFUSED);
		assert_int_equal(run(t, "\"bad\"", &err), MEND_BROKEN);
		assert_int_equal(err.kind, ERROR_SYSTEM);
		assert_non_null(strstr(err.text, "The transform command fails for every record: it "
						 "ended with status 3. "));
		transform_destroy(t);
	}
}

static void test_what_is_not_there_stops_the_run(void **state)
{
	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		struct transform *t = create("no-such-command 2> /dev/null", LONG_MS);
		struct error err = {0};

		transform_set_exact(t, exact);
		assert_int_equal(run(t, "1", &err), MEND_BROKEN);
		assert_non_null(strstr(err.text,
				       "The transform command can't be run: it ended "
				       "with status 127, as a command that isn't found. "));
		transform_destroy(t);
	}
}

static void test_what_has_answered_may_fail_for_many(void **state)
{
	struct transform *t = create(FRAIL, LONG_MS);

	(void)state;
	expect_answer(t, "1", "[1]");
	for (int i = 0; i < 2 * TRANSFORM_FAILURES_MAX; i++)
		assert_int_equal(run(t, "\"bad\"", NULL), MEND_REFUSED);
	expect_settled(t);
	transform_destroy(t);
}

static void test_what_hangs_again_and_again_stops_the_run(void **state)
{
	struct transform *t = create("exec sleep 1000", SHORT_MS);
	struct error err = {0};

	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		transform_set_exact(t, exact);
		for (int k = 1; k < TRANSFORM_HANGS_MAX; k++)
			expect_refusal(t, "0", "printed nothing within 200 ms");
		assert_int_equal(run(t, "0", &err), MEND_BROKEN);
		assert_non_null(strstr(err.text, "The transform command hangs again and again: it "
						 "printed nothing within 200 ms. "));
	}
	transform_destroy(t);
}

static void test_stop_is_no_failure(void **state)
{
	volatile int stop = 1;
	struct transform *t = transform_create(&(struct transform_options){
		.command = "cat", .timeout_ms = LONG_MS, .max_bytes = MAX, .stop = &stop});

	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		transform_set_exact(t, exact);
		for (int i = 0; i < 7; i++)
			expect_refusal(t, "1", "was stopped");
	}
	transform_set_exact(t, false);
	stop = 0;
	expect_answer(t, "1", "1");
	stop = 1;
	expect_settled(t); /* what has been answered is kept */
	transform_destroy(t);
}

static volatile int alarmed;

static void on_alarm(int number)
{
	alarmed = number;
}

static void test_stop_ends_the_waiting(void **state)
{
	struct transform *t =
		transform_create(&(struct transform_options){.command = "exec sleep 1000",
							     .timeout_ms = LONG_MS,
							     .max_bytes = MAX,
							     .stop = &alarmed});
	const struct itimerval soon = {.it_value = {0, 20000}};

	(void)state;
	signal(SIGALRM, on_alarm);
	for (int exact = 0; exact < 2; exact++) {
		alarmed = 0;
		transform_set_exact(t, exact);
		assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
		expect_refusal(t, "1", "was stopped");
	}
	signal(SIGALRM, SIG_DFL);
	transform_destroy(t);
}

/* More than any pipe holds by itself. */
#define LARGE 150000

static void expect_large(const char *command, const struct buf *value, bool exact)
{
	struct transform *t = transform_create(&(struct transform_options){
		.command = command, .timeout_ms = LONG_MS, .max_bytes = 3 * LARGE});
	struct slice answer;

	transform_set_exact(t, exact);
	for (int i = 0; i < 2; i++) {
		EXPECT(transform_run(t, buf_slice(value), &answer, NULL) == MEND_DONE, "%s: %s",
		       command, transform_message(t));
		assert_true(slice_equal(answer, buf_slice(value)));
	}
	expect_settled(t);
	transform_destroy(t);
}

/* The second says more than a pipe holds before it has heard anything. */
static void test_large_values_fill_no_pipe_for_ever(void **state)
{
	struct buf value = {0};

	(void)state;
	buf_add_char(&value, '"');
	memset(buf_reserve(&value, LARGE), 'x', LARGE);
	value.len += LARGE;
	buf_add_char(&value, '"');
	for (int exact = 0; exact < 2; exact++) {
		expect_large("cat", &value, exact);
		expect_large(EACH("head -c 150000 /dev/zero | tr '\\0' ' '; printf '%s\\n' \"$l\""),
			     &value, exact);
	}
	expect_large("head -c 150000 /dev/zero | tr '\\0' ' '; cat", &value, true);
	buf_finish(&value);
}

static void test_nothing_is_started_for_nothing(void **state)
{
	struct transform *t = create("echo > started", LONG_MS);

	(void)state;
	expect_settled(t);
	transform_set_exact(t, true);
	transform_destroy(t);
	transform_destroy(NULL);
	assert_int_equal(access("started", F_OK), -1);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_a_value_of_several_lines_is_told_in_one),
		cmocka_unit_test(test_bad_json_ends_nothing),
		cmocka_unit_test(test_what_has_never_answered_stops_the_run),
		cmocka_unit_test(test_what_is_not_there_stops_the_run),
		cmocka_unit_test(test_what_has_answered_may_fail_for_many),
		cmocka_unit_test(test_what_hangs_again_and_again_stops_the_run),
		cmocka_unit_test(test_stop_is_no_failure),
		cmocka_unit_test(test_stop_ends_the_waiting),
		cmocka_unit_test(test_large_values_fill_no_pipe_for_ever),
		IN_SCRATCH(test_nothing_is_started_for_nothing),
	};

	return RUN_TESTS(tests);
}

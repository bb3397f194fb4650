/* Which answer is whose, when the command says too much or too little, or in bits, too late,
 * or ends. */
#include "transform.h"

#include <poll.h>
#include <time.h>

static void test_one_process_takes_all_until_it_is_settled(void **state)
{
	struct transform *t = create("n=0; " EACH("n=$((n + 1)); echo \"[$n,$l]\""), LONG_MS);

	(void)state;
	for (int batch = 0; batch < 2; batch++) {
		expect_answer(t, "10", "[1,10]");
		expect_answer(t, "20", "[2,20]");
		expect_answer(t, "30", "[3,30]");
		expect_settled(t);
	}
	expect_settled(t);
	transform_set_exact(t, true);
	expect_answer(t, "10", "[1,10]");
	expect_answer(t, "20", "[1,20]");
	expect_settled(t);
	transform_set_exact(t, false);
	expect_answer(t, "10", "[1,10]");
	expect_answer(t, "20", "[2,20]");
	transform_destroy(t);
}

#define FRAIL EACH("case $l in *bad*) exit 3;; *none*) continue;; esac; echo \"[$l]\"")

/* Those before have each had one line when the process read on. */
static void test_a_line_too_few_is_one_record_s_trouble(void **state)
{
	struct transform *t = create(FRAIL, LONG_MS);

	(void)state;
	for (int exact = 0; exact < 2; exact++) {
		transform_set_exact(t, exact);
		expect_refusal(t, "\"bad\"", "the transform command ended with status 3");
		expect_answer(t, "1", "[1]");
		expect_refusal(t, "\"bad\"", "the transform command ended with status 3");
		expect_answer(t, "2", "[2]");
		expect_answer(t, "3", "[3]");
		expect_refusal(t, "\"none\"", "printed nothing");
		expect_answer(t, "4", "[4]");
		expect_settled(t);
	}
	transform_destroy(t);
}

/* Its second line comes when the file `go` is there. */
#define LATE                                                                                       \
	EACH("echo \"$l\"; case $l in *late*) "                                                    \
	     "while [ ! -e go ]; do sleep 0.01; done; echo 0;; esac")

static void test_a_late_line_shows_when_it_is_settled(void **state)
{
	struct transform *t = create(LATE, LONG_MS);

	(void)state;
	expect_answer(t, "1", "1");
	expect_answer(t, "\"late\"", "\"late\"");
	write_whole("go", "", 0);
	expect_unsure(t, "printed more lines than there were records");
	transform_set_exact(t, true);
	expect_answer(t, "1", "1");
	expect_refusal(t, "\"late\"", "printed more than one line");
	expect_answer(t, "2", "2");
	expect_settled(t);
	transform_destroy(t);
}

static void test_a_late_line_is_nobody_else_s_answer(void **state)
{
	struct transform *t = create(LATE, LONG_MS);

	(void)state;
	expect_answer(t, "\"late\"", "\"late\"");
	write_whole("go", "", 0);
	for (int i = 0; i < 3; i++)
		expect_answer(t, "7", "7");
	assert_true(transform_is_unsure(t));
	expect_unsure(t, "printed more lines than there were records");
	transform_destroy(t);
}

/* The same without an end of its line. */
static void test_half_a_late_line_is_nobody_else_s_answer(void **state)
{
	struct transform *t =
		create(EACH("echo \"$l\"; case $l in 1) "
			    "while [ ! -e go ]; do sleep 0.01; done; printf 1;; esac"),
		       LONG_MS);

	(void)state;
	expect_answer(t, "1", "1");
	write_whole("go", "", 0);
	expect_answer(t, "2", "2");
	expect_unsure(t, "printed more lines than there were records");
	transform_destroy(t);
}

/* A command that takes one record and ends. */
static void test_an_end_after_the_answer(void **state)
{
	struct transform *t = create("read -r l; echo \"$l\"", LONG_MS);

	(void)state;
	for (int batch = 0; batch < 2; batch++) {
		expect_answer(t, "1", "1");
		expect_answer(t, "2", "2");
		expect_answer(t, "3", "3");
		expect_settled(t);
	}
	transform_destroy(t);
}

static void test_a_bad_end_after_the_answer(void **state)
{
	struct transform *t = create("read -r l; echo \"$l\"; exit 3", LONG_MS);

	(void)state;
	expect_answer(t, "1", "1");
	expect_answer(t, "2", "2");
	expect_unsure(t, "ended with status 3");
	transform_set_exact(t, true);
	expect_refusal(t, "1", "ended with status 3");
	transform_destroy(t);
}

/* Which of them has which answer, nobody could tell. */
static void test_processes_side_by_side_are_asked_one_record_each(void **state)
{
	struct transform *t =
		create("n=0; " EACH("n=$((n + 1)); echo \"[$n,$l]\"") " | cat", LONG_MS);

	(void)state;
	assert_false(transform_is_slow(t));
	expect_answer(t, "10", "[1,10]");
	assert_true(transform_is_slow(t));
	expect_answer(t, "20", "[1,20]");
	expect_settled(t);
	expect_answer(t, "30", "[1,30]");
	transform_set_exact(t, true);
	assert_false(transform_is_slow(t));
	transform_destroy(t);
}

/* jq, if it isn't told otherwise. */
static void test_answers_that_are_kept_back(void **state)
{
	struct transform *t = create("l=$(cat); echo \"$l\"", LONG_MS);
	struct error err = {0};
	struct slice answer;
	int n = 1;

	(void)state;
	while (transform_run(t, SLICE_LIT("1"), &answer, &err) == MEND_DONE)
		n++;
	assert_in_range(n, TRANSFORM_LATE_MAX, 2 * TRANSFORM_LATE_MAX);
	assert_int_equal(err.kind, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "The transform command keeps its answers back: it prints "
					 "nothing before its input ends. "));
	transform_set_exact(t, true);
	for (int i = 0; i < 2 * TRANSFORM_LATE_MAX; i++)
		expect_answer(t, "1", "1");
	transform_destroy(t);
}

/* When it has been waited for in vain once, it is waited for longer. */
static void test_a_slow_command_is_waited_for(void **state)
{
	struct transform *t = create("n=0; " EACH("sleep 0.3; n=$((n + 1)); echo $n"), LONG_MS);
	struct slice answer = SLICE_NULL;

	(void)state;
	while (!slice_is(answer, "3"))
		assert_int_equal(transform_run(t, SLICE_LIT("0"), &answer, NULL), MEND_DONE);
	expect_settled(t);
	transform_destroy(t);
}

static void test_a_bad_end_is_not_settled(void **state)
{
	static const struct {
		const char *command, *message;
	} ends[] = {
		{"cat; exit 3", "ended with status 3"},
		{"cat; kill -9 $$", "was killed by signal 9"},
		{"cat; echo", "printed more lines than there were records"},
		{"cat; exec sleep 1000", "didn't end within 500 ms"},
		{"cat; exec >&-; exec sleep 1000",
		 "closed its output, but didn't end within 500 ms"},
		{"cat; yes", "printed more than 100 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct transform *t = create(ends[i].command, timeout_of(ends[i].message));

		expect_answer(t, "1", "1");
		expect_unsure(t, ends[i].message);
		expect_answer(t, "2", "2");
		transform_destroy(t);
	}
}

/* Children of the next tests. This one says a line when it sees that it is told something. */
static int speak_early(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1 && write(STDOUT_FILENO, &c, 1) == 1 && c != '\n')
		;
	if (poll(&input, 1, -1) == 1 && write(STDOUT_FILENO, "0\n", 2) == 2)
		pause();
	return 0;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Says each line twice, the second time a moment later, and nothing of the next one. */
static int speak_twice(void)
{
	char line[16];

	for (long n = getpid(); fgets(line, sizeof(line), stdin); n++) {
		int64_t until = now_us() + n % 100;

		if (write(STDOUT_FILENO, line, strlen(line)) < 0)
			return 1;
		while (now_us() < until)
			;
		if (write(STDOUT_FILENO, line, strlen(line)) < 0 ||
		    !fgets(line, sizeof(line), stdin))
			return 0;
	}
	return 0;
}

static char self[256];

static struct transform *create_self(const char *word)
{
	char command[300];

	snprintf(command, sizeof(command), "exec '%s' %s", self, word);
	return create(command, LONG_MS);
}

static void test_a_line_before_the_record_was_read_is_none_of_it(void **state)
{
	struct transform *t = create_self("early");

	(void)state;
	for (int i = 0; i < 3; i++) {
		expect_answer(t, "1", "1");
		expect_answer(t, "2", "2");
	}
	assert_true(transform_is_unsure(t));
	transform_destroy(t);
}

/* That there are as many lines as records proves nothing. */
static void test_a_line_too_many_and_one_too_few_don_t_make_up(void **state)
{
	struct transform *t = create_self("twice");
	struct slice answer;

	(void)state;
	for (int i = 0; i < 50; i++) {
		char value[16];

		snprintf(value, sizeof(value), "%d", i);
		if (transform_run(t, slice_of(value), &answer, NULL) == MEND_DONE)
			EXPECT(slice_is(answer, value), "%s: %.*s", value, (int)answer.len,
			       answer.data);
	}
	assert_int_equal(transform_settle(t), MEND_UNSURE);
	transform_destroy(t);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_process_takes_all_until_it_is_settled),
		cmocka_unit_test(test_a_line_too_few_is_one_record_s_trouble),
		IN_SCRATCH(test_a_late_line_shows_when_it_is_settled),
		IN_SCRATCH(test_a_late_line_is_nobody_else_s_answer),
		IN_SCRATCH(test_half_a_late_line_is_nobody_else_s_answer),
		cmocka_unit_test(test_an_end_after_the_answer),
		cmocka_unit_test(test_a_bad_end_after_the_answer),
		cmocka_unit_test(test_processes_side_by_side_are_asked_one_record_each),
		cmocka_unit_test(test_answers_that_are_kept_back),
		cmocka_unit_test(test_a_slow_command_is_waited_for),
		cmocka_unit_test(test_a_bad_end_is_not_settled),
		cmocka_unit_test(test_a_line_before_the_record_was_read_is_none_of_it),
		cmocka_unit_test(test_a_line_too_many_and_one_too_few_don_t_make_up),
	};
	char *path = realpath(argv[0], NULL);

	if (argc > 1) {
		free(path);
		return strcmp(argv[1], "early") ? speak_twice() : speak_early();
	}
	snprintf(self, sizeof(self), "%s", path);
	free(path);
	return RUN_TESTS(tests);
}

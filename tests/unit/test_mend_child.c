/* A command beside us, and the talk with it: full pipes, broken ones, and what stays behind. */
#include "expect.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/mem.h"
#include "mend/talk.h"

#define LONG_MS 60000 /* never waited for */
#define MIB	(1024 * 1024)

static int64_t in_ms(int64_t ms)
{
	return clock_mono_ms() + ms;
}

static void start(struct child *c, const char *command)
{
	child_init(c);
	assert_int_equal(child_start(c, command), 0);
	assert_true(c->pid > 0 && c->in > 2 && c->out > 2);
}

static enum talk_end hear(struct child *c, struct slice words, enum talk_aim aim, struct buf *said)
{
	return talk_run(&(struct talk){.child = c,
				       .aim = aim,
				       .words = words,
				       .said = said,
				       .max = 4 * MIB,
				       .deadline = in_ms(LONG_MS)});
}

/* Of a child whose output is closed, or should be. */
static void expect_status(struct child *c, int want)
{
	int status = -1;

	assert_true(child_end(c, in_ms(LONG_MS), &status));
	assert_int_equal(status, want);
	assert_int_equal(c->pid, 0);
}

static void expect_all(const char *command, struct slice words, struct slice want)
{
	struct buf said = {0};
	struct child c;

	start(&c, command);
	EXPECT(hear(&c, words, TALK_TO_THE_END, &said) == TALK_ENDED, "%s", command);
	EXPECT(slice_equal(buf_slice(&said), want), "%s: %.60s", command, said.data);
	expect_status(&c, 0);
	buf_finish(&said);
}

static void test_a_command_is_told_and_heard(void **state)
{
	(void)state;
	expect_all("cat", SLICE_LIT("1\n2\n"), SLICE_LIT("1\n2\n"));
	expect_all("cat", SLICE_LIT(""), SLICE_LIT(""));
	expect_all("echo '$HOME' \"$0\"", SLICE_LIT(""), SLICE_LIT("$HOME sh\n"));
	expect_all("cat > /dev/null; printf x", SLICE_LIT("1\n"), SLICE_LIT("x"));
}

static void fill(struct buf *b, char c, size_t n)
{
	memset(buf_reserve(b, n), c, n);
	b->len += n;
	buf_add_char(b, '\n');
}

/* The last one says more than a pipe holds before it has heard anything. */
static void test_full_pipes_hold_nobody_up(void **state)
{
	static const char *const commands[] = {
		"cat", "cat > /dev/null; head -c 1048576 /dev/zero | tr '\\0' x; echo",
		"head -c 1048576 /dev/zero | tr '\\0' x; cat > /dev/null; echo"};
	struct buf words = {0};

	(void)state;
	fill(&words, 'x', MIB);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		expect_all(commands[i], buf_slice(&words), buf_slice(&words));
	buf_finish(&words);
}

/* A line that comes before all is told doesn't end the talk. */
static void test_all_is_told_before_the_talk_is_over(void **state)
{
	struct buf words = {0}, said = {0};
	struct child c;

	(void)state;
	fill(&words, 'x', MIB);
	start(&c, "echo early; while read -r l; do echo ${#l}; done");
	assert_int_equal(hear(&c, buf_slice(&words), TALK_TO_A_LINE, &said), TALK_LINE);
	assert_int_equal(hear(&c, SLICE_LIT("1234\n"), TALK_TO_THE_END, &said), TALK_ENDED);
	assert_string_equal(said.data, "early\n1048576\n4\n");
	child_kill(&c);
	buf_finish(&words);
	buf_finish(&said);
}

static void test_what_waits_and_what_was_not_read(void **state)
{
	struct buf said = {0};
	struct child c;

	(void)state;
	start(&c, "read -r l; echo 1; exec sleep 1000");
	assert_false(talk_is_due(&c));
	assert_int_equal(talk_unread(&c), 0);
	assert_int_equal(hear(&c, SLICE_LIT("a\nbcd\n"), TALK_TO_A_LINE, &said), TALK_LINE);
	assert_false(talk_is_due(&c));
	assert_int_equal(talk_unread(&c), 4);
	child_close_input(&c);
	assert_int_equal(talk_unread(&c), 0);
	child_kill(&c);
	child_kill(&c);
	buf_finish(&said);
}

static void test_what_was_not_heard_yet_is_due(void **state)
{
	struct buf said = {0};
	struct child c;

	(void)state;
	start(&c, "exit 0");
	assert_int_equal(hear(&c, SLICE_LIT(""), TALK_TO_A_LINE, &said), TALK_ENDED);
	assert_false(talk_is_due(&c));
	expect_status(&c, 0);
	start(&c, "echo 1");
	while (!talk_is_due(&c))
		usleep(1000);
	expect_status(&c, 0);
	buf_finish(&said);
}

/* What a child that has said its first line does when it is told more. */
static const struct {
	const char *command;
	enum talk_end end;
	const char *said; /* meanwhile; NULL: that depends */
} sequels[] = {
	{"cat > /dev/null", TALK_READ, ""},
	{"cat", TALK_READ, NULL},
	{"while [ ! -e go ]; do sleep 0.01; done; echo 2; cat > /dev/null", TALK_LINE, "2\n"},
	{"while [ ! -e go ]; do sleep 0.01; done; printf 2; cat > /dev/null", TALK_READ, "2"},
	{"while [ ! -e go ]; do sleep 0.01; done", TALK_ENDED, ""},
	{"exec sleep 1000", TALK_SILENT, ""},
	{"exec <&-; exec sleep 1000", TALK_SILENT, ""},
};

static void test_until_all_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sequels); i++) {
		char *command = mem_printf("read -r l; echo 1; %s", sequels[i].command);
		bool silent = sequels[i].end == TALK_SILENT;
		struct buf said = {0};
		struct child c;
		enum talk_end end;

		unlink("go");
		start(&c, command);
		assert_int_equal(hear(&c, SLICE_LIT("1\n"), TALK_TO_A_LINE, &said), TALK_LINE);
		buf_clear(&said);
		write_whole("go", "", 0);
		end = talk_run(&(struct talk){.child = &c,
					      .aim = TALK_TO_BE_READ,
					      .words = SLICE_LIT("abc"),
					      .said = &said,
					      .max = MIB,
					      .deadline = in_ms(silent ? 200 : LONG_MS)});
		EXPECT(end == sequels[i].end, "%s: %d", command, end);
		if (sequels[i].said)
			expect_text(buf_slice(&said), sequels[i].said);
		if (end == TALK_READ)
			assert_int_equal(talk_unread(&c), 0);
		child_kill(&c);
		buf_finish(&said);
		free(command);
	}
}

static void test_all_of_much_is_read(void **state)
{
	struct buf words = {0}, said = {0};
	struct child c;

	(void)state;
	fill(&words, 'x', MIB);
	start(&c, "cat > /dev/null; echo end");
	assert_int_equal(hear(&c, buf_slice(&words), TALK_TO_BE_READ, &said), TALK_READ);
	assert_int_equal(talk_unread(&c), 0);
	assert_int_equal(said.len, 0);
	child_kill(&c);
	buf_finish(&words);
	buf_finish(&said);
}

/* A child that has not read all may still be at its beginning. */
static void test_patience_begins_when_all_is_read(void **state)
{
	struct buf said = {0};
	struct talk talk = {.aim = TALK_TO_A_LINE,
			    .words = SLICE_LIT("1\n"),
			    .said = &said,
			    .max = MIB,
			    .patience_ms = 1};
	struct child c;

	(void)state;
	talk.child = &c;
	start(&c, "cat > /dev/null");
	talk.deadline = in_ms(LONG_MS);
	assert_int_equal(talk_run(&talk), TALK_MUTE);
	child_kill(&c);
	start(&c, "exec sleep 1000");
	talk.words = SLICE_LIT("1\n");
	talk.deadline = in_ms(200);
	assert_int_equal(talk_run(&talk), TALK_SILENT);
	child_kill(&c);
	buf_finish(&said);
}

static void test_who_is_alone(void **state)
{
	static const struct {
		const char *command;
		bool alone;
	} commands[] = {
		{"exec cat", true},	      {"cat", true},
		{"cat; exit 0", true},	      {"sh -c 'sh -c cat; exit 0'; exit 0", true},
		{"cat | cat", false},	      {"sleep 1000 & cat", false},
		{"sh -c 'cat | cat'", false}, {"while read -r l; do echo 1; done", true},
	};
	struct buf said = {0};
	struct child c;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		start(&c, commands[i].command);
		assert_int_equal(hear(&c, SLICE_LIT("1\n"), TALK_TO_A_LINE, &said), TALK_LINE);
		EXPECT(child_is_alone(&c) == commands[i].alone, "%s", commands[i].command);
		child_kill(&c);
	}
	buf_finish(&said);
}

static void test_who_does_not_listen_kills_nobody(void **state)
{
	struct buf words = {0}, said = {0};
	sigset_t pending, blocked;
	struct child c;

	(void)state;
	signal(SIGPIPE, SIG_DFL);
	fill(&words, 'x', MIB);
	for (enum talk_aim aim = TALK_TO_BE_READ; aim <= TALK_TO_THE_END; aim++) {
		start(&c, "exec <&-; exit 3");
		assert_int_equal(hear(&c, buf_slice(&words), aim, &said), TALK_ENDED);
		expect_status(&c, 3 << 8);
		start(&c, "exec <&-; echo still here; exit 4");
		hear(&c, buf_slice(&words), aim, &said);
		assert_string_equal(said.data, "still here\n");
		buf_clear(&said);
		expect_status(&c, 4 << 8);
	}
	assert_int_equal(sigpending(&pending), 0);
	assert_false(sigismember(&pending, SIGPIPE));
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &blocked), 0);
	assert_false(sigismember(&blocked, SIGPIPE));
	buf_finish(&words);
	buf_finish(&said);
}

/* It has the signals that a process usually has, whatever ours does with them. */
static void test_the_command_dies_of_a_broken_pipe(void **state)
{
	sigset_t pipe, before;

	(void)state;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigprocmask(SIG_BLOCK, &pipe, &before);
	signal(SIGPIPE, SIG_IGN);
	expect_all("yes | head -n 1", SLICE_LIT(""), SLICE_LIT("y\n"));
	expect_all("sh -c 'kill -PIPE $$'; echo $?", SLICE_LIT(""), SLICE_LIT("141\n"));
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_the_end_of_a_hanging_command(void **state)
{
	struct child c;
	int status = -1;

	(void)state;
	start(&c, "exec sleep 1000");
	assert_false(child_end(&c, in_ms(200), &status));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(c.pid, 0);
	assert_int_equal(c.in, -1);
	assert_int_equal(c.out, -1);
}

/* Gone, or about to be reaped by whoever adopted it. */
static bool is_gone(const char *pid)
{
	char path[64];
	char *status;
	bool gone;

	snprintf(path, sizeof(path), "/proc/%d/status", atoi(pid));
	status = read_whole(path, NULL);
	gone = !status || strstr(status, "State:\tZ") || strstr(status, "State:\tX");
	free(status);
	return gone;
}

/* Starts a command that has a process in the background, of which it says the number. */
static void start_pair(struct child *c, struct buf *pid)
{
	buf_clear(pid);
	start(c, "sleep 1000 & echo $!; cat > /dev/null");
	assert_int_equal(hear(c, SLICE_LIT("1\n"), TALK_TO_A_LINE, pid), TALK_LINE);
	assert_false(is_gone(pid->data));
}

static void wait_until_gone(const struct buf *pid)
{
	while (!is_gone(pid->data))
		usleep(1000);
}

static void test_what_a_command_has_started_dies_with_it(void **state)
{
	struct buf pid = {0};
	struct child c;

	(void)state;
	start_pair(&c, &pid);
	child_kill(&c);
	wait_until_gone(&pid);
	start_pair(&c, &pid);
	child_close_input(&c);
	expect_status(&c, 0);
	wait_until_gone(&pid);
	buf_finish(&pid);
}

static void test_it_runs_where_we_have_no_input_and_output(void **state)
{
	int kept_in = dup(0), kept_out = dup(1);
	struct buf said = {0};
	enum talk_end end;
	struct child c;
	int rc;

	(void)state;
	close(0);
	close(1);
	child_init(&c);
	rc = child_start(&c, "cat");
	end = rc ? TALK_FAILED : hear(&c, SLICE_LIT("1\n"), TALK_TO_THE_END, &said);
	dup2(kept_in, 0);
	dup2(kept_out, 1);
	close(kept_in);
	close(kept_out);
	assert_int_equal(end, TALK_ENDED);
	assert_string_equal(said.data, "1\n");
	expect_status(&c, 0);
	buf_finish(&said);
}

static int count_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int files;

static int note_files(void **state)
{
	(void)state;
	files = count_files();
	return 0;
}

/* Neither open files nor children, dead or alive. */
static int find_nothing(void **state)
{
	(void)state;
	return count_files() != files || waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
}

static int enter_clean(void **state)
{
	return enter_scratch(state) || note_files(state);
}

static int leave_clean(void **state)
{
	return leave_scratch(state) || find_nothing(state);
}

#define CLEAN(test)	    cmocka_unit_test_setup_teardown(test, note_files, find_nothing)
#define CLEAN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_clean, leave_clean)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLEAN(test_a_command_is_told_and_heard),
		CLEAN(test_full_pipes_hold_nobody_up),
		CLEAN(test_all_is_told_before_the_talk_is_over),
		CLEAN(test_what_waits_and_what_was_not_read),
		CLEAN(test_what_was_not_heard_yet_is_due),
		CLEAN_SCRATCH(test_until_all_is_read),
		CLEAN(test_all_of_much_is_read),
		CLEAN(test_patience_begins_when_all_is_read),
		CLEAN(test_who_is_alone),
		CLEAN(test_who_does_not_listen_kills_nobody),
		CLEAN(test_the_command_dies_of_a_broken_pipe),
		CLEAN(test_the_end_of_a_hanging_command),
		CLEAN(test_what_a_command_has_started_dies_with_it),
		CLEAN(test_it_runs_where_we_have_no_input_and_output),
	};

	return RUN_TESTS(tests);
}

/* The alert command: once a cause, JSON on its input, and never our death. */
#include "expect.h"

#include <fcntl.h>
#include <jansson.h>

#include "deliver/alert.h"

static const struct alert_info down = {"_TRANSPORT", "the DLQ is down", "orders", "orders.dlq",
				       "orders.fallback.ndjson"};

static void raise_and_finish(const char *command, const struct alert_info *info, struct buf *log)
{
	struct event_sink sink = EVENTS_INTO(log);
	struct alert a;

	alert_init(&a, command, &sink);
	assert_true(alert_raise(&a, info));
	alert_finish(&a);
}

static void test_the_command_gets_a_line_of_json(void **state)
{
	const char *event, *cause, *message, *topic, *dlq, *fallback, *at;
	struct buf log = {0};
	size_t len = 0;
	char *line;
	json_t *root;

	(void)state;
	raise_and_finish("cat > got", &down, &log);
	line = read_whole("got", &len);
	assert_non_null(line);
	assert_int_equal(line[len - 1], '\n');
	root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_unpack(root, "{s:s,s:s,s:s,s:s,s:s,s:s,s:s!}", "event", &event,
				     "cause", &cause, "message", &message, "topic", &topic, "dlq",
				     &dlq, "fallback", &fallback, "at", &at),
			 0);
	assert_string_equal(event, "fallback");
	assert_string_equal(cause, "_TRANSPORT");
	assert_string_equal(message, "the DLQ is down");
	assert_string_equal(topic, "orders");
	assert_string_equal(dlq, "orders.dlq");
	assert_string_equal(fallback, "orders.fallback.ndjson");
	assert_int_equal(strlen(at), 24);
	assert_int_equal(log.len, 0);
	json_decref(root);
	free(line);
	buf_finish(&log);
}

static void test_hostile_texts_are_still_json(void **state)
{
	static const struct alert_info hostile = {"X", "\"\\\n\x1b[2J\xff", "t", NULL, "caf\xe9"};
	struct buf log = {0};
	size_t len = 0;
	char *line;
	json_t *root;

	(void)state;
	raise_and_finish("cat > got", &hostile, &log);
	line = read_whole("got", &len);
	root = json_loadb(line, len, 0, NULL);
	assert_non_null(root);
	assert_null(json_object_get(root, "dlq"));
	json_decref(root);
	free(line);
	buf_finish(&log);
}

/* What commands do that take a file name rather than their input. */
static void test_the_command_can_open_its_input_by_name(void **state)
{
	struct buf log = {0};
	size_t len = 0;
	char *line;

	(void)state;
	raise_and_finish("cat /dev/stdin > got 2> /dev/null", &down, &log);
	line = read_whole("got", &len);
	EXPECT(len > 0, "%s", log.data ? log.data : "nothing came");
	free(line);
	buf_finish(&log);
}

static void test_it_runs_once_for_each_cause(void **state)
{
	static const struct alert_info full = {"_QUEUE_FULL", "full", "orders", NULL, NULL};
	struct alert a;
	size_t len = 0;

	(void)state;
	alert_init(&a, "cat > /dev/null; echo x >> runs", NULL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(alert_raise(&a, &down), i == 0);
		assert_int_equal(alert_raise(&a, &full), i == 0);
	}
	alert_finish(&a);
	free(read_whole("runs", &len));
	assert_int_equal(len, 4);
}

static void test_without_a_command_causes_are_still_told_apart(void **state)
{
	struct alert a;

	(void)state;
	alert_init(&a, NULL, NULL);
	assert_true(alert_raise(&a, &down));
	assert_false(alert_raise(&a, &down));
	alert_finish(&a);
}

static void test_a_command_that_fails_is_reported(void **state)
{
	static const char *const commands[] = {"exit 3", "kill -9 $$",
					       "/no/such/command 2> /dev/null"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct buf log = {0};

		raise_and_finish(commands[i], &down, &log);
		EXPECT(log.data && strstr(log.data, "alert_failed: "), "%s", commands[i]);
		buf_finish(&log);
	}
}

/* `true` is gone before it has read a byte. */
static void test_a_command_that_does_not_read_kills_nobody(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct buf log = {0};

		raise_and_finish("exec <&-; exit 0", &down, &log);
		assert_int_equal(log.len, 0);
		buf_finish(&log);
	}
}

static void test_the_command_inherits_none_of_our_files(void **state)
{
	struct buf log = {0};
	int fd = open("secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	size_t len = 0;
	char *list;

	(void)state;
	assert_true(fd >= 0);
	raise_and_finish("cat > /dev/null; ls -l /proc/$$/fd > got", &down, &log);
	list = read_whole("got", &len);
	assert_null(strstr(list, "secret"));
	close(fd);
	free(list);
	buf_finish(&log);
}

/* What the program prints there is for machines. */
static void test_the_command_cannot_write_to_our_output(void **state)
{
	struct buf log = {0};
	int kept_out = dup(1), kept_err = dup(2);
	size_t len = 1;

	(void)state;
	fflush(stdout);
	assert_int_equal(dup2(open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 1), 1);
	assert_int_equal(dup2(open("err", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 2), 2);
	raise_and_finish("cat > /dev/null; echo hello", &down, &log);
	dup2(kept_out, 1);
	dup2(kept_err, 2);
	free(read_whole("out", &len));
	assert_int_equal(len, 0);
	free(read_whole("err", &len));
	assert_int_equal(len, 6);
	buf_finish(&log);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_the_command_gets_a_line_of_json),
		IN_SCRATCH(test_hostile_texts_are_still_json),
		IN_SCRATCH(test_the_command_can_open_its_input_by_name),
		IN_SCRATCH(test_it_runs_once_for_each_cause),
		IN_SCRATCH(test_without_a_command_causes_are_still_told_apart),
		IN_SCRATCH(test_a_command_that_fails_is_reported),
		IN_SCRATCH(test_a_command_that_does_not_read_kills_nobody),
		IN_SCRATCH(test_the_command_inherits_none_of_our_files),
		IN_SCRATCH(test_the_command_cannot_write_to_our_output),
	};

	return RUN_TESTS(tests);
}

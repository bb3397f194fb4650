/* Log lines: their three forms, hostile bytes, hooks, dead streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "report/log.h"

#define WHEN 1767323045678 /* 2026-01-02T03:04:05.678Z */

static const struct event_field retry_fields[] = {
	{"topic", "orders.created", 0},
	{"code", "NOT_ENOUGH_REPLICAS", 0},
	{"attempt", NULL, 1},
	{"delay_ms", NULL, 1000},
};

static const struct event retry = {EVENT_WARNING, "retry", "Retry 1/3 after 1000 ms", retry_fields,
				   4};

static void expect_line(enum log_format format, bool color, const struct event *event,
			const char *expected)
{
	struct buf out = {0};

	log_render(&out, format, color, WHEN, event);
	assert_string_equal(out.data, expected);
	buf_finish(&out);
}

static void test_text(void **state)
{
	(void)state;
	expect_line(LOG_TEXT, false, &retry,
		    "2026-01-02T03:04:05.678Z WARN  Retry 1/3 after 1000 ms  topic=orders.created "
		    "code=NOT_ENOUGH_REPLICAS attempt=1\n");
	expect_line(LOG_TEXT, true, &retry,
		    "\033[2m2026-01-02T03:04:05.678Z\033[0m \033[33mWARN \033[0m Retry 1/3 after "
		    "1000 ms  \033[2mtopic=orders.created code=NOT_ENOUGH_REPLICAS "
		    "attempt=1\033[0m\n");
}

static void test_text_leaves_out_what_is_said(void **state)
{
	const struct event_field fields[] = {{"partition", NULL, 3},
					     {"offset", NULL, 0},
					     {"line", NULL, 1},
					     {"topic", "orders", 0}};
	const struct event event = {EVENT_DEBUG, "delivered",
				    "✓ Message 1 delivered → Partition: 3, Offset: 0", fields, 4};

	(void)state;
	expect_line(LOG_TEXT, false, &event,
		    "2026-01-02T03:04:05.678Z DEBUG ✓ Message 1 delivered → Partition: 3, Offset: "
		    "0  line=1 topic=orders\n");
}

static void test_logfmt(void **state)
{
	(void)state;
	expect_line(LOG_LOGFMT, true, &retry,
		    "level=warning ts=2026-01-02T03:04:05.678Z event=retry msg=\"Retry 1/3 after "
		    "1000 ms\" topic=orders.created code=NOT_ENOUGH_REPLICAS attempt=1 "
		    "delay_ms=1000\n");
}

static void test_json(void **state)
{
	(void)state;
	expect_line(
		LOG_JSON, true, &retry,
		"{\"level\":\"warning\",\"ts\":\"2026-01-02T03:04:05.678Z\",\"event\":\"retry\","
		"\"msg\":\"Retry 1/3 after 1000 ms\",\"topic\":\"orders.created\","
		"\"code\":\"NOT_ENOUGH_REPLICAS\",\"attempt\":1,\"delay_ms\":1000}\n");
}

static void test_quotes(void **state)
{
	const struct event_field fields[] = {
		{"a", "", 0}, {"b", "x=y", 0}, {"c", "say \"no\"", 0}, {"d", "back\\slash", 0}};
	const struct event event = {EVENT_INFO, "e", "plain", fields, 4};

	(void)state;
	expect_line(LOG_LOGFMT, false, &event,
		    "level=info ts=2026-01-02T03:04:05.678Z event=e msg=plain a=\"\" b=\"x=y\" "
		    "c=\"say \\\"no\\\"\" d=back\\\\slash\n");
}

static const char hostile[] = "a\nlevel=error \033[2J\r\x01\x7f \xc2\x9b"
			      "1A \xff\xfe\xc0\xaf end";

static void test_hostile_bytes(void **state)
{
	const struct event_field field = {"file", hostile, 0};
	const struct event event = {EVENT_ERROR, "e", hostile, &field, 1};

	(void)state;
	for (int format = LOG_TEXT; format <= LOG_JSON; format++) {
		struct buf out = {0};

		log_render(&out, format, false, WHEN, &event);
		for (size_t i = 0; i + 1 < out.len; i++) {
			assert_true((unsigned char)out.data[i] >= 0x20);
			assert_true(out.data[i] != 0x7f);
		}
		assert_null(strstr(out.data, "\xc2\x9b"));
		assert_null(strchr(out.data, '\xff'));
		assert_int_equal(out.data[out.len - 1], '\n');
		buf_finish(&out);
	}
}

static void test_hostile_json_is_json(void **state)
{
	const struct event_field field = {"file", hostile, 0};
	const struct event event = {EVENT_ERROR, "e", "good ü", &field, 1};
	struct buf out = {0};
	json_t *parsed;

	(void)state;
	log_render(&out, LOG_JSON, false, WHEN, &event);
	parsed = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(parsed);
	assert_string_equal(json_string_value(json_object_get(parsed, "msg")), "good ü");
	assert_non_null(strstr(json_string_value(json_object_get(parsed, "file")), "\\xff\\xfe"));
	json_decref(parsed);
	buf_finish(&out);
}

struct record {
	struct buf calls;
};

static void before(void *ctx)
{
	buf_add_char(&((struct record *)ctx)->calls, 'b');
}

static void after(void *ctx)
{
	buf_add_char(&((struct record *)ctx)->calls, 'a');
}

static void test_level_and_hooks(void **state)
{
	FILE *file = tmpfile();
	struct log *log = log_create(file, LOG_LOGFMT, EVENT_WARNING, false);
	struct event_sink sink = log_sink(log);
	struct record record = {0};
	char text[512] = "";

	(void)state;
	log_set_hooks(log, &(struct log_hooks){before, after, &record});
	event_emit(&sink, EVENT_INFO, "quiet", EVENT_NO_FIELDS, "not this");
	assert_int_equal(record.calls.len, 0);
	event_emit(&sink, EVENT_WARNING, "loud", EVENT_FIELDS(EVENT_NUMBER("n", -5)), "this");
	assert_string_equal(record.calls.data, "ba");
	log_set_hooks(log, NULL);
	event_emit(&sink, EVENT_CRITICAL, "loud", EVENT_NO_FIELDS, "that");
	assert_string_equal(record.calls.data, "ba");

	rewind(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_ptr_equal(strstr(text, "level=warning ts="), text);
	assert_non_null(strstr(text, " event=loud msg=this n=-5\n"));
	assert_non_null(fgets(text, sizeof(text), file));
	assert_non_null(strstr(text, "level=critical"));
	assert_null(fgets(text, sizeof(text), file));
	log_destroy(log);
	buf_finish(&record.calls);
	fclose(file);
}

static void test_dead_stream_does_no_harm(void **state)
{
	int ends[2];
	FILE *file;
	struct log *log;
	struct event_sink sink;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	file = fdopen(ends[1], "w");
	log = log_create(file, LOG_TEXT, EVENT_DEBUG, false);
	sink = log_sink(log);
	event_emit(&sink, EVENT_INFO, "e", EVENT_NO_FIELDS, "into the void");
	close(ends[1]);
	event_emit(&sink, EVENT_INFO, "e", EVENT_NO_FIELDS, "into nothing");
	log_destroy(log);
	fclose(file);
	log_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_leaves_out_what_is_said),
		cmocka_unit_test(test_logfmt),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_hostile_bytes),
		cmocka_unit_test(test_hostile_json_is_json),
		cmocka_unit_test(test_level_and_hooks),
		cmocka_unit_test(test_dead_stream_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

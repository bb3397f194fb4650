/* Errors and events: filled, cut, and quiet without a taker. */
#include "expect.h"

#include "base/error.h"

static void test_an_error_has_kind_and_text(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(error_set(&err, ERROR_INPUT, "%s:%d", "orders.csv", 7), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_string_equal(err.text, "orders.csv:7");
	assert_int_equal(error_set(NULL, ERROR_INPUT, "nobody asks"), -1);
}

static void test_a_long_text_is_cut(void **state)
{
	struct error err = {0};
	struct buf log = {0};
	struct event_sink sink = EVENTS_INTO(&log);

	(void)state;
	error_set(&err, ERROR_INPUT, "%*d", 5000, 1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	event_emit(&sink, EVENT_INFO, "long", EVENT_NO_FIELDS, "%*d", 5000, 1);
	assert_in_range(log.len, 500, 5000);
	buf_finish(&log);
}

static void count_fields(void *ctx, const struct event *event)
{
	*(size_t *)ctx = event->n_fields;
	assert_string_equal(event->name, "retry");
	assert_string_equal(event->msg, "Retry 1/3");
	assert_int_equal(event->level, EVENT_WARNING);
	assert_string_equal(event->fields[0].text, "orders");
	assert_null(event->fields[1].text);
	assert_int_equal(event->fields[1].number, 1000);
	assert_string_equal(event->fields[2].text, "");
}

static void test_an_event_carries_its_fields(void **state)
{
	size_t n = 0;
	struct event_sink sink = {count_fields, &n};
	const char *none = NULL;

	(void)state;
	event_emit(&sink, EVENT_WARNING, "retry",
		   EVENT_FIELDS(EVENT_TEXT("topic", "orders"), EVENT_NUMBER("delay_ms", 1000),
				EVENT_TEXT("member", none)),
		   "Retry %d/%d", 1, 3);
	assert_int_equal(n, 3);
}

static void test_an_event_without_a_taker_is_dropped(void **state)
{
	(void)state;
	event_emit(NULL, EVENT_INFO, "x", EVENT_NO_FIELDS, "nobody");
	event_emit(&(struct event_sink){NULL, NULL}, EVENT_INFO, "x", EVENT_NO_FIELDS, "nobody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_has_kind_and_text),
		cmocka_unit_test(test_a_long_text_is_cut),
		cmocka_unit_test(test_an_event_carries_its_fields),
		cmocka_unit_test(test_an_event_without_a_taker_is_dropped),
	};

	return RUN_TESTS(tests);
}

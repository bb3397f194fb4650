/* The dead letter: the original, and headers that say what happened. */
#include "expect.h"

#include "base/text.h"
#include "deliver/deadletter.h"

static const struct header own[] = {
	{SLICE_LIT("trace"), SLICE_LIT("\xff\0")},
	{SLICE_LIT("trace"), SLICE_NULL},
	{SLICE_LIT("empty"), SLICE_LIT("")},
	{SLICE_LIT("Error-Type"), SLICE_LIT("not ours: names are case-sensitive")},
};

static const struct record order = {
	SLICE_LIT("k\0"), SLICE_LIT("v\xff"), own, ARRAY_SIZE(own), 1700000000000, NULL, true};

static struct failure *failed(const struct record *r, const char *file, const char *member,
			      const char *message)
{
	struct origin *o = file ? origin_create(0, file, member, "csv") : NULL;
	struct position position = {o, 17, 6001};
	struct failure *f = failure_from_record(
		r, &position, contract_of_kafka(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT), message);

	origin_unref(o);
	f->retries = 3;
	f->at = 1767323045678;
	f->possibly_persisted = true;
	return f;
}

/* How often it stands there; *value is the last one's. */
static size_t header(const struct record *r, const char *name, struct slice *value)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_headers; i++)
		if (slice_is(r->headers[i].name, name)) {
			*value = r->headers[i].value;
			n++;
		}
	return n;
}

static void expect_header(const struct record *r, const char *name, const char *value)
{
	struct slice got;

	EXPECT(header(r, name, &got) == 1, "%s stands there %zu times", name,
	       header(r, name, &got));
	EXPECT(slice_is(got, value), "%s is %.*s", name, (int)got.len, got.data);
}

static void test_the_original_is_whole(void **state)
{
	struct dead_letter letter = {0};
	struct failure *f = failed(&order, "f.csv", NULL, "late");

	(void)state;
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", NULL);
	expect_slice(letter.record.key, order.key);
	expect_slice(letter.record.value, order.value);
	assert_true(letter.record.timestamp == order.timestamp);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		expect_slice(letter.record.headers[i].name, own[i].name);
		expect_slice(letter.record.headers[i].value, own[i].value);
	}
	deadletter_finish(&letter);
	failure_destroy(f);
}

static void test_the_headers_say_what_happened(void **state)
{
	static const struct {
		const char *name, *value;
	} said[] = {
		{"original-topic", "orders"},
		{"error-timestamp", "2026-01-02T03:04:05.678Z"},
		{"error-type", "_MSG_TIMED_OUT"},
		{"error-message", "late"},
		{"retry-count", "3"},
		{"error-class", "transient"},
		{"persisted", "possibly"},
		{"source-file", "a.zip/dir/b.csv"},
		{"source-line", "17"},
		{"source-offset", "6001"},
		{"source-format", "csv"},
		{"job", "nightly"},
	};
	struct dead_letter letter = {0};
	struct failure *f = failed(&order, "a.zip", "dir/b.csv", "late");

	(void)state;
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", "nightly");
	for (size_t i = 0; i < ARRAY_SIZE(said); i++)
		expect_header(&letter.record, said[i].name, said[i].value);
	assert_int_equal(letter.record.n_headers, ARRAY_SIZE(own) + ARRAY_SIZE(said));
	deadletter_finish(&letter);
	failure_destroy(f);
}

static void test_what_does_not_apply_is_left_out(void **state)
{
	struct dead_letter letter = {0};
	struct failure *f = failed(&order, NULL, NULL, "late");
	struct slice value;

	(void)state;
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", NULL);
	assert_int_equal(header(&letter.record, "source-file", &value), 0);
	assert_int_equal(header(&letter.record, "source-line", &value), 0);
	assert_int_equal(header(&letter.record, "source-format", &value), 0);
	assert_int_equal(header(&letter.record, "job", &value), 0);
	deadletter_finish(&letter);
	failure_destroy(f);
}

static void test_a_second_failure_replaces_the_first(void **state)
{
	struct dead_letter letters[2] = {0};
	struct failure *f = failed(&order, "f.csv", NULL, "late");
	size_t n;

	(void)state;
	deadletter_make(&letters[0], f, DEADLETTER_REDRIVE, "orders", "nightly");
	n = letters[0].record.n_headers;
	for (int i = 1; i < 6; i++) {
		struct failure *again =
			failed(&letters[(i + 1) % 2].record, "g.csv", NULL, "again");

		deadletter_make(&letters[i % 2], again, DEADLETTER_REDRIVE, "orders.v2", "nightly");
		assert_int_equal(letters[i % 2].record.n_headers, n);
		expect_header(&letters[i % 2].record, "original-topic", "orders.v2");
		expect_header(&letters[i % 2].record, "error-message", "again");
		expect_header(&letters[i % 2].record, "source-file", "g.csv");
		failure_destroy(f);
		f = again;
	}
	failure_destroy(f);
	deadletter_finish(&letters[0]);
	deadletter_finish(&letters[1]);
}

static const struct {
	enum deadletter_names names;
	const char *name;
	struct slice value;
} foreign[] = {
	{DEADLETTER_CONNECT, "__connect.errors.topic", SLICE_LIT("orders")},
	{DEADLETTER_CONNECT, "__connect.errors.partition", SLICE_LIT("-1")},
	{DEADLETTER_CONNECT, "__connect.errors.exception.message", SLICE_LIT("late")},
	{DEADLETTER_SPRING, "kafka_dlt-original-topic", SLICE_LIT("orders")},
	{DEADLETTER_SPRING, "kafka_dlt-original-partition", SLICE_LIT("\xff\xff\xff\xff")},
	{DEADLETTER_SPRING, "kafka_dlt-original-offset",
	 SLICE_LIT("\xff\xff\xff\xff\xff\xff\xff\xff")},
	{DEADLETTER_SPRING, "kafka_dlt-original-timestamp",
	 SLICE_LIT("\0\0\x01\x8b\xcf\xe5\x68\0")},
	{DEADLETTER_SPRING, "kafka_dlt-original-timestamp-type", SLICE_LIT("CreateTime")},
	{DEADLETTER_SPRING, "kafka_dlt-exception-message", SLICE_LIT("late")},
	{DEADLETTER_STREAMS, "__streams.errors.topic", SLICE_LIT("orders")},
	{DEADLETTER_STREAMS, "__streams.errors.message", SLICE_LIT("late")},
};

/* A letter's own count goes on; what a record that is none calls so is its own. */
static void test_replays_are_counted(void **state)
{
	static const struct {
		const char *topic, *count;
		int64_t replays;
	} cases[] = {{"original-topic", "2", 2},
		     {"kafka_dlt-original-topic", "2", 2},
		     {"original-topic", "0", 0},
		     {"original-topic", "", 0},
		     {"original-topic", "many", 0},
		     {"original-topic", "-1", 0},
		     {"original-topic", "9223372036854775807", 0},
		     {"original-topic", "123456789012345678901234567890", 0},
		     {"topic", "2", 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct header headers[] = {
			{slice_of(cases[i].topic), SLICE_LIT("orders")},
			{SLICE_LIT("replay-count"), slice_of(cases[i].count)}};
		const struct record r = {.headers = headers, .n_headers = ARRAY_SIZE(headers)};

		EXPECT(deadletter_replays(&r) == cases[i].replays, "%s: %s", cases[i].topic,
		       cases[i].count);
	}
}

static void test_a_count_of_replays_is_replaced(void **state)
{
	static const struct header headers[] = {{SLICE_LIT("original-topic"), SLICE_LIT("orders")},
						{SLICE_LIT("replay-count"), SLICE_LIT("2")}};
	const struct record r = {
		.value = SLICE_LIT("v"), .headers = headers, .n_headers = ARRAY_SIZE(headers)};
	struct dead_letter letter = {0};
	struct failure *f = failed(&r, NULL, NULL, "late");

	(void)state;
	f->replays = 3;
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", NULL);
	expect_header(&letter.record, "replay-count", "3");
	deadletter_finish(&letter);
	failure_destroy(f);
}

static void test_other_families_have_their_names_and_encodings(void **state)
{
	struct failure *f = failed(&order, "f.csv", NULL, "late");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		struct dead_letter letter = {0};
		struct slice got = SLICE_NULL;

		deadletter_make(&letter, f, foreign[i].names, "orders", "nightly");
		EXPECT(header(&letter.record, foreign[i].name, &got) == 1 &&
			       slice_equal(got, foreign[i].value),
		       "%s", foreign[i].name);
		assert_int_equal(header(&letter.record, "original-topic", &got), 0);
		expect_header(&letter.record, "retry-count", "3");
		expect_header(&letter.record, "source-line", "17");
		deadletter_finish(&letter);
	}
	failure_destroy(f);
}

static void test_every_family_replaces_its_own(void **state)
{
	(void)state;
	for (int names = 0; names < DEADLETTER_NAMES_COUNT; names++) {
		struct dead_letter first = {0}, second = {0};
		struct failure *f = failed(&order, "f.csv", "m", "late"), *again;

		deadletter_make(&first, f, names, "orders", "nightly");
		again = failed(&first.record, "f.csv", "m", "again");
		deadletter_make(&second, again, names, "orders", "nightly");
		assert_int_equal(second.record.n_headers, first.record.n_headers);
		failure_destroy(f);
		failure_destroy(again);
		deadletter_finish(&first);
		deadletter_finish(&second);
	}
}

/* Only a dead letter has headers of ours; before that, all are the record's own. */
static void test_own_headers_with_our_names_survive_the_first_failure(void **state)
{
	static const struct header mine[] = {{SLICE_LIT("job"), SLICE_LIT("cook")},
					     {SLICE_LIT("persisted"), SLICE_LIT("yes")},
					     {SLICE_LIT("source-file"), SLICE_LIT("mine")},
					     {SLICE_LIT("error-type"), SLICE_NULL}};
	const struct record r = {.value = SLICE_LIT("v"), .headers = mine, .n_headers = 4};

	(void)state;
	for (int names = 0; names < DEADLETTER_NAMES_COUNT; names++) {
		struct dead_letter letter = {0};
		struct failure *f = failed(&r, NULL, NULL, "late");

		deadletter_make(&letter, f, names, "orders", NULL);
		for (size_t i = 0; i < ARRAY_SIZE(mine); i++) {
			expect_slice(letter.record.headers[i].name, mine[i].name);
			expect_slice(letter.record.headers[i].value, mine[i].value);
		}
		deadletter_finish(&letter);
		failure_destroy(f);
	}
}

static void test_another_family_replaces_the_first(void **state)
{
	(void)state;
	for (int from = 0; from < DEADLETTER_NAMES_COUNT; from++)
		for (int to = 0; to < DEADLETTER_NAMES_COUNT; to++) {
			struct dead_letter letters[3] = {0};
			struct failure *f = failed(&order, "f.csv", NULL, "late"), *again,
				       *fresh = failed(&order, "f.csv", NULL, "again");

			deadletter_make(&letters[0], f, from, "orders", "nightly");
			again = failed(&letters[0].record, "f.csv", NULL, "again");
			deadletter_make(&letters[1], again, to, "orders", "nightly");
			deadletter_make(&letters[2], fresh, to, "orders", "nightly");
			assert_int_equal(letters[1].record.n_headers, letters[2].record.n_headers);
			for (size_t i = 0; i < letters[1].record.n_headers; i++)
				expect_slice(letters[1].record.headers[i].name,
					     letters[2].record.headers[i].name);
			for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
				deadletter_finish(&letters[i]);
			failure_destroy(f);
			failure_destroy(again);
			failure_destroy(fresh);
		}
}

static void test_without_an_origin_the_first_source_stays(void **state)
{
	struct dead_letter first = {0}, second = {0};
	struct failure *f = failed(&order, "f.csv", "m", "late"), *again;

	(void)state;
	deadletter_make(&first, f, DEADLETTER_REDRIVE, "orders", NULL);
	again = failed(&first.record, NULL, NULL, "again");
	deadletter_make(&second, again, DEADLETTER_REDRIVE, "orders", NULL);
	assert_int_equal(second.record.n_headers, first.record.n_headers);
	expect_header(&second.record, "error-message", "again");
	expect_header(&second.record, "source-file", "f.csv/m");
	expect_header(&second.record, "source-line", "17");
	expect_header(&second.record, "source-offset", "6001");
	expect_header(&second.record, "source-format", "csv");
	deadletter_finish(&first);
	deadletter_finish(&second);
	failure_destroy(f);
	failure_destroy(again);
}

static void test_hostile_texts_become_plain_ones(void **state)
{
	struct dead_letter letter = {0};
	struct failure *f = failed(&order, "\x1b[2J\xff", "\n", "bell\a");

	(void)state;
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", NULL);
	expect_header(&letter.record, "source-file", "\\x1b[2J\\xff/\\n");
	expect_header(&letter.record, "error-message", "bell\\x07");
	deadletter_finish(&letter);
	failure_destroy(f);
}

/* A cut in the middle of a character would show as an escape. */
static void test_a_long_message_is_cut_between_characters(void **state)
{
	struct dead_letter letter = {0};
	struct buf message = {0};
	struct failure *f;
	struct slice text = SLICE_NULL;

	(void)state;
	buf_add_str(&message, "xx");
	for (int i = 0; i < 1000; i++)
		buf_add_str(&message, "\xe2\x82\xac");
	f = failed(&order, NULL, NULL, message.data);
	deadletter_make(&letter, f, DEADLETTER_REDRIVE, "orders", NULL);
	header(&letter.record, "error-message", &text);
	assert_in_range(text.len, 900, 1100);
	assert_true(text_is_utf8(text));
	assert_null(memchr(text.data, '\\', text.len));
	deadletter_finish(&letter);
	failure_destroy(f);
	buf_finish(&message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_original_is_whole),
		cmocka_unit_test(test_the_headers_say_what_happened),
		cmocka_unit_test(test_what_does_not_apply_is_left_out),
		cmocka_unit_test(test_a_second_failure_replaces_the_first),
		cmocka_unit_test(test_replays_are_counted),
		cmocka_unit_test(test_a_count_of_replays_is_replaced),
		cmocka_unit_test(test_other_families_have_their_names_and_encodings),
		cmocka_unit_test(test_every_family_replaces_its_own),
		cmocka_unit_test(test_own_headers_with_our_names_survive_the_first_failure),
		cmocka_unit_test(test_another_family_replaces_the_first),
		cmocka_unit_test(test_without_an_origin_the_first_source_stays),
		cmocka_unit_test(test_hostile_texts_become_plain_ones),
		cmocka_unit_test(test_a_long_message_is_cut_between_characters),
	};

	return RUN_TESTS(tests);
}

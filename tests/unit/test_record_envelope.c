/* The envelope: what goes in comes out, byte for byte, and what is damaged is refused. */
#include "expect.h"

#include <jansson.h>
#include <zlib.h>

#include "base/text.h"
#include "record/envelope.h"

static const struct envelope_notes no_notes = {.topic = "orders"};

static const struct header repeated[] = {
	{SLICE_LIT("k"), SLICE_LIT("1")},
	{SLICE_LIT("a"), SLICE_LIT("2")},
	{SLICE_LIT("k"), SLICE_NULL},
	{SLICE_LIT("k"), SLICE_LIT("")},
	{SLICE_LIT(""), SLICE_LIT("no name")},
	{SLICE_LIT("k"), SLICE_LIT("\xff\0\xfe")},
	{SLICE_LIT("\xffname"), SLICE_LIT("v")},
	{SLICE_LIT("a\0b"), SLICE_LIT("c\0d")},
	{SLICE_LIT("base64"), SLICE_LIT("{\"base64\":\"AAAA\"}")},
};

static const struct record records[] = {
	{.timestamp = RECORD_NO_TIMESTAMP},
	{SLICE_LIT(""), SLICE_LIT(""), NULL, 0, RECORD_NO_TIMESTAMP, NULL, false},
	{SLICE_LIT(""), SLICE_NULL, NULL, 0, RECORD_NO_TIMESTAMP, NULL, false},
	{SLICE_NULL, SLICE_LIT(""), NULL, 0, RECORD_NO_TIMESTAMP, NULL, false},
	{SLICE_LIT("customer-A"), SLICE_LIT("{\"orderId\":\"1\"}"), NULL, 0, 1700000000000, NULL,
	 true},
	{SLICE_LIT("k"), SLICE_LIT("v"), repeated, ARRAY_SIZE(repeated), 0, NULL, false},
	{SLICE_LIT("\0"), SLICE_LIT("\0\0"), NULL, 0, 1, NULL, false},
	{SLICE_LIT("\xff"), SLICE_LIT("\x80\x81\x82"), NULL, 0, INT64_MAX, NULL, false},
	{SLICE_LIT("\xed\xa0\x80"), SLICE_LIT("\xc0\x80"), NULL, 0, 1, NULL, false},
	{SLICE_LIT("\"\\\b\f\n\r\t/"), SLICE_LIT("line\nline\r\n\xe2\x80\xa8"), NULL, 0, 1, NULL,
	 false},
	{SLICE_LIT("\xef\xbf\xbf\xef\xb7\x90"), SLICE_LIT("\xf4\x8f\xbf\xbf\x7f"), NULL, 0, 1, NULL,
	 false},
	{SLICE_LIT(",\"crc32\":\"00000000\"}"), SLICE_LIT(",\"crc32\":\"00000000\"}"), NULL, 0, 1,
	 NULL, false},
};

static void expect_record(const struct record *got, const struct record *want)
{
	expect_slice(got->key, want->key);
	expect_slice(got->value, want->value);
	assert_true(got->timestamp == want->timestamp);
	assert_null(got->block);
	assert_false(got->json);
	assert_int_equal(got->n_headers, want->n_headers);
	for (size_t i = 0; i < want->n_headers; i++) {
		expect_slice(got->headers[i].name, want->headers[i].name);
		expect_slice(got->headers[i].value, want->headers[i].value);
	}
}

static struct slice without_line_feed(const struct buf *line)
{
	assert_int_equal(line->data[line->len - 1], '\n');
	assert_ptr_equal(strchr(line->data, '\n'), line->data + line->len - 1);
	return (struct slice){line->data, line->len - 1};
}

static void test_every_record_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct buf line = {0};
		struct envelope e = {0};
		struct error err = {0};

		envelope_write(&line, &records[i], &no_notes);
		assert_true(text_is_utf8(buf_slice(&line)));
		EXPECT(envelope_read(&e, without_line_feed(&line), &err) == 0, "record %zu: %s", i,
		       err.text);
		expect_record(&e.record, &records[i]);
		assert_string_equal(e.topic, "orders");
		envelope_finish(&e);
		buf_finish(&line);
	}
}

static void test_every_single_byte_comes_back(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		struct record r = {{&byte, 1}, {&byte, 1}, NULL, 0, 1, NULL, false};
		struct buf line = {0};
		struct envelope e = {0};

		envelope_write(&line, &r, &no_notes);
		assert_int_equal(envelope_read(&e, without_line_feed(&line), NULL), 0);
		expect_record(&e.record, &r);
		envelope_finish(&e);
		buf_finish(&line);
	}
}

static json_t *written(const struct record *r, const struct envelope_notes *notes)
{
	struct buf line = {0};
	json_t *root;

	envelope_write(&line, r, notes);
	root = json_loadb(line.data, line.len - 1, JSON_REJECT_DUPLICATES, NULL);
	if (!root)
		print_error("not JSON: %s\n", line.data);
	buf_finish(&line);
	assert_non_null(root);
	return root;
}

static void test_the_notes_say_why_and_where(void **state)
{
	struct origin *o = origin_create(0, "orders.zip", "a.ndjson", "ndjson");
	struct envelope_notes notes = {
		"orders", "_TRANSPORT",	 "transient", "down", "possibly", 1700000000000,
		3,	  {o, 17, 6001}, "nightly",   0,      false, {"\"more\":[1]", 10}};
	json_t *root = written(&records[4], &notes);
	const char *type, *class, *message, *at, *persisted, *file, *member, *job;
	int v, retries, line, offset, more;

	(void)state;
	assert_int_equal(
		json_unpack(root,
			    "{s:i, s:{s:s, s:s, s:s, s:s, s:i, s:s}, s:{s:s, s:s, s:i, s:i}, s:s, s:[i]}",
			    "v", &v, "error", "type", &type, "class", &class, "message", &message,
			    "at", &at, "retries", &retries, "persisted", &persisted, "source",
			    "file", &file, "member", &member, "line", &line, "offset", &offset,
			    "job", &job, "more", &more),
		0);
	assert_int_equal(more, 1);
	assert_int_equal(v, 1);
	assert_string_equal(type, "_TRANSPORT");
	assert_string_equal(class, "transient");
	assert_string_equal(message, "down");
	assert_string_equal(at, "2023-11-14T22:13:20.000Z");
	assert_int_equal(retries, 3);
	assert_string_equal(persisted, "possibly");
	assert_string_equal(file, "orders.zip");
	assert_string_equal(member, "a.ndjson");
	assert_int_equal(line, 17);
	assert_int_equal(offset, 6001);
	assert_string_equal(job, "nightly");
	json_decref(root);
	origin_unref(o);
}

static void test_notes_that_are_not_there_are_left_out(void **state)
{
	json_t *root = written(&records[0], &(struct envelope_notes){0});

	(void)state;
	assert_null(json_object_get(root, "topic"));
	assert_null(json_object_get(root, "error"));
	assert_null(json_object_get(root, "source"));
	assert_null(json_object_get(root, "job"));
	assert_null(json_object_get(root, "timestamp"));
	assert_true(json_is_null(json_object_get(root, "value")));
	json_decref(root);
}

/* The numbers that tell a job which of its records this is. */
static void test_a_job_finds_its_record_again(void **state)
{
	static const struct {
		uint64_t job_id;
		unsigned input, number;
		uint64_t line, offset;
	} cases[] = {
		{0x5f0c00000000001a, 2, 7, 17, 6001},
		{1, 0, 0, 1, 0},
		{UINT64_MAX, UINT32_MAX, UINT32_MAX, INT64_MAX, INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct origin *o = origin_create(cases[i].input, "a.zip", "b", "ndjson");
		struct envelope_notes notes = {.position = {o, cases[i].line, cases[i].offset},
					       .job = "nightly",
					       .job_id = cases[i].job_id};
		struct envelope e = {0};
		struct buf line = {0};

		o->number = cases[i].number;
		envelope_write(&line, &records[i], &notes);
		assert_int_equal(envelope_read(&e, without_line_feed(&line), NULL), 0);
		expect_record(&e.record, &records[i]);
		assert_true(e.job_id == cases[i].job_id);
		assert_int_equal(e.input, cases[i].input);
		assert_int_equal(e.number, cases[i].number);
		assert_true(e.line == cases[i].line && e.offset == cases[i].offset);
		envelope_finish(&e);
		buf_finish(&line);
		origin_unref(o);
	}
}

static void test_a_jobs_numbers_stand_where_they_are_promised(void **state)
{
	struct origin *o = origin_create(2, "a.zip", "b", "ndjson");
	struct envelope_notes notes = {.position = {o, 17, 6001}, .job = "nightly", .job_id = 0x1a};
	struct buf line = {0};

	(void)state;
	o->number = 7;
	envelope_write(&line, &records[0], &notes);
	assert_non_null(strstr(line.data,
			       ",\"source\":{\"file\":\"a.zip\",\"member\":\"b\",\"line\":17,"
			       "\"offset\":6001,\"input\":2,\"number\":7},\"job\":\"nightly\","
			       "\"job_id\":\"000000000000001a\",\"crc32\":"));
	/* Without a place there is nothing to number. */
	notes.position.origin = NULL;
	buf_clear(&line);
	envelope_write(&line, &records[0], &notes);
	assert_non_null(strstr(line.data, "],\"job\":\"nightly\",\"job_id\":\"000000000000001a\""));
	buf_finish(&line);
	origin_unref(o);
}

static void test_what_is_no_jobs_has_no_numbers(void **state)
{
	struct origin *o = origin_create(2, "a.zip", "b", "ndjson");
	struct envelope_notes notes = {.position = {o, 17, 6001}};
	struct buf line = {0};
	struct envelope e = {0};

	(void)state;
	o->number = 7;
	envelope_write(&line, &records[0], &notes);
	assert_null(strstr(line.data, "job"));
	assert_null(strstr(line.data, "\"input\""));
	assert_null(strstr(line.data, "\"number\""));
	assert_int_equal(envelope_read(&e, without_line_feed(&line), NULL), 0);
	assert_true(!e.job_id && !e.input && !e.number);
	envelope_finish(&e);
	buf_finish(&line);
	origin_unref(o);
}

/* Of a line that somebody has written, too. */
static void test_job_ids_of_other_kinds_are_none(void **state)
{
	static const char *const none[] = {
		"{\"value\":null}",
		"{\"value\":null,\"job_id\":null}",
		"{\"value\":null,\"job_id\":7}",
		"{\"value\":null,\"job_id\":\"\"}",
		"{\"value\":null,\"job_id\":[\"1a\"]}",
		"{\"value\":null,\"source\":[1]}",
		"{\"value\":null,\"source\":{\"input\":\"1\",\"number\":{}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct envelope e = {0};

		EXPECT(envelope_read(&e, slice_of(none[i]), NULL) == 0, "%s", none[i]);
		EXPECT(!e.job_id && !e.input && !e.number && !e.line && !e.offset, "%s", none[i]);
		envelope_finish(&e);
	}
}

static void test_an_origin_without_a_file_name_is_still_json(void **state)
{
	struct origin *o = origin_create(0, NULL, NULL, NULL);
	struct envelope_notes notes = {.position = {o, 1, 0}};

	(void)state;
	json_decref(written(&records[0], &notes));
	origin_unref(o);
}

static void test_notes_that_are_not_utf8_are_still_json(void **state)
{
	struct origin *o = origin_create(0, "caf\xe9.csv", "\x1b[2J", "csv");
	struct envelope_notes notes = {.topic = "\xff",
				       .error_type = "X",
				       .error_message = "\"\xfe",
				       .position = {o, 1, 0}};

	(void)state;
	json_decref(written(&records[0], &notes));
	origin_unref(o);
}

static void test_a_line_is_added_behind_what_is_there(void **state)
{
	struct buf out = {0};
	struct envelope e = {0};
	size_t first;

	(void)state;
	envelope_write(&out, &records[4], &no_notes);
	first = out.len;
	envelope_write(&out, &records[5], &no_notes);
	assert_int_equal(
		envelope_read(&e, (struct slice){out.data + first, out.len - first - 1}, NULL), 0);
	expect_record(&e.record, &records[5]);
	envelope_finish(&e);
	buf_finish(&out);
}

/* The whole line guards itself: no byte of it can change unseen. */
static void test_no_changed_byte_goes_unseen(void **state)
{
	struct buf line = {0};

	(void)state;
	envelope_write(&line, &records[4], &no_notes);
	for (size_t i = 0; i + 1 < line.len; i++) {
		char kept = line.data[i];
		struct envelope e = {0};
		int rc;

		line.data[i] = kept == 'x' ? 'y' : 'x';
		rc = envelope_read(&e, (struct slice){line.data, line.len - 1}, NULL);
		/* In the name "crc32" a change makes a line that has none. */
		EXPECT(rc < 0 || (i >= line.len - 19 && i < line.len - 14), "byte %zu ('%c')", i,
		       kept);
		envelope_finish(&e);
		line.data[i] = kept;
	}
	buf_finish(&line);
}

static void test_no_torn_line_is_taken(void **state)
{
	struct buf line = {0};

	(void)state;
	envelope_write(&line, &records[5], &no_notes);
	for (size_t len = 0; len + 1 < line.len; len++) {
		char *copy = malloc(len ? len : 1);
		struct envelope e = {0};

		memcpy(copy, line.data, len);
		assert_int_equal(envelope_read(&e, (struct slice){copy, len}, NULL), -1);
		envelope_finish(&e);
		free(copy);
	}
	buf_finish(&line);
}

/* Lines of people and of others. */
static const struct {
	struct slice line;
	bool taken;
} lines[] = {
	{SLICE_LIT("{\"v\":1,\"topic\":\"t\",\"key\":\"k\",\"value\":\"v\"}"), true},
	{SLICE_LIT("  { \"value\" : \"v\" , \"key\" : null }  \r"), true},
	{SLICE_LIT("{\"key_base64\":\"/w==\",\"value\":\"v\"}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[]}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":null,\"timestamp\":null,\"topic\":null}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"extra\":{\"a\":[1,2]}}"), true},
	{SLICE_LIT("{\"value\":\"\\u0000\\ud83d\\ude00\"}"), true},
	{SLICE_LIT("{\"value\":null,\"timestamp\":-1}"), true},
	{SLICE_LIT("{\"value_base64\":\"\"}"), true},
	{SLICE_LIT("{\"v\":null,\"value\":\"v\"}"), false},
	{SLICE_LIT("{\"v\":\"1\",\"value\":\"v\"}"), false},
	{SLICE_LIT("{\"value\":null,\"value_base64\":\"QQ==\"}"), false},
	{SLICE_LIT("{\"key\":null,\"key_base64\":\"QQ==\",\"value\":\"v\"}"), false},
	{SLICE_LIT("{\"key\":\"k\"}"), false},
	{SLICE_LIT("{\"value_base64\":\"QR==\"}"), false},
	{SLICE_LIT(""), false},
	{SLICE_LIT("null"), false},
	{SLICE_LIT("[]"), false},
	{SLICE_LIT("\"value\""), false},
	{SLICE_LIT("{\"value\":\"v\"}{}"), false},
	{SLICE_LIT("{\"value\":\"v\"}\0"), false},
	{SLICE_LIT("{\"value\":\"v\",\"value\":\"w\"}"), false},
	{SLICE_LIT("{\"value\":\"\xff\"}"), false},
	{SLICE_LIT("{\"value\":\"\\ud800\"}"), false},
	{SLICE_LIT("{\"value\":1}"), false},
	{SLICE_LIT("{\"value\":{\"orderId\":\"1\"}}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"key\":7}"), false},
	{SLICE_LIT("{\"value_base64\":\"*\"}"), false},
	{SLICE_LIT("{\"value_base64\":\"QQ=\"}"), false},
	{SLICE_LIT("{\"value_base64\":null}"), false},
	{SLICE_LIT("{\"value_base64\":7}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"topic\":7}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"timestamp\":\"1\"}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"timestamp\":1.5}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"timestamp\":9223372036854775808}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":{}}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":\"k\"}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[\"k\",\"v\"]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\"]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\",\"v\",\"w\"]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[null,\"v\"]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\",1]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\",{}]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\",{\"base64\":1}]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[\"k\",{\"base64\":\"A\"}]]}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"crc32\":null}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"crc32\":0}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"crc32\":\"00000000\"}"), false},
	{SLICE_LIT("{\"crc32\":\"\"}"), false},
	{SLICE_LIT("{\"crc32\":\"00000000\",\"value\":\"v\"}"), false},
};

static void test_lines_made_by_others(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct envelope e = {0};
		struct error err = {0};
		bool taken = envelope_read(&e, lines[i].line, &err) == 0;

		EXPECT(taken == lines[i].taken, "%s", lines[i].line.data);
		EXPECT(taken || (err.kind == ERROR_INPUT && err.text[0]), "%s: no reason",
		       lines[i].line.data);
		envelope_finish(&e);
	}
}

static void expect_refused(struct slice line)
{
	struct envelope e = {0};
	int rc = envelope_read(&e, line, NULL);

	envelope_finish(&e);
	EXPECT(rc < 0, "taken: %s", line.data);
}

/* It would name another topic than the line does. */
static void test_a_topic_with_a_nul_is_refused(void **state)
{
	(void)state;
	expect_refused(SLICE_LIT("{\"topic\":\"orders\\u0000.dlq\",\"value\":\"v\"}"));
}

/* One of the two is not what the editor meant. */
static void test_text_and_base64_of_one_field_are_refused(void **state)
{
	(void)state;
	expect_refused(SLICE_LIT("{\"value\":\"mended\",\"value_base64\":\"QQ==\"}"));
}

/* A tombstone must be asked for: a misspelled name must not delete a key. */
static void test_a_line_without_a_value_is_refused(void **state)
{
	(void)state;
	expect_refused(SLICE_LIT("{\"topic\":\"t\",\"key\":\"k\",\"vaule\":\"v\"}"));
}

static void test_a_version_of_tomorrow_is_refused(void **state)
{
	(void)state;
	expect_refused(SLICE_LIT("{\"v\":2,\"topic\":\"t\",\"key\":\"k\",\"value\":\"v\"}"));
}

static void test_a_negative_timestamp_is_refused(void **state)
{
	(void)state;
	expect_refused(SLICE_LIT("{\"value\":\"v\",\"timestamp\":-2}"));
}

static void test_the_reason_is_the_true_one(void **state)
{
	static const struct {
		const char *line, *reason;
	} refused[] = {
		{"{\"value\":\"v\",\"extra\":100000000000000000000}", "too large"},
		{"{\"value\":\"v\",\"extra\":1e400}", "too large"},
		{"{\"value\":\"v\",\"value\":\"w\"}", "twice"},
		{"{\"vaule\":\"v\"}", "neither \"value\" nor"},
		{"{\"v\":2,\"value\":\"v\"}", "\"v\" must be 1"},
		{"[]", "not a JSON object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct envelope e = {0};
		struct error err = {0};

		assert_int_equal(envelope_read(&e, slice_of(refused[i].line), &err), -1);
		EXPECT(strstr(err.text, refused[i].reason), "%s: %s", refused[i].line, err.text);
		envelope_finish(&e);
	}
}

static void test_a_deep_line_is_refused_and_breaks_nothing(void **state)
{
	struct buf line = {0};
	struct envelope e = {0};

	(void)state;
	buf_add_str(&line, "{\"value\":");
	for (int i = 0; i < 200000; i++)
		buf_add_char(&line, '[');
	assert_int_equal(envelope_read(&e, buf_slice(&line), NULL), -1);
	envelope_finish(&e);
	buf_finish(&line);
}

static void test_the_crc_is_zlibs_of_what_stands_before_it(void **state)
{
	static const char body[] = "{\"key\":null,\"value\":\"v\"";
	struct buf line = {0};
	struct envelope e = {0};

	(void)state;
	buf_add_str(&line, body);
	buf_addf(&line, ",\"crc32\":\"%08lx\"}", crc32(0, (const Bytef *)body, sizeof(body) - 1));
	assert_int_equal(envelope_read(&e, buf_slice(&line), NULL), 0);
	envelope_finish(&e);
	buf_add_str(&line, " \r"); /* as some editors leave it */
	assert_int_equal(envelope_read(&e, buf_slice(&line), NULL), 0);
	envelope_finish(&e);
	buf_finish(&line);
}

static void test_no_error_shows_the_payload(void **state)
{
	static const char *const hostile[] = {
		"{\"value\":\"SECRET\",\"key\":SECRET}",
		"{\"value\":\"SECRET\",\"crc32\":\"SECRET\"}",
		"{\"value\":{\"SECRET\":1}}",
		"{\"value_base64\":\"SECRET\"}",
		"{\"value\":\"v\",\"headers\":[[\"SECRET\",7]]}",
		"SECRET",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct envelope e = {0};
		struct error err = {0};

		assert_int_equal(envelope_read(&e, slice_of(hostile[i]), &err), -1);
		EXPECT(!strstr(err.text, "SECRET"), "%s", err.text);
		envelope_finish(&e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_record_comes_back),
		cmocka_unit_test(test_every_single_byte_comes_back),
		cmocka_unit_test(test_the_notes_say_why_and_where),
		cmocka_unit_test(test_notes_that_are_not_there_are_left_out),
		cmocka_unit_test(test_a_job_finds_its_record_again),
		cmocka_unit_test(test_a_jobs_numbers_stand_where_they_are_promised),
		cmocka_unit_test(test_what_is_no_jobs_has_no_numbers),
		cmocka_unit_test(test_job_ids_of_other_kinds_are_none),
		cmocka_unit_test(test_an_origin_without_a_file_name_is_still_json),
		cmocka_unit_test(test_notes_that_are_not_utf8_are_still_json),
		cmocka_unit_test(test_a_line_is_added_behind_what_is_there),
		cmocka_unit_test(test_no_changed_byte_goes_unseen),
		cmocka_unit_test(test_no_torn_line_is_taken),
		cmocka_unit_test(test_lines_made_by_others),
		cmocka_unit_test(test_a_topic_with_a_nul_is_refused),
		cmocka_unit_test(test_text_and_base64_of_one_field_are_refused),
		cmocka_unit_test(test_a_line_without_a_value_is_refused),
		cmocka_unit_test(test_a_version_of_tomorrow_is_refused),
		cmocka_unit_test(test_a_negative_timestamp_is_refused),
		cmocka_unit_test(test_the_reason_is_the_true_one),
		cmocka_unit_test(test_a_deep_line_is_refused_and_breaks_nothing),
		cmocka_unit_test(test_the_crc_is_zlibs_of_what_stands_before_it),
		cmocka_unit_test(test_no_error_shows_the_payload),
	};

	return RUN_TESTS(tests);
}

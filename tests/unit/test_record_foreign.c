/* What other tools print of records: fixtures/dumps has their lines, and what is read from them. */
#include "expect.h"

#include <jansson.h>

#include "record/envelope.h"

/* Moves behind the first line of *text, which is returned. */
static struct slice take_line(struct slice *text)
{
	const char *end = memchr(text->data, '\n', text->len);
	struct slice line = {text->data, end ? (size_t)(end - text->data) : text->len};

	text->data += line.len + 1;
	text->len -= line.len + 1;
	return line;
}

static void expect_record(const struct envelope *got, const struct envelope *want)
{
	const struct record *a = &got->record, *b = &want->record;

	expect_slice(a->key, b->key);
	expect_slice(a->value, b->value);
	assert_true(a->timestamp == b->timestamp);
	assert_int_equal(a->n_headers, b->n_headers);
	for (size_t i = 0; i < a->n_headers; i++) {
		expect_slice(a->headers[i].name, b->headers[i].name);
		expect_slice(a->headers[i].value, b->headers[i].value);
	}
	assert_int_equal(!got->topic, !want->topic);
	if (got->topic)
		assert_string_equal(got->topic, want->topic);
	assert_int_equal(got->partition, want->partition);
	assert_true(got->kafka_offset == want->kafka_offset);
}

/* NULL: it is to be taken. The caller frees it. */
static char *refusal_of(struct slice want)
{
	json_t *root = json_loadb(want.data, want.len, 0, NULL);
	const char *text = json_string_value(json_object_get(root, "refused"));
	char *copy = text ? strdup(text) : NULL;

	json_decref(root);
	return copy;
}

/* e was used before, as for line after line of a file. */
static void check_line(struct envelope *e, struct slice input, struct slice want, const char *tool)
{
	char *refused = refusal_of(want);
	struct envelope expected = {0};
	struct error err = {0};
	int rc = envelope_read_any(e, input, &err);

	EXPECT((rc < 0) == (refused != NULL), "%.*s: %s", (int)input.len, input.data, err.text);
	if (refused) {
		EXPECT(strstr(err.text, refused), "%.*s: %s", (int)input.len, input.data, err.text);
		assert_int_equal(err.kind, ERROR_INPUT);
	} else {
		assert_int_equal(envelope_read(&expected, want, NULL), 0);
		expect_record(e, &expected);
		assert_int_equal(e->writer, tool ? ENVELOPE_FOREIGN : ENVELOPE_EDITED);
		assert_int_equal(!e->tool, !tool);
		if (tool)
			assert_string_equal(e->tool, tool);
		envelope_finish(&expected);
	}
	free(refused);
}

static void check_dump(const char *folder, const char *tool)
{
	char path[256];
	struct slice input, expect;
	struct envelope e = {0};
	char *inputs, *expected;

	snprintf(path, sizeof(path), FIXTURES "/dumps/%s/input.ndjson", folder);
	inputs = read_whole(path, &input.len);
	snprintf(path, sizeof(path), FIXTURES "/dumps/%s/expect.ndjson", folder);
	expected = read_whole(path, &expect.len);
	assert_true(inputs && expected);
	input.data = inputs;
	expect.data = expected;
	while (input.len && expect.len) {
		struct slice line = take_line(&input);

		check_line(&e, line, take_line(&expect), tool);
	}
	assert_int_equal(input.len, 0);
	assert_int_equal(expect.len, 0);
	envelope_finish(&e);
	free(inputs);
	free(expected);
}

static void test_kcat(void **state)
{
	(void)state;
	check_dump("kcat", "kcat");
}

static void test_kaf(void **state)
{
	(void)state;
	check_dump("kaf", "kaf");
}

static void test_rpk(void **state)
{
	(void)state;
	check_dump("rpk", "rpk");
}

static void test_kafkactl(void **state)
{
	(void)state;
	check_dump("kafkactl", "kafkactl");
}

static void test_lines_of_nobody(void **state)
{
	(void)state;
	check_dump("nobody", NULL);
}

/* Only who asks for it gets it. */
static void test_our_own_reader_takes_none(void **state)
{
	struct envelope e = {0};

	(void)state;
	assert_int_equal(envelope_read(&e,
				       SLICE_LIT("{\"topic\":\"t\",\"partition\":0,\"offset\":0,"
						 "\"key\":null,\"payload\":\"v\"}"),
				       NULL),
			 -1);
	envelope_finish(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kcat),
		cmocka_unit_test(test_kaf),
		cmocka_unit_test(test_rpk),
		cmocka_unit_test(test_kafkactl),
		cmocka_unit_test(test_lines_of_nobody),
		cmocka_unit_test(test_our_own_reader_takes_none),
	};

	return RUN_TESTS(tests);
}

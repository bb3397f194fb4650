/* What is written is read again, fits into the broker's limit, and nobody else's
 * metadata is taken for ours. */
#include "expect.h"

#include "base/mem.h"
#include "base/text.h"
#include "job/checkpoint.h"

static struct checkpoint sample(void)
{
	struct checkpoint c = {
		.job = mem_strdup("nightly"),
		.id = 0x5f0c000000000001,
		.run = UINT64_MAX,
		.records = 120000,
		.at = 1700000000000,
		.inputs = 3,
		.place = {.input = 1, .member = 2, .offset = 6001, .line = 17},
		.file = mem_strdup("orders-2.ndjson"),
		.identity = {387973120, 0x9ae0daaf, 0x01f3b2c4},
		.prints = {0x1a2b3c4d},
		.chain = 0x5e6f7a8b,
		.bytes = 412000000,
		.bytes_total = 1130000000,
		.damaged = 1,
	};

	return c;
}

/* Everything is at its largest, but for the names. */
static struct checkpoint largest(const char *job, const char *file)
{
	struct checkpoint c = {
		.job = mem_strdup(job),
		.id = UINT64_MAX,
		.run = UINT64_MAX,
		.at = INT64_MAX,
		.inputs = UINT32_MAX,
		.place = {UINT32_MAX - 1, UINT32_MAX, INT64_MAX, INT64_MAX},
		.file = mem_strdup(file),
		.identity = {INT64_MAX, UINT32_MAX, UINT32_MAX},
		.chain = UINT32_MAX,
		.bytes = INT64_MAX,
		.bytes_total = INT64_MAX,
		.damaged = UINT32_MAX,
	};

	memset(c.prints, 0xff, sizeof(c.prints));
	return c;
}

static void expect_same(const struct checkpoint *a, const struct checkpoint *b)
{
	assert_string_equal(a->job, b->job);
	assert_true(a->id == b->id && a->run == b->run);
	assert_true(a->records == b->records && a->at == b->at);
	assert_int_equal(a->inputs, b->inputs);
	assert_int_equal(source_place_compare(&a->place, &b->place), 0);
	assert_true(a->place.line == b->place.line);
	assert_true(identity_same(&a->identity, &b->identity));
	assert_memory_equal(a->prints, b->prints, sizeof(a->prints));
	assert_int_equal(a->chain, b->chain);
	assert_true(a->bytes == b->bytes && a->bytes_total == b->bytes_total);
	assert_int_equal(a->damaged, b->damaged);
}

/* Writes and reads; *out is valid until it is finished. */
static void round_trip(const struct checkpoint *c, struct checkpoint *out)
{
	struct buf text = {0};
	struct error err;

	checkpoint_write(&text, c);
	assert_true(text.len <= CHECKPOINT_MAX);
	assert_true(text_is_utf8(buf_slice(&text)));
	if (checkpoint_read(out, buf_slice(&text), c->records, &err) < 0)
		fail_msg("%s: %s", err.text, text.data);
	expect_same(out, c);
	buf_finish(&text);
}

static void test_the_form_is_the_one_that_is_promised(void **state)
{
	struct checkpoint c = sample();
	struct buf text = {0};

	(void)state;
	buf_add_str(&text, "before ");
	checkpoint_write(&text, &c);
	assert_string_equal(
		text.data,
		"before {\"v\":1,\"job\":\"nightly\",\"id\":\"5f0c000000000001\","
		"\"run\":\"ffffffffffffffff\",\"at\":1700000000000,\"inputs\":3,\"input\":1,"
		"\"member\":2,\"offset\":6001,\"line\":17,\"file\":\"orders-2.ndjson\","
		"\"size\":387973120,\"head\":\"9ae0daaf\",\"tail\":\"01f3b2c4\","
		"\"done\":[\"1a2b3c4d\"],\"chain\":\"5e6f7a8b\",\"bytes\":412000000,"
		"\"bytes_total\":1130000000,\"damaged\":1,\"reading\":\"00000000\"}");
	buf_finish(&text);
	checkpoint_finish(&c);
}

static void test_round_trip(void **state)
{
	struct checkpoint c = sample(), got;

	(void)state;
	round_trip(&c, &got);
	assert_string_equal(got.file, c.file);
	assert_false(checkpoint_is_complete(&got));
	checkpoint_finish(&got);
	checkpoint_finish(&c);
}

static void test_all_inputs_are_read(void **state)
{
	struct checkpoint c = sample(), got;

	(void)state;
	c.place = (struct source_place){.input = 3};
	c.prints[1] = 2;
	c.prints[2] = UINT32_MAX;
	c.identity = (struct identity){0};
	round_trip(&c, &got);
	assert_true(checkpoint_is_complete(&got));
	assert_null(got.file);
	checkpoint_finish(&got);
	checkpoint_finish(&c);
}

/* A name of `n` times `piece`. */
static char *repeated(const char *piece, size_t n)
{
	struct buf text = {0};

	for (size_t i = 0; i < n; i++)
		buf_add_str(&text, piece);
	return text.data;
}

static void test_long_names_are_cut(void **state)
{
	static const char *const pieces[] = {"a", "\"", "\x01", "\\",	"\n",	 "é",
					     "€", "😀",	"é\"",	"\xff", "a\xc3", "\x7f\xc2\x85"};
	char *job = repeated("j", 200);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		char *file = repeated(pieces[i], 5000);
		struct checkpoint c = largest(job, file), got;
		size_t len;

		round_trip(&c, &got);
		len = strlen(got.file);
		EXPECT(len > 50 && len < 800, "%zu bytes of %s", len, pieces[i]);
		if (text_is_utf8(slice_of(file)))
			assert_memory_equal(got.file, file, len);
		checkpoint_finish(&got);
		checkpoint_finish(&c);
		free(file);
	}
	free(job);
}

static void test_the_room_is_used(void **state)
{
	char *file = repeated("x", 5000);
	struct checkpoint c = largest("nightly", file);
	struct buf text = {0};

	(void)state;
	checkpoint_write(&text, &c);
	assert_int_equal(text.len, CHECKPOINT_MAX);
	buf_finish(&text);
	checkpoint_finish(&c);
	free(file);
}

static void test_names_that_are_not_utf8(void **state)
{
	struct checkpoint c = sample(), got;

	(void)state;
	free(c.file);
	c.file = mem_strdup("caf\xe9.csv");
	round_trip(&c, &got);
	assert_string_equal(got.file, "caf\\xe9.csv");
	checkpoint_finish(&got);
	checkpoint_finish(&c);
}

static void expect_refused(struct slice metadata, const char *why)
{
	struct checkpoint c;
	struct error err = {0};

	EXPECT(checkpoint_read(&c, metadata, 1, &err) == -1, "taken: %.*s", (int)metadata.len,
	       metadata.data);
	assert_int_equal(err.kind, ERROR_INPUT);
	EXPECT(strstr(err.text, why), "%s: %.*s", err.text, (int)metadata.len, metadata.data);
	checkpoint_finish(&c);
}

static void test_foreign_metadata(void **state)
{
	static const char *const foreign[] = {"",
					      "{}",
					      "null",
					      "[]",
					      "1",
					      "\"\"",
					      "{\"v\":1",
					      "{\"v\":2}",
					      "{\"v\":\"1\"}",
					      "{\"v\":1.0}",
					      "{\"a\":\"b\"}",
					      "leader",
					      "{\"v\":1}x",
					      "\xff"};

	(void)state;
	expect_refused(SLICE_NULL, "not a checkpoint");
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		expect_refused(slice_of(foreign[i]), "not a checkpoint");
	expect_refused(SLICE_LIT("{\"v\":1}"), "damaged");
	expect_refused(SLICE_LIT("{\"v\":2,\"job\":\"nightly\"}"), "version 2");
}

/* Writes a sample and replaces a part of it. */
static void expect_damaged(const char *part, const char *with)
{
	struct checkpoint c = sample();
	struct buf text = {0}, changed = {0};
	const char *at;

	checkpoint_write(&text, &c);
	at = strstr(text.data, part);
	assert_non_null(at);
	buf_add(&changed, text.data, (size_t)(at - text.data));
	buf_add_str(&changed, with);
	buf_add_str(&changed, at + strlen(part));
	expect_refused(buf_slice(&changed), "damaged");
	buf_finish(&changed);
	buf_finish(&text);
	checkpoint_finish(&c);
}

static void test_wrong_types_and_values(void **state)
{
	(void)state;
	expect_damaged("\"nightly\"", "7");
	expect_damaged("\"nightly\"", "null");
	expect_damaged("\"5f0c000000000001\"", "1");
	expect_damaged("\"5f0c000000000001\"", "\"5f0c\"");
	expect_damaged("\"5f0c000000000001\"", "\"5f0c00000000000g\"");
	expect_damaged("1700000000000", "\"1700000000000\"");
	expect_damaged("\"inputs\":3", "\"inputs\":0");
	expect_damaged("\"inputs\":3", "\"inputs\":4294967296");
	expect_damaged("\"input\":1", "\"input\":4");
	expect_damaged("\"input\":1", "\"input\":2");
	expect_damaged("\"input\":1", "\"input\":-1");
	expect_damaged("\"member\":2", "\"member\":2.5");
	expect_damaged("\"offset\":6001", "\"offset\":-6001");
	expect_damaged("\"line\":17,", "");
	expect_damaged("\"file\":\"orders-2.ndjson\",", "");
	expect_damaged("\"9ae0daaf\"", "\"9ae0daaff\"");
	expect_damaged("\"9ae0daaf\"", "\"9AE0DAAF\"");
	expect_damaged("[\"1a2b3c4d\"]", "[1]");
	expect_damaged("[\"1a2b3c4d\"]", "{}");
	expect_damaged("[\"1a2b3c4d\"]", "[]");
	expect_damaged(",\"damaged\":1", "");
}

static void test_every_cut(void **state)
{
	struct checkpoint c = sample();
	struct buf text = {0};

	(void)state;
	checkpoint_write(&text, &c);
	for (size_t len = 0; len < text.len; len++)
		expect_refused((struct slice){text.data, len}, "not a checkpoint");
	buf_finish(&text);
	checkpoint_finish(&c);
}

static void test_what_is_added_later_does_no_harm(void **state)
{
	struct checkpoint c = sample(), got;
	struct buf text = {0};
	struct error err;

	(void)state;
	checkpoint_write(&text, &c);
	text.data[text.len - 1] = ',';
	buf_add_str(&text, "\"more\":[1,{}]}");
	assert_int_equal(checkpoint_read(&got, buf_slice(&text), c.records, &err), 0);
	expect_same(&got, &c);
	checkpoint_finish(&got);
	buf_finish(&text);
	checkpoint_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_form_is_the_one_that_is_promised),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_all_inputs_are_read),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_the_room_is_used),
		cmocka_unit_test(test_names_that_are_not_utf8),
		cmocka_unit_test(test_foreign_metadata),
		cmocka_unit_test(test_wrong_types_and_values),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_what_is_added_later_does_no_harm),
	};

	return RUN_TESTS(tests);
}

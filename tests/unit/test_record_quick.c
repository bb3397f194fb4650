/* A line read at a glance is what the thorough way makes of it, and the quick way is taken. */
#include "expect.h"

#include <inttypes.h>

#include "record/checksum.h"
#include "record/envelope.h"
#include "record/quick.h"
#include "record/thorough.h"

static void expect_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void expect_same_record(const struct record *a, const struct record *b)
{
	expect_slice(a->key, b->key);
	expect_slice(a->value, b->value);
	assert_true(a->timestamp == b->timestamp);
	assert_int_equal(a->n_headers, b->n_headers);
	for (size_t i = 0; i < a->n_headers; i++) {
		expect_slice(a->headers[i].name, b->headers[i].name);
		expect_slice(a->headers[i].value, b->headers[i].value);
	}
}

static void expect_same(const struct envelope *a, const struct envelope *b)
{
	expect_same_record(&a->record, &b->record);
	expect_same_text(a->topic, b->topic);
	expect_same_text(a->error_type, b->error_type);
	assert_int_equal(a->writer, b->writer);
	assert_int_equal(a->partition, b->partition);
	assert_true(a->kafka_offset == b->kafka_offset);
	assert_true(a->job_id == b->job_id);
	assert_int_equal(a->input, b->input);
	assert_int_equal(a->number, b->number);
	assert_true(a->line == b->line && a->offset == b->offset);
}

/* The line stands alone in memory, so that a byte read behind it shows. */
static bool agree(struct slice line)
{
	char *copy = malloc(line.len ? line.len : 1);
	struct envelope quick = {0}, thorough = {0};
	struct slice alone = {memcpy(copy, line.data, line.len), line.len};
	bool taken;

	buf_reserve(&thorough.bytes, line.len);
	taken = thorough_read(&thorough, alone, NULL) == 0;
	EXPECT((envelope_read(&quick, alone, NULL) == 0) == taken, "%.*s", (int)line.len,
	       line.data);
	if (taken)
		expect_same(&quick, &thorough);
	envelope_finish(&quick);
	envelope_finish(&thorough);
	free(copy);
	return taken;
}

static bool is_quick(struct slice line)
{
	struct envelope e = {0};
	bool quick;

	buf_reserve(&e.bytes, line.len);
	quick = parts_read(&e.parts, line, &e.bytes) && quick_read(&e, line);
	envelope_finish(&e);
	return quick;
}

static const struct header headers[] = {
	{SLICE_LIT("k"), SLICE_LIT("1")},	  {SLICE_LIT("k"), SLICE_NULL},
	{SLICE_LIT(""), SLICE_LIT("\xff\0\xfe")}, {SLICE_LIT("\xff"), SLICE_LIT("")},
	{SLICE_LIT("a\0b"), SLICE_LIT("c\0d")},
};

static const struct record records[] = {
	{SLICE_LIT("customer-A"), SLICE_LIT("{\"orderId\":\"1\",\"n\":[1.5e3,null,true]}"), headers,
	 ARRAY_SIZE(headers), 1700000000000, NULL, false},
	{SLICE_LIT("\xff\xfe"), SLICE_LIT("\x80"), NULL, 0, RECORD_NO_TIMESTAMP, NULL, false},
	{SLICE_NULL, SLICE_NULL, NULL, 0, 0, NULL, false},
	{SLICE_LIT(""), SLICE_LIT("\"\\\b\f\n\r\t/ \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \x01\x7f"),
	 NULL, 0, 1, NULL, false},
};

/* Of a job, with all notes. */
static void write_line(struct buf *line, const struct record *r)
{
	struct origin *o = origin_create(2, "a.zip", "b", "ndjson");
	const struct envelope_notes notes = {
		.topic = "orders",
		.error_type = "_TRANSPORT",
		.error_class = "transient",
		.error_message = "down: \"x\"\n",
		.persisted = "possibly",
		.error_at = 1700000000000,
		.retries = 3,
		.position = {o, 17, 6001},
		.job = "nightly",
		.job_id = 0x5f0c00000000001a,
		.members = SLICE_LIT("\"partition\":3,\"offset\":42,\"dlq\":{\"x\":[1,{}]}"),
	};

	o->number = 7;
	envelope_write(line, r, &notes);
	line->len--;
	origin_unref(o);
}

static void test_what_we_have_written_is_read_at_a_glance(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct buf line = {0};

		write_line(&line, &records[i]);
		EXPECT(is_quick(buf_slice(&line)), "record %zu", i);
		EXPECT(agree(buf_slice(&line)), "record %zu", i);
		buf_finish(&line);
	}
}

static const struct {
	struct slice line;
	bool taken;
} lines[] = {
	{SLICE_LIT("{\"v\":1,\"topic\":\"t\",\"key\":\"k\",\"value\":\"v\"}"), true},
	{SLICE_LIT(" {\t\"value\" : \"v\" , \"key\" : null } \r"), true},
	{SLICE_LIT("{\"value\":\"\\u0000\\ud83d\\ude00\\/\\b\"}"), true},
	{SLICE_LIT("{\"v\\u0061lue\":\"v\"}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"offset\":-1,\"partition\":2147483648}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"partition\":\"3\",\"offset\":1.0}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"error\":{\"type\":\"a\\u0000b\"}}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"error\":[\"type\"],\"source\":3,\"job_id\":\"XYZ\"}"), true},
	{SLICE_LIT(
		 "{\"value\":\"v\",\"source\":{\"line\":-1,\"offset\":1e2,\"input\":4294967296}}"),
	 true},
	{SLICE_LIT("{\"value\":\"v\",\"job_id\":\"0x1A\"}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"job_id\":\"FFFFFFFFFFFFFFFF\"}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"timestamp\":-0,\"v\":1}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"timestamp\":9223372036854775807}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"x\":1e99,\"y\":-0.5E-7,\"z\":123456789012345678}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"headers\":[[{\"base64\":\"QQ==\",\"x\":1},null]]}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"\":1}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"x\":{\"a\":1,\"b\":{\"a\":1}}}"), true},
	{SLICE_LIT("{\"value\":\"v\",\"x\":{\"a\":1,\"b\":{\"a\":1},\"a\":2}}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":1e999}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":01}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":1.}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":.5}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":+1}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":-}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":1e}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":nul}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":nulls}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"x\":NaN}"), false},
	{SLICE_LIT("{\"value\":\"v\",\"a\\u0000\":1}"), false},
	{SLICE_LIT("{\"value\":\"v\",}"), false},
	{SLICE_LIT("{,\"value\":\"v\"}"), false},
	{SLICE_LIT("{\"value\":\"\\ud83d\"}"), false},
	{SLICE_LIT("{\"value\":\"\\ude00\\ud83d\"}"), false},
	{SLICE_LIT("{\"value\":\"\\u12g4\"}"), false},
	{SLICE_LIT("{\"value\":\"\\x\"}"), false},
	{SLICE_LIT("{\"value\":\"tab\there\"}"), false},
	{SLICE_LIT("{\"value\":\"\xc0\x80\"}"), false},
	{SLICE_LIT("{\"value\":\"\xed\xa0\x80\"}"), false},
	{SLICE_LIT("{\"value\":\"v\\"), false},
	{SLICE_LIT("{\"value\":\"v\""), false},
	{SLICE_LIT("\xef\xbb\xbf{\"value\":\"v\"}"), false},
};

static void test_lines_of_all_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		EXPECT(agree(lines[i].line) == lines[i].taken, "%s", lines[i].line.data);
}

/* Every byte of a line that has everything becomes another, goes, or comes twice. */
static void test_lines_with_one_byte_wrong(void **state)
{
	static const char wrong[] = "\"\\{}[],:0-eEn/ u\x01\x80\xc3";
	struct buf line = {0}, other = {0};
	unsigned taken = 0;

	(void)state;
	write_line(&line, &records[0]);
	/* Else the checksum refuses them all. */
	line.len = (size_t)(strstr(line.data, ",\"crc32\"") - line.data);
	buf_add_char(&line, '}');
	for (size_t i = 0; i < line.len; i++)
		for (size_t k = 0; k < sizeof(wrong) + 1; k++) {
			buf_clear(&other);
			buf_add(&other, line.data, i);
			if (k < sizeof(wrong))
				buf_add_char(&other, wrong[k]);
			/* Last but one the byte goes, last it comes twice. */
			buf_add(&other, line.data + i + (k != sizeof(wrong)),
				line.len - i - (k != sizeof(wrong)));
			taken += agree(buf_slice(&other));
		}
	assert_true(taken > 1000);
	buf_finish(&line);
	buf_finish(&other);
}

static void test_deep_and_broad_lines(void **state)
{
	(void)state;
	for (int depth = 10; depth < 24; depth++) {
		struct buf line = {0};

		buf_add_str(&line, "{\"value\":\"v\",\"x\":");
		for (int i = 0; i < depth; i++)
			buf_add_char(&line, '[');
		for (int i = 0; i < depth; i++)
			buf_add_char(&line, ']');
		buf_add_char(&line, '}');
		EXPECT(agree(buf_slice(&line)), "depth %d", depth);
		buf_finish(&line);
	}
}

/* One envelope for line after line: nothing of one shows in the next. */
static void test_nothing_of_a_line_is_left(void **state)
{
	struct envelope e = {0}, fresh = {0};
	struct buf line = {0};
	struct slice bare = SLICE_LIT("{\"value\":null}");

	(void)state;
	write_line(&line, &records[0]);
	assert_int_equal(envelope_read_any(&e, buf_slice(&line), NULL), 0);
	assert_int_equal(envelope_read_any(&e, bare, NULL), 0);
	assert_int_equal(envelope_read(&fresh, bare, NULL), 0);
	expect_same(&e, &fresh);
	assert_int_equal(envelope_read_any(&e, SLICE_LIT("{"), NULL), -1);
	assert_int_equal(envelope_read_any(&e, bare, NULL), 0);
	expect_same(&e, &fresh);
	envelope_finish(&e);
	envelope_finish(&fresh);
	buf_finish(&line);
}

/* Adds its checksum to what is a line of ours up to there. */
static void seal(struct buf *line, const char *begun)
{
	buf_clear(line);
	buf_add_str(line, begun);
	buf_addf(line, ",\"crc32\":\"%08" PRIx32 "\"}", checksum_of(buf_slice(line)));
}

#define HEAD  "{\"v\":1,\"topic\":\"t\",\"key\":\"k\""
#define VALUE ",\"value\":\"v\""
#define ERROR ",\"error\":{\"type\":\"a\"}"

static const struct {
	const char *begun;
	bool taken, alone; /* without its notes */
} sealed[] = {
	{HEAD VALUE ",\"headers\":[]" ERROR, true, true},
	{HEAD VALUE ",\"headers\":[],\"timestamp\":0" ERROR, true, true},
	{HEAD VALUE ",\"headers\":[[\"error\",\"\"],[\"\\\"\",null]]" ERROR, true, true},
	{HEAD VALUE ",\"headers\":[],\"source\":{}" ERROR, true, true},
	{HEAD VALUE ",\"headers\":[],\"job\":\"j\"" ERROR, true, true},
	{"{\"v\":1,\"key\":null,\"value\":null,\"headers\":[]" ERROR, true, true},
	{HEAD VALUE ERROR, true, false},
	{HEAD ERROR VALUE, true, false},
	{"{\"v\":1,\"topic\":null" VALUE ERROR, true, false},
	{"{ \"v\":1,\"key\":\"k\"" VALUE ",\"headers\":[]" ERROR, true, false},
	{HEAD VALUE ",\"headers\":null" ERROR, true, false},
	{HEAD VALUE ",\"headers\":[[\"k\",{\"base64\":\"QQ==\"}]]" ERROR, true, false},
	{HEAD ",\"value_base64\":\"QQ==\",\"headers\":[]" ERROR, true, false},
	{HEAD VALUE ",\"headers\":[],\"timestamp\":-1" ERROR, true, false},
	{HEAD VALUE ",\"headers\":[],\"x\":1" ERROR, true, false},
	{HEAD VALUE ",\"headers\":[],\"value\":\"w\"" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[],\"timestamp\":01" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[],\"timestamp\":" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[],\"timestamp\":-2" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[[null,\"v\"]]" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[[\"k\"]]" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[[\"k\",\"v\"" ERROR, false, false},
	{HEAD VALUE ",\"headers\":[]" VALUE, false, false},
	{HEAD ",\"value\":\"\xff\",\"headers\":[]" ERROR, false, false},
	{HEAD ",\"value\":\"\\ud800\",\"headers\":[]" ERROR, false, false},
	{HEAD ",\"value\":\"v", false, false},
	{HEAD ERROR, false, false},
	{"{\"v\":1,\"topic\":\"\\u0000\",\"key\":\"k\"" VALUE ",\"headers\":[]" ERROR, false,
	 false},
	{"{\"v\":2,\"topic\":\"t\",\"key\":\"k\"" VALUE ",\"headers\":[]" ERROR, false, false},
};

/* Whoever needs only the record gets the same one, and of lines as we write them no more. */
static void test_records_alone(void **state)
{
	struct envelope alone = {0}, all = {0};
	struct buf line = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sealed); i++) {
		bool taken;

		seal(&line, sealed[i].begun);
		taken = envelope_read_record(&alone, buf_slice(&line), NULL) == 0;
		EXPECT(taken == sealed[i].taken, "%s", line.data);
		EXPECT((envelope_read_any(&all, buf_slice(&line), NULL) == 0) == taken, "%s",
		       line.data);
		if (taken) {
			expect_same_record(&alone.record, &all.record);
			expect_same_text(alone.topic, all.topic);
			assert_int_equal(alone.writer, ENVELOPE_OURS);
			EXPECT(!alone.error_type == sealed[i].alone, "%s", line.data);
		}
		line.data[line.len - 3] ^= 1;
		EXPECT(envelope_read_record(&alone, buf_slice(&line), NULL) < 0, "%s", line.data);
	}
	buf_finish(&line);
	envelope_finish(&alone);
	envelope_finish(&all);
}

/* With whatever stands in them, and nothing behind them in memory. */
static void test_records_alone_of_lines_that_we_have_written(void **state)
{
	struct envelope alone = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct buf line = {0};
		char *copy;

		write_line(&line, &records[i]);
		copy = memcpy(malloc(line.len), line.data, line.len);
		EXPECT(envelope_read_record(&alone, (struct slice){copy, line.len}, NULL) == 0,
		       "record %zu", i);
		expect_same_record(&alone.record, &records[i]);
		assert_string_equal(alone.topic, "orders");
		free(copy);
		buf_finish(&line);
	}
	envelope_finish(&alone);
}

/* Without our checksum a line is one as any other. */
static void test_records_alone_of_other_lines(void **state)
{
	struct envelope alone = {0}, all = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		bool taken = envelope_read_any(&all, lines[i].line, NULL) == 0;

		EXPECT((envelope_read_record(&alone, lines[i].line, NULL) == 0) == taken, "%s",
		       lines[i].line.data);
		if (taken)
			expect_same(&alone, &all);
	}
	envelope_finish(&alone);
	envelope_finish(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_we_have_written_is_read_at_a_glance),
		cmocka_unit_test(test_lines_of_all_kinds),
		cmocka_unit_test(test_lines_with_one_byte_wrong),
		cmocka_unit_test(test_deep_and_broad_lines),
		cmocka_unit_test(test_nothing_of_a_line_is_left),
		cmocka_unit_test(test_records_alone),
		cmocka_unit_test(test_records_alone_of_lines_that_we_have_written),
		cmocka_unit_test(test_records_alone_of_other_lines),
	};

	return RUN_TESTS(tests);
}

/* How systems write values into headers. */
#include "expect.h"

#include <inttypes.h>

#include "letter/encoding.h"

/* 1700000000000 ms, as Java's serializers write it. */
#define I64_TIME "\x00\x00\x01\x8b\xcf\xe5\x68\x00"
#define BIG_TIME "\x01\x8b\xcf\xe5\x68\x00"

/* The last ms of the year 9999, and the next. */
#define LAST_MS "\x00\x00\xe6\x77\xd2\x1f\xdb\xff"
#define NO_MS	"\x00\x00\xe6\x77\xd2\x1f\xdc\x00"

#define MINUS_1 "\xff\xff\xff\xff\xff\xff\xff\xff"

/* A java.lang.X, as far as it is looked at: magic, version, TC_OBJECT, TC_CLASSDESC. */
#define JAVA_OBJECT "\xac\xed\x00\x05\x73\x72"

static const struct encoding_case {
	enum encoding encoding;
	struct slice raw;
	const char *want; /* NULL: it is no such value */
} cases[] = {
	{ENCODING_TEXT, SLICE_LIT(""), "text "},
	{ENCODING_TEXT, SLICE_LIT("-1"), "text -1"},
	{ENCODING_TEXT, SLICE_LIT("M\xc3\xbcller: \"x\"\n"), "text M\xc3\xbcller: \"x\"\n"},

	{ENCODING_DECIMAL, SLICE_LIT("0"), "number 0"},
	{ENCODING_DECIMAL, SLICE_LIT("007"), "number 7"},
	{ENCODING_DECIMAL, SLICE_LIT("9223372036854775807"), "number 9223372036854775807"},
	{ENCODING_DECIMAL, SLICE_LIT("9223372036854775808"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("99999999999999999999"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("-1"), "none"},
	{ENCODING_DECIMAL, SLICE_LIT("-9223372036854775807"), "none"},
	{ENCODING_DECIMAL, SLICE_LIT(""), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("-"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("+1"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT(" 1"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("1 "), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("1.0"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("1e3"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("0x10"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("1\0"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("--1"), NULL},
	{ENCODING_DECIMAL, SLICE_LIT("\0\0\0\x05"), NULL},

	{ENCODING_INT32, SLICE_LIT("\0\0\0\x00"), "number 0"},
	{ENCODING_INT32, SLICE_LIT("\0\0\x01\x02"), "number 258"},
	{ENCODING_INT32, SLICE_LIT("\x7f\xff\xff\xff"), "number 2147483647"},
	{ENCODING_INT32, SLICE_LIT("\x80\0\0\0"), "none"},
	{ENCODING_INT32, SLICE_LIT("\xff\xff\xff\xff"), "none"},
	{ENCODING_INT32, SLICE_LIT("1234"), "number 825373492"},
	{ENCODING_INT32, SLICE_LIT(""), NULL},
	{ENCODING_INT32, SLICE_LIT("\0\0\x05"), NULL},
	{ENCODING_INT32, SLICE_LIT("\0\0\0\0\x05"), NULL},

	{ENCODING_INT64, SLICE_LIT(I64_TIME), "number 1700000000000"},
	{ENCODING_INT64, SLICE_LIT("\x7f\xff\xff\xff\xff\xff\xff\xff"),
	 "number 9223372036854775807"},
	{ENCODING_INT64, SLICE_LIT("\x80\0\0\0\0\0\0\0"), "none"},
	{ENCODING_INT64, SLICE_LIT(MINUS_1), "none"},
	{ENCODING_INT64, SLICE_LIT(BIG_TIME), NULL},
	{ENCODING_INT64, SLICE_LIT("\0" I64_TIME), NULL},
	{ENCODING_INT64, SLICE_LIT(""), NULL},

	{ENCODING_BYTE_INT32, SLICE_LIT("\0"), "number 0"},
	{ENCODING_BYTE_INT32, SLICE_LIT("\x03"), "number 3"},
	{ENCODING_BYTE_INT32, SLICE_LIT("\xff"), "number 255"},
	{ENCODING_BYTE_INT32, SLICE_LIT("\0\0\x01\x00"), "number 256"},
	{ENCODING_BYTE_INT32, SLICE_LIT("\xff\xff\xff\xff"), "none"},
	{ENCODING_BYTE_INT32, SLICE_LIT(""), NULL},
	{ENCODING_BYTE_INT32, SLICE_LIT("\0\x01"), NULL},

	{ENCODING_INT32_TEXT, SLICE_LIT("\0\0\0\x2a"), "number 42"},
	{ENCODING_INT32_TEXT, SLICE_LIT("\xff\xff\xff\xff"), "none"},
	{ENCODING_INT32_TEXT, SLICE_LIT("42"), "number 42"},
	{ENCODING_INT32_TEXT, SLICE_LIT("1234"), "number 1234"},
	{ENCODING_INT32_TEXT, SLICE_LIT("12345"), "number 12345"},
	{ENCODING_INT32_TEXT, SLICE_LIT("-1"), "none"},
	{ENCODING_INT32_TEXT, SLICE_LIT("\0\0\x2a"), NULL},
	{ENCODING_INT32_TEXT, SLICE_LIT(""), NULL},

	{ENCODING_INT64_TEXT, SLICE_LIT(I64_TIME), "number 1700000000000"},
	{ENCODING_INT64_TEXT, SLICE_LIT(MINUS_1), "none"},
	{ENCODING_INT64_TEXT, SLICE_LIT("12345678"), "number 12345678"},
	{ENCODING_INT64_TEXT, SLICE_LIT("1234567890"), "number 1234567890"},
	{ENCODING_INT64_TEXT, SLICE_LIT("-1"), "none"},
	{ENCODING_INT64_TEXT, SLICE_LIT("\0\0\0\x2a"), NULL},

	{ENCODING_INT64_MS, SLICE_LIT(I64_TIME), "time 1700000000000"},
	{ENCODING_INT64_MS, SLICE_LIT("\0\0\0\0\0\0\0\0"), "time 0"},
	{ENCODING_INT64_MS, SLICE_LIT(LAST_MS), "time 253402300799999"},
	{ENCODING_INT64_MS, SLICE_LIT(NO_MS), NULL},
	{ENCODING_INT64_MS, SLICE_LIT(MINUS_1), "none"},
	{ENCODING_INT64_MS, SLICE_LIT(BIG_TIME), NULL},
	{ENCODING_INT64_MS, SLICE_LIT("1700000000000"), NULL},

	{ENCODING_BIG_MS, SLICE_LIT(BIG_TIME), "time 1700000000000"},
	{ENCODING_BIG_MS, SLICE_LIT(I64_TIME), "time 1700000000000"},
	{ENCODING_BIG_MS, SLICE_LIT("\0"), "time 0"},
	{ENCODING_BIG_MS, SLICE_LIT("\x7f"), "time 127"},
	{ENCODING_BIG_MS, SLICE_LIT("\x00\x80"), "time 128"},
	{ENCODING_BIG_MS, SLICE_LIT("\xff"), "none"},
	{ENCODING_BIG_MS, SLICE_LIT(MINUS_1), "none"},
	{ENCODING_BIG_MS, SLICE_LIT(""), NULL},
	{ENCODING_BIG_MS, SLICE_LIT("\0" I64_TIME), NULL},
	{ENCODING_BIG_MS, SLICE_LIT(NO_MS), NULL},

	{ENCODING_INT64_TEXT_MS, SLICE_LIT(I64_TIME), "time 1700000000000"},
	{ENCODING_INT64_TEXT_MS, SLICE_LIT("1700000000000"), "time 1700000000000"},
	{ENCODING_INT64_TEXT_MS, SLICE_LIT(MINUS_1), "none"},
	{ENCODING_INT64_TEXT_MS, SLICE_LIT("-1"), "none"},
	{ENCODING_INT64_TEXT_MS, SLICE_LIT("2023-11-14T22:13:20Z"), NULL},

	{ENCODING_MS, SLICE_LIT("1700000000000"), "time 1700000000000"},
	{ENCODING_MS, SLICE_LIT("253402300799999"), "time 253402300799999"},
	{ENCODING_MS, SLICE_LIT("253402300800000"), NULL},
	{ENCODING_MS, SLICE_LIT("-1"), "none"},
	{ENCODING_MS, SLICE_LIT("1700000000.5"), NULL},
	{ENCODING_MS, SLICE_LIT(I64_TIME), NULL},

	{ENCODING_NS, SLICE_LIT("1700000000000000000"), "time 1700000000000"},
	{ENCODING_NS, SLICE_LIT("1700000000123999999"), "time 1700000000123"},
	{ENCODING_NS, SLICE_LIT("0"), "time 0"},
	{ENCODING_NS, SLICE_LIT("-1"), "none"},
	{ENCODING_NS, SLICE_LIT("9223372036854775808"), NULL},

	{ENCODING_TICKS, SLICE_LIT("638355968000000000"), "time 1700000000000"},
	{ENCODING_TICKS, SLICE_LIT("638355968000009999"), "time 1700000000000"},
	{ENCODING_TICKS, SLICE_LIT("621355968000000000"), "time 0"},
	{ENCODING_TICKS, SLICE_LIT("621355967999999999"), "none"},
	{ENCODING_TICKS, SLICE_LIT("-1"), "none"},
	{ENCODING_TICKS, SLICE_LIT("3155378975999999999"), "time 253402300799999"},
	{ENCODING_TICKS, SLICE_LIT("3155378976000000000"), NULL},
	{ENCODING_TICKS, SLICE_LIT("now"), NULL},

	{ENCODING_ISO, SLICE_LIT("2023-11-14T22:13:20Z"), "time 1700000000000"},
	{ENCODING_ISO, SLICE_LIT("2023-11-14T22:13:20.1234567Z"), "time 1700000000123"},
	{ENCODING_ISO, SLICE_LIT("2023-11-14T22:13:20.0000000+00:00"), "time 1700000000000"},
	{ENCODING_ISO, SLICE_LIT("2023-11-14T23:13:20+01:00"), "time 1700000000000"},
	{ENCODING_ISO, SLICE_LIT("9999-12-31T23:59:59.999Z"), "time 253402300799999"},
	{ENCODING_ISO, SLICE_LIT("1700000000000"), NULL},
	{ENCODING_ISO, SLICE_LIT("2023-13-14T22:13:20Z"), NULL},
	{ENCODING_ISO, SLICE_LIT("2023-11-14T22:13:20Z "), NULL},
	{ENCODING_ISO, SLICE_LIT(""), NULL},

	{ENCODING_TIME, SLICE_LIT("2023-11-14T22:13:20Z"), "time 1700000000000"},
	{ENCODING_TIME, SLICE_LIT("1700000000000"), "time 1700000000000"},
	{ENCODING_TIME, SLICE_LIT("-1"), "none"},
	{ENCODING_TIME, SLICE_LIT("yesterday"), NULL},
	{ENCODING_TIME, SLICE_LIT(""), NULL},

	{ENCODING_URI, SLICE_LIT("kafka://topic/orders"), "text orders"},
	{ENCODING_URI, SLICE_LIT("loopback://localhost/kafka/orders.created"),
	 "text orders.created"},
	{ENCODING_URI, SLICE_LIT("rabbitmq://localhost/orders?temporary=true"), "text orders"},
	{ENCODING_URI, SLICE_LIT("orders"), "text orders"},
	{ENCODING_URI, SLICE_LIT("kafka://topic/"), "text "},
	{ENCODING_URI, SLICE_LIT(""), "text "},

	{ENCODING_BASE64, SLICE_LIT("bm8gb3JkZXI="), "text no order"},
	{ENCODING_BASE64, SLICE_LIT(""), "text "},
	{ENCODING_BASE64, SLICE_LIT("bm8gb3JkZXI"), NULL},
	{ENCODING_BASE64, SLICE_LIT("no order"), NULL},

	{ENCODING_JAVA,
	 SLICE_LIT(JAVA_OBJECT "\x00\x0b"
			       "java.lang.X\x01\x02"),
	 "text java.lang.X"},
	{ENCODING_JAVA,
	 SLICE_LIT(JAVA_OBJECT "\x00\x0b"
			       "java.lang.X"),
	 "text java.lang.X"},
	{ENCODING_JAVA,
	 SLICE_LIT(JAVA_OBJECT "\x00\x0c"
			       "java.lang.X"),
	 NULL},
	{ENCODING_JAVA,
	 SLICE_LIT(JAVA_OBJECT "\xff\xff"
			       "java.lang.X"),
	 NULL},
	{ENCODING_JAVA, SLICE_LIT(JAVA_OBJECT "\x00"), NULL},
	{ENCODING_JAVA, SLICE_LIT(JAVA_OBJECT), NULL},
	{ENCODING_JAVA, SLICE_LIT("\xac\xed\x00\x05"), NULL},
	{ENCODING_JAVA, SLICE_LIT("\xac\xed\x00"), NULL},
	{ENCODING_JAVA, SLICE_LIT("java.lang.X sr\x00\x01X"), NULL},
	{ENCODING_JAVA, SLICE_LIT(""), NULL},

	{ENCODING_CLASS, SLICE_LIT("java.lang.X: no: order"), "text java.lang.X"},
	{ENCODING_CLASS, SLICE_LIT("java.lang.X"), "text java.lang.X"},
	{ENCODING_CLASS, SLICE_LIT("java.lang.X:"), "text java.lang.X:"},
	{ENCODING_CLASS, SLICE_LIT(": x"), "text "},
	{ENCODING_CLASS, SLICE_LIT(""), "text "},

	{ENCODING_TYPE_IN, SLICE_LIT("System.X in Shop.Orders in Y"), "text System.X"},
	{ENCODING_TYPE_IN, SLICE_LIT("System.Xin"), "text System.Xin"},
	{ENCODING_TYPE_IN, SLICE_LIT("System.X in"), "text System.X in"},
};

static void show(struct buf *out, const struct letter_value *v)
{
	switch (v->kind) {
	case LETTER_NONE:
		buf_add_str(out, "none");
		break;
	case LETTER_TEXT:
		buf_add_str(out, "text ");
		buf_add_slice(out, v->text);
		break;
	case LETTER_NUMBER:
		buf_addf(out, "number %" PRId64, v->number);
		break;
	case LETTER_TIME:
		buf_addf(out, "time %" PRId64, v->number);
		break;
	}
}

/* A value in memory of its very size, with as much scratch as is promised: neither is
 * left, and what was in the scratch before stays. */
static void run_case(size_t i, const struct encoding_case *c)
{
	char *raw = malloc(c->raw.len ? c->raw.len : 1), *at;
	struct buf scratch = {0}, got = {0};
	struct letter_value v = {LETTER_TIME, 1, SLICE_LIT("old")};
	bool fine;

	assert_non_null(raw);
	memcpy(raw, c->raw.data, c->raw.len);
	buf_add_str(&scratch, "kept");
	at = buf_reserve(&scratch, c->raw.len) - scratch.len;
	fine = encoding_read(c->encoding, (struct slice){raw, c->raw.len}, &scratch, &v);
	EXPECT(fine == (c->want != NULL), "case %zu", i);
	if (fine) {
		show(&got, &v);
		EXPECT(slice_is(buf_slice(&got), c->want), "case %zu: %s", i, got.data);
	}
	assert_ptr_equal(scratch.data, at);
	assert_memory_equal(scratch.data, "kept", 4);
	buf_finish(&got);
	buf_finish(&scratch);
	free(raw);
}

static void test_values_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run_case(i, &cases[i]);
}

static void test_every_encoding_is_tried(void **state)
{
	bool tried[ENCODINGS] = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		tried[cases[i].encoding] = true;
	for (size_t i = 0; i < ENCODINGS; i++)
		EXPECT(tried[i], "encoding %zu", i);
}

static void test_null_is_none_in_every_encoding(void **state)
{
	(void)state;
	for (size_t i = 0; i < ENCODINGS; i++) {
		struct letter_value v = {LETTER_TIME, 1, SLICE_LIT("old")};
		struct buf scratch = {0};

		EXPECT(encoding_read((enum encoding)i, SLICE_NULL, &scratch, &v), "%zu", i);
		EXPECT(v.kind == LETTER_NONE, "encoding %zu", i);
		buf_finish(&scratch);
	}
}

/* Several values in one scratch: each stays where it is. */
static void test_values_stay_while_others_are_read(void **state)
{
	struct slice raw = SLICE_LIT("bm8gb3JkZXI=");
	struct letter_value v[3];
	struct buf scratch = {0};

	(void)state;
	buf_reserve(&scratch, 3 * raw.len);
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		assert_true(encoding_read(ENCODING_BASE64, raw, &scratch, &v[i]));
	for (size_t i = 0; i < ARRAY_SIZE(v); i++)
		expect_text(v[i].text, "no order");
	buf_finish(&scratch);
}

static void test_what_they_take_is_described(void **state)
{
	(void)state;
	assert_string_equal(encoding_describe(ENCODING_INT32), "4 bytes");
	assert_string_equal(encoding_describe(ENCODING_INT64), "8 bytes");
	for (size_t i = 0; i < ENCODINGS; i++)
		EXPECT(encoding_describe((enum encoding)i)[0], "encoding %zu", i);
}

/* As the manual lists them for header maps. */
static const struct {
	const char *name;
	enum encoding encoding;
} names[] = {
	{"text", ENCODING_TEXT},
	{"decimal", ENCODING_DECIMAL},
	{"int32", ENCODING_INT32},
	{"int64", ENCODING_INT64},
	{"int64-ms", ENCODING_INT64_MS},
	{"bigint-ms", ENCODING_BIG_MS},
	{"ms", ENCODING_MS},
	{"ns", ENCODING_NS},
	{"ticks", ENCODING_TICKS},
	{"iso", ENCODING_ISO},
	{"time", ENCODING_TIME},
	{"uri", ENCODING_URI},
	{"base64", ENCODING_BASE64},
	{"class", ENCODING_CLASS},
};

static void test_names_of_header_maps(void **state)
{
	static const char *const none[] = {"", "int", "int644", "INT32", "text ", "java"};
	struct buf list = {0}, want = {0};
	enum encoding e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT(encoding_by_name(slice_of(names[i].name), &e), "%s", names[i].name);
		EXPECT(e == names[i].encoding, "%s", names[i].name);
		buf_addf(&want, "%s%s", i ? ", " : "", names[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		EXPECT(!encoding_by_name(slice_of(none[i]), &e), "'%s'", none[i]);
	assert_false(encoding_by_name(SLICE_NULL, &e));
	encoding_list(&list);
	assert_string_equal(list.data, want.data);
	buf_finish(&list);
	buf_finish(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_read),
		cmocka_unit_test(test_every_encoding_is_tried),
		cmocka_unit_test(test_null_is_none_in_every_encoding),
		cmocka_unit_test(test_values_stay_while_others_are_read),
		cmocka_unit_test(test_what_they_take_is_described),
		cmocka_unit_test(test_names_of_header_maps),
	};

	return RUN_TESTS(tests);
}

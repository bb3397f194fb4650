/* Text from outside: UTF-8, escaping, base64, numbers, near words. */
#include "expect.h"

#include <jansson.h>
#include <stdint.h>

#include "base/text.h"

static const struct {
	struct slice bytes;
	bool valid;
} utf8[] = {
	{SLICE_LIT(""), true},
	{SLICE_LIT("plain"), true},
	{SLICE_LIT("a\0b"), true},
	{SLICE_LIT("\x7f"), true},
	{SLICE_LIT("\x80"), false},
	{SLICE_LIT("\xbf"), false},
	{SLICE_LIT("\xc0\x80"), false}, /* overlong NUL */
	{SLICE_LIT("\xc1\xbf"), false},
	{SLICE_LIT("\xc2\x80"), true},
	{SLICE_LIT("\xc2"), false},
	{SLICE_LIT("\xc2\x41"), false},
	{SLICE_LIT("\xc2\xc2"), false},
	{SLICE_LIT("\xdf\xbf"), true},
	{SLICE_LIT("\xe0\x9f\xbf"), false}, /* overlong */
	{SLICE_LIT("\xe0\xa0\x80"), true},
	{SLICE_LIT("\xe2\x82"), false},
	{SLICE_LIT("\xe2\x82\xac"), true},
	{SLICE_LIT("\xed\x9f\xbf"), true},
	{SLICE_LIT("\xed\xa0\x80"), false}, /* surrogates */
	{SLICE_LIT("\xed\xbf\xbf"), false},
	{SLICE_LIT("\xee\x80\x80"), true},
	{SLICE_LIT("\xef\xbf\xbf"), true},	/* U+FFFF is a scalar value */
	{SLICE_LIT("\xf0\x8f\xbf\xbf"), false}, /* overlong */
	{SLICE_LIT("\xf0\x90\x80\x80"), true},
	{SLICE_LIT("\xf0\x9f\x98"), false},
	{SLICE_LIT("\xf4\x8f\xbf\xbf"), true},
	{SLICE_LIT("\xf4\x90\x80\x80"), false}, /* over U+10FFFF */
	{SLICE_LIT("\xf5\x80\x80\x80"), false},
	{SLICE_LIT("\xf8\x88\x80\x80\x80"), false},
	{SLICE_LIT("\xfe"), false},
	{SLICE_LIT("\xff"), false},
	{SLICE_LIT("a\xe2\x82\xac\xff"), false},
};

/* In memory of its very size, so that reading past its end is seen. */
static struct slice exact(struct slice s)
{
	char *copy = malloc(s.len ? s.len : 1);

	assert_non_null(copy);
	memcpy(copy, s.data, s.len);
	return (struct slice){copy, s.len};
}

static void test_utf8_is_told_from_other_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(utf8); i++) {
		struct slice s = exact(utf8[i].bytes);

		EXPECT(text_is_utf8(s) == utf8[i].valid, "case %zu", i);
		free((char *)s.data);
	}
	assert_true(text_is_utf8(SLICE_NULL));
	/* Wherever it stands. */
	for (size_t at = 0; at < 20; at++) {
		char text[] = "twenty bytes of text";

		assert_true(text_is_utf8(slice_of(text)));
		text[at] = '\xff';
		EXPECT(!text_is_utf8(slice_of(text)), "at %zu", at);
	}
}

static const struct {
	struct slice bytes;
	const char *shown;
} escaped[] = {
	{SLICE_LIT(""), ""},
	{SLICE_LIT("plain \"text\""), "plain \"text\""},
	{SLICE_LIT("a\nb\tc\\n"), "a\\nb\\tc\\\\n"},
	{SLICE_LIT("\r\b\a"), "\\x0d\\x08\\x07"},
	{SLICE_LIT("\0"), "\\x00"},
	{SLICE_LIT("\x1b[2J\x1b]0;x\a"), "\\x1b[2J\\x1b]0;x\\x07"},
	{SLICE_LIT("\x7f"), "\\x7f"},
	{SLICE_LIT("\xc2\x9b"), "\\xc2\\x9b"}, /* CSI as a C1 control */
	{SLICE_LIT("\xc2\xa0"), "\xc2\xa0"},
	{SLICE_LIT("\x9b"), "\\x9b"},
	{SLICE_LIT("\xff\xfe"), "\\xff\\xfe"},
	{SLICE_LIT("\xe2\x82"), "\\xe2\\x82"},
	{SLICE_LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80"},
	{SLICE_LIT("\xe2\x82\xac\xf0\x9f\x98\x80"), "\xe2\x82\xac\xf0\x9f\x98\x80"},
};

static void test_escaped_text_cannot_move_a_cursor(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(escaped); i++) {
		struct slice s = exact(escaped[i].bytes);
		struct buf out = {0};

		text_add_escaped(&out, s);
		EXPECT(slice_is(buf_slice(&out), escaped[i].shown), "case %zu: %s", i, out.data);
		free((char *)s.data);
		buf_finish(&out);
	}
}

/* They reorder what stands around them (CVE-2021-42574), or end a line for some viewers. */
static void test_escaped_text_cannot_reorder_or_forge_a_line(void **state)
{
	static const char *const marks[] = {
		"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
		"\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		struct buf out = {0};

		text_add_escaped(&out, slice_of(marks[i]));
		EXPECT(!strstr(out.data, marks[i]), "case %zu passes unescaped", i);
		buf_finish(&out);
	}
}

static void test_a_cut_text_ends_with_a_whole_character(void **state)
{
	static const struct {
		struct slice text;
		size_t max, len;
	} cuts[] = {
		{SLICE_LIT(""), 0, 0},
		{SLICE_LIT("abc"), 3, 3},
		{SLICE_LIT("abc"), 2, 2},
		{SLICE_LIT("a\xe2\x82\xac"), 4, 4},
		{SLICE_LIT("a\xe2\x82\xac"), 3, 1},
		{SLICE_LIT("a\xe2\x82\xac"), 2, 1},
		{SLICE_LIT("a\xe2\x82\xac"), 1, 1},
		{SLICE_LIT("\xf0\x9f\x98\x80"), 3, 0},
		{SLICE_LIT("\xe2\x82\xac\xe2\x82\xac"), 3, 3},
		{SLICE_LIT("\x80\x80\x80\x80\x80"), 4, 4}, /* no characters at all */
		{SLICE_LIT("ab\xe2\x82"), 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct slice s = exact(cuts[i].text), cut = text_cut(s, cuts[i].max);

		assert_ptr_equal(cut.data, s.data);
		EXPECT(cut.len == cuts[i].len, "case %zu: %zu", i, cut.len);
		free((char *)s.data);
	}
}

static void test_every_byte_that_is_escaped_is_plain_text(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		struct buf out = {0};

		text_add_escaped(&out, (struct slice){&byte, 1});
		for (size_t i = 0; i < out.len; i++)
			assert_in_range(out.data[i], 0x20, 0x7e);
		buf_finish(&out);
	}
}

static void test_json_strings_come_back_byte_for_byte(void **state)
{
	static const struct slice plain[] = {
		SLICE_LIT(""),
		SLICE_LIT("\"\\/\b\f\n\r\t"),
		SLICE_LIT("\0\x01\x1f\x7f"),
		SLICE_LIT("\xe2\x80\xa8\xf4\x8f\xbf\xbf\xef\xbf\xbf"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++) {
		struct buf out = {0};
		json_t *back;

		text_add_json(&out, plain[i]);
		assert_null(strchr(out.data, '\n'));
		back = json_loadb(out.data, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		EXPECT(back, "case %zu is not JSON: %s", i, out.data);
		expect_slice((struct slice){json_string_value(back), json_string_length(back)},
			     plain[i]);
		json_decref(back);
		buf_finish(&out);
	}
}

static void test_a_null_slice_is_an_empty_json_string(void **state)
{
	struct buf out = {0};

	(void)state;
	text_add_json(&out, SLICE_NULL);
	assert_string_equal(out.data, "\"\"");
	buf_finish(&out);
}

/* RFC 4648, section 10, and some bytes. */
static const struct {
	struct slice bytes;
	const char *text;
} base64_pairs[] = {
	{SLICE_LIT(""), ""},
	{SLICE_LIT("f"), "Zg=="},
	{SLICE_LIT("fo"), "Zm8="},
	{SLICE_LIT("foo"), "Zm9v"},
	{SLICE_LIT("foob"), "Zm9vYg=="},
	{SLICE_LIT("fooba"), "Zm9vYmE="},
	{SLICE_LIT("foobar"), "Zm9vYmFy"},
	{SLICE_LIT("\xff\xff\xff"), "////"},
	{SLICE_LIT("\xfb\xef\xbe"), "++++"},
	{SLICE_LIT("\0"), "AA=="},
	{SLICE_LIT("\0\0\0"), "AAAA"},
};

static void test_base64_goes_there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(base64_pairs); i++) {
		struct slice bytes = exact(base64_pairs[i].bytes);
		struct buf out = {0};

		text_add_base64(&out, bytes);
		expect_text(buf_slice(&out), base64_pairs[i].text);
		buf_clear(&out);
		assert_true(text_decode_base64(&out, slice_of(base64_pairs[i].text)));
		expect_slice(buf_slice(&out), base64_pairs[i].bytes);
		free((char *)bytes.data);
		buf_finish(&out);
	}
}

static void test_what_is_not_base64_leaves_no_trace(void **state)
{
	static const struct slice bad[] = {
		SLICE_LIT("A"),	       SLICE_LIT("AA"),	      SLICE_LIT("AAA"),	 SLICE_LIT("="),
		SLICE_LIT("===="),     SLICE_LIT("A==="),     SLICE_LIT("AA=A"), SLICE_LIT("=AAA"),
		SLICE_LIT("AA==AAAA"), SLICE_LIT("AA\0="),    SLICE_LIT("AA-_"), SLICE_LIT("AA \n"),
		SLICE_LIT("AAAA\n"),   SLICE_LIT("AAAAAAA*"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct buf out = {0};

		buf_add_str(&out, "kept");
		EXPECT(!text_decode_base64(&out, bad[i]), "case %zu: %s", i, bad[i].data);
		expect_text(buf_slice(&out), "kept");
		buf_finish(&out);
	}
}

/* RFC 4648, section 3.5: two texts for the same bytes would hide a change. */
static void test_base64_with_stray_bits_is_refused(void **state)
{
	struct buf out = {0};

	(void)state;
	assert_false(text_decode_base64(&out, SLICE_LIT("Zh==")));
	assert_false(text_decode_base64(&out, SLICE_LIT("Zm9=")));
	buf_finish(&out);
}

static const struct {
	const char *text;
	bool valid;
	uint64_t value;
} numbers[] = {
	{"0", true, 0},
	{"007", true, 7},
	{"18446744073709551615", true, UINT64_MAX},
	{"18446744073709551616", false, 0},
	{"99999999999999999999999", false, 0},
	{"", false, 0},
	{" 1", false, 0},
	{"1 ", false, 0},
	{"+1", false, 0},
	{"-1", false, 0},
	{"-0", false, 0},
	{"0x10", false, 0},
	{"1e3", false, 0},
	{"1.0", false, 0},
};

static void test_whole_numbers(void **state)
{
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT(text_parse_u64(numbers[i].text, &value) == numbers[i].valid, "'%s'",
		       numbers[i].text);
		if (numbers[i].valid)
			assert_true(value == numbers[i].value);
	}
}

static const struct {
	const char *text;
	bool valid;
	uint64_t bytes;
} sizes[] = {
	{"0", true, 0},
	{"1000000", true, 1000000},
	{"64k", true, 65536},
	{"64KB", true, 65536},
	{"64KiB", true, 65536},
	{"16M", true, 16777216},
	{"1G", true, 1073741824},
	{"1b", true, 1},
	{"17179869183G", true, 17179869183u * 1073741824ull},
	{"17179869184G", false, 0},
	{"18446744073709551615", true, UINT64_MAX},
	{"18446744073709551616", false, 0},
	{"18014398509481984k", false, 0},
	{"", false, 0},
	{"k", false, 0},
	{"1.5k", false, 0},
	{"1 k", false, 0},
	{"-1", false, 0},
	{"1kk", false, 0},
	{"1ki", false, 0},
	{"1T", false, 0},
	{"0x10", false, 0},
};

static void test_sizes(void **state)
{
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT(text_parse_size(sizes[i].text, &bytes) == sizes[i].valid, "'%s'",
		       sizes[i].text);
		if (sizes[i].valid)
			assert_true(bytes == sizes[i].bytes);
	}
}

static void test_the_nearest_word(void **state)
{
	static const char *const words[] = {"topic", "brokers", "retry-backoff",
					    "retry-backoff-max"};
	char long_word[200];

	(void)state;
	assert_string_equal(text_nearest("topci", words, 4), "topic");
	assert_string_equal(text_nearest("broker", words, 4), "brokers");
	assert_string_equal(text_nearest("retry-backof", words, 4), "retry-backoff");
	assert_string_equal(text_nearest("retry-backof-max", words, 4), "retry-backoff-max");
	assert_null(text_nearest("zookeeper", words, 4));
	assert_null(text_nearest("", words, 4));
	assert_null(text_nearest("topic", words, 0));
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(text_nearest(long_word, words, 4));
	assert_null(text_nearest("topic", (const char *const[]){long_word}, 1));
}

static void test_counts_have_commas(void **state)
{
	static const struct {
		uint64_t value;
		const char *text;
	} counts[] = {
		{0, "0"},
		{999, "999"},
		{1000, "1,000"},
		{1234567, "1,234,567"},
		{UINT64_MAX, "18,446,744,073,709,551,615"},
	};
	char out[TEXT_COUNT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		assert_string_equal(text_count(counts[i].value, out), counts[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_is_told_from_other_bytes),
		cmocka_unit_test(test_escaped_text_cannot_move_a_cursor),
		cmocka_unit_test(test_escaped_text_cannot_reorder_or_forge_a_line),
		cmocka_unit_test(test_a_cut_text_ends_with_a_whole_character),
		cmocka_unit_test(test_every_byte_that_is_escaped_is_plain_text),
		cmocka_unit_test(test_json_strings_come_back_byte_for_byte),
		cmocka_unit_test(test_a_null_slice_is_an_empty_json_string),
		cmocka_unit_test(test_base64_goes_there_and_back),
		cmocka_unit_test(test_what_is_not_base64_leaves_no_trace),
		cmocka_unit_test(test_base64_with_stray_bits_is_refused),
		cmocka_unit_test(test_whole_numbers),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_the_nearest_word),
		cmocka_unit_test(test_counts_have_commas),
	};

	return RUN_TESTS(tests);
}

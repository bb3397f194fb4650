/* What JSON strings stand for, at every distance from the ends of the chunks they are read by. */
#include "expect.h"

#include "base/unescape.h"

static const struct {
	struct slice raw, plain;
	unsigned flags;
} texts[] = {
	{SLICE_LIT(""), SLICE_LIT(""), 0},
	{SLICE_LIT("plain"), SLICE_LIT("plain"), 0},
	{SLICE_LIT("\\\"\\\\\\/\\b\\f\\n\\r\\t"), SLICE_LIT("\"\\/\b\f\n\r\t"), 0},
	{SLICE_LIT("\\u0041\\u00e9\\u20AC\\ud83d\\ude00"),
	 SLICE_LIT("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 0},
	{SLICE_LIT("\xc3\xa9\xf0\x9f\x98\x80\x7f"), SLICE_LIT("\xc3\xa9\xf0\x9f\x98\x80\x7f"), 0},
	{SLICE_LIT("\\u0000"), SLICE_LIT("\0"), UNESCAPE_NUL},
	{SLICE_LIT("a\x01"), SLICE_LIT("a\x01"), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\x"), SLICE_LIT("x"), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\u12g456"), SLICE_LIT("u12g456"), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\u12"), SLICE_LIT(""), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\"), SLICE_LIT(""), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\ud83d!"), SLICE_LIT("\xef\xbf\xbd!"), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\ude00"), SLICE_LIT("\xef\xbf\xbd"), UNESCAPE_NO_JSON},
	{SLICE_LIT("\\ud83d\\u0041"),
	 SLICE_LIT("\xef\xbf\xbd"
		   "A"),
	 UNESCAPE_NO_JSON},
	{SLICE_LIT("\xff\xc0\x80"), SLICE_LIT("\xff\xc0\x80"), UNESCAPE_NO_UTF8},
	{SLICE_LIT("\xf0\x9f\x98"), SLICE_LIT("\xf0\x9f\x98"), UNESCAPE_NO_UTF8},
};

/* Raw text and room for what it stands for are no longer than they need to be. */
static void check(struct slice before, size_t number, bool quoted)
{
	size_t len = before.len + texts[number].raw.len;
	char *raw = malloc(len + quoted + 1), *plain = malloc(len + 1), *to = plain;
	unsigned flags = 0;
	const char *end;

	memcpy(raw, before.data, before.len);
	memcpy(raw + before.len, texts[number].raw.data, texts[number].raw.len);
	raw[len] = '"';
	end = unescape(&to, raw, raw + len + quoted, &flags);
	EXPECT(end == raw + len, "text %zu: ended at %td of %zu", number, end - raw, len);
	EXPECT(flags == texts[number].flags, "text %zu: flags %u", number, flags);
	assert_int_equal(to - plain, before.len + texts[number].plain.len);
	assert_memory_equal(plain, before.data, before.len);
	assert_memory_equal(plain + before.len, texts[number].plain.data, texts[number].plain.len);
	free(raw);
	free(plain);
}

static void test_texts_at_all_distances(void **state)
{
	static const char before[] = "0123456789abcdef0123456789abcdef";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t n = 0; n < sizeof(before); n++)
			check((struct slice){before, n}, i, false);
}

/* A quote behind what the end would have cut off makes it another text. */
static void test_a_quote_ends_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < 9; i++)
		for (size_t n = 0; n < 20; n++)
			check((struct slice){"01234567890123456789", n}, i, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_at_all_distances),
		cmocka_unit_test(test_a_quote_ends_it),
	};

	return RUN_TESTS(tests);
}

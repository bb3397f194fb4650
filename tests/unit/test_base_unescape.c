/* What JSON strings stand for, at every distance from the ends of the chunks they are read by. */
#include "expect.h"

#include "base/buf.h"
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

/* Of pieces; the first ones come more often, as in JSON that stands in JSON. */
static const struct {
	struct slice raw, plain;
} pieces[] = {
	{SLICE_LIT("\\\""), SLICE_LIT("\"")},
	{SLICE_LIT("orderId"), SLICE_LIT("orderId")},
	{SLICE_LIT("\\\":"), SLICE_LIT("\":")},
	{SLICE_LIT("7"), SLICE_LIT("7")},
	{SLICE_LIT("a street and a house, and a town"),
	 SLICE_LIT("a street and a house, and a town")},
	{SLICE_LIT("\\\\"), SLICE_LIT("\\")},
	{SLICE_LIT("\\n"), SLICE_LIT("\n")},
	{SLICE_LIT("\\u20ac"), SLICE_LIT("\xe2\x82\xac")},
	{SLICE_LIT("\xc3\xa9"), SLICE_LIT("\xc3\xa9")},
};

static uint32_t draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525 + 1013904223;
	return (*state >> 16) % below;
}

static void check_long(uint32_t seed, uint32_t n_pieces)
{
	struct buf raw = {0}, plain = {0};
	unsigned flags = 0;
	char *exact, *out, *to;
	const char *end;

	for (uint32_t n = draw(&seed, 200); n; n--) {
		uint32_t i = draw(&seed, n_pieces);

		buf_add_slice(&raw, pieces[i].raw);
		buf_add_slice(&plain, pieces[i].plain);
	}
	exact = malloc(raw.len + 1);
	to = out = malloc(raw.len + 1);
	memcpy(exact, raw.len ? raw.data : "", raw.len);
	end = unescape(&to, exact, exact + raw.len, &flags);
	assert_ptr_equal(end, exact + raw.len);
	assert_int_equal(flags, 0);
	assert_int_equal(to - out, plain.len);
	assert_memory_equal(out, plain.len ? plain.data : "", plain.len);
	free(exact);
	free(out);
	buf_finish(&raw);
	buf_finish(&plain);
}

static void test_long_texts(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 3000; seed++)
		check_long(seed, seed % 3 ? 5 : ARRAY_SIZE(pieces));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_at_all_distances),
		cmocka_unit_test(test_a_quote_ends_it),
		cmocka_unit_test(test_long_texts),
	};

	return RUN_TESTS(tests);
}

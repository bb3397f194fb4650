/* HTML in which text is nothing but text. */
#include "expect.h"

#include "inspect/markup.h"

typedef void markup_fn(struct buf *out, struct slice text);

static void expect_markup(markup_fn *add, struct slice text, const char *want)
{
	struct buf out = {0};

	buf_add_str(&out, "<p>");
	add(&out, text);
	EXPECT(strncmp(out.data, "<p>", 3) == 0 && strcmp(out.data + 3, want) == 0,
	       "got %s, want %s", out.data, want);
	assert_int_equal(out.len, strlen(want) + 3);
	buf_finish(&out);
}

static const struct {
	struct slice text;
	const char *want;
} cases[] = {
	{SLICE_LIT(""), ""},
	{SLICE_LIT("plain text, 1 + 1 = 2"), "plain text, 1 + 1 = 2"},
	{SLICE_LIT("M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"),
	 "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"},
	{SLICE_LIT("<script>alert('x')</script>"),
	 "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
	{SLICE_LIT("\" onload=\"x"), "&quot; onload=&quot;x"},
	{SLICE_LIT("&lt;"), "&amp;lt;"},
	{SLICE_LIT("&#60;b&#62;"), "&amp;#60;b&amp;#62;"},
	{SLICE_LIT("C:\\temp \\u0041"), "C:\\temp \\u0041"},
	{SLICE_LIT("a\tb"), "a\\tb"},
	{SLICE_LIT("a\0b"), "a\\x00b"},
	{SLICE_LIT("a\rb\x1b[2J\x7f"), "a\\x0db\\x1b[2J\\x7f"},
	/* What turns text around, ends lines, or is no UTF-8. */
	{SLICE_LIT("a\xe2\x80\xae"
		   "b"),
	 "a\\xe2\\x80\\xaeb"},
	{SLICE_LIT("\xe2\x81\xa6x\xe2\x81\xa9"), "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9"},
	{SLICE_LIT("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c"), "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xd8\\x9c"},
	{SLICE_LIT("\xe2\x80\xa8\xc2\x85"), "\\xe2\\x80\\xa8\\xc2\\x85"},
	{SLICE_LIT("M\xfcller\xe2\x82"), "M\\xfcller\\xe2\\x82"},
	{SLICE_LIT("\xc0\xbcscript"), "\\xc0\\xbcscript"},
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		expect_markup(markup_text, cases[i].text, cases[i].want);
		expect_markup(markup_lines, cases[i].text, cases[i].want);
	}
	expect_markup(markup_text, SLICE_NULL, "");
	expect_markup(markup_lines, SLICE_NULL, "");
}

static void test_only_lines_have_line_ends(void **state)
{
	(void)state;
	expect_markup(markup_text, SLICE_LIT("a\n<b>\n"), "a\\n&lt;b&gt;\\n");
	expect_markup(markup_lines, SLICE_LIT("a\n<b>\n"), "a\n&lt;b&gt;\n");
	expect_markup(markup_lines, SLICE_LIT("\n\na\n\nb"), "\n\na\n\nb");
	expect_markup(markup_lines, SLICE_LIT("a\r\nb\n\0\n"), "a\\x0d\nb\n\\x00\n");
	/* A character that is cut by a line end is none. */
	expect_markup(markup_lines, SLICE_LIT("\xe2\x82\n\xac"), "\\xe2\\x82\n\\xac");
}

/* What is left could stand in an element, and in an attribute in either quotes. */
static void expect_harmless(markup_fn *add, struct slice text, bool lines)
{
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
	struct buf out = {0};

	add(&out, text);
	for (size_t i = 0; i < out.len; i++) {
		unsigned char c = (unsigned char)out.data[i];
		bool known = c != '&';

		EXPECT(c != '<' && c != '>' && c != '"' && c != '\'', "%s", out.data);
		EXPECT((c >= ' ' && c != 0x7f) || (lines && c == '\n'), "%s", out.data);
		for (size_t k = 0; k < ARRAY_SIZE(entities); k++)
			known |= strncmp(out.data + i, entities[k], strlen(entities[k])) == 0;
		EXPECT(known, "%s", out.data);
	}
	buf_finish(&out);
}

static void test_no_byte_makes_markup(void **state)
{
	(void)state;
	for (int a = 0; a < 256; a++)
		for (int b = 0; b < 256; b++) {
			char *text = malloc(3);

			assert_non_null(text);
			memcpy(text, (char[]){(char)a, (char)b, 'x'}, 3);
			expect_harmless(markup_text, (struct slice){text, 3}, false);
			expect_harmless(markup_lines, (struct slice){text, 3}, true);
			free(text);
		}
}

/* The head asks nobody for anything, and lets nothing run. */
static void test_the_head(void **state)
{
	(void)state;
	assert_int_equal(strncmp(MARKUP_HEAD, "<!DOCTYPE html>\n", 16), 0);
	assert_non_null(strstr(MARKUP_HEAD, "<meta charset=\"utf-8\">"));
	assert_non_null(strstr(MARKUP_HEAD, "default-src 'none'; style-src 'unsafe-inline'"));
	assert_null(strstr(MARKUP_HEAD, "<script"));
	assert_null(strstr(MARKUP_HEAD, "://"));
	assert_null(strchr(markup_style, '<'));
	assert_null(strstr(markup_style, "url("));
	assert_null(strstr(markup_style, "@import"));
	assert_null(strstr(markup_style, "://"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_only_lines_have_line_ends),
		cmocka_unit_test(test_no_byte_makes_markup),
		cmocka_unit_test(test_the_head),
	};

	return RUN_TESTS(tests);
}

/* JSON Pointers (RFC 6901), and the walk that follows them. */
#include "expect.h"

#include "check/pointer.h"
#include "check/scan.h"

static const struct {
	const char *text, *canonical;
	size_t n;
	const char *tokens[3];
} pointers[] = {
	{"", "", 0, {NULL}},
	{"/", "/", 1, {""}},
	{"//", "//", 2, {"", ""}},
	{"/a", "/a", 1, {"a"}},
	{"/a/b", "/a/b", 2, {"a", "b"}},
	{"/a/", "/a/", 2, {"a", ""}},
	{"/a~1b", "/a~1b", 1, {"a/b"}},
	{"/a~0b", "/a~0b", 1, {"a~b"}},
	{"/~01", "/~01", 1, {"~1"}},
	{"/~10", "/~10", 1, {"/0"}},
	{"/~0~1/x", "/~0~1/x", 2, {"~/", "x"}},
	{"name", "/name", 1, {"name"}},
	{"a/b", "/a~1b", 1, {"a/b"}},
	{"a~b", "/a~0b", 1, {"a~b"}},
	{"a~2", "/a~02", 1, {"a~2"}},
	{"with blank", "/with blank", 1, {"with blank"}},
	{"\xc3\xa9", "/\xc3\xa9", 1, {"\xc3\xa9"}},
};

static void test_pointers_and_names_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		struct pointer p;

		assert_int_equal(pointer_init(&p, pointers[i].text, NULL), 0);
		assert_string_equal(p.text, pointers[i].canonical);
		assert_int_equal(p.n_tokens, pointers[i].n);
		for (size_t k = 0; k < p.n_tokens; k++)
			expect_text(p.tokens[k], pointers[i].tokens[k]);
		pointer_finish(&p);
	}
}

static void test_bad_escapes_are_refused(void **state)
{
	static const char *const bad[] = {"/~", "/a~", "/~2", "/~/a", "/a/b~x", "/~~0"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pointer p;
		struct error err = {0};

		EXPECT(pointer_init(&p, bad[i], &err) == -1, "%s", bad[i]);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_non_null(strstr(err.text, bad[i]));
		pointer_finish(&p);
	}
}

/* The example of RFC 6901, section 5. */
static const char document[] =
	"{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
	"\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}";

static const struct {
	const char *pointer, *value;
} examples[] = {
	{"/foo", "[\"bar\",\"baz\"]"},
	{"/foo/0", "\"bar\""},
	{"/", "0"},
	{"/a~1b", "1"},
	{"/c%d", "2"},
	{"/e^f", "3"},
	{"/g|h", "4"},
	{"/i\\j", "5"},
	{"/k\"l", "6"},
	{"/ ", "7"},
	{"/m~0n", "8"},
	{"", document},
	{"/foo/2", NULL},
	{"/foo/bar", NULL},
	{"/nothing", NULL},
	{"/a", NULL},
};

static void test_the_examples_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		struct pointer p;

		assert_int_equal(pointer_init(&p, examples[i].pointer, NULL), 0);
		EXPECT(slice_equal(pointer_find(&p, slice_of(document)),
				   slice_of(examples[i].value)),
		       "%s", examples[i].pointer);
		pointer_finish(&p);
	}
}

static void test_a_step_takes_the_value_without_its_blanks(void **state)
{
	static const struct {
		const char *json, *name, *value;
	} steps[] = {
		{" { \"a\" : 1 } ", "a", "1"},
		{"{\"a\":1}", "a", "1"},
		{"{\"a\":true\n}", "a", "true"},
		{"{\"x\":\"\\\"a\\\":2\",\"a\":1}", "a", "1"},
		{"{\"x\":{\"a\":2},\"a\":1}", "a", "1"},
		{"{\"x\":[\"}\",{\"a\":2}],\"a\":1}", "a", "1"},
		{"{\"x\":\"\\\\\",\"a\":1}", "a", "1"},
		{"{\"\":1,\"a\":2}", "", "1"},
		{"[ 1 , \"]\" , 3 ]", "2", "3"},
		{"[[0],[1]]", "1", "[1]"},
		{"[]", "0", NULL},
		{"{}", "a", NULL},
		{"{}", "", NULL},
		{"[1]", "", NULL},
		{"[1,2]", "00", NULL},
		{"[1,2]", "+1", NULL},
		{"\"a\"", "a", NULL},
		{"1", "0", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		char *json = strdup(steps[i].json); /* an end that ASan watches */
		struct slice got =
			scan_step((struct slice){json, strlen(json)}, slice_of(steps[i].name));

		EXPECT(slice_equal(got, slice_of(steps[i].value)), "%s in %s", steps[i].name,
		       steps[i].json);
		free(json);
	}
}

static void test_strings_are_unescaped(void **state)
{
	static const struct {
		const char *raw;
		struct slice plain;
	} strings[] = {
		{"", SLICE_LIT("")},
		{"plain", SLICE_LIT("plain")},
		{"\\\"\\\\\\/\\b\\f\\n\\r\\t", SLICE_LIT("\"\\/\b\f\n\r\t")},
		{"a\\u0000b", SLICE_LIT("a\0b")},
		{"\\u007f\\u0080\\u07FF\\u0800\\uFFFF",
		 SLICE_LIT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf")},
		{"\\ud800\\udc00\\uDBFF\\uDFFF", SLICE_LIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
		{"x\\ud83d\\ude00y", SLICE_LIT("x\xf0\x9f\x98\x80y")},
		{"\\\\u0041", SLICE_LIT("\\u0041")},
		{"\\\\\\u0041", SLICE_LIT("\\A")},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		struct buf out = {0};

		scan_unescape(&out, slice_of(strings[i].raw));
		EXPECT(slice_equal(buf_slice(&out), strings[i].plain), "%s", strings[i].raw);
		buf_finish(&out);
	}
}

static void test_the_walk_is_not_recursive(void **state)
{
	struct buf json = {0};

	(void)state;
	buf_add_str(&json, "{\"deep\":");
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&json, '[');
	for (int i = 0; i < 1000000; i++)
		buf_add_char(&json, ']');
	buf_add_str(&json, ",\"a\":1}");
	expect_text(scan_step(buf_slice(&json), slice_of("a")), "1");
	buf_finish(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pointers_and_names_are_read),
		cmocka_unit_test(test_bad_escapes_are_refused),
		cmocka_unit_test(test_the_examples_of_the_rfc),
		cmocka_unit_test(test_a_step_takes_the_value_without_its_blanks),
		cmocka_unit_test(test_strings_are_unescaped),
		cmocka_unit_test(test_the_walk_is_not_recursive),
	};

	return RUN_TESTS(tests);
}

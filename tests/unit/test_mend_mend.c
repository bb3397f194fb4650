/* A record's value on its way: what is asked for, in which order, and what is refused. */
#include "expect.h"

#include "mend/mend.h"
#include "mend/transform.h"

#define LIST(...)                                                                                  \
	{                                                                                          \
		(const char *const[]){__VA_ARGS__},                                                \
			ARRAY_SIZE(((const char *const[]){__VA_ARGS__}))                           \
	}

#define TRANSFORM MEND_KINDS

static struct mend_options options_of(int kind, const char *const *text)
{
	struct mend_options o = {.transform_timeout_ms = 10000, .max_bytes = 4096};

	if (kind == TRANSFORM)
		o.transform = *text;
	else
		o.lists[kind] = (struct mend_list){text, 1};
	return o;
}

/* words: all that the message must hold, "*" between them. */
static const struct {
	int kind;
	const char *text, *words;
} mistakes[] = {
	{MEND_SET, "/a", "--set /a: want POINTER=JSON"},
	{MEND_SET, "", "--set : want POINTER=JSON"},
	{MEND_SET, "/a={", "--set /a=...: not valid JSON: "},
	{MEND_SET, "/a=\"x", "--set /a=...: not valid JSON: "},
	{MEND_SET, "/a='x'", "--set /a=...: not valid JSON: "},
	{MEND_SET, "/a=", "--set /a=...: not valid JSON: "},
	{MEND_SET, "/a= ", "--set /a= : not valid JSON"},
	{MEND_SET, "/a=\"\xff\"", "--set /a=...: not valid JSON: not valid UTF-8"},
	{MEND_SET, "/a=x\xff", "--set /a=...: not valid JSON: not valid UTF-8"},
	{MEND_SET, "/a=1 2", "--set /a=1 2: not valid JSON"},
	{MEND_SET, "status=NEW", "--set status=NEW: not valid JSON"},
	{MEND_SET, "status=NEW", "a text needs its quotes: --set 'status=\"NEW\"'"},
	{MEND_SET, "/at=2026-01-02", "--set '/at=\"2026-01-02\"'"},
	{MEND_SET, "/a=b=c", "--set '/a=\"b=c\"'"},
	{MEND_SET, "it's=x", "--set it's=...: not valid JSON: "},
	{MEND_SET, "/a~2=1", "--set: /a~2 is not a JSON Pointer: ~ must be followed by 0 or 1"},
	{MEND_SET, "/\xff=1", "--set /\xff: not valid UTF-8"},
	{MEND_UNSET, "", "--unset '': the whole value can't be unset"},
	{MEND_UNSET, "/~", "--unset: /~ is not a JSON Pointer"},
	{MEND_UNSET, "\xff", "not valid UTF-8"},
	{MEND_RENAME, "a", "--rename a: want OLD=NEW"},
	{MEND_RENAME, "a=", "--rename a=: want OLD=NEW"},
	{MEND_RENAME, "=a", "--rename =a: want OLD=NEW"},
	{MEND_RENAME, "a=a", "--rename a=a: one of them is the other, or holds it"},
	{MEND_RENAME, "a=/a", "--rename a=/a: one of them is the other, or holds it"},
	{MEND_RENAME, "a=/a/b", "--rename a=/a/b: one of them is the other, or holds it"},
	{MEND_RENAME, "/a/b=a", "--rename /a/b=a: one of them is the other, or holds it"},
	{MEND_RENAME, "a=/b~3", "--rename: /b~3 is not a JSON Pointer"},
	{MEND_REQUIRE, "/a~", "--require: /a~ is not a JSON Pointer"},
	{TRANSFORM, "", "--transform '': want a command"},
	{TRANSFORM, " \t", "want a command"},
};

static void test_mistakes_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct mend_options o = options_of(mistakes[i].kind, &mistakes[i].text);
		struct error err = {0};

		EXPECT(!mend_create(&o, &err), "%s", mistakes[i].text);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strstr(err.text, mistakes[i].words), "%s", err.text);
	}
	mend_destroy(NULL);
}

/* The second of two is read, too, and the error may be NULL. */
static void test_every_option_is_read(void **state)
{
	struct mend_options o = {.lists[MEND_SET] = LIST("a=1", "b")};

	(void)state;
	assert_null(mend_create(&o, NULL));
}

static struct mend *create(const struct mend_options *o)
{
	struct error err = {0};
	struct mend *m = mend_create(o, &err);

	EXPECT(m, "%s", err.text);
	return m;
}

static void test_idle(void **state)
{
	static const char *const texts[] = {"a=b", "a", "a=1", "a", "cat"};
	struct mend_options none = {.max_bytes = 10};
	struct mend *m = create(&none);
	struct slice bad = SLICE_LIT("\xff not JSON"), out;
	struct verdict why;

	(void)state;
	assert_true(mend_is_idle(m));
	assert_int_equal(mend_apply(m, bad, &out, &why, NULL), MEND_DONE);
	assert_ptr_equal(out.data, bad.data);
	assert_int_equal(out.len, bad.len);
	assert_int_equal(mend_apply(m, SLICE_NULL, &out, &why, NULL), MEND_DONE);
	assert_null(out.data);
	assert_int_equal(mend_settle(m, &why), MEND_DONE);
	mend_destroy(m);
	for (int kind = 0; kind <= TRANSFORM; kind++) {
		struct mend_options o = options_of(kind, &texts[kind]);

		m = create(&o);
		assert_false(mend_is_idle(m));
		mend_destroy(m);
	}
}

static enum mend_result apply(struct mend *m, const char *value, struct slice *out,
			      struct verdict *why)
{
	char *bytes = strdup(value); /* without padding: ASan watches its end */
	struct slice given = {bytes, strlen(bytes)};
	enum mend_result result = mend_apply(m, given, out, why, NULL);

	if (out->data == bytes)
		*out = slice_of(value);
	free(bytes);
	return result;
}

static const struct mend_options work = {
	.lists = {[MEND_RENAME] = LIST("a=b", "b=c"),
		  [MEND_UNSET] = LIST("b", "d"),
		  [MEND_SET] = LIST("o={ }", "/o/x= 1.0 ", "b=[1]"),
		  [MEND_REQUIRE] = LIST("c")},
};

static const struct {
	const char *value, *out;
	enum fault fault;
	const char *message;
} records[] = {
	{"{\"a\":1}", "{\"c\":1,\"o\":{\"x\":1.0 },\"b\":[1]}", FAULT_NONE, NULL},
	{"{\"b\":1,\"d\":2}", "{\"c\":1,\"o\":{\"x\":1.0 },\"b\":[1]}", FAULT_NONE, NULL},
	{"{\"c\":1, \"o\":7}\n", "{\"c\":1, \"o\":{\"x\":1.0 },\"b\":[1]}\n", FAULT_NONE, NULL},
	{"{\"a\":1,\"b\":2}", NULL, FAULT_MEND_FAILED,
	 "can't rename /a to /b: /b is there already"},
	{"[]", NULL, FAULT_MEND_FAILED, "can't set /o: there is no /o, nor is it the next item"},
	{"\"secret\"", NULL, FAULT_MEND_FAILED,
	 "can't set /o: the value is neither an object nor an array"},
	{"{}", NULL, FAULT_MISSING_FIELD, "required field /c is missing"},
	{"{\"a\":null}", NULL, FAULT_MISSING_FIELD, "required field /c is null"},
	{"{\"a\":}", NULL, FAULT_INVALID_JSON, "column 6: unexpected token"},
	{"", NULL, FAULT_INVALID_JSON, "column 0: unexpected token"},
	{"{\"a\":\"\xff\"}", NULL, FAULT_INVALID_UTF8, "not valid UTF-8"},
};

static void test_records(void **state)
{
	struct mend *m = create(&work);

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(records); i++) {
		size_t k = i % ARRAY_SIZE(records);
		enum fault fault = records[k].fault;
		struct slice out;
		struct verdict why;

		EXPECT(apply(m, records[k].value, &out, &why) == (fault ? MEND_REFUSED : MEND_DONE),
		       "%s", records[k].value);
		assert_int_equal(why.fault, fault);
		if (fault)
			EXPECT(strstr(why.message, records[k].message), "%s", why.message);
		else
			EXPECT(slice_is(out, records[k].out), "%.*s", (int)out.len, out.data);
	}
	mend_destroy(m);
}

static void test_null_is_no_json(void **state)
{
	struct mend *m = create(&work);
	struct verdict why;
	struct slice out;

	(void)state;
	assert_int_equal(mend_apply(m, SLICE_NULL, &out, &why, NULL), MEND_REFUSED);
	assert_int_equal(why.fault, FAULT_INVALID_JSON);
	assert_string_equal(why.message, "the value is null");
	mend_destroy(m);
}

static void test_what_changes_nothing_gives_the_same_slice(void **state)
{
	struct mend_options o = {.lists = {[MEND_RENAME] = LIST("x=y"),
					   [MEND_UNSET] = LIST("z"),
					   [MEND_SET] = LIST("a=1")}};
	struct mend *m = create(&o);
	struct slice value = SLICE_LIT(" {\"a\":1}\n"), out;
	struct verdict why;

	(void)state;
	assert_int_equal(mend_apply(m, value, &out, &why, NULL), MEND_DONE);
	assert_ptr_equal(out.data, value.data);
	assert_int_equal(out.len, value.len);
	mend_destroy(m);
}

static void test_the_whole_value_can_be_set(void **state)
{
	static const char *const whole = "={\"new\":[1,2]}";
	struct mend_options o = options_of(MEND_SET, &whole);
	struct mend *m = create(&o);
	struct slice out;
	struct verdict why;

	(void)state;
	assert_int_equal(apply(m, "{\"old\":1}", &out, &why), MEND_DONE);
	expect_text(out, "{\"new\":[1,2]}");
	mend_destroy(m);
}

static void add_times(struct buf *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		buf_add_str(out, text);
}

/* Each is valid by itself, for who checks; together they are too deep for it. */
static void test_what_becomes_invalid_is_refused(void **state)
{
	enum { DEPTH = 1500 };
	struct buf value = {0}, set = {0};
	struct mend_options o;
	struct verdict why;
	struct slice out;
	struct mend *m;

	(void)state;
	add_times(&value, "[", DEPTH);
	add_times(&value, "]", DEPTH);
	add_times(&set, "/0", DEPTH);
	buf_addf(&set, "=%s", value.data);
	o = options_of(MEND_SET, (const char *const *)&set.data);
	m = create(&o);
	assert_int_equal(apply(m, value.data, &out, &why), MEND_REFUSED);
	assert_int_equal(why.fault, FAULT_MEND_FAILED);
	EXPECT(strstr(why.message, "changed, it is not valid JSON: "), "%s", why.message);
	mend_destroy(m);
	buf_finish(&value);
	buf_finish(&set);
}

static void test_the_command_comes_last(void **state)
{
	struct mend_options o = work;
	struct mend *m;
	struct verdict why;
	struct slice out;

	(void)state;
	if (!has_program("jq"))
		skip();
	o.transform = "jq -c --unbuffered 'if .gone then del(.c) else .o.x += 1 end'";
	o.transform_timeout_ms = 10000;
	o.max_bytes = 4096;
	m = create(&o);
	assert_int_equal(apply(m, "{\"a\":1}", &out, &why), MEND_DONE);
	expect_text(out, "{\"c\":1,\"o\":{\"x\":2},\"b\":[1]}");
	assert_int_equal(apply(m, "{\"a\":1,\"gone\":true}", &out, &why), MEND_REFUSED);
	assert_int_equal(why.fault, FAULT_MISSING_FIELD);
	assert_int_equal(apply(m, "nothing", &out, &why), MEND_REFUSED);
	assert_int_equal(why.fault, FAULT_INVALID_JSON);
	assert_int_equal(apply(m, "{\"c\":2}", &out, &why), MEND_DONE);
	expect_text(out, "{\"c\":2,\"o\":{\"x\":2},\"b\":[1]}");
	assert_false(mend_is_unsure(m));
	assert_int_equal(mend_settle(m, &why), MEND_DONE);
	mend_destroy(m);
}

static void test_what_the_command_does_wrong_is_told(void **state)
{
	static const char *const command = "while read -r l; do echo \"$l\"; echo x; done";
	struct mend_options o = options_of(TRANSFORM, &command);
	struct mend *m = create(&o);
	struct error err = {0};
	struct verdict why;
	struct slice out;

	(void)state;
	mend_set_exact(m, true);
	for (int i = 1; i < TRANSFORM_FAILURES_MAX; i++) {
		assert_int_equal(mend_apply(m, SLICE_LIT("{}"), &out, &why, &err), MEND_REFUSED);
		assert_int_equal(why.fault, FAULT_MEND_FAILED);
		assert_string_equal(why.message,
				    "the transform command printed more than one line");
	}
	assert_int_equal(mend_apply(m, SLICE_LIT("{}"), &out, &why, &err), MEND_BROKEN);
	assert_int_equal(err.kind, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "fails for every record: it printed more than one line"));
	mend_destroy(m);
}

static void expect_own(struct mend *m, const char *value)
{
	struct verdict why;
	struct slice out;

	EXPECT(apply(m, value, &out, &why) == MEND_DONE, "%s: %s", value, why.message);
	expect_text(out, value);
}

/* What is to be done when the answers are in doubt: all once more, exactly. */
static void test_doubt_is_resolved(void **state)
{
	static const char *const command =
		"while read -r l; do echo \"$l\"; [ \"$l\" != 2 ] || { read -r n; echo 2; }; done";
	struct mend_options o = options_of(TRANSFORM, &command);
	struct mend *m = create(&o);
	struct verdict why;
	struct slice out;

	(void)state;
	expect_own(m, "1");
	assert_int_equal(mend_settle(m, &why), MEND_DONE);
	expect_own(m, "1");
	expect_own(m, "2");
	assert_false(mend_is_unsure(m));
	assert_int_equal(mend_settle(m, &why), MEND_UNSURE);
	assert_int_equal(why.fault, FAULT_MEND_FAILED);
	assert_string_equal(why.message, "the transform command printed more lines than there were "
					 "records");
	mend_set_exact(m, true);
	expect_own(m, "1");
	assert_int_equal(apply(m, "2", &out, &why), MEND_REFUSED);
	expect_own(m, "3");
	assert_int_equal(mend_settle(m, &why), MEND_DONE);
	mend_set_exact(m, false);
	expect_own(m, "1");
	assert_false(mend_is_slow(m));
	assert_int_equal(mend_settle(m, &why), MEND_DONE);
	mend_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes_are_named),
		cmocka_unit_test(test_every_option_is_read),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_null_is_no_json),
		cmocka_unit_test(test_what_changes_nothing_gives_the_same_slice),
		cmocka_unit_test(test_the_whole_value_can_be_set),
		cmocka_unit_test(test_what_becomes_invalid_is_refused),
		cmocka_unit_test(test_the_command_comes_last),
		cmocka_unit_test(test_what_the_command_does_wrong_is_told),
		cmocka_unit_test(test_doubt_is_resolved),
	};

	return RUN_TESTS(tests);
}

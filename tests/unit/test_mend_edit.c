/* Edits of JSON text: what is edited, and that nothing else is. */
#include "expect.h"

#include "check/json.h"
#include "mend/edit.h"
#include "record/block.h"

enum verb { SET, UNSET, RENAME };

struct edit_case {
	enum verb verb;
	const char *json, *at, *with; /* the value, or the new name */
	const char *out;	      /* NULL: nothing changes; "-" and words: refused with them */
};

static int run_verb(const struct edit_case *c, struct slice json, struct buf *out,
		    struct error *why)
{
	struct pointer at, to;
	int rc;

	assert_int_equal(pointer_init(&at, c->at, NULL), 0);
	assert_int_equal(pointer_init(&to, c->verb == RENAME ? c->with : "", NULL), 0);
	if (c->verb == SET)
		rc = edit_set(out, json, &at, slice_of(c->with), why);
	else if (c->verb == UNSET)
		rc = edit_unset(out, json, &at);
	else
		rc = edit_rename(out, json, &at, &to, why);
	pointer_finish(&at);
	pointer_finish(&to);
	return rc;
}

static bool is_valid(struct buf *text)
{
	struct json_checker *checker = json_checker_create();
	enum fault fault;

	buf_reserve(text, BLOCK_PADDING);
	fault = json_run(checker, buf_slice(text));
	json_checker_destroy(checker);
	return fault == FAULT_NONE;
}

static void run_case(const struct edit_case *c)
{
	char *json = strdup(c->json); /* an end that ASan watches */
	struct error why = {0};
	struct buf out = {0};
	int rc = run_verb(c, slice_of(json), &out, &why);

	if (!c->out || *c->out == '-') {
		EXPECT(rc == (c->out ? -1 : 0) && !out.len, "%s %s %s: %d %s", c->json, c->at,
		       c->with, rc, out.data ? out.data : "");
		EXPECT(!c->out || strcmp(why.text, c->out + 1) == 0, "%s %s: %s", c->json, c->at,
		       why.text);
		assert_int_equal(why.kind, c->out ? ERROR_INPUT : ERROR_NONE);
	} else {
		EXPECT(rc == 1 && slice_is(buf_slice(&out), c->out), "%s %s %s: %d %s %s", c->json,
		       c->at, c->with, rc, out.data ? out.data : "", why.text);
		EXPECT(is_valid(&out), "%s", out.data);
	}
	buf_finish(&out);
	free(json);
}

static void run_cases(const struct edit_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_case(&cases[i]);
}

static const struct edit_case sets[] = {
	/* what is there is replaced, and its blanks stay */
	{SET, "{\"a\":1}", "a", "2", "{\"a\":2}"},
	{SET, " { \"a\" : 1 , \"b\":2 } ", "/a", "[]", " { \"a\" : [] , \"b\":2 } "},
	{SET, "{\"a\":{\"b\":{\"c\":null}}}", "/a/b/c", "{}", "{\"a\":{\"b\":{\"c\":{}}}}"},
	{SET, "{\"a\":{\"b\":1},\"b\":2}", "/b", "3", "{\"a\":{\"b\":1},\"b\":3}"},
	{SET, "{\"a\":\"}\\\"]{\",\"b\":[\"]\"]}", "b", "0", "{\"a\":\"}\\\"]{\",\"b\":0}"},
	{SET, "{\n\t\"a\": 1\r\n}\n", "a", "true", "{\n\t\"a\": true\r\n}\n"},
	{SET, "{\"a\":true}", "a", "false", "{\"a\":false}"},
	{SET, "{\"a\":-1.5e+10}", "a", "0", "{\"a\":0}"},
	{SET, "{\"\":1,\"a\":2}", "/", "3", "{\"\":3,\"a\":2}"},
	{SET, "{\"a/b\":1,\"m~n\":2}", "/a~1b", "3", "{\"a/b\":3,\"m~n\":2}"},
	{SET, "{\"a/b\":1,\"m~n\":2}", "/m~0n", "3", "{\"a/b\":1,\"m~n\":3}"},
	/* the whole of it */
	{SET, " {\"a\":1} ", "", "[1]", "[1]"},
	{SET, "1", "", "{}", "{}"},
	/* numbers keep their digits */
	{SET, "{\"x\":1.10,\"y\":12345678901234567890,\"z\":1E400,\"a\":1}", "a", "1.00",
	 "{\"x\":1.10,\"y\":12345678901234567890,\"z\":1E400,\"a\":1.00}"},
	/* escapes in names */
	{SET, "{\"\\u0041\":1,\"b\":2}", "A", "3", "{\"\\u0041\":3,\"b\":2}"},
	{SET, "{\"caf\\u00e9\":1}", "caf\xc3\xa9", "2", "{\"caf\\u00e9\":2}"},
	{SET, "{\"\\ud83d\\ude00\":1}", "\xf0\x9f\x98\x80", "2", "{\"\\ud83d\\ude00\":2}"},
	{SET, "{\"q\\\"\":{\"s\\\\\":1}}", "/q\"/s\\", "2", "{\"q\\\"\":{\"s\\\\\":2}}"},
	{SET, "{\"a\\u0000\":1,\"a\":2}", "a", "3", "{\"a\\u0000\":1,\"a\":3}"},
	{SET, "{\"\\\\u0041\":1}", "\\u0041", "2", "{\"\\\\u0041\":2}"},
	/* whichever of two with one name somebody reads; on the way it is the last */
	{SET, "{\"a\":1,\"b\":2,\"a\":3}", "a", "4", "{\"a\":4,\"b\":2,\"a\":4}"},
	{SET, "{\"a\":1,\"\\u0061\":2}", "a", "3", "{\"a\":3,\"\\u0061\":3}"},
	{SET, "{ \"a\" : [1] , \"a\": {} } ", "a", "\"\"", "{ \"a\" : \"\" , \"a\": \"\" } "},
	{SET, "{\"a\":{\"x\":1},\"a\":{\"x\":2}}", "/a/x", "3",
	 "{\"a\":{\"x\":1},\"a\":{\"x\":3}}"},
	{SET, "{\"a\":{\"x\":1},\"a\":{}}", "/a/x", "3", "{\"a\":{\"x\":1},\"a\":{\"x\":3}}"},
	{SET, "{\"a\":{\"x\":1},\"a\":2}", "/a/x", "3", "-/a is neither an object nor an array"},
	/* a new member */
	{SET, "{}", "a", "1", "{\"a\":1}"},
	{SET, " { } ", "a", "1", " {\"a\":1 } "},
	{SET, "{\"b\":2}", "a", "1", "{\"b\":2,\"a\":1}"},
	{SET, "{ \"b\" : 2 }", "a", "1", "{ \"b\" : 2,\"a\":1 }"},
	{SET, "{\"a\":{}}", "/a/b", "1", "{\"a\":{\"b\":1}}"},
	{SET, "[{\"x\":1},{}]", "/1/x", "2", "[{\"x\":1},{\"x\":2}]"},
	{SET, "{}", "/a~1\"\\\n\x01", "1", "{\"a/\\\"\\\\\\n\\u0001\":1}"},
	{SET, "{\"x\":1}", "/", "1", "{\"x\":1,\"\":1}"},
	{SET, "{\"a\":{\"0\":1}}", "/a/-", "2", "{\"a\":{\"0\":1,\"-\":2}}"},
	/* items */
	{SET, "[1,2,3]", "/0", "0", "[0,2,3]"},
	{SET, "[ 1 , 2 , 3 ]", "/2", "{}", "[ 1 , 2 , {} ]"},
	{SET, "[1,2,3]", "/3", "4", "[1,2,3,4]"},
	{SET, "[ 1 ]", "/-", "2", "[ 1,2 ]"},
	{SET, "[]", "/0", "1", "[1]"},
	{SET, "[ ]", "/-", "1", "[1 ]"},
	{SET, "{\"i\":[[1],[2]]}", "/i/1/0", "3", "{\"i\":[[1],[3]]}"},
	{SET, "[0,1,2,3,4,5,6,7,8,9,10]", "/10", "11", "[0,1,2,3,4,5,6,7,8,9,11]"},
	{SET, "[1]", "/2", "0", "-there is no /2, nor is it the next item"},
	{SET, "[1]", "/01", "0", "-there is no /01, nor is it the next item"},
	{SET, "[1]", "/x", "0", "-there is no /x, nor is it the next item"},
	{SET, "{\"a\":[1]}", "/a/", "0", "-there is no /a/, nor is it the next item"},
	{SET, "[1]", "/99999999999999999999999999", "0",
	 "-there is no /99999999999999999999999999, nor is it the next item"},
	/* nothing that could hold it */
	{SET, "{}", "/customer/id", "1", "-there is no /customer"},
	{SET, "{\"a\":{}}", "/a/b/c/d", "1", "-there is no /a/b"},
	{SET, "[]", "/0/a", "1", "-there is no /0"},
	{SET, "[]", "/-/a", "1", "-there is no /-"},
	{SET, "{\"a\":\"secret\"}", "/a/b", "1", "-/a is neither an object nor an array"},
	{SET, "{\"a\":null}", "/a/b", "1", "-/a is neither an object nor an array"},
	{SET, "{\"a~/b\":1}", "/a~0~1b/c", "1", "-/a~0~1b is neither an object nor an array"},
	{SET, "\"secret\"", "/a", "1", "-the value is neither an object nor an array"},
	{SET, " 12 ", "/a", "1", "-the value is neither an object nor an array"},
};

static void test_set(void **state)
{
	(void)state;
	run_cases(sets, ARRAY_SIZE(sets));
}

static const struct edit_case unsets[] = {
	{UNSET, "{\"a\":1,\"b\":2,\"c\":3}", "a", "", "{\"b\":2,\"c\":3}"},
	{UNSET, "{\"a\":1,\"b\":2,\"c\":3}", "b", "", "{\"a\":1,\"c\":3}"},
	{UNSET, "{\"a\":1,\"b\":2,\"c\":3}", "c", "", "{\"a\":1,\"b\":2}"},
	{UNSET, "{\"a\":1}", "a", "", "{}"},
	{UNSET, " { \"a\" : 1 } ", "a", "", " {} "},
	{UNSET, "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 }", "a", "", "{ \"b\" : 2 , \"c\" : 3 }"},
	{UNSET, "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 }", "b", "", "{ \"a\" : 1 , \"c\" : 3 }"},
	{UNSET, "{ \"a\" : 1 , \"b\" : 2 , \"c\" : 3 }", "c", "", "{ \"a\" : 1 , \"b\" : 2 }"},
	{UNSET, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a", "", "{\n  \"b\": 2\n}\n"},
	{UNSET, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "", "{\n  \"a\": 1\n}\n"},
	{UNSET, "{\"x\":1.10,\"a\":{\"x\":[1,{}]},\"y\":1e5}", "a", "", "{\"x\":1.10,\"y\":1e5}"},
	{UNSET, "{\"o\":{\"a\":1},\"p\":{}}", "/o/a", "", "{\"o\":{},\"p\":{}}"},
	{UNSET, "{\"o\":{\"a\":1,\"b\":[]},\"p\":{}}", "/o/b", "", "{\"o\":{\"a\":1},\"p\":{}}"},
	{UNSET, "{\"\\u0061\":1,\"b\":2}", "a", "", "{\"b\":2}"},
	{UNSET, "{\"\":1,\"b\":2}", "/", "", "{\"b\":2}"},
	/* all that share the name, or an older value would come to light */
	{UNSET, "{\"a\":1,\"b\":2,\"a\":3}", "a", "", "{\"b\":2}"},
	{UNSET, "{\"a\":1,\"a\":2,\"b\":3,\"c\":4}", "a", "", "{\"b\":3,\"c\":4}"},
	{UNSET, "{\"b\":3,\"a\":1,\"c\":4,\"\\u0061\":2}", "a", "", "{\"b\":3,\"c\":4}"},
	{UNSET, "{\"a\":1,\"a\":2}", "a", "", "{}"},
	{UNSET, "{\"o\":{\"a\":1},\"o\":{\"a\":2}}", "/o/a", "", "{\"o\":{\"a\":1},\"o\":{}}"},
	/* items */
	{UNSET, "[1,2,3]", "/0", "", "[2,3]"},
	{UNSET, "[1, 2, 3]", "/1", "", "[1, 3]"},
	{UNSET, "[ 1, 2, 3 ]", "/2", "", "[ 1, 2 ]"},
	{UNSET, "[[1]]", "/0", "", "[]"},
	{UNSET, "[[1]]", "/0/0", "", "[[]]"},
	/* nothing there */
	{UNSET, "{\"a\":1}", "b", "", NULL},
	{UNSET, "{}", "b", "", NULL},
	{UNSET, "{\"a\":1}", "/a/b", "", NULL},
	{UNSET, "{\"a\":1}", "/b/c", "", NULL},
	{UNSET, "[1]", "/1", "", NULL},
	{UNSET, "[1]", "/-", "", NULL},
	{UNSET, "[]", "/0", "", NULL},
	{UNSET, "\"a\"", "a", "", NULL},
	{UNSET, "{\"a\":1}", "", "", NULL},
};

static void test_unset(void **state)
{
	(void)state;
	run_cases(unsets, ARRAY_SIZE(unsets));
}

static const struct edit_case renames[] = {
	/* within its object only the name changes */
	{RENAME, "{\"a\":1,\"b\":2}", "a", "c", "{\"c\":1,\"b\":2}"},
	{RENAME, "{ \"a\" : 1.10 , \"b\":2 }", "a", "long name",
	 "{ \"long name\" : 1.10 , \"b\":2 }"},
	{RENAME, "{\"o\":{\"a\":[1]}}", "/o/a", "/o/b", "{\"o\":{\"b\":[1]}}"},
	{RENAME, "{\"\\u0061\":1}", "a", "b", "{\"b\":1}"},
	{RENAME, "{\"a\":1}", "a", "/x~1\"\xc3\xa9", "{\"x/\\\"\xc3\xa9\":1}"},
	{RENAME, "{\"\":1}", "/", "a", "{\"a\":1}"},
	{RENAME, "{\"a\":1}", "a", "/", "{\"\":1}"},
	{RENAME, "{\"a\":1,\"x\":2,\"a\":3}", "a", "b", "{\"b\":1,\"x\":2,\"b\":3}"},
	{RENAME, "[{\"a\":1}]", "/0/a", "/0/b", "[{\"b\":1}]"},
	/* elsewhere the value goes there */
	{RENAME, "{\"a\":1,\"o\":{\"x\":2}}", "a", "/o/a", "{\"o\":{\"x\":2,\"a\":1}}"},
	{RENAME, "{\"o\":{\"a\":{\"k\":1.0}},\"b\":2}", "/o/a", "a",
	 "{\"o\":{},\"b\":2,\"a\":{\"k\":1.0}}"},
	{RENAME, "{\"a\":1,\"a\":2,\"o\":{}}", "a", "/o/a", "{\"o\":{\"a\":2}}"},
	{RENAME, "{\"i\":[1,2],\"o\":{}}", "/i/0", "/o/first", "{\"i\":[2],\"o\":{\"first\":1}}"},
	{RENAME, "{\"i\":[1,2],\"a\":3}", "a", "/i/-", "{\"i\":[1,2,3]}"},
	{RENAME, "[1,2,3]", "/0", "/-", "[2,3,1]"},
	{RENAME, "[1,2,3]", "/1", "/3", "[1,3,2]"},
	{RENAME, "[7,{}]", "/0", "/1/a", "[{\"a\":7}]"},
	/* not there */
	{RENAME, "{\"a\":1}", "b", "c", NULL},
	{RENAME, "{\"a\":1}", "b", "a", NULL},
	{RENAME, "{\"a\":1}", "/b/c", "/d/e", NULL},
	{RENAME, "5", "a", "b", NULL},
	/* the place is taken, or there is none */
	{RENAME, "{\"a\":1,\"b\":2}", "a", "b", "-/b is there already"},
	{RENAME, "{\"a\":1,\"b\":null}", "a", "b", "-/b is there already"},
	{RENAME, "{\"a\":1,\"o\":{\"\\u0062\":1}}", "a", "/o/b", "-/o/b is there already"},
	{RENAME, "[1,2]", "/0", "/1", "-/1 is there already"},
	{RENAME, "{\"a\":1}", "a", "/o/a", "-there is no /o"},
	{RENAME, "{\"a\":1,\"o\":2}", "a", "/o/a", "-/o is neither an object nor an array"},
	{RENAME, "[1,2]", "/0", "/5", "-there is no /5, nor is it the next item"},
};

static void test_rename(void **state)
{
	(void)state;
	run_cases(renames, ARRAY_SIZE(renames));
}

static void test_what_comes_is_added(void **state)
{
	static const struct edit_case set = {SET, "{}", "a", "1", ""};
	struct buf out = {0};

	(void)state;
	buf_add_str(&out, "before");
	assert_int_equal(run_verb(&set, slice_of(set.json), &out, NULL), 1);
	expect_text(buf_slice(&out), "before{\"a\":1}");
	buf_finish(&out);
}

static void test_pointers_within_others(void **state)
{
	static const struct {
		const char *inner, *outer;
		bool within;
	} pairs[] = {
		{"/a", "/a", true},    {"/a/b", "/a", true}, {"/a", "", true},	  {"", "", true},
		{"/a", "/a/b", false}, {"/ab", "/a", false}, {"/b", "/a", false}, {"", "/a", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct pointer inner, outer;

		assert_int_equal(pointer_init(&inner, pairs[i].inner, NULL), 0);
		assert_int_equal(pointer_init(&outer, pairs[i].outer, NULL), 0);
		EXPECT(edit_is_within(&inner, &outer) == pairs[i].within, "%s %s", pairs[i].inner,
		       pairs[i].outer);
		pointer_finish(&inner);
		pointer_finish(&outer);
	}
}

static void add_times(struct buf *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		buf_add_str(out, text);
}

/* Neither what stands beside it nor the way to it costs stack. */
static void test_depth_is_no_matter(void **state)
{
	enum { DEPTH = 200000, WAY = 1000 };
	struct buf json = {0}, at = {0}, out = {0};
	struct edit_case c = {SET, NULL, NULL, "2", ""};

	(void)state;
	buf_add_str(&json, "{\"deep\":");
	add_times(&json, "[", DEPTH);
	add_times(&json, "]", DEPTH);
	buf_add_str(&json, ",\"way\":");
	add_times(&json, "[", WAY);
	add_times(&json, "]", WAY);
	buf_add_str(&json, "}");
	buf_add_str(&at, "/way");
	add_times(&at, "/0", WAY);
	c.at = at.data;
	assert_int_equal(run_verb(&c, buf_slice(&json), &out, NULL), 1);
	assert_int_equal(out.len, json.len + 1);
	assert_non_null(strstr(out.data, "[[2]]"));
	buf_finish(&json);
	buf_finish(&at);
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_unset),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_what_comes_is_added),
		cmocka_unit_test(test_pointers_within_others),
		cmocka_unit_test(test_depth_is_no_matter),
	};

	return RUN_TESTS(tests);
}

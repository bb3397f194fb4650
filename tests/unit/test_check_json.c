/* The JSON check. Built twice, with both tiers and with the slow one alone:
 * the two must agree on everything here. */
#include "expect.h"

#include <dirent.h>
#include <jansson.h>

#include "base/text.h"
#include "check/json.h"
#include "record/block.h"

#ifndef MUTATIONS
#define MUTATIONS 50000
#endif

/* A text with the padding that the checker asks for, which looks like more of the text. */
struct padded {
	char *bytes;
	struct slice text;
};

static struct padded pad(struct slice text)
{
	char *bytes = malloc(text.len + BLOCK_PADDING);

	assert_non_null(bytes);
	if (text.len)
		memcpy(bytes, text.data, text.len);
	memset(bytes + text.len, '7', BLOCK_PADDING);
	return (struct padded){bytes, {bytes, text.len}};
}

static bool is_right(struct slice bytes, const char *name, enum fault want)
{
	struct json_checker *c = json_checker_create();
	struct padded p = pad(bytes);
	enum fault fault = json_run(c, p.text);
	const char *message = json_message(c);
	bool right = fault == want && !*message == !want && !strstr(message, "column -");

	if (!right)
		print_error("%s: fault %d, message '%s'\n", name, fault, message);
	free(p.bytes);
	json_checker_destroy(c);
	return right;
}

static bool check_file(const char *folder, const char *name, enum fault want)
{
	char path[600];
	size_t len = 0;
	char *bytes;
	bool right;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	bytes = read_whole(path, &len);
	assert_non_null(bytes);
	right = is_right((struct slice){bytes, len}, name, want);
	free(bytes);
	return right;
}

static void check_folder(const char *folder, enum fault want)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0, wrong = 0;

	EXPECT(dir, "no folder %s", folder);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			wrong += !check_file(folder, entry->d_name, want);
			n++;
		}
	closedir(dir);
	assert_true(n > 0);
	assert_int_equal(wrong, 0);
}

/* Whatever the length before it: the fast tier works on 64 bytes at a time. */
static const struct {
	const char *name;
	struct slice end;
	enum fault want;
} endings[] = {
	{"whole", SLICE_LIT("\"]"), FAULT_NONE},
	{"two bytes", SLICE_LIT("\xc3\xbc\"]"), FAULT_NONE},
	{"no UTF-8", SLICE_LIT("\xff\"]"), FAULT_INVALID_UTF8},
	{"overlong", SLICE_LIT("\xc0\xaf\"]"), FAULT_INVALID_UTF8},
	{"surrogate", SLICE_LIT("\xed\xa0\x80\"]"), FAULT_INVALID_UTF8},
	{"no UTF-8 behind it", SLICE_LIT("\"]\xff"), FAULT_INVALID_UTF8},
	{"UTF-8 that stops early", SLICE_LIT("\"]\xe2\x82"), FAULT_INVALID_UTF8},
	{"control byte", SLICE_LIT("\x01\"]"), FAULT_INVALID_JSON},
	{"line feed", SLICE_LIT("\n\"]"), FAULT_INVALID_JSON},
	{"open quote", SLICE_LIT("]"), FAULT_INVALID_JSON},
};

static void test_ends_are_judged_at_any_length(void **state)
{
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "[\"", 2);
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		for (size_t len = 2; len < 200; len++) {
			struct slice end = endings[i].end;

			memset(text + 2, 'x', sizeof(text) - 2);
			memcpy(text + len, end.data, end.len);
			EXPECT(is_right((struct slice){text, len + end.len}, endings[i].name,
					endings[i].want),
			       "%zu bytes before it", len);
		}
}

static void test_valid_texts_pass(void **state)
{
	(void)state;
	check_folder(FIXTURES "/json/valid", FAULT_NONE);
}

static void test_invalid_texts_are_refused(void **state)
{
	(void)state;
	check_folder(FIXTURES "/json/invalid", FAULT_INVALID_JSON);
}

static void test_other_encodings_are_named_as_such(void **state)
{
	(void)state;
	check_folder(FIXTURES "/json/not-utf8", FAULT_INVALID_UTF8);
}

static const struct {
	const char *pointer, *text;
	enum json_kind kind;
	struct slice want;
} fields[] = {
	{"id", "{\"id\":\"A\"}", JSON_KIND_STRING, SLICE_LIT("A")},
	{"id", "{\"id\":\"\"}", JSON_KIND_STRING, SLICE_LIT("")},
	{"id", " { \"x\" : [ ] , \"id\" : \"A\" } ", JSON_KIND_STRING, SLICE_LIT("A")},
	{"id", "{}", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "[]", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "\"id\"", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "{\"x\":{\"id\":1}}", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "{\"x\":\"\\\"id\\\":1\"}", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "{\"ID\":1}", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "{\"id\":1,\"id\":2}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"id", "{\"id\":1.5,\"id\":2.5}", JSON_KIND_NUMBER, SLICE_LIT("1.5")},
	{"id", "{\"\\u0069d\":1.50}", JSON_KIND_NUMBER, SLICE_LIT("1.50")},
	{"id", "{\"i\\u0064\":\"a\\u0062\"}", JSON_KIND_STRING, SLICE_LIT("ab")},
	{"id", "{\"id\":1.10}", JSON_KIND_NUMBER, SLICE_LIT("1.10")},
	{"id", "{\"id\":-0}", JSON_KIND_NUMBER, SLICE_LIT("-0")},
	{"id", "{\"id\":-0.0}", JSON_KIND_NUMBER, SLICE_LIT("-0.0")},
	{"id", "{\"id\":0}", JSON_KIND_NUMBER, SLICE_LIT("0")},
	{"id", "{\"id\":1E+2}", JSON_KIND_NUMBER, SLICE_LIT("1E+2")},
	{"id", "{\"id\":1e400}", JSON_KIND_NUMBER, SLICE_LIT("1e400")},
	{"id", "{\"id\":100000000000000000000}", JSON_KIND_NUMBER,
	 SLICE_LIT("100000000000000000000")},
	{"id", "{\"id\":18446744073709551615}", JSON_KIND_NUMBER,
	 SLICE_LIT("18446744073709551615")},
	{"id", "{\"id\":-9223372036854775808}", JSON_KIND_NUMBER,
	 SLICE_LIT("-9223372036854775808")},
	{"id", "{\"n\":1e400,\"id\":\"A\"}", JSON_KIND_STRING, SLICE_LIT("A")},
	{"id", "{\"n\":1e400,\"id\":\"\\u00e9\\ud83d\\ude00\\/\\n\"}", JSON_KIND_STRING,
	 SLICE_LIT("\xc3\xa9\xf0\x9f\x98\x80/\n")},
	{"id", "{\"id\":\"\\u0000\"}", JSON_KIND_STRING, SLICE_LIT("\0")},
	{"id", "{\"id\":\"\\\\\"}", JSON_KIND_STRING, SLICE_LIT("\\")},
	{"id", "{\"id\":\"\\ud7ff\\ue000\"}", JSON_KIND_STRING,
	 SLICE_LIT("\xed\x9f\xbf\xee\x80\x80")},
	{"id", "{\"id\":null}", JSON_KIND_NULL, SLICE_NULL},
	{"id", "{\"id\":true}", JSON_KIND_BOOLEAN, SLICE_LIT("true")},
	{"id", "{\"id\":false }", JSON_KIND_BOOLEAN, SLICE_LIT("false")},
	{"id", "{\"id\":{ \"a\" : \"}\" } }", JSON_KIND_OBJECT, SLICE_LIT("{ \"a\" : \"}\" }")},
	{"id", "{\"id\":[ 1 , \"]\" ] ,\"x\":1}", JSON_KIND_ARRAY, SLICE_LIT("[ 1 , \"]\" ]")},
	{"/a/b", "{\"a\":{\"b\":7}}", JSON_KIND_NUMBER, SLICE_LIT("7")},
	{"/a/b", "{\"a\":{\"c\":{\"b\":7}}}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/0", "{\"a\":[\"x\",\"y\"]}", JSON_KIND_STRING, SLICE_LIT("x")},
	{"/a/1", "{\"a\":[[1,2],[3.5,4]]}", JSON_KIND_ARRAY, SLICE_LIT("[3.5,4]")},
	{"/a/1/0", "{\"a\":[[1,2],[ 3.5 ,4]]}", JSON_KIND_NUMBER, SLICE_LIT("3.5")},
	{"/a/2", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/0", "{\"a\":[]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/-", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/01", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/-1", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/4294967296", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/18446744073709551616", "{\"a\":[1,2]}", JSON_KIND_MISSING, SLICE_NULL},
	{"/a/0", "{\"a\":{\"0\":1}}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/a~1b", "{\"a/b\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/a~0b", "{\"a~b\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/~01", "{\"~1\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/~01", "{\"/\":1}", JSON_KIND_MISSING, SLICE_NULL},
	{"a/b", "{\"a/b\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"a~b", "{\"a~b\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/", "{\"\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"//x", "{\"\":{\"x\":1}}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"/a", "{\"a\\u0000b\":2}", JSON_KIND_MISSING, SLICE_NULL},
	{"a\xc3\xa9", "{\"a\\u00e9\":1.0}", JSON_KIND_NUMBER, SLICE_LIT("1.0")},
	{"/a/b", "{\"a\":{},\"a\":{\"b\":1}}", JSON_KIND_MISSING, SLICE_NULL},
	{"id", "{\"idx\":1,\"i\":2,\"id\" : 3 }", JSON_KIND_NUMBER, SLICE_LIT("3")},
	{"id", "{\"a\\\\\":1,\"id\":\"x\"}", JSON_KIND_STRING, SLICE_LIT("x")},
	{"i\"d", "{\"i\\\"d\":1}", JSON_KIND_NUMBER, SLICE_LIT("1")},
	{"id", "{\"x\":[{\"id\":1},[]],\"y\":{},\"id\":\"\\u00e9\"}", JSON_KIND_STRING,
	 SLICE_LIT("\xc3\xa9")},
	{"", "\"A\"", JSON_KIND_STRING, SLICE_LIT("A")},
	{"", "1.50", JSON_KIND_NUMBER, SLICE_LIT("1.50")},
	{"", "{}", JSON_KIND_OBJECT, SLICE_LIT("{}")},
};

static void expect_field(size_t i)
{
	struct json_checker *c = json_checker_create();
	struct pointer p;
	struct padded padded = pad(slice_of(fields[i].text));

	assert_int_equal(pointer_init(&p, fields[i].pointer, NULL), 0);
	assert_int_equal(json_checker_want(c, &p), 0);
	EXPECT(json_run(c, padded.text) == FAULT_NONE, "%s: %s", fields[i].text, json_message(c));
	EXPECT(json_field(c, 0)->kind == fields[i].kind, "%s in %s: kind %d", fields[i].pointer,
	       fields[i].text, json_field(c, 0)->kind);
	if (fields[i].kind > JSON_KIND_NULL) {
		struct slice got = json_field(c, 0)->text;

		EXPECT(slice_equal(got, fields[i].want), "%s in %s: '%.*s'", fields[i].pointer,
		       fields[i].text, (int)got.len, got.data);
	}
	pointer_finish(&p);
	free(padded.bytes);
	json_checker_destroy(c);
}

static void test_fields_are_found_and_keep_their_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		expect_field(i);
}

/* RFC 6901: "" is the whole document; blanks around a value are not part of it. */
static void test_blanks_around_the_document_are_not_its_value(void **state)
{
	static const struct {
		const char *text, *value;
		enum json_kind kind;
	} documents[] = {
		{" \"A\" \r", "A", JSON_KIND_STRING},	 {" 1.50\r", "1.50", JSON_KIND_NUMBER},
		{"\t1e400 ", "1e400", JSON_KIND_NUMBER}, {" true ", "true", JSON_KIND_BOOLEAN},
		{" [1] ", "[1]", JSON_KIND_ARRAY},
	};
	struct json_checker *c = json_checker_create();
	struct pointer p;

	(void)state;
	assert_int_equal(pointer_init(&p, "", NULL), 0);
	json_checker_want(c, &p);
	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		struct padded padded = pad(slice_of(documents[i].text));
		const struct json_field *f;

		assert_int_equal(json_run(c, padded.text), FAULT_NONE);
		f = json_field(c, 0);
		EXPECT(f->kind == documents[i].kind && slice_is(f->text, documents[i].value),
		       "'%s': kind %d, '%.*s'", documents[i].text, f->kind, (int)f->text.len,
		       f->text.data);
		free(padded.bytes);
	}
	pointer_finish(&p);
	json_checker_destroy(c);
}

/* Some 40 fields at once: what moves while the list grows must stay right. */
static void test_many_fields_at_once(void **state)
{
	struct json_checker *c = json_checker_create();
	struct pointer p[40];
	struct buf text = {0};
	struct padded padded;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%zu", i);
		assert_int_equal(pointer_init(&p[i], name, NULL), 0);
		assert_int_equal(json_checker_want(c, &p[i]), i);
		buf_addf(&text, "%s\"f%zu\":%s%zu%s", i ? "," : "{", i, i % 2 ? "\"\\u0061" : "", i,
			 i % 2 ? "\"" : "");
	}
	buf_add_char(&text, '}');
	padded = pad(buf_slice(&text));
	for (int round = 0; round < 3; round++) {
		assert_int_equal(json_run(c, padded.text), FAULT_NONE);
		for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
			char want[16];

			snprintf(want, sizeof(want), "%s%zu", i % 2 ? "a" : "", i);
			expect_text(json_field(c, i)->text, want);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		pointer_finish(&p[i]);
	free(padded.bytes);
	buf_finish(&text);
	json_checker_destroy(c);
}

/* Documents that hold a bit of everything, and what is put into them. */
static const char *const seeds[] = {
	"{\"id\":\"A-1\",\"n\":-12.50e+3,\"list\":[1,0,{\"x\":[]},{}],\"t\":true,\"f\":false}",
	" [ null , \"a\\\\b\\u00e9\\ud83d\\ude00\\n\" , 0.5 , [ [ 1e5 ] , \"\\\"\" ] ] ",
	"{\"a\":{\"b\":{\"c\":[{\"d\":\"\xc3\xa9\xf0\x9f\x98\x80\"},-0,1E-2]}},\"\":\"\"}",
	"[\"\\/\\b\\f\\r\\t\",{\"k\" :\t1.0,\"k\": \"2\"},[true,false,null],123456789]",
	"\"text\"",
	"-1.5e-7",
};
static const char spice[] = "{}[]:,\"\"\\\\/ \t\n0019.-+eEtrufalsn\x01\x0c\x1a\x7f\xc3\xa9\xf0\x80";

static uint32_t draw(uint64_t *state, size_t n)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)((*state >> 33) % n);
}

/* A seed with one to four changes; returns its length. */
static size_t mutate(uint64_t *state, char *text, size_t cap)
{
	const char *seed = seeds[draw(state, ARRAY_SIZE(seeds))];
	size_t n = strlen(seed);

	memcpy(text, seed, n);
	for (uint32_t left = 1 + draw(state, 4); left && n; left--) {
		size_t at = draw(state, n), len = 1 + draw(state, 4);

		if (len > n - at)
			len = n - at;
		switch (draw(state, 4)) {
		case 0:
			text[at] = spice[draw(state, sizeof(spice) - 1)];
			break;
		case 1:
			memmove(text + at, text + at + len, n - at - len);
			n -= len;
			break;
		case 2:
			if (n + len > cap)
				break;
			memmove(text + at + len, text + at, n - at);
			n += len;
			break;
		default:
			if (n == cap)
				break;
			memmove(text + at + 1, text + at, n - at);
			text[at] = spice[draw(state, sizeof(spice) - 1)];
			n++;
		}
	}
	return n;
}

/* Jansson alone; what it minds without reason has valid texts of its own. */
static bool jansson_takes(struct slice text, bool *unsure)
{
	json_error_t why;
	json_t *root = json_loadb(text.data, text.len,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);

	*unsure = !root && (json_error_code(&why) == json_error_numeric_overflow ||
			    json_error_code(&why) == json_error_null_byte_in_key);
	json_decref(root);
	return root && text_is_utf8(text);
}

/* Whatever tier answers, it must be what a parser that builds everything says,
 * and so must the field that it finds. */
static void test_mutated_documents_are_judged_alike(void **state)
{
	struct json_checker *c = json_checker_create();
	uint64_t random = 7;
	struct pointer p;
	size_t valid = 0;

	(void)state;
	assert_int_equal(pointer_init(&p, "/a/b", NULL), 0);
	json_checker_want(c, &p);
	for (int i = 0; i < MUTATIONS; i++) {
		char text[256];
		struct padded padded = pad((struct slice){text, mutate(&random, text, 200)});
		struct slice want, got;
		bool unsure, takes = jansson_takes(padded.text, &unsure);

		EXPECT((json_run(c, padded.text) == FAULT_NONE) == takes || unsure,
		       "jansson %s '%.*s'", takes ? "takes" : "refuses", (int)padded.text.len,
		       padded.text.data);
		if (takes) {
			valid++;
			want = pointer_find(&p, padded.text);
			got = json_field(c, 0)->text;
			EXPECT(json_kind_of(want) == json_field(c, 0)->kind &&
				       (json_kind_of(want) == JSON_KIND_STRING ||
					slice_equal(want, got)),
			       "'%.*s'", (int)padded.text.len, padded.text.data);
		}
		free(padded.bytes);
	}
	assert_true(valid > MUTATIONS / 50);
	pointer_finish(&p);
	json_checker_destroy(c);
}

static void test_no_message_shows_the_text(void **state)
{
	static const char *const hostile[] = {
		"{\"a\":SECRET}",	"{\"a\":\"SECRET}",
		"{\"a\":\"b\" SECRET}", "SECRET",
		"[\"\\SECRET\"]",	"[1e400, SECRET]",
		"{SECRET:1}",		"{\"a\":tSECRET}",
		"[\"SECRET\\x\"]",	"{\"a\":\"x near SECRET near \\q\"}",
	};
	struct json_checker *c = json_checker_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct padded p = pad(slice_of(hostile[i]));

		assert_int_equal(json_run(c, p.text), FAULT_INVALID_JSON);
		EXPECT(!strstr(json_message(c), "SECRET"), "%s", json_message(c));
		free(p.bytes);
	}
	json_checker_destroy(c);
}

/* jansson quotes an escape that it can't read: up to twelve bytes of the value. */
static void test_no_message_shows_a_bad_escape(void **state)
{
	static const struct {
		const char *text, *payload;
	} hostile[] = {
		{"[\"\\uPIN4\"]", "PIN4"},
		{"[\"\\ud801\"]", "801"},
		{"[\"\\udc12\"]", "c12"},
		{"[\"\\ud801\\u0041\"]", "041"},
	};
	struct json_checker *c = json_checker_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct padded p = pad(slice_of(hostile[i].text));

		assert_int_equal(json_run(c, p.text), FAULT_INVALID_JSON);
		EXPECT(!strcasestr(json_message(c), hostile[i].payload), "%s", json_message(c));
		free(p.bytes);
	}
	json_checker_destroy(c);
}

static void test_the_message_says_where(void **state)
{
	static const struct {
		const char *text, *where;
	} places[] = {
		{"{\"a\":}", "column 6"},
		{"{\n  \"a\":\n}", "line 3, column 1"},
		{"[1e400,}", "column 8"},
		{"{\"a\\u0000b\":1,}", "column 15"},
		{"{\"a\\u0000b\":\n1e400,\n}", "line 3, column 1"},
	};
	struct json_checker *c = json_checker_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct padded p = pad(slice_of(places[i].text));

		json_run(c, p.text);
		EXPECT(strstr(json_message(c), places[i].where), "%s", json_message(c));
		free(p.bytes);
	}
	json_checker_destroy(c);
}

/* The long number is shortened for the parser, but the column is the text's own. */
static void test_a_long_number_does_not_shift_the_column(void **state)
{
	struct json_checker *c = json_checker_create();
	struct buf text = {0};
	struct padded p;

	(void)state;
	buf_add_char(&text, '[');
	for (int i = 0; i < 400; i++)
		buf_add_char(&text, '7');
	buf_add_str(&text, ",}");
	p = pad(buf_slice(&text));
	assert_int_equal(json_run(c, p.text), FAULT_INVALID_JSON);
	EXPECT(strstr(json_message(c), "column 403"), "%s", json_message(c));
	free(p.bytes);
	buf_finish(&text);
	json_checker_destroy(c);
}

static void test_a_null_value_has_a_sane_message(void **state)
{
	struct json_checker *c = json_checker_create();

	(void)state;
	assert_int_equal(json_run(c, SLICE_NULL), FAULT_INVALID_JSON);
	assert_string_equal(json_message(c), "the value is null");
	json_checker_destroy(c);
}

static void test_a_checker_recovers_from_a_bad_text(void **state)
{
	static const struct slice texts[] = {SLICE_LIT("{\"id\":1.5}"), SLICE_LIT("{\"id\":"),
					     SLICE_LIT("\xff"), SLICE_LIT("{\"id\":1.5}")};
	struct json_checker *c = json_checker_create();
	struct pointer p;

	(void)state;
	assert_int_equal(pointer_init(&p, "id", NULL), 0);
	json_checker_want(c, &p);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct padded padded = pad(texts[i]);

		if (json_run(c, padded.text) == FAULT_NONE)
			expect_text(json_field(c, 0)->text, "1.5");
		free(padded.bytes);
	}
	assert_string_equal(json_message(c), "");
	pointer_finish(&p);
	json_checker_destroy(c);
	json_checker_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_are_judged_at_any_length),
		cmocka_unit_test(test_valid_texts_pass),
		cmocka_unit_test(test_invalid_texts_are_refused),
		cmocka_unit_test(test_other_encodings_are_named_as_such),
		cmocka_unit_test(test_fields_are_found_and_keep_their_text),
		cmocka_unit_test(test_blanks_around_the_document_are_not_its_value),
		cmocka_unit_test(test_many_fields_at_once),
		cmocka_unit_test(test_mutated_documents_are_judged_alike),
		cmocka_unit_test(test_no_message_shows_the_text),
		cmocka_unit_test(test_no_message_shows_a_bad_escape),
		cmocka_unit_test(test_the_message_says_where),
		cmocka_unit_test(test_a_long_number_does_not_shift_the_column),
		cmocka_unit_test(test_a_null_value_has_a_sane_message),
		cmocka_unit_test(test_a_checker_recovers_from_a_bad_text),
	};

	return RUN_TESTS(tests);
}

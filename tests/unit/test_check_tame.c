/* Tamed texts: nothing moves, what is valid stays valid, what is invalid stays invalid. */
#include "expect.h"

#include <jansson.h>

#include "check/tame.h"

#define NINES "99999999999999999999999999"
#define ZEROS "00000000000000000000000000"

static const struct {
	const char *text, *tamed;
} texts[] = {
	{"", ""},
	{"{\"a\":1}", "{\"a\":1}"},
	{"1e400", "1e000"},
	{"1E+400", "1E+000"},
	{"-1.5e-7", "-1.5e-0"},
	{NINES, "999999999999999999.9999999"},
	{"-" NINES "." NINES "e" NINES, "-999999999999999999.99999990" NINES "e" ZEROS},
	{NINES "E9", "999999999999999999.9999999E0"},
	{NINES ".]", "999999999999999999.9999999.]"},
	{"9999999999999999999]", "9999999999999999999]"},
	{"0." NINES, "0." NINES},
	{"1e" NINES, "1e" ZEROS},
	{"\"1e400 " NINES "\"", "\"1e400 " NINES "\""},
	{"\"\\\"1e400\",1e400", "\"\\\"1e400\",1e000"},
	{"\"\\\\\",1e4", "\"\\\\\",1e0"},
	{"\"a\\u0000b\\u0000\"", "\"a\\u0020b\\u0020\""},
	{"\"\\\\u0000\"", "\"\\\\u0000\""},
	{"\"\\u0001\\u00000\"", "\"\\u0001\\u00200\""},
	{"\"\\u000", "\"\\u000"},
	{"01", "01"},
	{"1.e5", "1.e5"},
	{"e5", "e5"},
	{"-e5", "-e5"},
	{"\"1e400", "\"1e400"},
	{"\"\\", "\"\\"},
};

static void test_texts_are_tamed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t len = strlen(texts[i].text);
		char *text = malloc(len ? len : 1);

		memcpy(text, texts[i].text, len);
		tame_text(text, len);
		EXPECT(slice_is((struct slice){text, len}, texts[i].tamed), "%s: %.*s",
		       texts[i].text, (int)len, text);
		free(text);
	}
}

/* In texts as short as these an overflow comes last, so all before it is valid. */
static bool parses(struct slice s)
{
	json_error_t where;
	json_t *root = json_loadb(s.data, s.len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &where);

	json_decref(root);
	return root || json_error_code(&where) == json_error_numeric_overflow;
}

/* Every text of up to `length` characters of the alphabet, where 9 stands for NINES. */
static void expect_same_verdicts(const char *alphabet, size_t length)
{
	size_t n = strlen(alphabet), codes = 1;
	struct buf text = {0}, tamed = {0};

	for (size_t i = 0; i < length; i++)
		codes *= n;
	for (size_t code = 0; code < codes; code++) {
		buf_clear(&text);
		buf_clear(&tamed);
		for (size_t i = 0, rest = code; i < length; i++, rest /= n)
			if (alphabet[rest % n] == '9')
				buf_add_str(&text, NINES);
			else
				buf_add_char(&text, alphabet[rest % n]);
		buf_add_slice(&tamed, buf_slice(&text));
		tame_text(tamed.data, tamed.len);
		if (parses(buf_slice(&text)) != parses(buf_slice(&tamed)))
			fail_msg("'%s' became '%s'", text.data, tamed.data);
	}
	buf_finish(&text);
	buf_finish(&tamed);
}

static void test_taming_changes_no_verdict(void **state)
{
	(void)state;
	expect_same_verdicts("10.eE+-\"\\", 6);
	expect_same_verdicts("90.-\",[]", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_are_tamed),
		cmocka_unit_test(test_taming_changes_no_verdict),
	};

	return RUN_TESTS(tests);
}

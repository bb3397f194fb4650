/* Numbers made small: what is in strings stays, what is invalid stays invalid. */
#include "expect.h"

#include <jansson.h>

#include "check/tame.h"

#define NINES "99999999999999999999999999"

static const struct {
	const char *text, *tamed;
} texts[] = {
	{"", ""},
	{"{\"a\":1}", "{\"a\":1}"},
	{"1e400", "1e000"},
	{"1E+400", "1E+000"},
	{"-1.5e-7", "-1.5e-0"},
	{NINES, "999999999999999999"},
	{"0." NINES, "0.999999999999999999"},
	{"1e" NINES, "1e000000000000000000"},
	{"\"1e400 " NINES "\"", "\"1e400 " NINES "\""},
	{"\"\\\"1e400\",1e400", "\"\\\"1e400\",1e000"},
	{"\"\\\\\",1e4", "\"\\\\\",1e0"},
	{"01", "01"},
	{"1.e5", "1.e5"},
	{"e5", "e5"},
	{"-e5", "-e5"},
	{"\"1e400", "\"1e400"},
	{"\"\\", "\"\\"},
};

static void test_numbers_are_tamed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct buf out = {0};
		char *text = strdup(texts[i].text);

		tame_numbers(&out, (struct slice){text, strlen(text)});
		EXPECT(slice_is(buf_slice(&out), texts[i].tamed), "%s: %s", texts[i].text,
		       out.data);
		free(text);
		buf_finish(&out);
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

/* Every text of up to six of these characters: taming changes no verdict. */
static void test_taming_changes_no_verdict(void **state)
{
	static const char alphabet[] = "10.eE+-\"\\";
	const size_t n = sizeof(alphabet) - 1;
	struct buf out = {0};

	(void)state;
	for (size_t code = 0; code < n * n * n * n * n * n; code++) {
		char text[6];
		size_t rest = code;

		for (size_t i = 0; i < sizeof(text); i++, rest /= n)
			text[i] = alphabet[rest % n];
		buf_clear(&out);
		tame_numbers(&out, (struct slice){text, sizeof(text)});
		if (parses((struct slice){text, sizeof(text)}) != parses(buf_slice(&out)))
			fail_msg("'%.6s' became '%s'", text, out.data);
	}
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_tamed),
		cmocka_unit_test(test_taming_changes_no_verdict),
	};

	return RUN_TESTS(tests);
}

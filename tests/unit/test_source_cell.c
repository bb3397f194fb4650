#include "expect.h"

#include "base/text.h"
#include "source/cell.h"

static const struct cell_case {
	enum column_type type;
	const char *text, *want; /* NULL: refused */
} cases[] = {
	{COLUMN_STRING, "", "\"\""},
	{COLUMN_STRING, " a\tb ", "\" a\\tb \""},
	{COLUMN_STRING, "\b\f\n\r\x1f\"\\", "\"\\b\\f\\n\\r\\u001f\\\"\\\\\""},
	{COLUMN_STRING, "null", "\"null\""},
	{COLUMN_INTEGER, "", "null"},
	{COLUMN_INTEGER, " \t", "null"},
	{COLUMN_INTEGER, "0", "0"},
	{COLUMN_INTEGER, "000", "0"},
	{COLUMN_INTEGER, "-0", "-0"},
	{COLUMN_INTEGER, "+5", "5"},
	{COLUMN_INTEGER, "-007", "-7"},
	{COLUMN_INTEGER, " 12 ", "12"},
	{COLUMN_INTEGER, "123456789012345678901234567890", "123456789012345678901234567890"},
	{COLUMN_INTEGER, "+", NULL},
	{COLUMN_INTEGER, "-", NULL},
	{COLUMN_INTEGER, "--1", NULL},
	{COLUMN_INTEGER, "1.0", NULL},
	{COLUMN_INTEGER, "1 2", NULL},
	{COLUMN_INTEGER, "0x1f", NULL},
	{COLUMN_NUMBER, "", "null"},
	{COLUMN_NUMBER, "19.90", "19.90"},
	{COLUMN_NUMBER, "+19.90", "19.90"},
	{COLUMN_NUMBER, "-0019.90", "-19.90"},
	{COLUMN_NUMBER, ".5", "0.5"},
	{COLUMN_NUMBER, "-.5", "-0.5"},
	{COLUMN_NUMBER, "1.", "1"},
	{COLUMN_NUMBER, "1.e5", "1e5"},
	{COLUMN_NUMBER, "1e5", "1e5"},
	{COLUMN_NUMBER, "1.5E-07", "1.5E-07"},
	{COLUMN_NUMBER, "00", "0"},
	{COLUMN_NUMBER, ".", NULL},
	{COLUMN_NUMBER, "e5", NULL},
	{COLUMN_NUMBER, "1e", NULL},
	{COLUMN_NUMBER, "1e+", NULL},
	{COLUMN_NUMBER, "1.2.3", NULL},
	{COLUMN_NUMBER, "1,5", NULL},
	{COLUMN_NUMBER, "NaN", NULL},
	{COLUMN_NUMBER, "Infinity", NULL},
	{COLUMN_NUMBER, "- 1", NULL},
	{COLUMN_BOOLEAN, "", "null"},
	{COLUMN_BOOLEAN, "true", "true"},
	{COLUMN_BOOLEAN, " False ", "false"},
	{COLUMN_BOOLEAN, "1", "true"},
	{COLUMN_BOOLEAN, "0", "false"},
	{COLUMN_BOOLEAN, "yes", NULL},
	{COLUMN_BOOLEAN, "tru", NULL},
	{COLUMN_BOOLEAN, "2", NULL},
};

static void test_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cell_case *c = &cases[i];
		struct buf out = {0};
		bool ok;

		buf_add_char(&out, '>');
		ok = cell_write(&out, slice_of(c->text), c->type);
		EXPECT(ok == (c->want != NULL), "%s", c->text);
		EXPECT(slice_is(buf_slice(&out), ">") == !ok, "%s", c->text);
		if (ok)
			assert_string_equal(out.data + 1, c->want);
		buf_finish(&out);
	}
}

static void test_long_string(void **state)
{
	struct buf text = {0}, out = {0};

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_add_char(&text, '\x01');
	assert_true(cell_write(&out, buf_slice(&text), COLUMN_STRING));
	assert_int_equal(out.len, 20000 * strlen("\\u0001") + 2);
	buf_finish(&text);
	buf_finish(&out);
}

/* Strings are written a word at a time: no byte may pass beside its neighbours. */
static void test_each_byte_in_each_place(void **state)
{
	struct buf want = {0}, got = {0};
	char text[20];

	(void)state;
	for (int c = 0; c < 0x80; c++) {
		for (size_t at = 0; at < sizeof(text); at++) {
			memset(text, c == '~' ? 'a' : '~', sizeof(text));
			text[at] = (char)c;
			buf_clear(&want);
			buf_clear(&got);
			text_add_json(&want, (struct slice){text, sizeof(text)});
			assert_true(cell_write(&got, (struct slice){text, sizeof(text)},
					       COLUMN_STRING));
			EXPECT(slice_equal(buf_slice(&want), buf_slice(&got)), "byte %d at %zu: %s",
			       c, at, got.data);
		}
	}
	buf_finish(&want);
	buf_finish(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_long_string),
		cmocka_unit_test(test_each_byte_in_each_place),
	};

	return RUN_TESTS(tests);
}

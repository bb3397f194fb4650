/* How many failed records a run puts up with. */
#include "expect.h"

#include "deliver/tolerance.h"

static void test_texts(void **state)
{
	static const char *const bad[] = {"",	  "%",	  "-1",	  "x",	 "1.5", "101%",	 "1%%",
					  "nan%", "inf%", "0x1%", "5 %", "%5",	"1..5%", "100.1%"};
	static const char *const good[] = {"0", "20", "0%", "0.5%", "100%", ".5%"};
	struct tolerance t;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT(tolerance_parse(&t, bad[i], &err) < 0, "'%s'", bad[i]);
		EXPECT(err.kind == ERROR_USAGE, "'%s'", bad[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		EXPECT(tolerance_parse(&t, good[i], &err) == 0, "'%s'", good[i]);
}

static void test_verdicts(void **state)
{
	static const struct {
		const char *text;
		uint64_t failed, read;
		bool exceeded;
	} rows[] = {
		{"0", 0, 1, false},	 {"0", 1, 1, true},	    {"3", 3, 3, false},
		{"3", 4, 1000, true},	 {"50%", 99, 99, false},    {"50%", 50, 100, false},
		{"50%", 51, 100, true},	 {"0%", 1, 1000, true},	    {"0.5%", 5, 1000, false},
		{"0.5%", 6, 1000, true}, {"100%", 500, 500, false},
	};
	struct tolerance all = {0}, t;
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(tolerance_parse(&t, rows[i].text, &err), 0);
		EXPECT(tolerance_exceeded(&t, rows[i].failed, rows[i].read) == rows[i].exceeded,
		       "row %zu", i);
	}
	assert_false(tolerance_exceeded(&all, UINT64_MAX, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_verdicts),
	};

	return RUN_TESTS(tests);
}

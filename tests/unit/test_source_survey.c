/* How far a fallback file goes, how many lines it has, and for which topics. */
#include "expect.h"

#include "source/survey.h"

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)
#define MAX_LINE	 200
#define A		 "{\"v\":1,\"topic\":\"a\",\"key\":null,\"value\":\"1\"}\n"
#define B		 "{\"v\":1,\"topic\":\"b\",\"key\":null,\"value\":\"2\"}\n"
#define KCAT                                                                                       \
	"{\"topic\":\"a\",\"partition\":0,\"offset\":0,\"tstype\":\"create\",\"ts\":1,\"key\":"    \
	"null,"                                                                                    \
	"\"payload\":\"v\"}\n"

static void look(struct survey *s, struct slice content, bool whole)
{
	struct error err = {0};

	write_whole("f", content.data, content.len);
	EXPECT(survey_look(s, "f", MAX_LINE, whole, &err) == 0, "%s", err.text);
}

static const struct {
	struct slice content;
	uint64_t end, torn, lines, records, nameless;
	const char *topics; /* "a2b1" */
} cases[] = {
	{SLICE_LIT(""), 0, 0, 0, 0, 0, ""},
	{SLICE_LIT(A), sizeof(A) - 1, 0, 1, 1, 0, "a1"},
	{SLICE_LIT(A B A A), 4 * (sizeof(A) - 1), 0, 4, 4, 0, "a3b1"},
	{SLICE_LIT(A "\n \t\r\n" B), 2 * (sizeof(A) - 1) + 5, 0, 4, 2, 0, "a1b1"},
	{SLICE_LIT(A KCAT A), 2 * (sizeof(A) - 1) + sizeof(KCAT) - 1, 0, 3, 3, 0, "a3"},
	{SLICE_LIT("bad\n" A), sizeof(A) + 3, 0, 2, 2, 1, "a1"},
	{SLICE_LIT("{\"value\":\"v\"}\n"), 14, 0, 1, 1, 1, ""},
	{SLICE_LIT(A "{\"v\":1,\"topic\":\"a\",\"va"), sizeof(A) - 1, 22, 1, 1, 0, "a1"},
	{SLICE_LIT(A "{\"value\":null}"), sizeof(A) - 1 + 14, 0, 2, 2, 1, "a1"},
	{SLICE_LIT("\xef\xbb\xbf" A), sizeof(A) + 2, 0, 1, 1, 0, "a1"},
	{SLICE_LIT(A "  "), sizeof(A) - 1, 2, 1, 1, 0, "a1"},
};

static void test_contents(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct survey s = {0};
		struct buf topics = {0};

		look(&s, cases[i].content, false);
		for (size_t k = 0; k < s.n; k++)
			buf_addf(&topics, "%s%d", s.topics[k].name, (int)s.topics[k].records);
		EXPECT(s.end == cases[i].end && s.torn == cases[i].torn, "case %zu", i);
		EXPECT(s.lines == cases[i].lines && s.records == cases[i].records, "case %zu", i);
		EXPECT(s.nameless == cases[i].nameless, "case %zu", i);
		EXPECT(slice_is(buf_slice(&topics), cases[i].topics), "case %zu: %s", i,
		       topics.len ? topics.data : "");
		buf_finish(&topics);
		survey_finish(&s);
	}
}

/* What a brief look says is the same. */
static void expect_brief(struct slice content, const struct survey *whole)
{
	struct survey s = {.brief = true};

	look(&s, content, false);
	assert_true(s.end == whole->end && s.torn == whole->torn && s.first == whole->first);
	assert_true(!s.records == !whole->records);
	/* Of a line that is torn the number is told. */
	assert_true(!s.torn || s.lines == whole->lines);
	survey_finish(&s);
}

static void test_brief_looks(void **state)
{
	struct buf content = {0};
	struct survey s = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		look(&s, cases[i].content, false);
		expect_brief(cases[i].content, &s);
		survey_finish(&s);
	}
	while (content.len < 1u << 20)
		buf_add_str(&content, A);
	look(&s, buf_slice(&content), false);
	expect_brief(buf_slice(&content), &s);
	survey_finish(&s);
	s.brief = true;
	look(&s, buf_slice(&content), false);
	assert_true(s.records < content.len / (sizeof(A) - 1));
	survey_finish(&s);
	buf_add_str(&content, "{");
	look(&s, buf_slice(&content), false);
	expect_brief(buf_slice(&content), &s);
	survey_finish(&s);
	buf_finish(&content);
}

static uint64_t first_of(const char *content)
{
	struct survey s = {0};
	uint64_t first;

	look(&s, slice_of(content), false);
	first = s.first;
	survey_finish(&s);
	return first;
}

static void test_the_first_line_is_a_number(void **state)
{
	(void)state;
	assert_true(first_of(A) == first_of(A B));
	assert_true(first_of(A) == first_of("\n\n" A));
	assert_true(first_of(A) != first_of(B A));
	assert_true(first_of("") == 0);
	/* The same everywhere and for ever: it is in the names of jobs. */
	assert_true(first_of("a\n") == UINT64_C(0xaf63dc4c8601ec8c));
}

static void test_a_file_that_grows(void **state)
{
	struct survey s = {0};

	(void)state;
	look(&s, SLICE_LIT(A "{\"val"), true);
	assert_true(s.end == sizeof(A) - 1 && s.torn == 5 && s.lines == 1);
	/* Its writer has not come to the line feed. */
	look(&s, SLICE_LIT(A "{\"value\":null}"), true);
	assert_true(s.end == sizeof(A) - 1 && s.lines == 1);
	look(&s, SLICE_LIT(A "{\"value\":null}\n" B), true);
	assert_true(s.end == 2 * (sizeof(A) - 1) + 15 && s.torn == 0 && s.lines == 3);
	assert_true(s.n == 2 && s.nameless == 1);
	write_whole("f", A, sizeof(A) - 1);
	assert_int_equal(survey_look(&s, "f", MAX_LINE, true, NULL), -1);
	survey_finish(&s);
}

/* A line that is far too long takes no memory, and the next is one again. */
static void test_long_lines(void **state)
{
	static const size_t lengths[] = {MAX_LINE, MAX_LINE + 1, 3u << 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct buf content = {0};
		struct survey s = {0};

		buf_add_str(&content, A);
		for (size_t k = 0; k < lengths[i]; k++)
			buf_add_char(&content, 'x');
		buf_add_str(&content, "\n" B);
		look(&s, buf_slice(&content), false);
		EXPECT(s.end == content.len && s.lines == 3 && s.records == 3, "length %zu",
		       lengths[i]);
		EXPECT(s.nameless == 1 && s.n == 2, "length %zu", lengths[i]);
		survey_finish(&s);
		content.len -= sizeof(B);
		look(&s, buf_slice(&content), false);
		EXPECT(s.end == sizeof(A) - 1 && s.torn == lengths[i], "length %zu", lengths[i]);
		survey_finish(&s);
		buf_finish(&content);
	}
}

static void test_what_is_no_file(void **state)
{
	struct survey s = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(survey_look(&s, "missing", MAX_LINE, false, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_int_equal(survey_look(&s, ".", MAX_LINE, false, &err), -1);
	survey_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_contents),
		IN_SCRATCH(test_brief_looks),
		IN_SCRATCH(test_the_first_line_is_a_number),
		IN_SCRATCH(test_a_file_that_grows),
		IN_SCRATCH(test_long_lines),
		IN_SCRATCH(test_what_is_no_file),
	};

	return RUN_TESTS(tests);
}

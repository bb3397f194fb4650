/* The place to go on from: never behind anything that is still to be sent. */
#include "expect.h"

#include "deliver/mark.h"

struct note {
	unsigned input;
	const char *member;
	uint64_t line;
};

static void expect_mark(const struct note *notes, size_t n, const char *want)
{
	struct mark m = {0}, copy = {0};
	struct buf text = {0};

	for (size_t i = 0; i < n; i++) {
		char name[16];
		struct origin *o;

		snprintf(name, sizeof(name), notes[i].input ? "file-%u" : "-", notes[i].input);
		o = origin_create(notes[i].input, name, notes[i].member, "ndjson");
		mark_note(&m, o, notes[i].line);
		origin_unref(o);
	}
	assert_true(mark_is_set(&m));
	mark_note(&m, NULL, 1);
	mark_note_mark(&copy, &m);
	mark_text(&text, &copy);
	assert_string_equal(text.data, want);
	mark_clear(&m);
	mark_clear(&copy);
	assert_false(mark_is_set(&m));
	buf_finish(&text);
}

#define EXPECT_MARK(want, ...)                                                                     \
	expect_mark((const struct note[]){__VA_ARGS__},                                            \
		    sizeof((const struct note[]){__VA_ARGS__}) / sizeof(struct note), want)

static void test_the_earliest_counts(void **state)
{
	(void)state;
	EXPECT_MARK("standard input, line 3", {0, NULL, 5}, {0, NULL, 3}, {0, NULL, 4});
	EXPECT_MARK("file-1, line 9", {2, NULL, 1}, {1, NULL, 9}, {3, NULL, 2});
}

static void test_members_have_no_order(void **state)
{
	(void)state;
	EXPECT_MARK("file-1, a.ndjson, line 2", {1, "a.ndjson", 7}, {1, "a.ndjson", 2});
	EXPECT_MARK("the beginning of file-1", {1, "b", 7}, {1, "a", 8}, {1, "b", 9});
	EXPECT_MARK("file-1, a, line 8", {2, "b", 7}, {2, "c", 7}, {1, "a", 8});
}

static void test_none_is_none(void **state)
{
	struct mark none = {0}, m = {0};

	(void)state;
	mark_note_mark(&m, &none);
	assert_false(mark_is_set(&m));
	mark_clear(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_earliest_counts),
		cmocka_unit_test(test_members_have_no_order),
		cmocka_unit_test(test_none_is_none),
	};

	return RUN_TESTS(tests);
}

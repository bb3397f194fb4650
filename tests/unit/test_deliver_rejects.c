/* Rejected lines are kept whole, privately, and once, whatever ended the run before. */
#include "expect.h"

#include <sys/stat.h>

#include "deliver/rejects.h"

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

static void open_rejects(struct rejects *r)
{
	struct error err = {0};

	EXPECT(rejects_open(r, "r", &err) == 0, "%s", err.text);
}

static void expect_content(const char *want)
{
	char *content = read_whole("r", NULL);

	assert_string_equal(content, want);
	free(content);
}

static void test_what_is_kept_is_there(void **state)
{
	struct rejects r;
	struct stat st;

	(void)state;
	open_rejects(&r);
	assert_int_equal(rejects_keep(&r, NULL), 0);
	rejects_add(&r, SLICE_LIT("one"));
	assert_int_equal(stat("r", &st), -1);
	assert_int_equal(rejects_keep(&r, NULL), 0);
	assert_int_equal(stat("r", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	expect_content("one\n");
	rejects_add(&r, SLICE_LIT("two"));
	rejects_forget(&r);
	rejects_add(&r, SLICE_LIT("three"));
	rejects_add(&r, SLICE_LIT("one"));
	assert_int_equal(rejects_keep(&r, NULL), 0);
	assert_int_equal(rejects_keep(&r, NULL), 0);
	rejects_close(&r);
	expect_content("one\nthree\n");
}

/* The run before may have kept what it could not commit. */
static void test_what_stands_there_is_not_added_again(void **state)
{
	struct rejects r;

	(void)state;
	write_whole("r", "one\ntorn", 8);
	assert_int_equal(chmod("r", 0644), 0);
	open_rejects(&r);
	rejects_add(&r, SLICE_LIT("one"));
	rejects_add(&r, SLICE_LIT("two"));
	rejects_add(&r, SLICE_LIT("torn and whole"));
	assert_int_equal(rejects_keep(&r, NULL), 0);
	rejects_close(&r);
	expect_content("one\ntorn\ntwo\ntorn and whole\n");
}

static void test_what_can_not_be_opened(void **state)
{
	struct rejects r;
	struct error err = {0};

	(void)state;
	assert_int_equal(rejects_open(&r, "missing/r", &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	rejects_close(&r);
	assert_int_equal(mkfifo("r", 0600), 0);
	assert_int_equal(rejects_open(&r, "r", &err), -1);
	rejects_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_is_kept_is_there),
		IN_SCRATCH(test_what_stands_there_is_not_added_again),
		IN_SCRATCH(test_what_can_not_be_opened),
	};

	return RUN_TESTS(tests);
}

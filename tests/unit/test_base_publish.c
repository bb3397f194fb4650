/* A file that takes its place whole, or not at all. */
#include "expect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/publish.h"

/* How many files are in the folder, whatever they are called. */
static size_t count_files(void)
{
	DIR *folder = opendir(".");
	const struct dirent *entry;
	size_t n = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(folder);
	return n;
}

static void expect_file(const char *path, const char *want)
{
	size_t len;
	char *got = read_whole(path, &len);

	assert_non_null(got);
	assert_int_equal(len, strlen(want));
	assert_string_equal(got, want);
	free(got);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_nothing_is_seen_before_it_is_whole(void **state)
{
	struct publish p = {0};

	(void)state;
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	assert_int_equal(access("report", F_OK), -1);
	publish_write(&p, SLICE_LIT("one "));
	publish_write(&p, SLICE_NULL);
	publish_write(&p, SLICE_LIT(""));
	publish_write(&p, SLICE_LIT("two\0three"));
	assert_int_equal(access("report", F_OK), -1);
	assert_int_equal(publish_end(&p), 0);
	assert_int_equal(count_files(), 1);
	{
		size_t len;
		char *got = read_whole("report", &len);

		expect_slice((struct slice){got, len}, SLICE_LIT("one two\0three"));
		free(got);
	}
}

static void test_what_was_there_stays_until_then(void **state)
{
	struct publish p = {0};
	char seen[4] = "";
	int old;

	(void)state;
	write_whole("report", "old", 3);
	old = open("report", O_RDONLY);
	assert_true(old >= 0);
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, SLICE_LIT("new, and longer"));
	expect_file("report", "old");
	assert_int_equal(publish_end(&p), 0);
	expect_file("report", "new, and longer");
	/* Whoever had it open goes on reading what it was. */
	assert_int_equal(read(old, seen, sizeof(seen)), 3);
	assert_string_equal(seen, "old");
	close(old);
	assert_int_equal(count_files(), 1);
}

static void test_an_empty_file_is_a_file(void **state)
{
	struct publish p = {0};

	(void)state;
	write_whole("report", "old", 3);
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	assert_int_equal(publish_end(&p), 0);
	expect_file("report", "");
}

static void test_large_files_are_whole(void **state)
{
	static char piece[64 << 10];
	struct publish p = {0};
	size_t len;
	char *got;

	(void)state;
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	for (int i = 0; i < 64; i++) {
		memset(piece, 'a' + i % 26, sizeof(piece));
		publish_write(&p, (struct slice){piece, sizeof(piece)});
	}
	assert_int_equal(publish_end(&p), 0);
	got = read_whole("report", &len);
	assert_int_equal(len, 64 * sizeof(piece));
	for (size_t i = 0; i < len; i += 997)
		assert_int_equal(got[i], 'a' + (int)(i / sizeof(piece) % 26));
	free(got);
}

/* Neither the process's mask nor the file that was there has a say in it. */
static void test_the_mode_is_the_one_that_was_asked_for(void **state)
{
	static const mode_t modes[] = {0600, 0640, 0644}, masks[] = {0, 022, 077};
	mode_t before = umask(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes) * ARRAY_SIZE(masks); i++) {
		mode_t mode = modes[i % ARRAY_SIZE(modes)];
		struct publish p = {0};

		umask(masks[i / ARRAY_SIZE(modes)]);
		assert_int_equal(publish_begin(&p, "report", mode), 0);
		assert_int_equal(publish_end(&p), 0);
		EXPECT(mode_of("report") == mode, "case %zu: %o", i, mode_of("report"));
	}
	umask(before);
}

static void test_dropped_it_leaves_nothing(void **state)
{
	struct publish p = {0};

	(void)state;
	publish_drop(&p);
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, SLICE_LIT("new"));
	publish_drop(&p);
	assert_int_equal(count_files(), 0);

	write_whole("report", "old", 3);
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, SLICE_LIT("new"));
	publish_drop(&p);
	publish_drop(&p);
	expect_file("report", "old");
	assert_int_equal(count_files(), 1);
}

static void test_dropped_after_its_end_it_stays(void **state)
{
	struct publish p = {0};

	(void)state;
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, SLICE_LIT("new"));
	assert_int_equal(publish_end(&p), 0);
	publish_drop(&p);
	expect_file("report", "new");
}

/* As a full disk does it. */
static void test_what_cannot_be_written_leaves_what_was_there(void **state)
{
	static char piece[8192];
	struct rlimit before, small;
	struct publish p = {0};
	int rc, why;

	(void)state;
	write_whole("report", "old", 3);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){4096, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, (struct slice){piece, sizeof(piece)});
	publish_write(&p, SLICE_LIT("more, which would fit"));
	rc = publish_end(&p);
	why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(why, EFBIG);
	expect_file("report", "old");
	assert_int_equal(count_files(), 1);
	publish_drop(&p);
}

static void test_what_cannot_take_its_place_leaves_nothing(void **state)
{
	struct publish p = {0};

	(void)state;
	assert_int_equal(publish_begin(&p, "report", 0600), 0);
	publish_write(&p, SLICE_LIT("new"));
	assert_int_equal(mkdir("report", 0700), 0);
	assert_int_equal(publish_end(&p), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(count_files(), 1);
	publish_drop(&p);
}

static void test_what_cannot_begin_need_not_end(void **state)
{
	struct publish p = {0};

	(void)state;
	assert_int_equal(publish_begin(&p, "no/such/folder", 0600), -1);
	assert_int_equal(errno, ENOENT);
	publish_drop(&p);
	assert_int_equal(count_files(), 0);
}

static void test_a_check_leaves_all_as_it_is(void **state)
{
	(void)state;
	assert_int_equal(publish_check("report"), 0);
	assert_int_equal(count_files(), 0);

	write_whole("report", "old", 3);
	assert_int_equal(chmod("report", 0640), 0);
	assert_int_equal(publish_check("report"), 0);
	expect_file("report", "old");
	assert_int_equal(mode_of("report"), 0640);
	assert_int_equal(count_files(), 1);
}

static void test_a_check_refuses_what_no_file_may_replace(void **state)
{
	static const struct {
		const char *path;
		int why;
	} cases[] = {
		{"folder", EEXIST}, {"link", EEXIST},	      {"dangling", EEXIST},
		{"pipe", EEXIST},   {"no/such/file", ENOENT}, {"file/below", ENOTDIR},
	};

	(void)state;
	write_whole("file", "old", 3);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		errno = 0;
		EXPECT(publish_check(cases[i].path) == -1, "%s", cases[i].path);
		EXPECT(errno == cases[i].why, "%s: %s", cases[i].path, strerror(errno));
	}
	assert_int_equal(count_files(), 5);
	expect_file("file", "old");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_nothing_is_seen_before_it_is_whole),
		IN_SCRATCH(test_what_was_there_stays_until_then),
		IN_SCRATCH(test_an_empty_file_is_a_file),
		IN_SCRATCH(test_large_files_are_whole),
		IN_SCRATCH(test_the_mode_is_the_one_that_was_asked_for),
		IN_SCRATCH(test_dropped_it_leaves_nothing),
		IN_SCRATCH(test_dropped_after_its_end_it_stays),
		IN_SCRATCH(test_what_cannot_be_written_leaves_what_was_there),
		IN_SCRATCH(test_what_cannot_take_its_place_leaves_nothing),
		IN_SCRATCH(test_what_cannot_begin_need_not_end),
		IN_SCRATCH(test_a_check_leaves_all_as_it_is),
		IN_SCRATCH(test_a_check_refuses_what_no_file_may_replace),
	};

	return RUN_TESTS(tests);
}

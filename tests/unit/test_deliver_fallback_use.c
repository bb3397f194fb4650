/* The fallback file, which somebody else moves, removes or cuts while it is in use. */
#include "expect.h"

#include <sys/stat.h>

#include "fallback_file.h"

/* Lines of an earlier run, and of this one, one of them not written yet. */
static void begin_in_use(struct fallback *f, struct buf *log, struct event_sink *sink)
{
	struct fallback earlier;

	fallback_init(&earlier, PATH, NULL);
	assert_int_equal(add(&earlier, 2), 0);
	assert_int_equal(fallback_sync(&earlier), 2);
	fallback_finish(&earlier);
	*sink = EVENTS_INTO(log);
	fallback_init(f, PATH, sink);
	assert_int_equal(add(f, 3), 0);
	assert_int_equal(fallback_sync(f), 3);
	assert_int_equal(add(f, 1), 0);
}

static void test_what_a_removed_file_had_of_this_run_comes_back(void **state)
{
	struct buf log = {0};
	struct event_sink sink;
	struct fallback f;

	(void)state;
	begin_in_use(&f, &log, &sink);
	assert_int_equal(unlink(PATH), 0);
	assert_int_equal(fallback_sync(&f), 1);
	assert_int_equal(whole_lines(), 4);
	assert_non_null(strstr(log.data, "fallback_removed: "));
	assert_non_null(strstr(log.data, "don't load both"));
	/* Also when nothing more is to be written. */
	assert_int_equal(unlink(PATH), 0);
	assert_int_equal(fallback_sync(&f), 0);
	assert_int_equal(f.failed.kind, ERROR_NONE);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 4);
	buf_finish(&log);
}

static void test_a_removed_file_that_can_t_come_back_is_a_failure(void **state)
{
	struct buf log = {0};
	struct event_sink sink;
	struct fallback f;

	(void)state;
	begin_in_use(&f, &log, &sink);
	assert_int_equal(unlink(PATH), 0);
	assert_int_equal(mkdir(PATH, 0700), 0);
	assert_int_equal(fallback_sync(&f), 0);
	assert_int_equal(f.failed.kind, ERROR_OUTPUT);
	assert_int_equal(f.lost, 3);
	assert_non_null(strstr(log.data, "LOST"));
	fallback_finish(&f);
	buf_finish(&log);
}

static void test_a_file_that_was_moved_away_keeps_its_lines(void **state)
{
	struct buf log = {0};
	struct event_sink sink;
	struct fallback f;

	(void)state;
	begin_in_use(&f, &log, &sink);
	assert_int_equal(rename(PATH, "moved"), 0);
	assert_int_equal(fallback_sync(&f), 1);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 1);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 2);
	assert_int_equal(rename("moved", PATH), 0);
	assert_int_equal(whole_lines(), 5);
	assert_non_null(strstr(log.data, "fallback_moved: "));
	buf_finish(&log);
}

static void test_a_file_that_others_cut_is_told_of_and_not_filled_up(void **state)
{
	struct buf log = {0};
	struct event_sink sink;
	struct fallback f;

	(void)state;
	begin_in_use(&f, &log, &sink);
	assert_int_equal(truncate(PATH, 0), 0);
	assert_int_equal(fallback_sync(&f), 1);
	assert_non_null(strstr(log.data, "fallback_cut: "));
	limit_file_size(line_length() + 10);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(truncate(PATH, 0), 0);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 0);
	limit_file_size(RLIM_INFINITY);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 0);
	buf_finish(&log);
}

/* Wherever: what is left is whole, and what is gone isn't counted. */
static void test_a_file_that_others_cut_in_mid_line_is_mended(void **state)
{
	const size_t line = line_length(), at[] = {0, 1, line / 2, line - 2, line - 1};

	(void)state;
	for (size_t i = 0; i < 5 * ARRAY_SIZE(at); i++) {
		size_t in_line = at[i % 5], size = i / 5 * line + in_line;
		/* A line that only lacks its line feed gets one. */
		size_t left = (size + 1) / line, ours = left > 2 ? left - 2 : 0;
		bool torn = in_line && in_line != line - 1;
		struct buf log = {0};
		struct event_sink sink;
		struct fallback f;

		unlink(PATH);
		begin_in_use(&f, &log, &sink);
		assert_int_equal(truncate(PATH, (off_t)size), 0);
		assert_int_equal(fallback_sync(&f), 1);
		assert_int_equal(whole_lines(), left + 1);
		assert_int_equal(f.lost, 3 - ours);
		assert_int_equal(f.kept, ours + 1);
		EXPECT(strstr(log.data, "fallback_cut: "), "%zu bytes", size);
		EXPECT(!strstr(log.data, "fallback_torn_line: ") == !torn, "%zu bytes", size);
		fallback_finish(&f);
		buf_finish(&log);
	}
}

/* Lines that are written, but not synced yet, are gone as well. */
static void test_what_was_cut_before_it_was_synced_is_not_counted(void **state)
{
	struct fallback f;
	uint64_t safe;

	(void)state;
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 2), 0);
	assert_int_equal(fallback_sync(&f), 2);
	assert_int_equal(add(&f, 5000), 0);
	assert_true(f.unsynced > 1000);
	assert_int_equal(truncate(PATH, (off_t)(1002 * line_length() + 5)), 0);
	safe = 2 + fallback_sync(&f);
	assert_true(safe > 1002 && safe < 5002);
	assert_int_equal(whole_lines(), safe);
	assert_int_equal(f.kept, safe);
	assert_int_equal(f.lost, 0);
	fallback_finish(&f);
}

/* The beginning of something else is nothing to append to. */
static void test_a_file_that_others_wrote_anew_is_left_alone(void **state)
{
	struct buf log = {0};
	struct event_sink sink;
	struct fallback f;
	char *all;

	(void)state;
	begin_in_use(&f, &log, &sink);
	write_whole(PATH, "orderId\n1", 9);
	assert_int_equal(fallback_sync(&f), 0);
	assert_int_equal(f.failed.kind, ERROR_OUTPUT);
	assert_int_equal(f.lost, 3);
	fallback_finish(&f);
	all = read_whole(PATH, NULL);
	assert_string_equal(all, "orderId\n1");
	free(all);
	buf_finish(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_a_removed_file_had_of_this_run_comes_back),
		IN_SCRATCH(test_a_removed_file_that_can_t_come_back_is_a_failure),
		IN_SCRATCH(test_a_file_that_was_moved_away_keeps_its_lines),
		IN_SCRATCH(test_a_file_that_others_cut_is_told_of_and_not_filled_up),
		IN_SCRATCH(test_a_file_that_others_cut_in_mid_line_is_mended),
		IN_SCRATCH(test_what_was_cut_before_it_was_synced_is_not_counted),
		IN_SCRATCH(test_a_file_that_others_wrote_anew_is_left_alone),
	};

	return RUN_TESTS(tests);
}

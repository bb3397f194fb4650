/* The fallback file: whole lines or none, safe or not counted. */
#include "expect.h"

#include <errno.h>
#include <sys/stat.h>

#include "fallback_file.h"

static void test_nothing_is_made_before_the_first_record(void **state)
{
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	assert_int_equal(fallback_sync(&f), 0);
	assert_int_equal(access(PATH, F_OK), -1);
	fallback_finish(&f);
}

static void test_lines_count_once_they_are_synced(void **state)
{
	struct fallback f;
	struct stat st;

	(void)state;
	umask(0);
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 3), 0);
	assert_int_equal(fallback_sync(&f), 3);
	assert_int_equal(fallback_sync(&f), 0);
	assert_int_equal(add(&f, 2), 0);
	assert_int_equal(fallback_sync(&f), 2);
	assert_int_equal(whole_lines(), 5);
	assert_int_equal(stat(PATH, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fallback_finish(&f);
}

static void test_a_later_run_appends(void **state)
{
	struct buf log = {0};
	struct event_sink sink = EVENTS_INTO(&log);

	(void)state;
	for (int run = 0; run < 3; run++) {
		struct fallback f;

		fallback_init(&f, PATH, &sink);
		assert_int_equal(add(&f, 2), 0);
		assert_int_equal(fallback_sync(&f), 2);
		fallback_finish(&f);
	}
	assert_int_equal(whole_lines(), 6);
	assert_int_equal(log.len, 0);
	buf_finish(&log);
}

static void test_more_than_a_buffer_is_whole_too(void **state)
{
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 20000), 0);
	assert_int_equal(fallback_sync(&f), 20000);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 20000);
}

/* A crash may leave any part of a line behind. */
static void test_a_torn_last_line_is_cut_off_and_reported(void **state)
{
	static const char torn[] = "{\"v\":1,\"topic\":\"orders\",\"key\":\"SECRET";
	struct buf log = {0}, all = {0};
	struct event_sink sink = EVENTS_INTO(&log);
	struct fallback f;

	(void)state;
	envelope_write(&all, &order, &notes);
	buf_add_str(&all, torn);
	write_whole(PATH, all.data, all.len);
	fallback_init(&f, PATH, &sink);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 1);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 2);
	assert_non_null(strstr(log.data, "fallback_torn_line"));
	assert_non_null(strstr(log.data, PATH));
	assert_null(strstr(log.data, "SECRET"));
	buf_finish(&log);
	buf_finish(&all);
}

static void test_a_torn_line_longer_than_a_read_is_cut_off(void **state)
{
	static const size_t lengths[] = {1, 4, 4095, 4096, 4097, 100000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		static const char head[] = "{\"v\":1,\"topic\":\"";
		struct buf all = {0};
		struct fallback f;

		envelope_write(&all, &order, &notes);
		for (size_t k = 0; k < lengths[i]; k++)
			buf_add_char(&all, k < sizeof(head) - 1 ? head[k] : 'x');
		write_whole(PATH, all.data, all.len);
		fallback_init(&f, PATH, NULL);
		assert_int_equal(add(&f, 1), 0);
		assert_int_equal(fallback_sync(&f), 1);
		fallback_finish(&f);
		assert_int_equal(whole_lines(), 2);
		buf_finish(&all);
	}
}

/* An editor that writes no final line feed has not torn the line. */
static void test_a_whole_last_line_without_line_feed_is_kept(void **state)
{
	struct buf all = {0};
	struct fallback f;

	(void)state;
	envelope_write(&all, &order, &notes);
	write_whole(PATH, all.data, all.len - 1);
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 1);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), 2);
	buf_finish(&all);
}

/* A wrong crc32 is told when the line is read: it is no reason to lose it. */
static void test_a_line_that_was_damaged_by_hand_is_kept(void **state)
{
	struct buf all = {0};
	struct fallback f;
	size_t len = 0;
	char *now;

	(void)state;
	envelope_write(&all, &order, &notes);
	all.len--;
	memcpy(strstr(all.data, "orderId"), "ORDERID", 7);
	write_whole(PATH, all.data, all.len);
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 1);
	fallback_finish(&f);
	now = read_whole(PATH, &len);
	assert_int_equal(len, all.len + 1 + line_length());
	assert_memory_equal(now, all.data, all.len);
	assert_int_equal(now[all.len], '\n');
	free(now);
	buf_finish(&all);
}

/* A slip like --fallback orders.json must not cost the orders. */
static void test_a_file_that_is_no_fallback_file_is_not_touched(void **state)
{
	static const char *const others[] = {
		"[{\"orderId\":\"1\"},{\"orderId\":\"2\"}]",
		"{\"orderId\":\"1\"}\n{\"orderId\":\"2\"}\n",
		"{\"orderId\":\"1\"}\n{\"orderId\":\"2\"}\n\n",
		"orderId\n1",
		"\n\nx",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct fallback f;
		struct error err = {0};
		char *all;

		write_whole(PATH, others[i], strlen(others[i]));
		fallback_init(&f, PATH, NULL);
		assert_int_equal(fallback_probe(&f, &err), -1);
		assert_int_equal(add(&f, 1), -1);
		assert_int_equal(f.failed.kind, ERROR_OUTPUT);
		assert_string_equal(f.failed.text, err.text);
		assert_non_null(strstr(err.text, PATH " is not a fallback file"));
		assert_int_equal(fallback_sync(&f), 0);
		fallback_finish(&f);
		all = read_whole(PATH, NULL);
		assert_string_equal(all, others[i]);
		free(all);
	}
}

static void test_blank_lines_at_the_end_do_no_harm(void **state)
{
	struct buf all = {0};
	struct fallback f;

	(void)state;
	envelope_write(&all, &order, &notes);
	for (int i = 0; i < 5000; i++)
		buf_add_str(&all, "\r\n");
	write_whole(PATH, all.data, all.len);
	fallback_init(&f, PATH, NULL);
	assert_int_equal(fallback_probe(&f, NULL), 0);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(fallback_sync(&f), 1);
	assert_int_equal(f.safe_bytes, all.len + line_length());
	fallback_finish(&f);
	buf_finish(&all);
}

static void test_a_file_that_others_may_read_is_made_private(void **state)
{
	struct fallback f;
	struct stat st;

	(void)state;
	write_whole(PATH, "", 0);
	assert_int_equal(chmod(PATH, 0644), 0);
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 1), 0);
	assert_int_equal(stat(PATH, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fallback_sync(&f), 1);
	fallback_finish(&f);
}

static void test_a_second_writer_is_refused_and_changes_nothing(void **state)
{
	struct fallback first, second;

	(void)state;
	fallback_init(&first, PATH, NULL);
	fallback_init(&second, PATH, NULL);
	assert_int_equal(add(&first, 2), 0);
	assert_int_equal(fallback_sync(&first), 2);
	assert_int_equal(add(&second, 1), -1);
	assert_int_equal(second.failed.kind, ERROR_OUTPUT);
	assert_non_null(strstr(second.failed.text, PATH));
	assert_non_null(strstr(second.failed.text, "--fallback"));
	assert_int_equal(fallback_sync(&second), 0);
	assert_int_equal(add(&second, 1), -1);
	fallback_finish(&second);
	assert_int_equal(whole_lines(), 2);
	assert_int_equal(add(&first, 1), 0);
	assert_int_equal(fallback_sync(&first), 1);
	fallback_finish(&first);
	fallback_init(&second, PATH, NULL);
	assert_int_equal(add(&second, 1), 0);
	assert_int_equal(fallback_sync(&second), 1);
	fallback_finish(&second);
	assert_int_equal(whole_lines(), 4);
}

static void fill_up(int before, int then, rlim_t room)
{
	struct fallback f;

	fallback_init(&f, PATH, NULL);
	if (before) {
		assert_int_equal(add(&f, before), 0);
		assert_int_equal(fallback_sync(&f), before);
	}
	limit_file_size(before * line_length() + room);
	add(&f, then);
	assert_int_equal(fallback_sync(&f), 0);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(f.failed.kind, ERROR_OUTPUT);
	assert_non_null(strstr(f.failed.text, strerror(EFBIG)));
	assert_int_equal(add(&f, 1), -1);
	assert_int_equal(fallback_sync(&f), 0);
	fallback_finish(&f);
	assert_int_equal(whole_lines(), before);
}

static void test_on_a_full_disk_nothing_counts_and_no_half_line_stays(void **state)
{
	(void)state;
	fill_up(0, 3, 10);
	unlink(PATH);
	fill_up(5, 3, line_length() + 10);
	unlink(PATH);
	fill_up(5, 5000, 300000);
}

/* Without a sync, too: the process may end before one. */
static void test_an_add_that_fails_leaves_no_half_line(void **state)
{
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	assert_int_equal(add(&f, 5), 0);
	assert_int_equal(fallback_sync(&f), 5);
	limit_file_size(300000);
	assert_int_equal(add(&f, 5000), -1);
	limit_file_size(RLIM_INFINITY);
	assert_int_equal(whole_lines(), 5);
	fallback_finish(&f);
}

static void test_without_a_folder_nothing_is_taken(void **state)
{
	struct fallback f;
	struct error err = {0};

	(void)state;
	fallback_init(&f, "missing/" PATH, NULL);
	assert_int_equal(fallback_probe(&f, &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	assert_int_equal(add(&f, 1), -1);
	assert_int_equal(f.failed.kind, ERROR_OUTPUT);
	assert_int_equal(fallback_sync(&f), 0);
	fallback_finish(&f);
}

static void test_a_probe_makes_no_file(void **state)
{
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	assert_int_equal(fallback_probe(&f, NULL), 0);
	assert_int_equal(access(PATH, F_OK), -1);
	write_whole(PATH, "", 0);
	assert_int_equal(fallback_probe(&f, NULL), 0);
	fallback_finish(&f);
}

static void test_a_probe_sees_another_writer_and_is_none(void **state)
{
	struct fallback first, second;
	struct error err = {0};

	(void)state;
	fallback_init(&first, PATH, NULL);
	fallback_init(&second, PATH, NULL);
	assert_int_equal(add(&first, 1), 0);
	assert_int_equal(fallback_sync(&first), 1);
	assert_int_equal(fallback_probe(&second, &err), -1);
	assert_non_null(strstr(err.text, "another process is writing"));
	fallback_finish(&first);
	assert_int_equal(fallback_probe(&second, &err), 0);
	fallback_init(&first, PATH, NULL);
	assert_int_equal(add(&first, 1), 0);
	assert_int_equal(fallback_sync(&first), 1);
	fallback_finish(&first);
	fallback_finish(&second);
	assert_int_equal(whole_lines(), 2);
}

static void test_a_probe_refuses_a_folder(void **state)
{
	struct fallback f;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	fallback_init(&f, "folder", NULL);
	assert_int_equal(fallback_probe(&f, NULL), -1);
	fallback_finish(&f);
}

/* A device could neither be cut back nor synced, and its mode isn't ours. */
static void test_what_is_no_regular_file_is_refused(void **state)
{
	struct fallback f;
	struct stat before, after;

	(void)state;
	assert_int_equal(stat("/dev/null", &before), 0);
	fallback_init(&f, "/dev/null", NULL);
	assert_int_equal(fallback_probe(&f, NULL), -1);
	assert_int_equal(add(&f, 1), -1);
	assert_int_equal(f.failed.kind, ERROR_OUTPUT);
	fallback_finish(&f);
	assert_int_equal(stat("/dev/null", &after), 0);
	assert_int_equal(before.st_mode, after.st_mode);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_nothing_is_made_before_the_first_record),
		IN_SCRATCH(test_lines_count_once_they_are_synced),
		IN_SCRATCH(test_a_later_run_appends),
		IN_SCRATCH(test_more_than_a_buffer_is_whole_too),
		IN_SCRATCH(test_a_torn_last_line_is_cut_off_and_reported),
		IN_SCRATCH(test_a_torn_line_longer_than_a_read_is_cut_off),
		IN_SCRATCH(test_a_whole_last_line_without_line_feed_is_kept),
		IN_SCRATCH(test_a_line_that_was_damaged_by_hand_is_kept),
		IN_SCRATCH(test_a_file_that_is_no_fallback_file_is_not_touched),
		IN_SCRATCH(test_blank_lines_at_the_end_do_no_harm),
		IN_SCRATCH(test_a_file_that_others_may_read_is_made_private),
		IN_SCRATCH(test_a_second_writer_is_refused_and_changes_nothing),
		IN_SCRATCH(test_on_a_full_disk_nothing_counts_and_no_half_line_stays),
		IN_SCRATCH(test_an_add_that_fails_leaves_no_half_line),
		IN_SCRATCH(test_without_a_folder_nothing_is_taken),
		IN_SCRATCH(test_a_probe_makes_no_file),
		IN_SCRATCH(test_a_probe_sees_another_writer_and_is_none),
		IN_SCRATCH(test_a_probe_refuses_a_folder),
		IN_SCRATCH(test_what_is_no_regular_file_is_refused),
	};

	return RUN_TESTS(tests);
}

/* How far a partition is. */
#include "expect.h"

#include "replay/takeover.h"
#include "replay/track.h"

static void test_all_is_done_with(void **state)
{
	struct track t = {.to = 20};

	(void)state;
	track_begin(&t, 5, 5);
	assert_int_equal(track_prefix(&t), 5);
	track_pass(&t, 5, true);
	track_pass(&t, 9, true); /* behind a gap */
	assert_int_equal(track_prefix(&t), 10);
	track_end(&t);
	assert_int_equal(track_prefix(&t), 20);
	assert_true(t.ended);
}

static void test_what_stays_is_where_the_next_one_begins(void **state)
{
	struct track t = {.to = 20};

	(void)state;
	track_begin(&t, 0, 0);
	track_pass(&t, 0, true);
	track_pass(&t, 1, false);
	track_pass(&t, 2, true);
	track_pass(&t, 3, false);
	assert_int_equal(track_prefix(&t), 1);
	track_end(&t);
	assert_int_equal(track_prefix(&t), 1);
	assert_int_equal(t.at, 20);
}

static void test_what_is_passed_over_stays(void **state)
{
	struct track t = {.to = 20};

	(void)state;
	track_begin(&t, 4, 10);
	track_pass(&t, 10, true);
	assert_int_equal(track_prefix(&t), 4);
}

static void test_nothing_is_left(void **state)
{
	struct track t = {.to = 20};

	(void)state;
	track_begin(&t, 20, 20);
	assert_true(t.ended);
	assert_int_equal(track_prefix(&t), 20);
}

static void expect_note(const char *text, bool fine, uint64_t print, int64_t scanned)
{
	rd_kafka_topic_partition_t part = {.metadata = (void *)text, .metadata_size = strlen(text)};
	uint64_t found_print = 0;
	int64_t found_scanned = 0;

	assert_int_equal(takeover_read_note(&part, &found_print, &found_scanned), fine);
	if (!fine)
		return;
	assert_true(found_print == print);
	assert_true(found_scanned == scanned);
}

static void test_notes(void **state)
{
	char *note = takeover_note(UINT64_MAX, INT64_MAX);

	(void)state;
	expect_note(note, true, UINT64_MAX, INT64_MAX);
	expect_note("redrive;000000000000000a;17", true, 10, 17);
	expect_note("", false, 0, 0);
	expect_note("redrive;", false, 0, 0);
	expect_note("somebody else's", false, 0, 0);
	expect_note(
		"redrive;000000000000000a;17                                                    "
		"                       ",
		false, 0, 0);
	free(note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_done_with),
		cmocka_unit_test(test_what_stays_is_where_the_next_one_begins),
		cmocka_unit_test(test_what_is_passed_over_stays),
		cmocka_unit_test(test_nothing_is_left),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

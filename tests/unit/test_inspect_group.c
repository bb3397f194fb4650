/* Dead letters that have something in common. */
#include "expect.h"

#include "inspect/group.h"
#include "letters.h"

/* The group that others were merged into knows what they knew. */
static void test_merged_groups_add_up(void **state)
{
	static const struct slice values[] = {SLICE_LIT("a"), SLICE_NULL, SLICE_LIT("")};
	struct example_room room = {64 << 10, 1 << 20};
	struct received r = RECEIVED(H("x-exception-fqcn", "X"), H("x-original-topic", "t"));
	struct group *a = group_create(values, 3, 1), *b = group_create(values, 3, 2);
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	expect_text(a->values[0], "a");
	expect_slice(a->values[1], SLICE_NULL);
	expect_slice(a->values[2], SLICE_LIT(""));
	group_merge(a, b);
	assert_int_equal(a->count, 0);
	assert_int_equal(a->span.first, RECORD_NO_TIMESTAMP);
	for (int i = 0; i < 14; i++) {
		char topic[] = {'a', '\0'};
		struct header headers[] = {H("x-exception-fqcn", "X"),
					   {SLICE_LIT("x-original-topic"), slice_of(topic)}};

		topic[0] = (char)('a' + i % 7);
		r.record.headers = headers;
		r.record.timestamp = i == 6 ? 1000 : i == 13 ? 3000 : 2000;
		letter_read(&l, d, &r);
		l.status = i % 2 ? STATUS_REPLAYED : STATUS_PENDING;
		group_count(i % 7 < 3 ? a : b, &l, &room);
	}
	group_merge(a, b);
	assert_int_equal(a->count, 14);
	assert_int_equal(a->pending, 7);
	assert_int_equal(a->span.first, 1000);
	assert_int_equal(a->span.last, 3000);
	assert_int_equal(a->n_topics, GROUP_TOPICS);
	assert_true(a->more_topics);
	/* The other stays as it is. */
	assert_int_equal(b->count, 8);
	assert_int_equal(b->n_topics, 4);

	group_rename(a, (const struct slice[]){SLICE_LIT("b"), SLICE_LIT("c"), SLICE_NULL}, 3, 9);
	expect_text(a->values[0], "b");
	expect_text(a->values[1], "c");
	expect_slice(a->values[2], SLICE_NULL);
	assert_int_equal(a->count, 14);
	group_destroy(a, &room);
	group_destroy(b, &room);
	assert_int_equal(room.all, 1 << 20);
	decoder_destroy(d);
}

/* Five topics are named of both, but there are more. */
static void test_more_topics_stay_more(void **state)
{
	struct example_room room = {64 << 10, 1 << 20};
	struct group *a = group_create(&SLICE_LIT("x"), 1, 1);
	struct group *b = group_create(&SLICE_LIT("x"), 1, 1);
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	for (int i = 0; i < 7; i++) {
		char topic[] = {(char)('a' + i), '\0'};
		struct header headers[] = {{SLICE_LIT("x-original-topic"), slice_of(topic)}};
		struct received r = received_of(headers, 1);

		letter_read(&l, d, &r);
		group_count(b, &l, &room);
	}
	group_merge(a, b);
	assert_int_equal(a->n_topics, GROUP_TOPICS);
	assert_true(a->more_topics);
	group_destroy(a, &room);
	group_destroy(b, &room);
	decoder_destroy(d);
}

/* A header may hold what no topic can be called. */
static void test_topics_are_strings(void **state)
{
	struct example_room room = {64 << 10, 1 << 20};
	struct received r = RECEIVED(H("x-original-topic", "a\0b"));
	struct group *g = group_create(&SLICE_LIT("x"), 1, 1);
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &r);
	for (int i = 0; i < 3; i++)
		group_count(g, &l, &room);
	assert_int_equal(g->count, 3);
	assert_int_equal(g->n_topics, 1);
	group_destroy(g, &room);
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merged_groups_add_up),
		cmocka_unit_test(test_more_topics_stay_more),
		cmocka_unit_test(test_topics_are_strings),
	};

	return RUN_TESTS(tests);
}

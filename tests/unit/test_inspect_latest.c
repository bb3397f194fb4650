/* The last dead letters of many. */
#include "expect.h"

#include "inspect/latest.h"
#include "letters.h"

/* A letter at that offset of that partition, which failed then; its value says when. */
static void add(struct latest *l, int32_t partition, int64_t offset, int64_t at)
{
	struct received r = RECEIVED(H("source_topic", "orders"));
	struct decoder *d = decoder_create();
	struct letter letter;
	char value[32];

	snprintf(value, sizeof(value), "%lld", (long long)at);
	r.record.value = slice_of(value);
	r.record.timestamp = at;
	r.partition = partition;
	r.offset = offset;
	letter_read(&letter, d, &r);
	latest_add(l, &letter);
	/* It was copied. */
	memset(value, 'x', sizeof(value));
	decoder_destroy(d);
}

/* "PARTITION:OFFSET@TIME ..." */
static void expect_latest(struct latest *l, const char *want)
{
	struct buf got = {0};

	latest_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		const struct latest_item *item = &l->items[i];

		buf_addf(&got, "%s%d:%lld@%.*s", i ? " " : "", item->received.partition,
			 (long long)item->received.offset, (int)item->received.record.value.len,
			 item->received.record.value.data);
		assert_int_equal(item->time, item->received.record.timestamp);
	}
	EXPECT(slice_is(buf_slice(&got), want), "got %s, want %s", got.data, want);
	buf_finish(&got);
}

static void test_fewer_than_that(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 3);
	expect_latest(&l, "");
	add(&l, 0, 1, 20);
	add(&l, 0, 2, 10);
	expect_latest(&l, "0:2@10 0:1@20");
	latest_finish(&l);
	latest_finish(&l);
}

static void test_the_last_of_more(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 3);
	for (int i = 0; i < 100; i++)
		add(&l, 0, i, 1000 + i * 37 % 100);
	assert_int_equal(l.n, 3);
	expect_latest(&l, "0:81@1097 0:54@1098 0:27@1099");
	latest_finish(&l);
}

static void test_the_last_one(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 1);
	add(&l, 0, 1, 10);
	add(&l, 0, 2, 30);
	add(&l, 0, 3, 20);
	expect_latest(&l, "0:2@30");
	latest_finish(&l);
}

/* By when they failed, not by where they stand. */
static void test_partitions_are_one(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 4);
	for (int i = 0; i < 10; i++)
		add(&l, 1, i, 1000 + i);
	for (int i = 0; i < 10; i++)
		add(&l, 0, i, 1002 + 2 * i);
	expect_latest(&l, "0:6@1014 0:7@1016 0:8@1018 0:9@1020");
	latest_finish(&l);
}

/* What failed at once stands as it stands in the topic, whatever came first. */
static void test_of_equal_times_the_later_in_the_topic(void **state)
{
	struct latest l;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		latest_init(&l, 3);
		for (int i = 0; i < 6; i++) {
			int k = turn ? 5 - i : i;

			add(&l, k / 3, k % 3, 7);
		}
		expect_latest(&l, "1:0@7 1:1@7 1:2@7");
		latest_finish(&l);
	}
}

/* Of what has no time nobody knows that it is among the last. */
static void test_letters_without_a_time_are_the_oldest(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 2);
	add(&l, 0, 1, RECORD_NO_TIMESTAMP);
	add(&l, 0, 2, 0);
	add(&l, 0, 3, RECORD_NO_TIMESTAMP);
	add(&l, 0, 4, 5);
	expect_latest(&l, "0:2@0 0:4@5");
	latest_finish(&l);
}

static void test_cleared_it_begins_again(void **state)
{
	struct latest l;

	(void)state;
	latest_init(&l, 2);
	for (int i = 0; i < 5; i++)
		add(&l, 0, i, 100 + i);
	latest_clear(&l);
	expect_latest(&l, "");
	for (int i = 0; i < 5; i++)
		add(&l, 0, i, 10 + i);
	expect_latest(&l, "0:3@13 0:4@14");
	latest_clear(&l);
	latest_finish(&l);
}

/* Everything of the record is kept, and what is known of the letter. */
static void test_letters_are_copied_whole(void **state)
{
	char name[] = "dlq-failed-at", when[] = "2020-01-01", key[] = "k\0ey";
	struct header headers[] = {{slice_of(name), slice_of(when)}, H_NULL("trace"), H("e", "")};
	struct received r = received_of(headers, ARRAY_SIZE(headers));
	struct header reason = H("dlq-reason", "m");
	struct decoder *d = decoder_create();
	struct letter letter;
	struct latest l;

	(void)state;
	latest_init(&l, 5);
	headers[2] = reason;
	r.record.key = (struct slice){key, 4};
	r.record.value = SLICE_NULL;
	r.append_time = true;
	letter_read(&letter, d, &r);
	letter.status = STATUS_PARKED;
	latest_add(&l, &letter);
	memset(name, 'x', sizeof(name) - 1);
	memset(when, 'x', sizeof(when) - 1);
	memset(key, 'x', sizeof(key) - 1);
	memset(headers, 0, sizeof(headers));
	decoder_destroy(d);

	assert_int_equal(l.n, 1);
	assert_int_equal(l.items[0].time, INT64_C(1577836800000));
	assert_int_equal(l.items[0].status, STATUS_PARKED);
	assert_int_equal(l.items[0].received.partition, 3);
	assert_int_equal(l.items[0].received.offset, 42);
	assert_true(l.items[0].received.append_time);
	{
		const struct record *copy = &l.items[0].received.record;

		assert_int_equal(copy->timestamp, RECEIVED_AT);
		expect_slice(copy->key, SLICE_LIT("k\0ey"));
		expect_slice(copy->value, SLICE_NULL);
		assert_int_equal(copy->n_headers, 3);
		expect_text(copy->headers[0].name, "dlq-failed-at");
		expect_text(copy->headers[0].value, "2020-01-01");
		expect_slice(copy->headers[1].value, SLICE_NULL);
		expect_text(copy->headers[2].value, "m");
	}
	latest_finish(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fewer_than_that),
		cmocka_unit_test(test_the_last_of_more),
		cmocka_unit_test(test_the_last_one),
		cmocka_unit_test(test_partitions_are_one),
		cmocka_unit_test(test_of_equal_times_the_later_in_the_topic),
		cmocka_unit_test(test_letters_without_a_time_are_the_oldest),
		cmocka_unit_test(test_cleared_it_begins_again),
		cmocka_unit_test(test_letters_are_copied_whole),
	};

	return RUN_TESTS(tests);
}

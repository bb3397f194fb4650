/* Copies of records, and their size on the wire as librdkafka itself has it. */
#include "expect.h"

#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "record/record.h"

static const struct header headers[] = {
	{SLICE_LIT("k"), SLICE_LIT("v")},
	{SLICE_LIT("k"), SLICE_NULL},
	{SLICE_LIT("k"), SLICE_LIT("")},
	{SLICE_LIT("binary"), SLICE_LIT("\0\xff")},
};

static void test_a_copy_has_all_and_shares_nothing(void **state)
{
	struct record r = {
		SLICE_LIT("key"), SLICE_LIT("a\0b"), headers, 4, 1700000000000, NULL, true};
	struct record *copy = record_copy(&r);

	(void)state;
	expect_slice(copy->key, r.key);
	expect_slice(copy->value, r.value);
	assert_ptr_not_equal(copy->value.data, r.value.data);
	assert_ptr_not_equal(copy->headers, headers);
	assert_int_equal(copy->n_headers, 4);
	for (size_t i = 0; i < 4; i++) {
		expect_slice(copy->headers[i].name, headers[i].name);
		expect_slice(copy->headers[i].value, headers[i].value);
	}
	assert_true(copy->timestamp == 1700000000000);
	assert_true(copy->json);
	free(copy);
}

static void test_null_and_empty_survive_a_copy(void **state)
{
	struct record null = {.timestamp = RECORD_NO_TIMESTAMP};
	struct record empty = {.key = SLICE_LIT(""), .value = SLICE_LIT("")};
	struct record *copy = record_copy(&null);

	(void)state;
	expect_slice(copy->key, SLICE_NULL);
	expect_slice(copy->value, SLICE_NULL);
	assert_true(copy->timestamp == RECORD_NO_TIMESTAMP);
	free(copy);
	copy = record_copy(&empty);
	expect_text(copy->key, "");
	expect_text(copy->value, "");
	free(copy);
}

static void test_a_copy_forgets_the_block(void **state)
{
	struct block_pool *pool = block_pool_create(16, 1);
	struct origin *o = origin_create(0, "x", NULL, "ndjson");
	struct block *b = block_pool_get(pool, o, 0);
	struct record r = {.value = {b->data, 0}, .block = b};
	struct record *copy = record_copy(&r);

	(void)state;
	assert_null(copy->block);
	assert_int_equal(b->refs, 1);
	free(copy);
	block_unref(b);
	origin_unref(o);
	block_pool_destroy(pool);
}

static char large[20000];

/* Sizes around the steps of the variable-length numbers (64, 8192 and so on). */
static const struct {
	struct slice key;
	size_t value, n_headers;
	bool null_value;
} shapes[] = {
	{SLICE_NULL, 0, 0, true},
	{SLICE_NULL, 0, 0, false},
	{SLICE_LIT(""), 1, 0, false},
	{SLICE_LIT("key"), 50, 0, false},
	{SLICE_LIT("key"), 63, 1, false},
	{SLICE_LIT("key"), 64, 2, false},
	{SLICE_NULL, 8191, 3, false},
	{SLICE_NULL, 8192, 4, false},
	{SLICE_LIT("key"), 20000, 4, false},
};

static struct record shaped(size_t i)
{
	return (struct record){
		.key = shapes[i].key,
		.value = shapes[i].null_value ? SLICE_NULL : (struct slice){large, shapes[i].value},
		.headers = headers,
		.n_headers = shapes[i].n_headers,
		.timestamp = 1700000000000,
	};
}

static void test_the_size_follows_the_record_format(void **state)
{
	struct record r = {0};

	(void)state;
	/* Batch header 61; length, attributes, two deltas, key -1, value -1, 0 headers. */
	assert_int_equal(record_batch_size(&r), 61 + 7);
	r.key = SLICE_LIT("abc");
	assert_int_equal(record_batch_size(&r), 61 + 10);
	r.headers = headers;
	r.n_headers = 2;
	assert_int_equal(record_batch_size(&r), 61 + 10 + 4 + 3);
	/* 56 more bytes: the body passes 63, so its length takes a second byte. */
	r.value = (struct slice){large, 56};
	assert_int_equal(record_batch_size(&r), 61 + 10 + 4 + 3 + 56 + 1);
}

/* What librdkafka's statistics say of the batches it sent. */
static int on_stats(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
	json_t *root = json_loadb(json, len, 0, NULL);
	json_t *size = json_object_get(
		json_object_get(json_object_get(json_object_get(root, "topics"), "sizes"),
				"batchsize"),
		"max");
	json_int_t *max = opaque;

	(void)rk;
	if (json_integer_value(size) > *max)
		*max = json_integer_value(size);
	json_decref(root);
	return 0;
}

static rd_kafka_t *new_producer(json_int_t *max)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char reason[256];

	rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", reason, sizeof(reason));
	rd_kafka_conf_set(conf, "statistics.interval.ms", "20", reason, sizeof(reason));
	rd_kafka_conf_set(conf, "linger.ms", "0", reason, sizeof(reason));
	rd_kafka_conf_set(conf, "log_level", "0", reason, sizeof(reason));
	rd_kafka_conf_set_stats_cb(conf, on_stats);
	rd_kafka_conf_set_opaque(conf, max);
	return rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
}

static void send_record(rd_kafka_t *rk, const struct record *r)
{
	rd_kafka_headers_t *list = rd_kafka_headers_new(r->n_headers);

	for (size_t i = 0; i < r->n_headers; i++)
		rd_kafka_header_add(list, r->headers[i].name.data, (ssize_t)r->headers[i].name.len,
				    r->headers[i].value.data, (ssize_t)r->headers[i].value.len);
	assert_int_equal(rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("sizes"),
					   RD_KAFKA_V_KEY(r->key.data, r->key.len),
					   RD_KAFKA_V_VALUE((void *)r->value.data, r->value.len),
					   RD_KAFKA_V_TIMESTAMP(r->timestamp),
					   RD_KAFKA_V_HEADERS(list), RD_KAFKA_V_END),
			 0);
	assert_int_equal(rd_kafka_flush(rk, 10000), 0);
}

/* A producer of its own for each shape: the statistics keep the largest batch. */
static void test_the_size_is_the_one_that_librdkafka_sends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		json_int_t max = 0;
		rd_kafka_t *rk = new_producer(&max);
		struct record r = shaped(i);

		assert_non_null(rk);
		send_record(rk, &r);
		for (int tries = 0; !max && tries < 100; tries++)
			rd_kafka_poll(rk, 50);
		EXPECT((uint64_t)max == record_batch_size(&r), "shape %zu: sent %lld, counted %llu",
		       i, (long long)max, (unsigned long long)record_batch_size(&r));
		rd_kafka_destroy(rk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_copy_has_all_and_shares_nothing),
		cmocka_unit_test(test_null_and_empty_survive_a_copy),
		cmocka_unit_test(test_a_copy_forgets_the_block),
		cmocka_unit_test(test_the_size_follows_the_record_format),
		cmocka_unit_test(test_the_size_is_the_one_that_librdkafka_sends),
	};

	return RUN_TESTS(tests);
}

/* Blocks and their pool: references, back-pressure, where a record stands. */
#include "expect.h"

#include "record/block.h"

static struct origin *an_origin(void)
{
	return origin_create(0, "orders.ndjson", NULL, "ndjson");
}

static void test_a_pool_hands_out_no_more_than_it_may(void **state)
{
	struct block_pool *pool = block_pool_create(16, 2);
	struct origin *o = an_origin();
	struct block *a = block_pool_get(pool, o, 0), *b = block_pool_get(pool, o, 16), *c;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_null(block_pool_get(pool, o, 0));
	assert_null(block_pool_get(pool, o, 1000));
	block_unref(a);
	c = block_pool_get(pool, o, 0);
	assert_non_null(c);
	assert_int_equal(block_pool_peak(pool), 2);
	block_unref(b);
	block_unref(c);
	assert_int_equal(o->refs, 1);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_a_block_comes_back_with_its_last_reference(void **state)
{
	struct block_pool *pool = block_pool_create(16, 1);
	struct origin *o = an_origin();
	struct block *b = block_pool_get(pool, o, 0);

	(void)state;
	assert_ptr_equal(block_ref(b), b);
	block_unref(b);
	assert_null(block_pool_get(pool, o, 0));
	block_unref(b);
	b = block_pool_get(pool, o, 0);
	assert_non_null(b);
	block_unref(b);
	block_unref(NULL);
	origin_unref(o);
	origin_unref(NULL);
	block_pool_destroy(pool);
	block_pool_destroy(NULL);
}

static void test_what_was_lent_to_whoever_is_gone_is_taken_back(void **state)
{
	struct block_pool *pool = block_pool_create(16, 3);
	struct origin *o = an_origin();
	struct block *lent = block_pool_get(pool, o, 0), *kept = block_pool_get(pool, o, 0);
	struct block *shared = block_pool_get(pool, o, 0);

	(void)state;
	lent->lent = 1;
	block_ref(shared)->lent = 1;
	block_pool_take_back(pool);
	assert_int_equal(kept->refs, 1);
	assert_int_equal(shared->refs, 1);
	assert_int_equal(shared->lent, 0);
	lent = block_pool_get(pool, o, 0);
	assert_non_null(lent);
	assert_null(block_pool_get(pool, o, 0));
	block_pool_take_back(pool);
	block_unref(lent);
	block_unref(kept);
	block_unref(shared);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_a_used_block_comes_back_empty(void **state)
{
	struct block_pool *pool = block_pool_create(16, 1);
	struct origin *o = an_origin();
	struct block *b = block_pool_get(pool, o, 0);
	uint64_t seq = b->seq;

	(void)state;
	memcpy(b->data, "\n\n\n", 3);
	b->len = 3;
	b->line = 7;
	b->offset = 99;
	block_add_place(b, 0, 5, 50);
	block_unref(b);
	b = block_pool_get(pool, o, 0);
	assert_int_equal(b->len, 0);
	assert_int_equal(b->refs, 1);
	assert_true(b->seq > seq);
	b->line = 1;
	assert_int_equal(block_locate(b, b->data).line, 1);
	assert_int_equal(block_locate(b, b->data).offset, 0);
	block_unref(b);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_the_bytes_behind_a_block_are_readable(void **state)
{
	struct block_pool *pool = block_pool_create(10, 2);
	struct origin *o = an_origin();
	size_t wanted[] = {0, 1000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		struct block *b = block_pool_get(pool, o, wanted[i]);

		assert_true(b->cap >= 10 && b->cap >= wanted[i]);
		memset(b->data, 0, b->cap + BLOCK_PADDING);
		block_unref(b);
	}
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_a_larger_block_counts_as_one_and_is_freed(void **state)
{
	struct block_pool *pool = block_pool_create(16, 2);
	struct origin *o = an_origin();

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct block *large = block_pool_get(pool, o, 100000);
		struct block *usual = block_pool_get(pool, o, 0);

		assert_int_equal(large->cap, 100000);
		assert_int_equal(usual->cap, 16);
		assert_null(block_pool_get(pool, o, 0));
		block_unref(i % 2 ? large : usual);
		block_unref(i % 2 ? usual : large);
	}
	assert_int_equal(block_pool_peak(pool), 2);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_an_impossible_size_is_answered_with_null(void **state)
{
	struct block_pool *pool = block_pool_create(16, 1);
	struct origin *o = an_origin();
	struct block *b;

	(void)state;
	assert_null(block_pool_get(pool, o, SIZE_MAX));
	assert_null(block_pool_get(pool, o, SIZE_MAX - BLOCK_PADDING + 1));
	assert_int_equal(block_pool_peak(pool), 0);
	b = block_pool_get(pool, o, 0);
	assert_non_null(b);
	block_unref(b);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_an_origin_lives_as_long_as_its_blocks(void **state)
{
	struct block_pool *pool = block_pool_create(16, 1);
	struct origin *o = origin_create(3, "a.zip", "b.csv", "csv");
	struct block *b = block_pool_get(pool, o, 0);

	(void)state;
	origin_unref(o);
	assert_int_equal(b->origin->input, 3);
	assert_string_equal(b->origin->member, "b.csv");
	block_unref(b);
	block_pool_destroy(pool);
}

static void test_lines_are_counted_from_the_bytes(void **state)
{
	static const char text[] = "one\n\ntwo\r\nthree";
	static const struct {
		size_t at, line;
	} places[] = {{0, 10}, {3, 10}, {4, 11}, {5, 12}, {10, 13}, {15, 13}};
	struct block_pool *pool = block_pool_create(64, 1);
	struct origin *o = an_origin();
	struct block *b = block_pool_get(pool, o, 0);

	(void)state;
	memcpy(b->data, text, sizeof(text) - 1);
	b->len = sizeof(text) - 1;
	b->line = 10;
	b->offset = 5000000000;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct position p = block_locate(b, b->data + places[i].at);

		assert_int_equal(p.line, places[i].line);
		assert_true(p.offset == 5000000000 + places[i].at);
		assert_ptr_equal(p.origin, o);
	}
	block_unref(b);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_places_win_over_the_bytes(void **state)
{
	struct block_pool *pool = block_pool_create(4096, 1);
	struct origin *o = an_origin();
	struct block *b = block_pool_get(pool, o, 0);

	(void)state;
	memset(b->data, '\n', 4096);
	for (size_t i = 0; i < 100; i++)
		block_add_place(b, 10 + i * 7, 2 + i * 3, 100 + i * 11);
	for (size_t i = 0; i < 100; i++) {
		struct position p = block_locate(b, b->data + 10 + i * 7);

		assert_int_equal(p.line, 2 + i * 3);
		assert_int_equal(p.offset, 100 + i * 11);
		p = block_locate(b, b->data + 10 + i * 7 + 6);
		assert_int_equal(p.line, 2 + i * 3);
	}
	block_unref(b);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_a_null_value_has_the_place_of_its_block(void **state)
{
	struct block_pool *pool = block_pool_create(16, 2);
	struct origin *o = an_origin();
	struct block *made = block_pool_get(pool, o, 0), *read = block_pool_get(pool, o, 0);

	(void)state;
	block_add_place(made, 0, 8, 80);
	read->line = 9;
	read->offset = 90;
	assert_int_equal(block_locate(made, NULL).line, 8);
	assert_int_equal(block_locate(read, NULL).line, 9);
	assert_int_equal(block_locate(read, NULL).offset, 90);
	block_unref(made);
	block_unref(read);
	origin_unref(o);
	block_pool_destroy(pool);
}

static void test_records_compare_along_the_input(void **state)
{
	struct block_pool *pool = block_pool_create(16, 2);
	struct origin *o = an_origin();
	struct block *first = block_pool_get(pool, o, 0), *second = block_pool_get(pool, o, 0);

	(void)state;
	assert_true(block_compare(first, first->data + 9, second, second->data) < 0);
	assert_true(block_compare(second, second->data, first, first->data + 9) > 0);
	assert_true(block_compare(first, first->data, first, first->data + 1) < 0);
	assert_true(block_compare(first, first->data + 1, first, first->data) > 0);
	assert_true(block_compare(first, first->data, first, first->data) == 0);
	block_unref(first);
	first = block_pool_get(pool, o, 0); /* the same memory, further on */
	assert_true(block_compare(first, first->data, second, second->data) > 0);
	block_unref(first);
	block_unref(second);
	origin_unref(o);
	block_pool_destroy(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pool_hands_out_no_more_than_it_may),
		cmocka_unit_test(test_a_block_comes_back_with_its_last_reference),
		cmocka_unit_test(test_what_was_lent_to_whoever_is_gone_is_taken_back),
		cmocka_unit_test(test_a_used_block_comes_back_empty),
		cmocka_unit_test(test_the_bytes_behind_a_block_are_readable),
		cmocka_unit_test(test_a_larger_block_counts_as_one_and_is_freed),
		cmocka_unit_test(test_an_impossible_size_is_answered_with_null),
		cmocka_unit_test(test_an_origin_lives_as_long_as_its_blocks),
		cmocka_unit_test(test_lines_are_counted_from_the_bytes),
		cmocka_unit_test(test_places_win_over_the_bytes),
		cmocka_unit_test(test_a_null_value_has_the_place_of_its_block),
		cmocka_unit_test(test_records_compare_along_the_input),
	};

	return RUN_TESTS(tests);
}

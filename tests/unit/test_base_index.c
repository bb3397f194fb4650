/* Numbers for keys. */
#include "expect.h"

#include "base/buf.h"
#include "base/index.h"

static struct slice key_of(struct buf *out, size_t i)
{
	buf_clear(out);
	buf_addf(out, "key %zu", i);
	return buf_slice(out);
}

static void test_numbers_come_in_turn(void **state)
{
	struct index x = {0};
	struct buf key = {0};
	bool added;

	(void)state;
	assert_true(index_find(&x, SLICE_LIT("key 0")) == INDEX_NONE);
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(index_add(&x, key_of(&key, i), &added), i);
		assert_true(added);
		assert_int_equal(index_add(&x, key_of(&key, i / 2), &added), i / 2);
		assert_false(added);
	}
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(index_find(&x, key_of(&key, i)), i);
		assert_true(slice_equal(index_key(&x, i), buf_slice(&key)));
	}
	assert_true(index_find(&x, SLICE_LIT("key 5000")) == INDEX_NONE);
	assert_int_equal(x.n, 5000);
	buf_finish(&key);
	index_finish(&x);
}

/* Any bytes are a key, and an empty one is. */
static void test_keys_are_bytes(void **state)
{
	static const struct slice keys[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}, {"a\0b", 3}, {"a", 1}};
	struct index x = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(index_add(&x, keys[i], NULL), i);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(index_find(&x, keys[i]), i);
	index_finish(&x);
	assert_int_equal(x.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_come_in_turn),
		cmocka_unit_test(test_keys_are_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

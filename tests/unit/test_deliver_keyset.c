/* A bounded set of byte strings. */
#include "expect.h"

#include "deliver/keyset.h"

static struct slice nth(char *text, size_t size, unsigned n)
{
	snprintf(text, size, "customer-%u", n);
	return slice_of(text);
}

static void test_finds_what_was_added(void **state)
{
	struct keyset s;
	char text[32];

	(void)state;
	keyset_init(&s, 64u << 20);
	for (unsigned n = 0; n < 50000; n += 2)
		assert_true(keyset_add(&s, nth(text, sizeof(text), n)));
	for (unsigned n = 0; n < 50000; n++)
		EXPECT(keyset_has(&s, nth(text, sizeof(text), n)) == (n % 2 == 0), "%u", n);
	assert_int_equal(s.n, 25000);
	assert_true(keyset_add(&s, nth(text, sizeof(text), 0)));
	assert_int_equal(s.n, 25000);
	keyset_finish(&s);
}

static void test_keys_are_bytes(void **state)
{
	static const struct slice keys[] = {{"", 0}, {"\0", 1}, {"\0\0", 2}, {"a\0b", 3}, {"a", 1}};
	struct keyset s;

	(void)state;
	keyset_init(&s, 1u << 20);
	assert_false(keyset_has(&s, keys[0]));
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_false(keyset_has(&s, keys[i]));
		assert_true(keyset_add(&s, keys[i]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_true(keyset_has(&s, keys[i]));
	assert_false(keyset_has(&s, SLICE_LIT("b")));
	keyset_finish(&s);
}

static void test_is_bounded(void **state)
{
	static const char large[200u << 10];
	struct keyset s;
	unsigned n = 0;
	char text[32];

	(void)state;
	keyset_init(&s, 256u << 10);
	while (keyset_add(&s, nth(text, sizeof(text), n)))
		n++;
	assert_in_range(n, 1000, 8000);
	assert_true(s.bytes <= s.max_bytes);
	assert_false(keyset_has(&s, nth(text, sizeof(text), n)));
	/* What it has it keeps, and knows. */
	assert_true(keyset_has(&s, nth(text, sizeof(text), 0)));
	assert_true(keyset_add(&s, nth(text, sizeof(text), n - 1)));
	keyset_finish(&s);

	keyset_init(&s, 100u << 10);
	assert_false(keyset_add(&s, (struct slice){large, sizeof(large)}));
	keyset_finish(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_what_was_added),
		cmocka_unit_test(test_keys_are_bytes),
		cmocka_unit_test(test_is_bounded),
	};

	return RUN_TESTS(tests);
}

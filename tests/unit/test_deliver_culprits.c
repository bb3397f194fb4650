/* Records that a broker has refused are known again by their place. */
#include "expect.h"

#include "base/mem.h"
#include "deliver/culprits.h"

static struct source_place nth(unsigned input, unsigned member, unsigned n)
{
	return (struct source_place){input, member, n * UINT64_C(100), n + 1};
}

static void add(struct culprits *all, unsigned input, unsigned member, unsigned n)
{
	struct source_place at = nth(input, member, n);
	char *why = mem_printf("%u/%u/%u", input, member, n);

	culprits_add(all, &at, contract_of_kafka(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), why, n % 2);
	free(why);
}

static const struct culprit *find(const struct culprits *all, unsigned input, unsigned member,
				  unsigned n)
{
	struct source_place at = nth(input, member, n);

	return culprits_find(all, &at);
}

static void expect_found(const struct culprits *all, unsigned input, unsigned member, unsigned n)
{
	const struct culprit *c = find(all, input, member, n);
	char *why = mem_printf("%u/%u/%u", input, member, n);

	EXPECT(c, "%s is missing", why);
	assert_string_equal(c->why, why);
	assert_string_equal(c->cause.code, "MSG_SIZE_TOO_LARGE");
	assert_int_equal(c->dead_letter, n % 2);
	free(why);
}

static void test_nobody_is_in_an_empty_list(void **state)
{
	struct culprits all = {0};

	(void)state;
	assert_null(find(&all, 0, 0, 0));
	culprits_forget(&all, &(struct source_place){.input = 1});
	culprits_finish(&all);
	culprits_finish(&all);
}

/* 7 has no common factor with 27: each place once, in an order of its own. */
static void test_found_in_whatever_order_they_came(void **state)
{
	struct culprits all = {0};

	(void)state;
	for (unsigned i = 0; i < 27; i++) {
		unsigned k = i * 7 % 27;

		add(&all, k / 9, k / 3 % 3, k % 3);
	}
	assert_int_equal(all.n, 27);
	for (unsigned k = 0; k < 27; k++)
		expect_found(&all, k / 9, k / 3 % 3, k % 3);
	for (size_t i = 1; i < all.n; i++)
		assert_true(source_place_compare(&all.items[i - 1].place, &all.items[i].place) < 0);
	assert_null(find(&all, 0, 0, 3));
	assert_null(find(&all, 0, 3, 0));
	assert_null(find(&all, 3, 0, 0));
	culprits_finish(&all);
}

/* The DLQ has refused it, too. */
static void test_what_is_known_of_a_place_is_replaced(void **state)
{
	struct source_place at = nth(0, 0, 4);
	struct culprits all = {0};
	const struct culprit *c;

	(void)state;
	add(&all, 0, 0, 2);
	add(&all, 0, 0, 4);
	add(&all, 0, 0, 6);
	culprits_add(&all, &at, contract_of_kafka(RD_KAFKA_RESP_ERR_INVALID_RECORD), "no key",
		     true);
	assert_int_equal(all.n, 3);
	c = find(&all, 0, 0, 4);
	assert_non_null(c);
	assert_string_equal(c->cause.code, "INVALID_RECORD");
	assert_string_equal(c->why, "no key");
	assert_true(c->dead_letter);
	expect_found(&all, 0, 0, 2);
	expect_found(&all, 0, 0, 6);
	culprits_finish(&all);
}

static void test_nothing_to_say_is_nothing(void **state)
{
	struct source_place at = nth(0, 0, 0);
	struct culprits all = {0};

	(void)state;
	culprits_add(&all, &at, contract_of_kafka(RD_KAFKA_RESP_ERR_INVALID_RECORD), NULL, false);
	assert_null(find(&all, 0, 0, 0)->why);
	culprits_finish(&all);
}

static void test_those_before_a_place_are_forgotten(void **state)
{
	struct source_place until = nth(1, 0, 2);
	struct culprits all = {0};

	(void)state;
	add(&all, 0, 5, 9);
	add(&all, 1, 0, 1);
	add(&all, 1, 0, 2);
	add(&all, 1, 1, 0);
	culprits_forget(&all, &until);
	assert_int_equal(all.n, 2);
	assert_null(find(&all, 0, 5, 9));
	assert_null(find(&all, 1, 0, 1));
	expect_found(&all, 1, 0, 2);
	expect_found(&all, 1, 1, 0);
	culprits_forget(&all, &(struct source_place){.input = 2});
	assert_int_equal(all.n, 0);
	add(&all, 2, 0, 0);
	expect_found(&all, 2, 0, 0);
	culprits_finish(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_is_in_an_empty_list),
		cmocka_unit_test(test_found_in_whatever_order_they_came),
		cmocka_unit_test(test_what_is_known_of_a_place_is_replaced),
		cmocka_unit_test(test_nothing_to_say_is_nothing),
		cmocka_unit_test(test_those_before_a_place_are_forgotten),
	};

	return RUN_TESTS(tests);
}

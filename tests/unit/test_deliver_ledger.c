/* The counts that prove that nothing was lost. */
#include "expect.h"

#include "base/mem.h"
#include "deliver/ledger.h"

static void test_what_is_read_ends_somewhere(void **state)
{
	struct ledger l;

	(void)state;
	ledger_init(&l);
	for (int i = 0; i < 10; i++)
		ledger_read(&l);
	assert_int_equal(ledger_unsettled(&l), 10);
	for (int i = 0; i < 10; i++)
		ledger_settle(&l, (enum outcome)(i % OUTCOME_COUNT));
	assert_int_equal(ledger_unsettled(&l), 0);
	assert_int_equal(l.outcome[OUTCOME_DELIVERED], 2);
	/* Two in the DLQ, two in the file, one rejected, one pending; parked and discarded are
	 * as somebody wants them. */
	assert_int_equal(ledger_failed(&l), 6);
	assert_true(ledger_success_rate(&l) > 0.199 && ledger_success_rate(&l) < 0.201);
	ledger_finish(&l);
	assert_int_equal(l.read, 0);
}

static void test_nothing_read_is_no_failure(void **state)
{
	struct ledger l;

	(void)state;
	ledger_init(&l);
	assert_true(ledger_success_rate(&l) == 1.0);
	assert_int_equal(ledger_unsettled(&l), 0);
	ledger_finish(&l);
}

static void test_errors_count_by_code_in_order_of_appearance(void **state)
{
	struct ledger l;
	char *same = strdup("B");

	(void)state;
	ledger_init(&l);
	ledger_error(&l, "B");
	ledger_error(&l, "A");
	ledger_error(&l, same);
	assert_int_equal(l.n_errors, 2);
	assert_string_equal(l.errors[0].code, "B");
	assert_int_equal(l.errors[0].count, 2);
	assert_int_equal(l.errors[1].count, 1);
	ledger_finish(&l);
	free(same);
}

static void test_many_codes_fit(void **state)
{
	char *codes[100];
	struct ledger l;

	(void)state;
	ledger_init(&l);
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		ledger_error(&l, codes[i] = mem_printf("CODE_%zu", i));
	assert_int_equal(l.n_errors, 100);
	ledger_finish(&l);
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		free(codes[i]);
}

static void expect_same(const struct ledger *a, const struct ledger *b)
{
	assert_true(a->read == b->read && a->skipped == b->skipped && a->retries == b->retries);
	assert_true(a->possible_duplicates == b->possible_duplicates && a->bytes == b->bytes);
	assert_memory_equal(a->outcome, b->outcome, sizeof(a->outcome));
	assert_int_equal(a->errors_total, b->errors_total);
	assert_int_equal(a->n_errors, b->n_errors);
	for (size_t i = 0; i < b->n_errors; i++) {
		assert_string_equal(a->errors[i].code, b->errors[i].code);
		assert_int_equal(a->errors[i].count, b->errors[i].count);
	}
}

/* As a job does when it goes back to its checkpoint. */
static void test_a_copy_goes_its_own_way(void **state)
{
	struct ledger l, saved;

	(void)state;
	ledger_init(&l);
	ledger_init(&saved);
	l.skipped = 3;
	l.retries = 2;
	l.possible_duplicates = 1;
	l.bytes = 4711;
	ledger_read(&l);
	ledger_settle(&l, OUTCOME_FALLBACK);
	ledger_error(&l, "A");
	ledger_error(&l, "B");
	ledger_error(&l, "A");
	ledger_copy(&saved, &l);
	expect_same(&saved, &l);
	ledger_error(&l, "B");
	ledger_error(&l, "C");
	ledger_read(&l);
	assert_int_equal(saved.n_errors, 2);
	assert_int_equal(saved.errors[1].count, 1);
	assert_int_equal(ledger_errors(&saved), 3);
	ledger_copy(&l, &saved);
	expect_same(&l, &saved);
	assert_int_equal(ledger_error(&l, "C"), 1);
	ledger_finish(&l);
	assert_string_equal(saved.errors[0].code, "A");
	ledger_finish(&saved);
}

static void test_copies_of_any_size(void **state)
{
	static const size_t sizes[] = {0, 1, 0, 100, 7, 8, 9, 0, 64};
	char *codes[100];
	struct ledger copy;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		codes[i] = mem_printf("CODE_%zu", i);
	ledger_init(&copy);
	for (size_t k = 0; k < ARRAY_SIZE(sizes); k++) {
		struct ledger l;

		ledger_init(&l);
		for (size_t i = 0; i < sizes[k]; i++)
			ledger_error(&l, codes[i]);
		ledger_copy(&copy, &l);
		expect_same(&copy, &l);
		assert_int_equal(ledger_error(&copy, "MORE"), 1);
		ledger_finish(&l);
	}
	ledger_finish(&copy);
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		free(codes[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read_ends_somewhere),
		cmocka_unit_test(test_nothing_read_is_no_failure),
		cmocka_unit_test(test_errors_count_by_code_in_order_of_appearance),
		cmocka_unit_test(test_many_codes_fit),
		cmocka_unit_test(test_a_copy_goes_its_own_way),
		cmocka_unit_test(test_copies_of_any_size),
	};

	return RUN_TESTS(tests);
}

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
	assert_int_equal(ledger_failed(&l), 7);
	assert_true(ledger_success_rate(&l) > 0.299 && ledger_success_rate(&l) < 0.301);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read_ends_somewhere),
		cmocka_unit_test(test_nothing_read_is_no_failure),
		cmocka_unit_test(test_errors_count_by_code_in_order_of_appearance),
		cmocka_unit_test(test_many_codes_fit),
	};

	return RUN_TESTS(tests);
}

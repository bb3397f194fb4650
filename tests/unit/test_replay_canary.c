/* Which letters are canaries that have come back. */
#include "expect.h"

#include "letters.h"
#include "replay/canary.h"

static bool has(const struct canary *c, struct decoder *d, const struct received *r)
{
	struct letter l;

	letter_read(&l, d, r);
	return canary_has(c, &l);
}

static void test_by_key_and_value(void **state)
{
	struct received same = RECEIVED(H("original-topic", "orders"));
	struct received other = same;
	struct decoder *d = decoder_create();
	struct canary c = {0};

	(void)state;
	other.record.key = SLICE_LIT("customer-C");
	canary_add(&c, 0, "orders", &same.record);
	assert_false(has(&c, d, &same)); /* it isn't there yet */
	canary_commit(&c);
	assert_true(has(&c, d, &same));
	assert_false(has(&c, d, &other));
	canary_finish(&c);
	decoder_destroy(d);
}

static void test_by_place(void **state)
{
	struct received sent = RECEIVED(H("x", "y"));
	struct received back =
		RECEIVED(H("__connect.errors.topic", "orders"),
			 H("__connect.errors.partition", "4"), H("__connect.errors.offset", "17"));
	struct decoder *d = decoder_create();
	struct canary c = {0};

	(void)state;
	back.record.value = SLICE_LIT("whoever failed with it has changed it");
	canary_add(&c, 3, "orders", &sent.record);
	canary_place(&c, 3, 4, 17);
	canary_commit(&c);
	assert_true(has(&c, d, &back));
	canary_add(&c, 0, "orders", &sent.record);
	canary_abort(&c);
	assert_int_equal(c.n, 1);
	canary_finish(&c);
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_key_and_value),
		cmocka_unit_test(test_by_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

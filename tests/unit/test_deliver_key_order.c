/* Which keys later records must follow, and what a job takes back of that. */
#include "expect.h"

#include "base/mem.h"
#include "deliver/key_order.h"

static const struct slice a = SLICE_LIT("customer-A"), b = SLICE_LIT("customer-B");
static const struct slice empty = SLICE_LIT("");

static struct key_order made(bool on, bool revocable)
{
	struct key_order o;

	key_order_init(&o, on, NULL);
	o.revocable = revocable;
	return o;
}

static void test_off_holds_nothing(void **state)
{
	struct key_order o = made(false, false);

	(void)state;
	for (int revocable = 0; revocable < 2; revocable++) {
		o.revocable = revocable;
		key_order_failed(&o, a, false);
		key_order_failed(&o, a, true);
		key_order_commit(&o);
		assert_false(key_order_holds(&o, a));
		assert_false(key_order_holds_back(&o, a));
		assert_int_equal(o.held.n + o.broken.n + o.fresh.n, 0);
	}
	key_order_finish(&o);
}

static void test_what_failed_on_its_way_holds_what_is_sent_again(void **state)
{
	struct key_order o = made(true, false);

	(void)state;
	key_order_failed(&o, a, false);
	assert_true(key_order_holds(&o, a));
	assert_true(key_order_holds_back(&o, a));
	assert_false(key_order_holds(&o, b));
	assert_false(key_order_holds_back(&o, b));
	key_order_finish(&o);
}

/* What is on its way came before it. */
static void test_what_failed_early_holds_new_records_only(void **state)
{
	struct key_order o = made(true, false);

	(void)state;
	key_order_failed(&o, a, true);
	assert_true(key_order_holds(&o, a));
	assert_false(key_order_holds_back(&o, a));
	key_order_failed(&o, a, false);
	assert_true(key_order_holds_back(&o, a));
	key_order_finish(&o);
}

static void test_no_key_holds_nothing_but_an_empty_one_does(void **state)
{
	(void)state;
	for (int revocable = 0; revocable < 2; revocable++) {
		struct key_order o = made(true, revocable);

		key_order_failed(&o, SLICE_NULL, false);
		assert_int_equal(o.held.n + o.broken.n + o.fresh.n, 0);
		key_order_commit(&o);
		assert_false(key_order_holds(&o, SLICE_NULL));
		assert_false(key_order_holds_back(&o, SLICE_NULL));
		assert_false(key_order_holds(&o, empty));
		key_order_failed(&o, empty, false);
		assert_true(key_order_holds(&o, empty));
		assert_false(key_order_holds_back(&o, SLICE_NULL));
		key_order_commit(&o);
		assert_true(key_order_holds(&o, empty));
		assert_false(key_order_holds(&o, SLICE_NULL));
		key_order_finish(&o);
	}
}

static void test_a_commit_keeps(void **state)
{
	struct key_order o = made(true, true);

	(void)state;
	key_order_failed(&o, a, false);
	assert_true(key_order_holds(&o, a));
	key_order_commit(&o);
	assert_int_equal(o.fresh.n, 0);
	assert_true(key_order_holds(&o, a));
	key_order_roll_back(&o);
	assert_true(key_order_holds(&o, a));
	assert_false(key_order_holds(&o, b));
	key_order_finish(&o);
}

static void test_a_roll_back_forgets_what_came_since(void **state)
{
	struct key_order o = made(true, true);

	(void)state;
	key_order_roll_back(&o);
	key_order_failed(&o, a, true);
	key_order_commit(&o);
	key_order_failed(&o, b, true);
	key_order_failed(&o, a, true);
	assert_true(key_order_holds(&o, a) && key_order_holds(&o, b));
	key_order_roll_back(&o);
	assert_true(key_order_holds(&o, a));
	assert_false(key_order_holds(&o, b));
	key_order_failed(&o, b, true);
	assert_true(key_order_holds(&o, b));
	key_order_commit(&o);
	assert_true(key_order_holds(&o, b));
	key_order_finish(&o);
}

/* They fail with their transaction, and are read again. */
static void test_a_job_breaks_no_key(void **state)
{
	struct key_order o = made(true, true);

	(void)state;
	key_order_failed(&o, a, false);
	assert_false(key_order_holds_back(&o, a));
	key_order_commit(&o);
	assert_false(key_order_holds_back(&o, a));
	key_order_finish(&o);
}

static void test_what_was_never_revocable_stays(void **state)
{
	struct key_order o = made(true, false);

	(void)state;
	key_order_failed(&o, a, false);
	key_order_roll_back(&o);
	assert_true(key_order_holds(&o, a));
	assert_true(key_order_holds_back(&o, a));
	key_order_commit(&o);
	assert_true(key_order_holds(&o, a));
	key_order_finish(&o);
}

static struct slice nth(char *text, size_t size, unsigned n)
{
	snprintf(text, size, "customer-%u", n);
	return slice_of(text);
}

static void test_many_keys_over_many_commits(void **state)
{
	struct key_order o = made(true, true);
	char text[32];

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		key_order_failed(&o, nth(text, sizeof(text), n), true);
		if (n % 1000 == 999 && n / 1000 % 2)
			key_order_roll_back(&o);
		else if (n % 1000 == 999)
			key_order_commit(&o);
	}
	for (unsigned n = 0; n < 20000; n++)
		EXPECT(key_order_holds(&o, nth(text, sizeof(text), n)) == !(n / 1000 % 2), "%u", n);
	key_order_finish(&o);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while (text && (text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* A key this large fits a few times; the warning comes once. */
static void test_is_bounded_and_says_so_once(void **state)
{
	const size_t len = 3u << 20;
	struct slice key = {mem_alloc(len, 1), len};

	(void)state;
	for (int revocable = 0; revocable < 2; revocable++) {
		struct buf said = {0};
		struct event_sink sink = EVENTS_INTO(&said);
		struct key_order o;

		key_order_init(&o, true, &sink);
		o.revocable = revocable;
		for (char n = 0; n < 30; n++) {
			*(char *)key.data = n;
			key_order_failed(&o, key, true);
			EXPECT(key_order_holds(&o, key) == (n < 10), "%d", n);
		}
		key_order_commit(&o);
		*(char *)key.data = 9;
		assert_true(key_order_holds(&o, key));
		assert_int_equal(count(said.data, "keys_not_held: "), 1);
		EXPECT(strstr(said.data, "these 10 keys"), "%s", said.data);
		key_order_finish(&o);
		buf_finish(&said);
	}
	free((char *)key.data);
}

/* Each transaction's keys fit, all of them don't. */
static void test_a_commit_says_so_too(void **state)
{
	const size_t len = 3u << 20;
	struct slice key = {mem_alloc(len, 1), len};
	struct buf said = {0};
	struct event_sink sink = EVENTS_INTO(&said);
	struct key_order o;

	(void)state;
	key_order_init(&o, true, &sink);
	o.revocable = true;
	for (char n = 0; n < 14; n++) {
		*(char *)key.data = n;
		key_order_failed(&o, key, true);
		if (n % 7 == 6)
			key_order_commit(&o);
	}
	assert_int_equal(o.held.n, 10);
	assert_int_equal(count(said.data, "keys_not_held: "), 1);
	key_order_finish(&o);
	buf_finish(&said);
	free((char *)key.data);
}

static struct failure *failed(struct slice value)
{
	struct record r = {.key = a, .value = value, .timestamp = RECORD_NO_TIMESTAMP};

	return failure_from_record(&r, &(struct position){0}, contract_of_fault(FAULT_INVALID_JSON),
				   NULL);
}

static void test_what_is_set_aside_comes_back_in_order(void **state)
{
	struct key_order o = made(true, false);
	struct failure *first = failed(a), *second = failed(b);
	struct failure_list list;

	(void)state;
	assert_false(key_order_set_aside(&o, first));
	assert_false(key_order_set_aside(&o, second));
	list = key_order_release(&o);
	assert_int_equal(list.n, 2);
	assert_ptr_equal(list.items[0], first);
	assert_ptr_equal(list.items[1], second);
	assert_int_equal(o.aside.n, 0);
	assert_int_equal(o.aside_bytes, 0);
	failure_list_finish(&list);
	assert_false(key_order_set_aside(&o, failed(a)));
	key_order_finish(&o);
}

static void test_little_is_set_aside_at_once(void **state)
{
	struct slice large = {mem_alloc(1u << 20, 1), 1u << 20};
	struct key_order o = made(true, false);
	struct failure_list list;
	unsigned n = 1;

	(void)state;
	while (!key_order_set_aside(&o, failed(b)))
		n++;
	assert_int_equal(n, 1000);
	list = key_order_release(&o);
	failure_list_finish(&list);
	for (n = 1; !key_order_set_aside(&o, failed(large)); n++)
		;
	assert_int_equal(n, 4);
	key_order_finish(&o);
	free((char *)large.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off_holds_nothing),
		cmocka_unit_test(test_what_failed_on_its_way_holds_what_is_sent_again),
		cmocka_unit_test(test_what_failed_early_holds_new_records_only),
		cmocka_unit_test(test_no_key_holds_nothing_but_an_empty_one_does),
		cmocka_unit_test(test_a_commit_keeps),
		cmocka_unit_test(test_a_roll_back_forgets_what_came_since),
		cmocka_unit_test(test_a_job_breaks_no_key),
		cmocka_unit_test(test_what_was_never_revocable_stays),
		cmocka_unit_test(test_many_keys_over_many_commits),
		cmocka_unit_test(test_is_bounded_and_says_so_once),
		cmocka_unit_test(test_a_commit_says_so_too),
		cmocka_unit_test(test_what_is_set_aside_comes_back_in_order),
		cmocka_unit_test(test_little_is_set_aside_at_once),
	};

	return RUN_TESTS(tests);
}

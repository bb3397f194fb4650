/* Failures: what they hold on to, and in which order they are sent again. */
#include "expect.h"

#include "base/clock.h"
#include "deliver/failure.h"

static const struct header headers[] = {{SLICE_LIT("h"), SLICE_NULL},
					{SLICE_LIT("h"), SLICE_LIT("")}};

struct place_of_work {
	struct block_pool *pool;
	struct origin *origin;
	struct block *block;
};

static struct place_of_work work(void)
{
	struct place_of_work w = {block_pool_create(64, 3), origin_create(0, "f", NULL, "ndjson"),
				  NULL};

	w.block = block_pool_get(w.pool, w.origin, 0);
	memcpy(w.block->data, "one\ntwo\nthree\n", 14);
	w.block->len = 14;
	w.block->line = 5;
	return w;
}

static void leave(struct place_of_work *w)
{
	block_unref(w->block);
	assert_int_equal(w->origin->refs, 1);
	origin_unref(w->origin);
	block_pool_destroy(w->pool);
}

static struct failure *fail_at(struct place_of_work *w, size_t at, size_t len)
{
	char key[] = "key";
	struct record r = {{key, 3}, {w->block->data + at, len}, headers, 2, 42, w->block, true};
	struct failure *f = failure_from_block(&r, block_ref(w->block));

	memset(key, 'x', sizeof(key)); /* it must have a copy */
	return f;
}

static void test_a_failure_keeps_its_block_and_copies_the_rest(void **state)
{
	struct place_of_work w = work();
	struct failure *f = fail_at(&w, 4, 3);

	(void)state;
	assert_int_equal(w.block->refs, 2);
	assert_ptr_equal(f->record.value.data, w.block->data + 4);
	expect_text(f->record.key, "key");
	assert_int_equal(f->record.n_headers, 2);
	expect_slice(f->record.headers[0].value, SLICE_NULL);
	expect_text(f->record.headers[1].value, "");
	assert_int_equal(f->record.timestamp, 42);
	failure_locate(f);
	assert_int_equal(f->line, 6);
	assert_int_equal(f->offset, 4);
	failure_destroy(f);
	failure_destroy(NULL);
	leave(&w);
}

static void test_a_detached_failure_pins_no_block(void **state)
{
	struct place_of_work w = work();
	struct failure *f = fail_at(&w, 4, 3);

	(void)state;
	failure_detach(f);
	failure_detach(f);
	assert_int_equal(w.block->refs, 1);
	memset(w.block->data, 'x', 64);
	expect_text(f->record.value, "two");
	expect_text(f->record.key, "key");
	expect_slice(f->record.headers[0].value, SLICE_NULL);
	assert_int_equal(f->line, 6);
	assert_ptr_equal(f->origin, w.origin);
	failure_destroy(f);
	leave(&w);
}

static void test_null_and_empty_values_survive(void **state)
{
	struct place_of_work w = work();
	struct record r = {.value = SLICE_NULL, .block = w.block};
	struct failure *null = failure_from_block(&r, block_ref(w.block)),
		       *empty = fail_at(&w, 0, 0);

	(void)state;
	failure_detach(null);
	failure_detach(empty);
	expect_slice(null->record.value, SLICE_NULL);
	expect_slice(null->record.key, SLICE_NULL);
	expect_text(empty->record.value, "");
	failure_destroy(null);
	failure_destroy(empty);
	leave(&w);
}

static void test_a_record_that_was_never_sent_is_copied(void **state)
{
	struct place_of_work w = work();
	struct record r = {.value = {w.block->data, 3}, .block = w.block};
	struct position position = {w.origin, 5, 0};
	char message[] = "why";
	struct failure *f =
		failure_from_record(&r, &position, contract_of_fault(FAULT_INVALID_JSON), message);

	(void)state;
	memset(message, 'x', 3);
	memset(w.block->data, 'x', 64);
	assert_int_equal(w.block->refs, 1);
	expect_text(f->record.value, "one");
	assert_string_equal(f->message, "why");
	assert_string_equal(f->cause.code, "INVALID_JSON");
	assert_in_range(clock_wall_ms() - f->at, 0, 10000);
	failure_destroy(f);
	leave(&w);
}

/* A dead letter that fails too must not hide why it is one. */
static void test_the_first_cause_stays(void **state)
{
	struct place_of_work w = work();
	struct failure *f = fail_at(&w, 0, 3);

	(void)state;
	failure_set_cause(f, contract_of_fault(FAULT_MISSING_KEY), NULL);
	assert_string_equal(f->message, f->cause.meaning);
	failure_set_cause(f, contract_of_kafka(RD_KAFKA_RESP_ERR__TRANSPORT), "down");
	assert_string_equal(f->cause.code, "MISSING_KEY");
	assert_string_equal(f->message, f->cause.meaning);
	failure_destroy(f);
	leave(&w);
}

static void test_failures_are_sorted_along_the_input(void **state)
{
	struct place_of_work w = work();
	struct block *first = w.block, *second;
	struct failure *list[4];

	(void)state;
	list[2] = fail_at(&w, 4, 3);
	list[0] = fail_at(&w, 8, 5);
	second = w.block = block_pool_get(w.pool, w.origin, 0);
	memset(second->data, 'x', 64);
	list[1] = fail_at(&w, 0, 1);
	w.block = first;
	list[3] = fail_at(&w, 0, 3);
	failure_sort(list, 4);
	expect_text(list[0]->record.value, "one");
	expect_text(list[1]->record.value, "two");
	assert_ptr_equal(list[2]->record.value.data, first->data + 8);
	assert_ptr_equal(list[3]->block, second);
	failure_sort(NULL, 0);
	for (size_t i = 0; i < 4; i++)
		failure_destroy(list[i]);
	block_unref(second);
	leave(&w);
}

static void test_the_notes_tell_all(void **state)
{
	struct place_of_work w = work();
	struct failure *f = fail_at(&w, 4, 3);
	struct envelope_notes notes;

	(void)state;
	failure_set_cause(f, contract_of_kafka(RD_KAFKA_RESP_ERR__TRANSPORT), "down");
	f->retries = 3;
	f->possibly_persisted = true;
	notes = failure_notes(f, "orders");
	assert_string_equal(notes.topic, "orders");
	assert_string_equal(notes.error_type, "_TRANSPORT");
	assert_string_equal(notes.error_class, "transient");
	assert_string_equal(notes.error_message, "down");
	assert_string_equal(notes.persisted, "possibly");
	assert_int_equal(notes.retries, 3);
	assert_int_equal(notes.position.line, 6);
	assert_ptr_equal(notes.position.origin, w.origin);
	failure_destroy(f);
	leave(&w);
}

static void test_a_list_destroys_what_is_in_it(void **state)
{
	struct place_of_work w = work();
	struct failure_list list = {0};

	(void)state;
	for (int i = 0; i < 20; i++)
		failure_list_add(&list, fail_at(&w, 0, 3));
	assert_int_equal(list.n, 20);
	failure_list_finish(&list);
	assert_int_equal(list.n, 0);
	assert_int_equal(w.block->refs, 1);
	leave(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_failure_keeps_its_block_and_copies_the_rest),
		cmocka_unit_test(test_a_detached_failure_pins_no_block),
		cmocka_unit_test(test_null_and_empty_values_survive),
		cmocka_unit_test(test_a_record_that_was_never_sent_is_copied),
		cmocka_unit_test(test_the_first_cause_stays),
		cmocka_unit_test(test_failures_are_sorted_along_the_input),
		cmocka_unit_test(test_the_notes_tell_all),
		cmocka_unit_test(test_a_list_destroys_what_is_in_it),
	};

	return RUN_TESTS(tests);
}

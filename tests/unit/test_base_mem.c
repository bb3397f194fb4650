/* Buffers and small allocations. */
#include "expect.h"

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/mem.h"

static void test_a_new_buffer_reads_as_empty_not_as_null(void **state)
{
	struct buf b = {0};

	(void)state;
	expect_text(buf_slice(&b), "");
	buf_add(&b, NULL, 0);
	expect_text(buf_slice(&b), "");
	buf_finish(&b);
}

static void test_a_buffer_is_always_terminated(void **state)
{
	struct buf b = {0};

	(void)state;
	for (int i = 0; i < 5000; i++) {
		buf_add_char(&b, 'x');
		assert_int_equal(b.data[b.len], 0);
	}
	assert_int_equal(b.len, 5000);
	buf_clear(&b);
	assert_string_equal(b.data, "");
	buf_addf(&b, "%s-%d", "a", 7);
	buf_addf(&b, "%s", "");
	buf_add(&b, "\0z", 2);
	expect_slice(buf_slice(&b), SLICE_LIT("a-7\0z"));
	buf_finish(&b);
	assert_null(b.data);
}

static void test_a_long_format_is_not_cut(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_addf(&b, "%*d", 100000, 1);
	assert_int_equal(b.len, 100000);
	assert_int_equal(b.data[99999], '1');
	buf_finish(&b);
}

static void test_null_stays_null_in_copies(void **state)
{
	char *empty = mem_dup(SLICE_LIT("")), *bytes = mem_dup(SLICE_LIT("a\0b"));

	(void)state;
	assert_null(mem_strdup(NULL));
	assert_null(mem_dup(SLICE_NULL));
	assert_string_equal(empty, "");
	assert_memory_equal(bytes, "a\0b", 4);
	free(empty);
	free(bytes);
}

static void test_an_array_grows_to_what_is_wanted(void **state)
{
	size_t cap = 0;
	int *array = mem_grow(NULL, &cap, 0, sizeof(*array));

	(void)state;
	assert_true(cap >= 1);
	array = mem_grow(array, &cap, 1000, sizeof(*array));
	assert_true(cap >= 1000);
	array[999] = 1;
	assert_ptr_equal(mem_grow(array, &cap, 10, sizeof(*array)), array);
	free(array);
}

static void overflow_alloc(void)
{
	free(mem_alloc(SIZE_MAX / 2, 4));
}

static void overflow_grow(void)
{
	size_t cap = 0;

	free(mem_grow(NULL, &cap, SIZE_MAX / 2, 16));
}

static void overflow_reserve(void)
{
	struct buf b = {.len = 16};

	buf_reserve(&b, SIZE_MAX - 8);
}

/* Exit status 0 means that it came back. */
static int ending(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
		fclose(stderr);
		signal(SIGABRT, SIG_DFL);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_a_size_that_overflows_ends_the_process(void **state)
{
	(void)state;
	assert_int_not_equal(ending(overflow_alloc), 0);
	assert_int_not_equal(ending(overflow_grow), 0);
	assert_int_not_equal(ending(overflow_reserve), 0);
}

static void test_null_and_empty_slices_differ(void **state)
{
	(void)state;
	assert_true(slice_equal(SLICE_NULL, SLICE_NULL));
	assert_false(slice_equal(SLICE_NULL, SLICE_LIT("")));
	assert_true(slice_equal(SLICE_LIT(""), SLICE_LIT("")));
	assert_false(slice_is(SLICE_LIT("ab"), "a"));
	assert_false(slice_is(SLICE_LIT("a\0"), "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_buffer_reads_as_empty_not_as_null),
		cmocka_unit_test(test_a_buffer_is_always_terminated),
		cmocka_unit_test(test_a_long_format_is_not_cut),
		cmocka_unit_test(test_null_stays_null_in_copies),
		cmocka_unit_test(test_an_array_grows_to_what_is_wanted),
		cmocka_unit_test(test_a_size_that_overflows_ends_the_process),
		cmocka_unit_test(test_null_and_empty_slices_differ),
	};

	return RUN_TESTS(tests);
}

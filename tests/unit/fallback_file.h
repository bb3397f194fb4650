/* A fallback file in the present folder, and what is in it. Include expect.h first. */
#ifndef REDRIVE_UNIT_FALLBACK_FILE_H
#define REDRIVE_UNIT_FALLBACK_FILE_H

#include <signal.h>
#include <sys/resource.h>

#include "deliver/fallback.h"

#define PATH "orders.fallback.ndjson"

static const struct record order = {.key = SLICE_LIT("k"),
				    .value = SLICE_LIT("{\"orderId\":\"1\"}"),
				    .timestamp = 1700000000000};
static const struct envelope_notes notes = {.topic = "orders", .error_type = "_TRANSPORT"};

static inline size_t line_length(void)
{
	struct buf line = {0};
	size_t len;

	envelope_write(&line, &order, &notes);
	len = line.len;
	buf_finish(&line);
	return len;
}

static inline int add(struct fallback *f, int n)
{
	while (n--)
		if (fallback_add(f, &order, &notes) < 0)
			return -1;
	return 0;
}

/* Every line of the file is a whole envelope with its right crc32. */
static inline size_t whole_lines(void)
{
	size_t len = 0, n = 0;
	char *all = read_whole(PATH, &len), *at = all, *end;

	assert_non_null(all);
	for (; (end = memchr(at, '\n', len - (size_t)(at - all))); at = end + 1, n++) {
		struct envelope e = {0};

		assert_int_equal(envelope_read(&e, (struct slice){at, (size_t)(end - at)}, NULL),
				 0);
		expect_slice(e.record.value, order.value);
		envelope_finish(&e);
	}
	assert_ptr_equal(at, all + len);
	free(all);
	return n;
}

/* A full disk, as far as a process can have one of its own. */
static inline void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

#endif

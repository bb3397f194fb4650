/* What the unit tests of the library share. Include it first. */
#ifndef REDRIVE_UNIT_EXPECT_H
#define REDRIVE_UNIT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/event.h"
#include "base/macros.h"
#include "base/slice.h"

#define RUN_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Bytes, and null against empty. */
static inline void expect_slice(struct slice got, struct slice want)
{
	assert_int_equal(!got.data, !want.data);
	assert_int_equal(got.len, want.len);
	if (want.len)
		assert_memory_equal(got.data, want.data, want.len);
}

static inline void expect_text(struct slice got, const char *want)
{
	expect_slice(got, slice_of(want));
}

/* Fails and names the case when `holds` is false. */
#define EXPECT(holds, ...)                                                                         \
	do {                                                                                       \
		if (!(holds)) {                                                                    \
			print_error(__VA_ARGS__);                                                  \
			print_error("\n");                                                         \
			fail_msg("%s", #holds);                                                    \
		}                                                                                  \
	} while (0)

/* Every event as a line "name: message". */
static inline void record_event(void *ctx, const struct event *event)
{
	buf_addf((struct buf *)ctx, "%s: %s\n", event->name, event->msg);
}

#define EVENTS_INTO(b) ((struct event_sink){record_event, (b)})

/* For tests that are about a program of somebody else's, and are skipped without it. */
static inline bool has_program(const char *name)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s > /dev/null 2>&1", name);
	return system(command) == 0;
}

/* A new folder, to which the process moves: files have short names there. */
static inline int enter_scratch(void **state)
{
	char dir[] = "/tmp/redrive-unit-XXXXXX";

	*state = strdup(mkdtemp(dir) ? dir : "");
	return chdir((const char *)*state);
}

static inline int leave_scratch(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	free(*state);
	return chdir("/") < 0 || system(command) != 0;
}

/* The caller frees it; NULL when it can't be read. */
static inline char *read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "re");
	struct buf all = {0};

	if (!file)
		return NULL;
	buf_reserve(&all, 0)[0] = '\0';
	while (!feof(file) && !ferror(file))
		all.len += fread(buf_reserve(&all, 4096), 1, 4096, file);
	all.data[all.len] = '\0';
	fclose(file);
	if (len)
		*len = all.len;
	return all.data;
}

static inline void write_whole(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#endif

/* A run of bytes that belongs to somebody else. */
#ifndef REDRIVE_BASE_SLICE_H
#define REDRIVE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* data == NULL is Kafka's null, which is not the same as empty (len == 0 with
 * data set). Not terminated by NUL. */
struct slice {
	const char *data;
	size_t len;
};

#define SLICE_NULL   ((struct slice){NULL, 0})
#define SLICE_LIT(s) ((struct slice){(s), sizeof(s) - 1})

static inline struct slice slice_of(const char *text)
{
	return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	if (!a.data || !b.data)
		return a.data == b.data;
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool slice_is(struct slice s, const char *text)
{
	return slice_equal(s, slice_of(text));
}

#endif

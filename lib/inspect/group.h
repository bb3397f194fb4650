/* Dead letters that have something in common. */
#ifndef REDRIVE_INSPECT_GROUP_H
#define REDRIVE_INSPECT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspect/example.h"
#include "inspect/span.h"
#include "letter/letter.h"

/* So many values make a group. */
#define GROUP_BY_MAX 8
/* So many topics of a group are named. */
#define GROUP_TOPICS 5

/* The values are folded (inspect/fold.h) where they are messages, and SLICE_NULL where
 * there is none. */
struct group {
	struct slice values[GROUP_BY_MAX];
	bool others; /* those that no group of their own was left for */
	uint64_t count, pending;
	struct span span; /* by letter_time */
	char *topics[GROUP_TOPICS];
	size_t n_topics;
	bool more_topics;
	struct example example; /* of the first that came */
	char *bytes;		/* what values point into */
	uint64_t hash;		/* these two are the table's */
	struct group *next;
};

/* A group of no letters; the values are copied, n of them. */
struct group *group_create(const struct slice *values, size_t n, uint64_t hash);
void group_destroy(struct group *g, struct example_room *room);

/* Counts a letter that has its values. */
void group_count(struct group *g, const struct letter *l, struct example_room *room);

/* Other values for the same letters. */
void group_rename(struct group *g, const struct slice *values, size_t n, uint64_t hash);

/* Counts all of `from`, which stays as it is. */
void group_merge(struct group *g, const struct group *from);

#endif

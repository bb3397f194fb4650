/* When messages came, in steps that fit whatever span they cover. */
#ifndef REDRIVE_INSPECT_HISTOGRAM_H
#define REDRIVE_INSPECT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct histogram {
	struct histogram_step *steps; /* by time, without those that are empty */
	size_t n, cap;
	int64_t width; /* of a step in ms; every step begins at a multiple of it */
	size_t last;   /* the step that was counted last */
};

struct histogram_step {
	int64_t from; /* ms since 1970 UTC */
	uint64_t count;
};

void histogram_finish(struct histogram *h);

/* Counts a time, in ms since 1970 UTC. */
void histogram_add(struct histogram *h, int64_t at);

/* Makes the steps so wide that the whole span has at most `most` of them, empty ones
 * counted. */
void histogram_widen(struct histogram *h, size_t most);

/* How many steps the span has, empty ones counted. */
size_t histogram_span(const struct histogram *h);

/* How wide a step is, in the words of people: 2 and "hours". */
const char *histogram_unit(const struct histogram *h, int64_t *n);

/* How many were counted in step i of those, and when it begins. */
struct histogram_step histogram_at(const struct histogram *h, size_t i);

#endif

/* Files to be, one of each input and header row, in one format: their names. */
#ifndef REDRIVE_INSPECT_TARGETS_H
#define REDRIVE_INSPECT_TARGETS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/index.h"

/* More inputs than anybody mends. */
#define TARGETS_MAX 10000

struct target {
	char *from;	     /* the input, as the letters have it */
	struct slice header; /* row, owned, or SLICE_NULL */
	char *name;	     /* in the folder; unique */
	uint64_t rows;
};

/* Zero-initialise. */
struct targets {
	struct target *items;
	size_t n, cap;
	struct index keys; /* of what they are for, */
	struct index names;
	struct index stems; /* and what names begin with, */
	unsigned *taken;    /* each so often */
	size_t cap_taken;
	struct buf key;
};

void targets_finish(struct targets *t);

/* The number of the one for an input (any bytes), a header row or SLICE_NULL, and "csv" or
 * "ndjson"; it is made when it isn't there. TARGETS_MAX when there are too many. */
size_t targets_find(struct targets *t, struct slice from, struct slice header, const char *format);

#endif

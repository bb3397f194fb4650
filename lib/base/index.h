/* Numbers for keys: 0 for the first that was added, 1 for the second. */
#ifndef REDRIVE_BASE_INDEX_H
#define REDRIVE_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

#define INDEX_NONE SIZE_MAX

/* Zero-initialise. */
struct index {
	struct index_key *keys; /* by number */
	size_t n, cap;
	size_t *slots; /* numbers + 1, a power of two of them */
	size_t n_slots;
	uint64_t seed;
};

void index_finish(struct index *x);

/* The number of a key, any bytes, or INDEX_NONE. */
size_t index_find(const struct index *x, struct slice key);

/* The same, of a key that is added when it isn't there; the bytes are copied. *added, if it
 * isn't NULL, says which. */
size_t index_add(struct index *x, struct slice key, bool *added);

/* The key of a number, valid until it is finished. */
struct slice index_key(const struct index *x, size_t number);

#endif

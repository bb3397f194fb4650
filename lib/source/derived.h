/* Blocks of bytes that were made rather than read: each value knows the place
 * it was made from. */
#ifndef REDRIVE_SOURCE_DERIVED_H
#define REDRIVE_SOURCE_DERIVED_H

#include <stdbool.h>

#include "record/record.h"

struct derived {
	struct block_pool *pool;
	struct origin *origin;
	struct block *block; /* one reference, or NULL */
	bool closed;	     /* nothing more goes into block */
};

/* Both stay the caller's and must outlive it. */
void derived_init(struct derived *d, struct block_pool *pool, struct origin *origin);
void derived_finish(struct derived *d);

/* Copies value, and r's key, into the current block, or a new one, and sets r's value,
 * key and block. False when the pool has no block: repeat the call later. */
bool derived_put(struct derived *d, struct slice value, uint64_t line, uint64_t offset,
		 struct record *r);

#endif

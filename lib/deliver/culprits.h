/* Records of a job that a broker refuses, which made their transaction fail:
 * when it is run again, they go elsewhere. */
#ifndef REDRIVE_DELIVER_CULPRITS_H
#define REDRIVE_DELIVER_CULPRITS_H

#include <stdbool.h>
#include <stddef.h>

#include "kafka/contract.h"
#include "source/place.h"

struct culprit {
	struct source_place place;
	struct contract cause;
	char *why;	  /* owned */
	bool dead_letter; /* it was refused by the DLQ: the fallback file is left */
};

/* Zero-initialise. */
struct culprits {
	struct culprit *items; /* in the order of the input, one a place */
	size_t n, cap;
};

void culprits_finish(struct culprits *all);

/* why is copied. What was known of that place is replaced. */
void culprits_add(struct culprits *all, const struct source_place *place, struct contract cause,
		  const char *why, bool dead_letter);

/* The culprit at that place, valid until the next call of another function; or NULL. */
const struct culprit *culprits_find(const struct culprits *all, const struct source_place *place);

/* Forgets those before `until`. */
void culprits_forget(struct culprits *all, const struct source_place *until);

#endif

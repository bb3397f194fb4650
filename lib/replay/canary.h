/* The first records of a replay, by which it is seen whether the fix is one: are any of them
 * back in the DLQ a while later? A record is known by its key and value or, where whoever
 * failed with it says so, by the place where it was put. */
#ifndef REDRIVE_REPLAY_CANARY_H
#define REDRIVE_REPLAY_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "letter/letter.h"

/* No more are remembered. */
#define CANARY_MAX 10000

struct canary_record {
	uint32_t slip;	   /* of the batch at hand */
	uint64_t print;	   /* of key and value */
	const char *topic; /* borrowed */
	int32_t partition; /* where it was put; -1 until that is known */
	int64_t offset;
};

/* Zero-initialise. */
struct canary {
	struct canary_record *items;
	size_t n, cap;
	size_t committed; /* of these */
	int64_t until;	  /* mono ms: they are waited for; or 0 */
	bool refused;	  /* one was not taken where it should go */
	bool passed;	  /* none of them has come back: no more are added */
};

void canary_finish(struct canary *c);

/* A record is sent. */
void canary_add(struct canary *c, uint32_t slip, const char *topic, const struct record *r);

/* Where it was put. */
void canary_place(struct canary *c, uint32_t slip, int32_t partition, int64_t offset);

/* Those of the batch are there; or they never were. */
void canary_commit(struct canary *c);
void canary_abort(struct canary *c);

/* Is that letter one of them? */
bool canary_has(const struct canary *c, const struct letter *l);

#endif

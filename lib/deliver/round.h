/* What is sent at once when nothing may overtake: at most one batch for each
 * partition, and nothing more before all of it has settled.
 *
 * While the culprit of a refused batch is sought, rounds are smaller. */
#ifndef REDRIVE_DELIVER_ROUND_H
#define REDRIVE_DELIVER_ROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "deliver/producer.h"
#include "record/record.h"

struct round {
	bool on;	/* false: records go as they come, and all below doesn't count */
	uint64_t limit; /* bytes; 1: each record alone */
	uint64_t usual; /* the same while no culprit is sought */
	unsigned max_records;

	uint64_t bytes; /* of what is in it */
	unsigned records;
	int64_t since; /* mono ms: of its first record */
	bool closed;   /* it is being sent: nothing may be added */
};

/* Sized so that a round fits into one batch of that producer. */
void round_init(struct round *r, bool on, const struct producer_options *producer);

/* Has a record of that size (record_batch_size) room beside what is in it? */
bool round_has_room(const struct round *r, uint64_t bytes);

void round_add(struct round *r, const struct record *record, int64_t now);

/* All in it has settled: a new one begins. */
void round_end(struct round *r);

/* It fills too slowly to be kept back for longer. */
bool round_is_old(const struct round *r, int64_t now);

/* True when the record fills a round: if it is refused, nothing else can be to
 * blame. */
bool round_takes_alone(const struct round *r, const struct record *record);

/* The broker refused a batch: rounds get smaller (and stay so), or, when `alone`,
 * hold one record each until round_widen. */
void round_narrow(struct round *r, bool alone);

/* The culprit is found. */
void round_widen(struct round *r);

#endif

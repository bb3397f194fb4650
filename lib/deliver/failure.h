/* A record that could not be delivered, from its first failure to its end. */
#ifndef REDRIVE_DELIVER_FAILURE_H
#define REDRIVE_DELIVER_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "kafka/contract.h"
#include "record/envelope.h"
#include "record/record.h"

struct outlet;

struct failure {
	struct record record;
	struct block *block;   /* a reference, while the value lies in a block */
	struct record *copy;   /* what record's slices point into besides */
	struct origin *origin; /* a reference, or NULL */
	struct outlet *to;     /* where it was to go; NULL: to the run's only topic */
	uint64_t line, offset; /* set by failure_locate, at the latest by failure_set_cause */

	/* How the last attempt ended, at whatever sink. */
	rd_kafka_resp_err_t err;
	bool purged;  /* taken back before it was sent: not an attempt */
	bool refused; /* by the client itself, before it was sent: no other is to blame */

	/* Why it did not reach its topic: kept, whatever happens to it afterwards.
	 * cause.code is NULL until that is settled. */
	struct contract cause;
	char *message;
	int64_t at;		 /* ms since 1970 UTC */
	int retries;		 /* outer retries made */
	int64_t replays;	 /* how often it was replayed, and failed again */
	bool possibly_persisted; /* in its topic */
	bool possibly_in_dlq;
	bool may_double; /* the last attempt may have persisted it in its topic */

	struct failure *newer, *older; /* on their way beside it: the producer's */
};

/* Finds out where a record of a block came from; it counts lines, and so is
 * done only for those that end. */
void failure_locate(struct failure *f);

/* Of a record that was on its way: takes the caller's reference on `block`,
 * which holds the value; key and headers are copied. */
struct failure *failure_from_block(const struct record *r, struct block *block);

/* Of a record that was never sent. The record is copied, so that it pins no
 * block; position->origin gets a reference. message is copied. */
struct failure *failure_from_record(const struct record *r, const struct position *position,
				    struct contract cause, const char *message);

void failure_destroy(struct failure *f); /* NULL is fine */

/* Notes why it failed for good: what the error is, and when (now). message is
 * copied; NULL stands for contract_message. A cause that is noted already stays. */
void failure_set_cause(struct failure *f, struct contract cause, const char *message);

/* Copies what still lies in a block and drops the reference. */
void failure_detach(struct failure *f);

/* Sorts by place in the input. */
void failure_sort(struct failure **list, size_t n);

/* What the fallback file says of it; strings belong to f. */
struct envelope_notes failure_notes(const struct failure *f, const char *topic);

/* A list of failures. Zero-initialise. */
struct failure_list {
	struct failure **items;
	size_t n, cap;
};

void failure_list_add(struct failure_list *list, struct failure *f);
void failure_list_finish(struct failure_list *list); /* destroys what is in it */

#endif

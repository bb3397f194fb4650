/* Sends records to a topic, or to several in turn, and tells what became of each.
 *
 * Nothing is copied: librdkafka sends from the record's block, and a reference
 * on it is held until the delivery report. What fails is collected in `failed`;
 * whoever uses the producer empties that list (see sender.h). One thread. */
#ifndef REDRIVE_DELIVER_PRODUCER_H
#define REDRIVE_DELIVER_PRODUCER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "deliver/outlets.h"
#include "deliver/failure.h"
#include "kafka/client.h"
#include "kafka/properties.h"
#include "record/record.h"

/* So many records are handed to librdkafka at once when many are on their way. */
#define PRODUCER_PACK 64

struct producer_options {
	const char *name; /* for events: "topic", "dlq" */
	const char *topic;
	const struct properties *properties; /* copied */
	int batch_size;			     /* bytes; 0 leaves it to the properties */
	bool ordered;		/* a failure takes back what is still queued, so that it can be sent
			 * again in order */
	bool in_rounds;		/* nothing is sent before producer_kick */
	bool transactional;	/* the properties say so: a failure stays where it is, for the whole
			      * transaction must go */
	const char *dlq;	/* of the same cluster, for producer_send_letter; or NULL */
	struct outlets *others; /* of a transactional one: further topics, and their DLQs;
				      * their handles are the producer's. Or NULL */
	uint64_t *delivered;	/* counts what was acknowledged */
	uint64_t *dead_lettered; /* the same of the DLQ */
	void (*on_delivered)(void *ctx, int32_t partition, int64_t offset); /* or NULL */
	void *ctx;
	const struct event_sink *events;
};

struct producer {
	struct producer_options options;
	struct properties properties;
	struct client client;
	rd_kafka_topic_t *rkt, *dlq; /* dlq may be NULL */
	struct outlet *to;	     /* of what is sent now; NULL: options.topic */
	unsigned inflight;	     /* those in the pack too */
	size_t inflight_bytes;
	unsigned letters; /* of these, dead letters beside records; their values are copies */
	size_t letter_bytes;
	rd_kafka_message_t pack[PRODUCER_PACK]; /* not with librdkafka yet */
	size_t n_pack;
	bool partitions_known;
	unsigned max_inflight; /* more would not fit into librdkafka's queue */
	bool packs;	       /* that is the only bound of the queue which counts */
	struct failure_list failed;
	struct failure *sent;	      /* those that are on their way, the newest first */
	struct block_pool *pool;      /* of the records; or NULL */
	uint64_t reports;	      /* that have come */
	bool pulled_back;	      /* what was queued has been taken back */
	bool doubt;		      /* and may be in the topic all the same, where it was sent */
	rd_kafka_resp_err_t given_up; /* what records that are given up fail with */
};

/* Strings in options must outlive the producer. 0, or -1 with *err; call
 * producer_finish in both cases. */
int producer_init(struct producer *p, const struct producer_options *options,
		  struct error *err) _must_check_;

/* Drops what is still queued: drain it before. */
void producer_finish(struct producer *p);

/* Starts anew with a new client. What is still in flight is lost without a report: only
 * the records of a transaction that is over may be. */
int producer_reopen(struct producer *p, struct error *err) _must_check_;

/* The same, to send in rounds from now on. */
int producer_reopen_for_rounds(struct producer *p, struct error *err) _must_check_;

/* What is sent from now on goes there; NULL: to the topic of the options. False with a
 * name that no topic can have. */
bool producer_turn_to(struct producer *p, struct outlet *to);

/* False: the queue is full, nothing was taken; poll and try again. True: the
 * record is on its way, or in `failed`. Takes a reference on the record's block. */
bool producer_send(struct producer *p, const struct record *r);

/* Sends what failed before, or a record made from it (`as`, whose value f
 * holds). False: the queue is full. True: f is the producer's until it is in
 * `failed` again or destroyed because it arrived. */
bool producer_resend(struct producer *p, struct failure *f, const struct record *as);

/* The same to the DLQ: f, whose cause is set, as the dead letter `as`. */
bool producer_send_letter(struct producer *p, struct failure *f, const struct record *as);

/* Serves delivery reports for at most timeout_ms. */
void producer_poll(struct producer *p, int timeout_ms);

/* As producer_poll, but what is queued is sent without waiting for more. */
void producer_kick(struct producer *p, int timeout_ms);

/* Nothing is in flight any more: what was given up or taken back is past. */
void producer_settled(struct producer *p);

/* "Broker: Message size too large", or for a timeout what was behind it. The
 * caller frees it. */
char *producer_explain(const struct producer *p, rd_kafka_resp_err_t err);

/* What librdkafka has not been given yet fails as taken back. */
void producer_drop_pack(struct producer *p);

/* Makes all that is not acknowledged fail with err. */
void producer_give_up(struct producer *p, rd_kafka_resp_err_t err);

#endif

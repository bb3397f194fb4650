/* Kafka's transactions (KIP-98), and what librdkafka's answers to them mean.
 *
 * All calls block, for `patience_ms` at most and less once *stop is set, and
 * serve delivery reports and `idle` meanwhile. One thread. */
#ifndef REDRIVE_DELIVER_TRANSACTION_H
#define REDRIVE_DELIVER_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "kafka/client.h"

enum txn_answer {
	TXN_DONE,
	TXN_ABORT,   /* failed, and nobody will ever see it: abort it and begin anew */
	TXN_UNKNOWN, /* no answer, or none that tells: only a new producer can find out */
	TXN_FENCED,  /* the broker has given this producer up, for another one or for its silence */
	TXN_REFUSED, /* for its configuration, or for want of permission */
};

struct transaction {
	struct client *client;	 /* a transactional producer; borrowed, as are the others */
	void (*poll)(void *ctx); /* serves what has come in for it */
	int64_t patience_ms;
	int64_t settle_ms; /* the same once *stop is set */
	const volatile int *stop;
	void (*idle)(void *ctx); /* or NULL */
	void *ctx;
	bool asked;		 /* the commit of the last transaction may have been asked for */
	rd_kafka_resp_err_t err; /* of the last answer that was not TXN_DONE, */
	char why[1024];		 /* in words, without secrets */
};

/* What a group commits with the records. */
struct txn_offsets {
	const rd_kafka_topic_partition_list_t *parts;	 /* with their offsets and metadata */
	const rd_kafka_consumer_group_metadata_t *group; /* whose: its generation is a fence */
};

/* True for what a broker answers to a producer that it has given up. */
bool transaction_is_fence(rd_kafka_resp_err_t err);

/* Fences every other producer of this transactional.id, and ends what such a
 * one has left open: 1-2 s after a kill. Once for each client. */
enum txn_answer transaction_init(struct transaction *t);

enum txn_answer transaction_begin(struct transaction *t);

/* Why the transaction can't go on, as far as librdkafka tells; TXN_DONE when it
 * doesn't. Not to be called without one. */
enum txn_answer transaction_why(struct transaction *t);

/* Commits what was sent and the offsets, both or none. Nothing may be in flight. A group
 * that has given its member up answers TXN_ABORT. */
enum txn_answer transaction_commit(struct transaction *t, const struct txn_offsets *offsets);

/* TXN_DONE: nothing of it will be seen, and nothing is in flight any more: the reports of
 * all that was have come. */
enum txn_answer transaction_abort(struct transaction *t);

#endif

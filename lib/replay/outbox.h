/* What a replay writes: records to their topics, letters back to the DLQ, entries to the
 * ledger, and the group's offsets, all of a batch in one transaction.
 *
 * Nothing of what is given to it need live on: it is copied. What could not be written is
 * told by the numbers (slips) that it was given with, and spoils the transaction. One
 * thread. */
#ifndef REDRIVE_REPLAY_OUTBOX_H
#define REDRIVE_REPLAY_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "deliver/transaction.h"
#include "kafka/client.h"
#include "kafka/properties.h"
#include "record/record.h"
#include "replay/silence.h"

enum outbox_kind { OUTBOX_RECORD, OUTBOX_LETTER, OUTBOX_ENTRY };

struct outbox_options {
	const char *id;			     /* transactional.id, this process's own */
	const struct properties *properties; /* copied; our defaults are added */
	int64_t patience_ms, settle_ms;	     /* as in deliver/transaction.h */
	const volatile int *stop;
	void (*idle)(void *ctx); /* while it waits */
	/* A record is acknowledged; or NULL. */
	void (*on_delivered)(void *ctx, uint32_t slip, int32_t partition, int64_t offset);
	void *ctx;
	const struct event_sink *events;
};

/* A topic that is written to: zero-initialise it, but for its name. */
struct outbox_topic {
	const char *name;      /* borrowed */
	bool alike;	       /* its records are so much alike that compressing them is cheap */
	rd_kafka_topic_t *rkt; /* of the client at hand */
	unsigned client;       /* which it is */
	uint64_t used;	       /* the number of the last transaction with something for it */
};

/* What was not written. */
struct outbox_failure {
	uint32_t slip;
	enum outbox_kind kind;
	rd_kafka_resp_err_t err;
	bool refused; /* by the client itself */
};

struct outbox {
	struct outbox_options options;
	struct properties properties;
	struct client client;
	struct transaction txn;
	unsigned number;	 /* of the client: grows with each */
	rd_kafka_topic_t **rkts; /* its topics */
	size_t n_rkts, cap_rkts;
	int batch_size; /* bytes; no topic that is written to takes less */
	bool open;	/* a transaction is */
	uint64_t begun; /* so many were: the number of the last */
	size_t inflight;
	size_t inflight_bytes;
	struct outbox_failure *failures; /* of this transaction */
	size_t n_failures, cap_failures;
	uint64_t reports;	/* that have come, */
	uint64_t known;		/* so many of them when that was looked at last, */
	int64_t heard;		/* and when that had changed; mono ms */
	struct silence silence; /* of the cluster, when it is waited for */
};

/* Connects to nothing. 0, or -1 with *err (ERROR_USAGE); call outbox_finish in any case. */
int outbox_init(struct outbox *o, const struct outbox_options *options,
		struct error *err) _must_check_;
void outbox_finish(struct outbox *o);

/* Makes this the one producer of that id; what another of it has begun is ended. */
enum txn_answer outbox_open(struct outbox *o) _must_check_;

/* The same with a new client, to batches of at most so many bytes. -1 with *err. */
int outbox_reopen(struct outbox *o, int batch_size, struct error *err) _must_check_;

enum txn_answer outbox_begin(struct outbox *o) _must_check_;

/* Hands a record over; partition -1: by its key. False: it is full, serve it. */
bool outbox_send(struct outbox *o, struct outbox_topic *topic, int32_t partition,
		 const struct record *r, enum outbox_kind kind, uint32_t slip);

/* Something was handed over for it in the transaction at hand, or the last one. */
bool outbox_uses(const struct outbox *o, const struct outbox_topic *topic);

/* Serves what has come in. */
void outbox_serve(struct outbox *o, int timeout_ms);

/* Until all is acknowledged. False: something has failed, or has been lost, or *stop is set
 * and it took too long. */
bool outbox_drain(struct outbox *o);

/* Nothing is heard any more of what is on its way. librdkafka, up to 2.9 at least, never tells
 * of what it wants to send again to a topic that has been deleted in a transaction. */
bool outbox_is_lost(struct outbox *o);

/* Ends the transaction; as transaction_commit, when all is acknowledged. */
enum txn_answer outbox_commit(struct outbox *o, const struct txn_offsets *offsets) _must_check_;
enum txn_answer outbox_abort(struct outbox *o) _must_check_;

/* Of the transaction that is over. */
void outbox_forget_failures(struct outbox *o);

#endif

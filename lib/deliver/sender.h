/* A producer that follows the error contract: retry, breaker, one culprit at a
 * time.
 *
 * When a record fails and may be sent again, everything stops: what is queued
 * is taken back, what is in flight settles, the failed records wait 1, 2, 4 s
 * and are sent again in the order of the input, before anything new. So order
 * within a key survives, memory stays bounded, and there is one timer, not one
 * a record.
 *
 * A broker refuses a whole batch for one record in it, and librdkafka sends the
 * next batch before anybody can stop it: by then the innocent records of the
 * refused batch have been overtaken. So where it is not known beforehand what
 * the topic takes, records are sent in rounds: at most one batch a partition,
 * and nothing more before all of it has settled. After a refusal the rounds
 * get smaller until the culprit stands alone. */
#ifndef REDRIVE_DELIVER_SENDER_H
#define REDRIVE_DELIVER_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "deliver/breaker.h"
#include "deliver/producer.h"
#include "deliver/round.h"
#include "deliver/stall.h"

/* What an open circuit means for the records behind it. */
enum outage { OUTAGE_DLQ, OUTAGE_WAIT, OUTAGE_STOP };

/* Where a record goes that the sender is done with. */
enum sender_end {
	SENDER_FAILED, /* it failed for good: f->cause says why */
	SENDER_UNSENT, /* the run stops before it: it was not sent */
};

struct sender_options {
	struct producer_options producer;
	int retries;	    /* rounds */
	int64_t backoff_ms; /* before the first; doubles */
	int64_t backoff_max_ms;
	unsigned breaker_threshold;
	int64_t breaker_cooldown_ms;
	enum outage on_outage;
	bool in_rounds;		       /* from the start: what the topic takes is not known */
	int64_t settle_ms;	       /* how long to wait for what is in flight after *stop */
	const volatile int *stop;      /* non-zero: no new tries, settle and end */
	uint64_t *retried;	       /* counts rounds */
	uint64_t *possible_duplicates; /* counts records sent again that may have arrived */
	/* What to send for a record that failed before, valid until the next call;
	 * NULL: the record itself. */
	const struct record *(*make)(void *ctx, const struct failure *f);
	/* True when a record of this key may not be sent (again) because one that
	 * came before it has failed; NULL: never. */
	bool (*held)(void *ctx, struct slice key, bool again);
	void (*on_end)(void *ctx, struct failure *f, enum sender_end end); /* takes f */
	void (*idle)(void *ctx, int64_t now); /* called while it waits; may be NULL */
	void *ctx;
};

struct sender {
	struct sender_options options;
	struct producer producer;
	struct breaker breaker;
	rd_kafka_resp_err_t opened_by; /* the error that opened the circuit last */
	rd_kafka_resp_err_t halted_by; /* the error that halted it */
	struct stall stall;
	struct round round;
	unsigned sent; /* so many sends; wraps */
	bool settling;
	bool probing;	     /* the one record that decides whether the circuit closes */
	struct error halted; /* kind is set when nothing more may be sent, and why */
};

/* 0, or -1 with *err; call sender_finish in both cases. Pointers in options
 * must outlive the sender. */
int sender_init(struct sender *s, const struct sender_options *options,
		struct error *err) _must_check_;
void sender_finish(struct sender *s);

enum sender_result {
	SENDER_TAKEN,  /* on its way, or already at on_end */
	SENDER_OPEN,   /* the circuit is open (OUTAGE_DLQ): not taken */
	SENDER_HALTED, /* see halted: not taken */
	SENDER_HELD,   /* see sender_options.held: not taken */
};

/* Sends a record of a block. Waits while the queue is full or records are sent
 * again. */
enum sender_result sender_send(struct sender *s, const struct record *r);

/* Sends a record that failed elsewhere, and takes f unless it answers
 * SENDER_OPEN or SENDER_HALTED. It is never held. */
enum sender_result sender_send_failure(struct sender *s, struct failure *f);

/* What is sent for f. For settle.h. */
const struct record *sender_record(const struct sender *s, const struct failure *f);

/* Makes room for r, which may end a round and wait for it. False: something has
 * failed that must go before r. For settle.h. */
bool sender_make_room(struct sender *s, const struct record *r);

/* Sends r, new or made from f (see producer_resend), into the room that was
 * made. False: the queue is full; make room again. For settle.h. */
bool sender_put(struct sender *s, const struct record *r, struct failure *f);

/* Serves what has come in, for at most timeout_ms, and settles failures. */
void sender_serve(struct sender *s, int timeout_ms);

/* Waits until nothing is in flight any more: all records have ended. */
void sender_drain(struct sender *s);

/* True when nothing is in flight, and nothing waits to be sent again. */
bool sender_is_idle(const struct sender *s);

/* Nothing more is taken, for this reason. What is in flight settles, and is not
 * sent again. The first reason stays. */
void sender_halt(struct sender *s, const struct error *why);

/* The error for which nothing is taken: it halted the sender, or opened the
 * circuit. */
rd_kafka_resp_err_t sender_closed_by(const struct sender *s);

/* "Broker: Message size too large", or for a timeout what was behind it. The
 * caller frees it. */
char *sender_explain(const struct sender *s, rd_kafka_resp_err_t err);

#endif

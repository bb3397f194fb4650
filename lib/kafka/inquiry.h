/* Asking a cluster for what it keeps, until it answers or the time is up.
 *
 * A consumer asks, which joins no group: a connection of its own with the properties
 * of a client. What it hears goes to that client, whose callbacks are run meanwhile,
 * on the caller's thread.
 *
 * librdkafka's own request for a group's offsets is not to be used: a producer that
 * asks falls over its own feet when the coordinator has moved (librdkafka#5040, up to
 * 2.9 at least), and so does any client when a coordinator comes back after the
 * request has timed out (librdkafka#3663). What a consumer asks for its own group, by
 * inquiry_committed, has neither fault. */
#ifndef REDRIVE_KAFKA_INQUIRY_H
#define REDRIVE_KAFKA_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/macros.h"
#include "kafka/admin.h"
#include "kafka/client.h"

struct inquiry {
	struct client *client; /* borrowed; of any kind */
	const char *group;     /* that is asked about, borrowed, or NULL */
	bool stable;	       /* what a transaction that is still open commits is waited for */
	int timeout_ms;
	const volatile int *stop; /* or NULL */
	rd_kafka_t *rk;		  /* the consumer; while a question is asked there is one */
	int64_t deadline;	  /* on the steady clock */
};

/* An admin request: how to send it, and what to make of its answer. */
struct inquiry_question {
	rd_kafka_admin_op_t op;
	void (*send)(const struct inquiry *q, void *arg, const struct admin *a);
	/* 0 when the answer is taken, else the error in it. */
	rd_kafka_resp_err_t (*take)(rd_kafka_event_t *answer, void *arg);
	const char *operation; /* the permission that it takes: "Describe" */
};

/* The time begins to run. Connects to nothing yet. */
void inquiry_init(struct inquiry *q, struct client *client, const char *group, int timeout_ms,
		  const volatile int *stop);
void inquiry_finish(struct inquiry *q);

/* What may pass (an outage, a coordinator that starts) is tried again until the
 * time is up. 0 when the answer is taken. -1 with *err: ERROR_OUTPUT when the time is
 * up or *stop is set, ERROR_CONFIG when the cluster refuses; the text says what to
 * grant or to change. */
int inquiry_ask(struct inquiry *q, const struct inquiry_question *question, void *arg,
		struct error *err) _must_check_;

/* Sets offsets and metadata of the partitions to what the group has committed;
 * `operation` is the permission to ask for. As inquiry_ask. */
int inquiry_committed(struct inquiry *q, rd_kafka_topic_partition_list_t *parts,
		      const char *operation, struct error *err) _must_check_;

/* Partition 0 of all topics that we may see, or NULL with *err as above; the caller
 * destroys it. */
rd_kafka_topic_partition_list_t *inquiry_topics(struct inquiry *q, struct error *err);

/* Any broker's number, as a text. 0, or -1 with *err as above. */
int inquiry_broker(struct inquiry *q, char out[16], struct error *err) _must_check_;

#endif

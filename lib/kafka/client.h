/* A librdkafka client, and what it says about its cluster.
 *
 * Configuration errors (a wrong password, an unknown CA, plaintext to a TLS
 * port) never show in a delivery report, which only times out: the truth comes
 * through the error callback. A client keeps it. All callbacks run inside
 * client_poll, on the caller's thread, but for those that set the two atomic
 * members: they run on librdkafka's threads. A listener that only closes
 * connections is taken for one of another protocol when it has gone on so for 5 s. */
#ifndef REDRIVE_KAFKA_CLIENT_H
#define REDRIVE_KAFKA_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/event.h"
#include "kafka/properties.h"
#include "kafka/secrets.h"

/* In last_text, when brokers close a connection before they answer anything, or
 * as soon as they are asked something: that is how a listener looks that speaks
 * another protocol. */
#define CLIENT_CLOSED_ON_HELLO	 "closed by the broker before it answers"
#define CLIENT_CLOSED_ON_REQUEST "closed by the broker at the first request"

struct client {
	rd_kafka_t *rk;
	const struct properties *properties;
	struct secrets secrets;
	const struct event_sink *events;
	const char *name;	      /* "topic", "dlq": for events; not copied */
	void *owner;		      /* for the delivery report callback */
	bool ever_up;		      /* some broker has answered */
	bool all_down;		      /* every broker is unreachable, as far as is known */
	bool down_said;		      /* librdkafka says so, also of brokers that close */
	rd_kafka_resp_err_t last_err; /* the last error of the client as a whole */
	char last_text[512];
	unsigned closed;		/* connections in a row that a broker has closed unheard */
	int64_t closed_since;		/* when the first of them was, on the steady clock, or 0 */
	rd_kafka_resp_err_t closed_err; /* and the words for that */
	char closed_text[512];
	atomic_int certificate_error; /* OpenSSL's X509_V_ERR_..., set by librdkafka's threads */
	_Atomic int64_t produced_at;  /* when the last Produce request had gone out, on the steady
				       * clock, or 0; set by librdkafka's threads;
				       * only of clients that produce */
	bool identified;	      /* it may produce, as far as an idempotent one must ask;
				       * only known of clients that produce nothing */
	bool misconfigured;	      /* the cluster refuses this client: see last_text */
};

typedef void client_delivery_fn(rd_kafka_t *rk, const rd_kafka_message_t *message, void *client);
typedef void client_rebalance_fn(rd_kafka_t *rk, rd_kafka_resp_err_t what,
				 rd_kafka_topic_partition_list_t *parts, void *client);

/* Would librdkafka make a client of these, and could redrive work with it?
 * Connects to nothing. 0, or -1 with ERROR_USAGE, which names the properties that
 * are in the way and their origins. */
int client_check(const struct properties *properties, struct error *err) _must_check_;

/* A producer. properties, events and name must outlive it. on_delivery gets the
 * client as its opaque; NULL when nothing is produced. 0, or -1 with *err; call
 * client_finish in both cases. */
int client_init(struct client *c, const char *name, const struct properties *properties,
		client_delivery_fn *on_delivery, const struct event_sink *events,
		struct error *err) _must_check_;

/* The same for a consumer. on_rebalance gets the client as its opaque; NULL for one that
 * joins no group. */
int client_init_consumer(struct client *c, const char *name, const struct properties *properties,
			 client_rebalance_fn *on_rebalance, const struct event_sink *events,
			 struct error *err) _must_check_;

/* Closes the connections; what is still queued is dropped. */
void client_finish(struct client *c);

/* Serves callbacks for at most timeout_ms; returns how many. */
int client_poll(struct client *c, int timeout_ms);

/* Somebody has had an answer from a broker. */
void client_set_up(struct client *c);

/* True when a Produce request has gone out since this client took the message of
 * a delivery report: the message may have been in it. */
bool client_may_have_sent(const struct client *c, const rd_kafka_message_t *message);

/* Words for the last error, or "" when there was none. */
const char *client_last_error(const struct client *c);

#endif

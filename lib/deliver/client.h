/* A librdkafka client, and what it says about its cluster.
 *
 * Configuration errors (a wrong password, an unknown CA, plaintext to a TLS
 * port) never show in a delivery report, which only times out: the truth comes
 * through the error callback. A client keeps it. All callbacks run inside
 * client_poll, on the caller's thread. */
#ifndef REDRIVE_DELIVER_CLIENT_H
#define REDRIVE_DELIVER_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/event.h"
#include "deliver/properties.h"

struct client {
	rd_kafka_t *rk;
	const struct event_sink *events;
	const char *name;	      /* "topic", "dlq": for events; not copied */
	void *owner;		      /* for the delivery report callback */
	bool ever_up;		      /* some broker has answered */
	bool all_down;		      /* every broker is unreachable, as far as is known */
	rd_kafka_resp_err_t last_err; /* the last error of the client as a whole */
	char last_text[512];
	bool misconfigured; /* the cluster refuses this client: see last_text */
};

typedef void client_delivery_fn(rd_kafka_t *rk, const rd_kafka_message_t *message, void *client);

/* A producer. events and name must outlive it. on_delivery gets the client as
 * its opaque; NULL when nothing is produced. 0, or -1 with *err; call
 * client_finish in both cases. */
int client_init(struct client *c, const char *name, const struct properties *properties,
		client_delivery_fn *on_delivery, const struct event_sink *events,
		struct error *err) _must_check_;

/* Closes the connections; what is still queued is dropped. */
void client_finish(struct client *c);

/* Serves callbacks for at most timeout_ms; returns how many. */
int client_poll(struct client *c, int timeout_ms);

/* Somebody has had an answer from a broker. */
void client_set_up(struct client *c);

/* Words for the last error, or "" when there was none. */
const char *client_last_error(const struct client *c);

#endif

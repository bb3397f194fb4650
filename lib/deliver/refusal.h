/* What to do when a cluster refuses a client: words that name the property or
 * the permission to change. All texts are the caller's to free. */
#ifndef REDRIVE_DELIVER_REFUSAL_H
#define REDRIVE_DELIVER_REFUSAL_H

#include "deliver/client.h"
#include "deliver/properties.h"

/* For a connection that is refused, by what the client has heard. */
char *refusal_remedy(const struct client *c);

/* For an error of a request: the grant that is missing on the topic or the
 * cluster, else what the error contract says. */
char *refusal_of_error(const struct properties *p, rd_kafka_resp_err_t err, const char *topic);

/* The command that grants `operation` ("Write") on a topic, or on the cluster
 * when topic is NULL, to whom the properties log in as, if they tell. */
char *refusal_grant(const struct properties *p, const char *operation, const char *topic);

#endif

/* What to do when a cluster refuses a client: words that name the property or
 * the permission to change. All texts are the caller's to free. */
#ifndef REDRIVE_KAFKA_REFUSAL_H
#define REDRIVE_KAFKA_REFUSAL_H

#include "kafka/client.h"
#include "kafka/properties.h"

/* For a connection that is refused, by what the client has heard. */
char *refusal_remedy(const struct client *c);

/* *err says that the cluster refuses the connection, and what to do (ERROR_CONFIG); -1. */
int refusal_of_client(const struct client *c, struct error *err);

/* For an error of a request: the grant that is missing on the topic or the
 * cluster, else what the error contract says. */
char *refusal_of_error(const struct properties *p, rd_kafka_resp_err_t err, const char *topic);

/* The command that grants `operation` ("Write") on a topic, or on the cluster
 * when topic is NULL, to whom the properties log in as, if they tell. */
char *refusal_grant(const struct properties *p, const char *operation, const char *topic);

enum refusal_resource {
	REFUSAL_TOPIC,
	REFUSAL_GROUP,
	REFUSAL_TRANSACTIONAL_ID,
	REFUSAL_TRANSACTIONAL_IDS, /* all that begin with the name */
	REFUSAL_CLUSTER,
};

/* The same for a resource of any kind; the cluster's name may be NULL. */
char *refusal_grant_on(const struct properties *p, const char *operation,
		       enum refusal_resource resource, const char *name);

/* As refusal_of_error, for a job: `id` is its group and its transactional id. */
char *refusal_of_job(const struct properties *p, rd_kafka_resp_err_t err, const char *id,
		     const char *topic);

/* The same for a replay, whose transactional ids are its group's name, a dot and more, and
 * others each time. */
char *refusal_of_replay(const struct properties *p, rd_kafka_resp_err_t err, const char *group,
			const char *topic);

#endif

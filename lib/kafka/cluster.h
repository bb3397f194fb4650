/* What must be known of a cluster before the first record is read: does it let
 * us in, do the topics exist, and how large may a record be. */
#ifndef REDRIVE_KAFKA_CLUSTER_H
#define REDRIVE_KAFKA_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kafka/client.h"
#include "kafka/limits.h"

enum topic_state {
	TOPIC_UNKNOWN, /* nobody could be asked */
	TOPIC_EXISTS,
	TOPIC_MISSING,
	TOPIC_REFUSED, /* invalid name, or no permission */
};

struct topic_info {
	const char *name; /* set by the caller */
	enum topic_state state;
	int partitions;
	bool controller; /* the cluster can answer admin requests */
	struct limits limits;
	char limit_error[256]; /* why they could not be read */
	char refusal[256];     /* of TOPIC_REFUSED, or of a failed creation */
	bool unauthorized;     /* the refusal is for want of permission */
};

enum cluster_state {
	CLUSTER_UP,
	CLUSTER_DOWN,	       /* nobody answered within the patience */
	CLUSTER_MISCONFIGURED, /* the client is refused; *err says what to fix */
};

/* Asks the cluster of `c` for n topics, at most patience_ms long; stops at once
 * when *stop becomes non-zero (stop may be NULL). */
enum cluster_state cluster_ask(struct client *c, struct topic_info *topics, size_t n,
			       int patience_ms, const volatile int *stop, struct error *err);

/* Only whether a topic exists, and how many partitions it has; as cluster_ask. */
enum cluster_state cluster_ask_topic(struct client *c, struct topic_info *topic, int patience_ms,
				     const volatile int *stop, struct error *err);

/* Only whether it answers; as cluster_ask. */
enum cluster_state cluster_reach(struct client *c, int patience_ms, const volatile int *stop,
				 struct error *err);

/* Asks for the limits of the topics that exist: for those just created. */
void cluster_ask_limits(struct client *c, struct topic_info *topics, size_t n);

/* Creates a topic with `partitions` (-1: the broker's default), and one setting of its own
 * (NULL: none). 0, or -1 with the reason in topic->refusal. */
int cluster_create_topic(struct client *c, struct topic_info *topic, int partitions,
			 const char *setting, const char *value);

/* Gives a topic more partitions: so many in all. 0, or -1 as above. */
int cluster_grow_topic(struct client *c, struct topic_info *topic, int partitions);

/* "host:port,..." of all brokers that the client knows, or NULL; the caller
 * frees it with free(). */
char *cluster_brokers(struct client *c);

#endif

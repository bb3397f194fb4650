/* The topics that one run sends to, when there are several, each with its DLQ. */
#ifndef REDRIVE_DELIVER_OUTLETS_H
#define REDRIVE_DELIVER_OUTLETS_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "kafka/cluster.h"
#include "kafka/limits.h"

struct outlet {
	struct topic_info topic, dlq;	  /* the names are owned; dlq.name NULL: there is none */
	struct limits limits, dlq_limits; /* what they take, as far as it can be told */
	rd_kafka_topic_t *rkt, *dlq_rkt;  /* those of the producer that sends there, or NULL */
};

/* As far as is known. */
static inline bool outlet_is_there(const struct outlet *to)
{
	return to->topic.state == TOPIC_EXISTS || to->topic.state == TOPIC_UNKNOWN;
}

/* Zero-initialise. */
struct outlets {
	struct outlet **items; /* they stay where they are */
	size_t n, cap;
};

void outlets_finish(struct outlets *all);

/* The one of that topic, or NULL. */
struct outlet *outlets_find(const struct outlets *all, const char *topic);

/* Adds one that isn't there yet; dlq may be NULL. Both are copied. */
struct outlet *outlets_add(struct outlets *all, const char *topic, const char *dlq);

/* Opens a topic, unless it is open or has no name. 0, or -1 with *err (ERROR_USAGE). */
int outlet_open_topic(rd_kafka_topic_t **rkt, rd_kafka_t *rk, const char *name,
		      struct error *err) _must_check_;

/* Both of a destination. */
int outlet_open(struct outlet *to, rd_kafka_t *rk, struct error *err) _must_check_;
void outlet_close(struct outlet *to);

#endif

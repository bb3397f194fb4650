/* What a topic's configuration lets it take: known before anything is sent, so
 * that a record which would be refused spoils no batch.
 * https://kafka.apache.org/documentation/#topicconfigs */
#ifndef REDRIVE_KAFKA_LIMITS_H
#define REDRIVE_KAFKA_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/fault.h"
#include "record/record.h"

struct limits {
	uint64_t batch_bytes;  /* max.message.bytes; UINT64_MAX: not known, or, because of
				   * compression, not comparable */
	uint64_t client_bytes; /* message.max.bytes: of key and value; UINT64_MAX: not known */
	int64_t before_ms;     /* message.timestamp.before.max.ms; INT64_MAX: any age */
	int64_t after_ms;      /* message.timestamp.after.max.ms */
	bool broker_time;      /* the broker sets the timestamps itself */
	bool needs_key;	       /* compacted */
	bool expires;	       /* what is old is deleted */
	bool known;	       /* the configuration could be read */
};

/* Nothing known, anything goes. */
void limits_init(struct limits *l);

/* One entry of a topic's configuration; others than those above are passed over. */
void limits_set(struct limits *l, const char *name, const char *value);

/* FAULT_NONE, or what the topic would refuse r for (or what can't be sent at
 * all: the timestamp 0), with words in message. */
enum fault limits_check(const struct limits *l, const struct record *r, char *message, size_t size);

#endif

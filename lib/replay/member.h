/* Membership in the consumer group of a DLQ, "redrive.DLQ": which partitions are this
 * process's to work on. The group is a lock, and shares the work; it reads nothing.
 *
 * All members must want the same. What they want stands as a number in their client.id,
 * where the group's description shows it: of two that differ the younger refuses.
 *
 * One thread. After MEMBER_REVOKED the work must be brought to an end, and member_release
 * be called: only then do others get the partitions. */
#ifndef REDRIVE_REPLAY_MEMBER_H
#define REDRIVE_REPLAY_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/client.h"
#include "kafka/properties.h"

#define MEMBER_GROUP_PREFIX "redrive."

struct member_options {
	const char *dlq;
	const struct properties *properties; /* copied; our defaults are added */
	uint64_t print;			     /* of what is wanted */
	int patience_ms;		     /* for one answer of the cluster */
	const volatile int *stop;
	const struct event_sink *events;
};

struct member;

/* Connects to nothing. Strings in options must outlive it. NULL with *err (ERROR_USAGE). */
struct member *member_create(const struct member_options *options, struct error *err);

/* Leaves the group, if it has joined. NULL is fine. */
void member_destroy(struct member *m);

const char *member_group(const struct member *m);
struct client *member_client(struct member *m);

/* Asks to be let in, unless somebody is there who wants something else. 0, or -1 with *err:
 * ERROR_CONFIG, or ERROR_OUTPUT when nobody answers. */
int member_join(struct member *m, struct error *err) _must_check_;

enum member_news {
	MEMBER_NOTHING,
	MEMBER_ASSIGNED, /* the partitions are ours now; there may be none */
	MEMBER_REVOKED,	 /* others want them, or have them already: see member_is_lost */
	MEMBER_FAILED,	 /* *err: as member_join */
};

/* Serves the group, for at most timeout_ms; to be called at least every minute. */
enum member_news member_poll(struct member *m, int timeout_ms, struct error *err);

/* The group has given the partitions away: nothing of the work can be committed. */
bool member_is_lost(const struct member *m);

void member_release(struct member *m);

/* Their numbers, valid until the next call of another function. */
const int32_t *member_partitions(const struct member *m, size_t *n);

/* What fences the commits of a member that has lost its partitions; the caller destroys it.
 * https://kafka.apache.org/documentation/#semantics (KIP-447) */
rd_kafka_consumer_group_metadata_t *member_metadata(const struct member *m);

#endif

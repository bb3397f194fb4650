/* Finding out how far the partitions of a DLQ are that have become this process's: first
 * what the group has committed, and only then what the ledger says. In that order nothing
 * that a predecessor has done can be missed: while a transaction of its is open, both
 * answers are waited for. */
#ifndef REDRIVE_REPLAY_TAKEOVER_H
#define REDRIVE_REPLAY_TAKEOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"
#include "base/macros.h"
#include "replay/member.h"
#include "resolved/resolved.h"

/* What the group has committed for the partitions in `parts` (of one topic), with the
 * metadata: offsets below 0 where it is nothing. 0; 1: the group has news meanwhile, or *stop
 * is set: nothing is known; -1 with *err. */
int takeover_committed(struct member *m, rd_kafka_topic_partition_list_t *parts, int patience_ms,
		       const volatile int *stop, enum member_news *news,
		       struct error *err) _must_check_;

/* What stands beside an offset of the group: whose work it is, and how far it has read. */
char *takeover_note(uint64_t print, int64_t scanned); /* the caller frees it */

/* False when it is something else. */
bool takeover_read_note(const rd_kafka_topic_partition_t *part, uint64_t *print, int64_t *scanned);

#endif

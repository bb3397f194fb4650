/* The partitions that the group has given to this process, and how far they are. */
#ifndef REDRIVE_REPLAY_SHARE_H
#define REDRIVE_REPLAY_SHARE_H

#include <stdbool.h>

#include <librdkafka/rdkafka.h>

#include "base/macros.h"

struct replay;

/* Finds out how far it is what is ours now, and begins to read. False: there are news of the
 * group, or it is halted. */
bool share_take(struct replay *r);

/* 0, or -1 and halted: the ledger speaks of what is beyond the ends of these partitions. */
int share_check_ends(struct replay *r, const rd_kafka_topic_partition_list_t *parts) _must_check_;

/* A partition is ours: the group has committed that for it. */
void share_begin_part(struct replay *r, const rd_kafka_topic_partition_t *part);

/* Nothing is ours any more. */
void share_drop(struct replay *r);

/* Finds out whether the batch in doubt was committed. */
void share_settle(struct replay *r);

/* The group has given nothing yet, or has taken it back: sets halted when that is so because
 * the cluster isn't there. */
void share_await(struct replay *r);

/* All of ours is read; and all of the others', too. */
bool share_is_read(const struct replay *r);
bool share_all_done(struct replay *r);

#endif

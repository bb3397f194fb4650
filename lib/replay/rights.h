/* Refusals for want of a permission: which one, and how it is granted. Each sets halted. */
#ifndef REDRIVE_REPLAY_RIGHTS_H
#define REDRIVE_REPLAY_RIGHTS_H

#include <librdkafka/rdkafka.h>

struct replay;

/* The cluster refuses the transaction, for what outbox.txn tells; it refuses what failed; it
 * lets nobody write to a topic of the batch. */
void rights_transaction(struct replay *r);
void rights_failure(struct replay *r, rd_kafka_resp_err_t code, const char *topic);
void rights_topics(struct replay *r);

#endif

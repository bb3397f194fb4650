/* An admin request of librdkafka: where its answer comes, and how long it may take. */
#ifndef REDRIVE_KAFKA_ADMIN_H
#define REDRIVE_KAFKA_ADMIN_H

#include <librdkafka/rdkafka.h>

struct admin {
	rd_kafka_queue_t *queue;
	rd_kafka_AdminOptions_t *options;
};

/* rk is borrowed and must outlive it; any kind of client will do. */
void admin_init(struct admin *a, rd_kafka_t *rk, rd_kafka_admin_op_t op, int timeout_ms);
void admin_finish(struct admin *a);

#endif

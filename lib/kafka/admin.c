#include "kafka/admin.h"

void admin_init(struct admin *a, rd_kafka_t *rk, rd_kafka_admin_op_t op, int timeout_ms)
{
	a->queue = rd_kafka_queue_new(rk);
	a->options = rd_kafka_AdminOptions_new(rk, op);
	rd_kafka_AdminOptions_set_request_timeout(a->options, timeout_ms, NULL, 0);
}

void admin_finish(struct admin *a)
{
	rd_kafka_AdminOptions_destroy(a->options);
	rd_kafka_queue_destroy(a->queue);
}

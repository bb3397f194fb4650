#include "deliver/retention.h"

#include <string.h>

#include "base/text.h"
#include "kafka/inquiry.h"

#define MINUTE_MS 60000

/* Which broker, and what it says. */
struct retention {
	char broker[16];
	int64_t ms;
};

static void send_retention(const struct inquiry *q, void *arg, const struct admin *a)
{
	struct retention *r = arg;
	rd_kafka_ConfigResource_t *broker =
		rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, r->broker);

	rd_kafka_DescribeConfigs(q->rk, &broker, 1, a->options, a->queue);
	rd_kafka_ConfigResource_destroy(broker);
}

static rd_kafka_resp_err_t take_retention(rd_kafka_event_t *answer, void *arg)
{
	struct retention *r = arg;
	const rd_kafka_ConfigResource_t **resources;
	const rd_kafka_ConfigEntry_t **entries;
	size_t n = 0;

	resources = rd_kafka_DescribeConfigs_result_resources(
		rd_kafka_event_DescribeConfigs_result(answer), &n);
	if (!n)
		return RD_KAFKA_RESP_ERR__BAD_MSG;
	if (rd_kafka_ConfigResource_error(resources[0]))
		return rd_kafka_ConfigResource_error(resources[0]);
	entries = rd_kafka_ConfigResource_configs(resources[0], &n);
	for (size_t i = 0; i < n; i++) {
		const char *value = rd_kafka_ConfigEntry_value(entries[i]);
		uint64_t minutes;

		if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "offsets.retention.minutes") ==
			    0 &&
		    value && text_parse_u64(value, &minutes) && minutes <= INT32_MAX) {
			r->ms = (int64_t)minutes * MINUTE_MS;
			return RD_KAFKA_RESP_ERR_NO_ERROR;
		}
	}
	return RD_KAFKA_RESP_ERR__NOENT;
}

static const struct inquiry_question retention = {
	.op = RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
	.send = send_retention,
	.take = take_retention,
	.operation = "DescribeConfigs",
};

int retention_of_offsets(const struct checkpoints *k, int64_t *ms, struct error *err)
{
	struct retention r = {0};
	struct inquiry q;
	int rc;

	inquiry_init(&q, k->client, NULL, k->timeout_ms, k->stop);
	rc = inquiry_broker(&q, r.broker, err);
	if (rc == 0)
		rc = inquiry_ask(&q, &retention, &r, err);
	*ms = r.ms;
	inquiry_finish(&q);
	return rc;
}

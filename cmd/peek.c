#include "peek.h"

#include <stdio.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"

#define PATIENCE_MS 10000

static rd_kafka_t *open_consumer(const char *brokers, struct error *err)
{
	static const char *const settings[][2] = {{"group.id", "redrive.peek"},
						  {"enable.auto.commit", "false"},
						  {"enable.partition.eof", "true"},
						  {"fetch.wait.max.ms", "10"},
						  {"fetch.message.max.bytes", "20000000"}};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char reason[256];
	rd_kafka_t *rk;

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, NULL, 0);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		rd_kafka_conf_set(conf, settings[i][0], settings[i][1], NULL, 0);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof(reason));
	if (rk)
		return rk;
	rd_kafka_conf_destroy(conf);
	error_set(err, ERROR_FATAL, "can't make a consumer: %s", reason);
	return NULL;
}

/* Assigns all partitions from their beginning; returns how many there are. */
static int assign_all(rd_kafka_t *rk, const char *topic, struct error *err)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t failed = rd_kafka_metadata(rk, 0, rkt, &md, PATIENCE_MS);
	int n;

	rd_kafka_topic_destroy(rkt);
	if (failed)
		return error_set(err, ERROR_FATAL, "can't read the topic %s: %s", topic,
				 rd_kafka_err2str(failed));
	n = md->topics[0].partition_cnt;
	list = rd_kafka_topic_partition_list_new(n);
	for (int i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset =
			RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(md);
	return n;
}

static int64_t read_to_ends(rd_kafka_t *rk, int partitions)
{
	int64_t n = 0, until = clock_mono_ms() + PATIENCE_MS;

	while (partitions > 0 && clock_mono_ms() < until) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 100);

		if (!m)
			continue;
		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			partitions--;
		n += !m->err;
		rd_kafka_message_destroy(m);
	}
	return n;
}

int64_t peek_count(const char *brokers, const char *topic, struct error *err)
{
	rd_kafka_t *rk = open_consumer(brokers, err);
	int64_t n = -1;
	int partitions;

	if (!rk)
		return -1;
	partitions = assign_all(rk, topic, err);
	if (partitions >= 0)
		n = read_to_ends(rk, partitions);
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
	return n;
}

#include "mock.h"

#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/mem.h"
#include "base/text.h"

struct mock {
	rd_kafka_t *rk; /* the mock cluster needs a client to live in */
	rd_kafka_mock_cluster_t *cluster;
	int brokers, default_partitions;
};

/* Its own brokers going up and down are no news. */
static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	(void)level;
	(void)facility;
	(void)text;
}

struct mock *mock_create(int brokers, int default_partitions, struct error *err)
{
	struct mock *m = mem_alloc(1, sizeof(*m));
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char reason[256];

	rd_kafka_conf_set_log_cb(conf, on_log);
	m->brokers = brokers;
	m->default_partitions = default_partitions;
	m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
	if (!m->rk) {
		rd_kafka_conf_destroy(conf);
		error_set(err, ERROR_FATAL, "can't start the mock cluster: %s", reason);
		mock_destroy(m);
		return NULL;
	}
	m->cluster = rd_kafka_mock_cluster_new(m->rk, brokers);
	if (!m->cluster) {
		error_set(err, ERROR_FATAL, "can't start the mock cluster");
		mock_destroy(m);
		return NULL;
	}
	return m;
}

void mock_destroy(struct mock *m)
{
	if (!m)
		return;
	if (m->cluster)
		rd_kafka_mock_cluster_destroy(m->cluster);
	if (m->rk)
		rd_kafka_destroy(m->rk);
	free(m);
}

const char *mock_brokers(const struct mock *m)
{
	return rd_kafka_mock_cluster_bootstraps(m->cluster);
}

int mock_create_topic(struct mock *m, const char *spec, struct error *err)
{
	const char *colon = strrchr(spec, ':');
	uint64_t partitions = (uint64_t)m->default_partitions;
	rd_kafka_resp_err_t failed;
	char *name;

	if (!*spec || colon == spec ||
	    (colon &&
	     (!text_parse_u64(colon + 1, &partitions) || !partitions || partitions > 1000)))
		return error_set(err, ERROR_USAGE, "topic '%s': want NAME:N, N from 1 to 1000",
				 spec);
	name = mem_dup((struct slice){spec, colon ? (size_t)(colon - spec) : strlen(spec)});
	failed = rd_kafka_mock_topic_create(m->cluster, name, (int)partitions,
					    m->brokers < 3 ? m->brokers : 3);
	free(name);
	if (failed)
		return error_set(err, ERROR_USAGE, "topic '%s': %s", spec,
				 rd_kafka_err2str(failed));
	return 0;
}

void mock_set_down(struct mock *m, bool down)
{
	for (int i = 1; i <= m->brokers; i++) {
		if (down)
			rd_kafka_mock_broker_set_down(m->cluster, i);
		else
			rd_kafka_mock_broker_set_up(m->cluster, i);
	}
}

#include "kafka/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/macros.h"
#include "kafka/admin.h"
#include "kafka/refusal.h"

/* How long one metadata request may block before callbacks are served. */
#define SLICE_MS 200
/* A cluster whose every address refuses the connection is down, not slow. */
#define ALL_DOWN_MS	 1000
#define ADMIN_TIMEOUT_MS 5000
#define IDENTITY_MS	 2000

static enum topic_state state_of(rd_kafka_resp_err_t err)
{
	switch (err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
		return TOPIC_EXISTS;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		return TOPIC_MISSING;
	default:
		return TOPIC_REFUSED;
	}
}

/* librdkafka sends admin requests to the controller only, and waits long for
 * one that isn't there: a mock cluster names none of its brokers. */
static bool has_controller(struct client *c, const struct rd_kafka_metadata *md)
{
	int32_t id = rd_kafka_controllerid(c->rk, 0);

	for (int i = 0; i < md->broker_cnt; i++)
		if (md->brokers[i].id == id)
			return true;
	return false;
}

static void refuse(struct topic_info *topic, rd_kafka_resp_err_t err, const char *reason)
{
	snprintf(topic->refusal, sizeof(topic->refusal), "%s", reason);
	topic->unauthorized = err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
			      err == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

static void read_topic(struct client *c, struct topic_info *topic,
		       const struct rd_kafka_metadata *md)
{
	topic->controller = has_controller(c, md);
	for (int i = 0; i < md->topic_cnt; i++) {
		const struct rd_kafka_metadata_topic *t = &md->topics[i];

		if (strcmp(t->topic, topic->name) != 0)
			continue;
		topic->state = state_of(t->err);
		topic->partitions = t->partition_cnt;
		if (topic->state == TOPIC_REFUSED)
			refuse(topic, t->err, rd_kafka_err2str(t->err));
	}
}

/* An idempotent producer asks for an identity, which a client that may write
 * nowhere doesn't get. That is a fatal error of each of its records: too late. */
static enum cluster_state check_identity(struct client *c, const struct topic_info *topic,
					 const volatile int *stop, struct error *err)
{
	int64_t deadline = clock_mono_ms() + IDENTITY_MS;
	char *grant;

	while (!c->identified && !c->misconfigured && clock_mono_ms() < deadline &&
	       !(stop && *stop))
		client_poll(c, 20);
	if (c->last_err != RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
		return CLUSTER_UP;
	grant = refusal_grant(c->properties, "Write", topic->name);
	error_set(err, ERROR_CONFIG,
		  "no permission to write: %s (grant it: %s; or, if it is granted, IdempotentWrite "
		  "on the cluster)",
		  c->last_text, grant);
	free(grant);
	return CLUSTER_MISCONFIGURED;
}

/* Asks for one topic, or for none (both NULL), until somebody answers. */
static enum cluster_state ask(struct client *c, rd_kafka_topic_t *rkt, struct topic_info *topic,
			      int64_t deadline, const volatile int *stop, struct error *err)
{
	int64_t all_down_until = clock_mono_ms() + ALL_DOWN_MS;
	const struct rd_kafka_metadata *md;

	do {
		bool answered = rd_kafka_metadata(c->rk, 0, rkt, &md, SLICE_MS) == 0;

		if (answered) {
			if (topic)
				read_topic(c, topic, md);
			rd_kafka_metadata_destroy(md);
			client_set_up(c);
		}
		client_poll(c, 0);
		if (answered)
			return CLUSTER_UP;
		if (c->misconfigured) {
			refusal_of_client(c, err);
			return CLUSTER_MISCONFIGURED;
		}
		if (c->all_down && all_down_until < deadline)
			deadline = all_down_until;
	} while (clock_mono_ms() < deadline && !(stop && *stop));
	return CLUSTER_DOWN;
}

static enum cluster_state ask_topic(struct client *c, struct topic_info *topic, int64_t deadline,
				    const volatile int *stop, struct error *err)
{
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(c->rk, topic->name, NULL);
	enum cluster_state state;

	if (!rkt) {
		error_set(err, ERROR_CONFIG, "topic %s: %s", topic->name,
			  rd_kafka_err2str(rd_kafka_last_error()));
		return CLUSTER_MISCONFIGURED;
	}
	state = ask(c, rkt, topic, deadline, stop, err);
	rd_kafka_topic_destroy(rkt);
	return state;
}

enum cluster_state cluster_ask_topic(struct client *c, struct topic_info *topic, int patience_ms,
				     const volatile int *stop, struct error *err)
{
	return ask_topic(c, topic, clock_mono_ms() + patience_ms, stop, err);
}

enum cluster_state cluster_reach(struct client *c, int patience_ms, const volatile int *stop,
				 struct error *err)
{
	return ask(c, NULL, NULL, clock_mono_ms() + patience_ms, stop, err);
}

static void read_limit(struct topic_info *topic, const rd_kafka_ConfigResource_t *resource)
{
	size_t n;
	const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);

	if (rd_kafka_ConfigResource_error(resource)) {
		snprintf(topic->limit_error, sizeof(topic->limit_error), "%s",
			 rd_kafka_err2str(rd_kafka_ConfigResource_error(resource)));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *value = rd_kafka_ConfigEntry_value(entries[i]);

		if (value)
			limits_set(&topic->limits, rd_kafka_ConfigEntry_name(entries[i]), value);
	}
}

static void read_limits(struct topic_info *topics, size_t n, rd_kafka_event_t *event)
{
	const rd_kafka_DescribeConfigs_result_t *result =
		rd_kafka_event_DescribeConfigs_result(event);
	const rd_kafka_ConfigResource_t **resources;
	size_t n_resources = 0;

	resources = rd_kafka_DescribeConfigs_result_resources(result, &n_resources);
	for (size_t i = 0; i < n_resources; i++)
		for (size_t k = 0; k < n; k++)
			if (strcmp(rd_kafka_ConfigResource_name(resources[i]), topics[k].name) == 0)
				read_limit(&topics[k], resources[i]);
}

void cluster_ask_limits(struct client *c, struct topic_info *topics, size_t n)
{
	rd_kafka_ConfigResource_t *resources[8];
	rd_kafka_event_t *event;
	struct admin a;
	size_t cnt = 0;

	for (size_t i = 0; i < n && cnt < ARRAY_SIZE(resources); i++)
		if (topics[i].state == TOPIC_EXISTS)
			resources[cnt++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC,
								       topics[i].name);
	if (!cnt)
		return;
	admin_init(&a, c->rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, ADMIN_TIMEOUT_MS);
	rd_kafka_DescribeConfigs(c->rk, resources, cnt, a.options, a.queue);
	event = rd_kafka_queue_poll(a.queue, ADMIN_TIMEOUT_MS + 1000);
	if (event && !rd_kafka_event_error(event))
		read_limits(topics, n, event);
	for (size_t i = 0; i < n && event && rd_kafka_event_error(event); i++)
		snprintf(topics[i].limit_error, sizeof(topics[i].limit_error), "%s",
			 rd_kafka_event_error_string(event));
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_ConfigResource_destroy_array(resources, cnt);
	admin_finish(&a);
}

static bool is_idempotent(const struct client *c)
{
	const char *value = properties_get(c->properties, "enable.idempotence");

	return value && strcasecmp(value, "true") == 0;
}

enum cluster_state cluster_ask(struct client *c, struct topic_info *topics, size_t n,
			       int patience_ms, const volatile int *stop, struct error *err)
{
	int64_t deadline = clock_mono_ms() + patience_ms;
	enum cluster_state state = CLUSTER_UP;

	for (size_t i = 0; i < n && state == CLUSTER_UP; i++)
		state = ask_topic(c, &topics[i], deadline, stop, err);
	if (state == CLUSTER_UP && topics[0].controller)
		cluster_ask_limits(c, topics, n);
	/* Who may read a topic's configuration may do much more as a rule. */
	if (state == CLUSTER_UP && topics[0].state == TOPIC_EXISTS && *topics[0].limit_error &&
	    is_idempotent(c))
		state = check_identity(c, &topics[0], stop, err);
	return state;
}

static int no_answer(struct topic_info *topic, rd_kafka_event_t *event)
{
	refuse(topic, RD_KAFKA_RESP_ERR_NO_ERROR,
	       event ? rd_kafka_event_error_string(event) : "no answer");
	return -1;
}

/* Of a request about one topic. */
static int take_result(struct topic_info *topic, const rd_kafka_topic_result_t **results, size_t n,
		       rd_kafka_resp_err_t fine)
{
	rd_kafka_resp_err_t err =
		n ? rd_kafka_topic_result_error(results[0]) : RD_KAFKA_RESP_ERR_NO_ERROR;

	if (!err || err == fine)
		return 0;
	refuse(topic, err, rd_kafka_topic_result_error_string(results[0]));
	return -1;
}

static int take_creation(struct topic_info *topic, rd_kafka_event_t *event)
{
	const rd_kafka_topic_result_t **results;
	size_t n = 0;

	if (!event || rd_kafka_event_error(event))
		return no_answer(topic, event);
	results =
		rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
	return take_result(topic, results, n, RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS);
}

int cluster_create_topic(struct client *c, struct topic_info *topic, int partitions,
			 const char *setting, const char *value)
{
	rd_kafka_NewTopic_t *new_topic;
	rd_kafka_event_t *event;
	char reason[256];
	struct admin a;
	int rc;

	new_topic = rd_kafka_NewTopic_new(topic->name, partitions, -1, reason, sizeof(reason));
	if (!new_topic) {
		snprintf(topic->refusal, sizeof(topic->refusal), "%s", reason);
		return -1;
	}
	if (setting)
		rd_kafka_NewTopic_set_config(new_topic, setting, value);
	admin_init(&a, c->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS, ADMIN_TIMEOUT_MS);
	rd_kafka_AdminOptions_set_operation_timeout(a.options, ADMIN_TIMEOUT_MS, NULL, 0);
	rd_kafka_CreateTopics(c->rk, &new_topic, 1, a.options, a.queue);
	event = rd_kafka_queue_poll(a.queue, 2 * ADMIN_TIMEOUT_MS);
	rc = take_creation(topic, event);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_NewTopic_destroy(new_topic);
	admin_finish(&a);
	return rc;
}

static int take_growth(struct topic_info *topic, rd_kafka_event_t *event)
{
	const rd_kafka_topic_result_t **results;
	size_t n = 0;

	if (!event || rd_kafka_event_error(event))
		return no_answer(topic, event);
	results = rd_kafka_CreatePartitions_result_topics(
		rd_kafka_event_CreatePartitions_result(event), &n);
	return take_result(topic, results, n, RD_KAFKA_RESP_ERR_NO_ERROR);
}

int cluster_grow_topic(struct client *c, struct topic_info *topic, int partitions)
{
	rd_kafka_NewPartitions_t *more;
	rd_kafka_event_t *event;
	char reason[256];
	struct admin a;
	int rc;

	more = rd_kafka_NewPartitions_new(topic->name, (size_t)partitions, reason, sizeof(reason));
	if (!more) {
		snprintf(topic->refusal, sizeof(topic->refusal), "%s", reason);
		return -1;
	}
	admin_init(&a, c->rk, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS, ADMIN_TIMEOUT_MS);
	rd_kafka_CreatePartitions(c->rk, &more, 1, a.options, a.queue);
	event = rd_kafka_queue_poll(a.queue, 2 * ADMIN_TIMEOUT_MS);
	rc = take_growth(topic, event);
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_NewPartitions_destroy(more);
	admin_finish(&a);
	return rc;
}

char *cluster_brokers(struct client *c)
{
	const struct rd_kafka_metadata *md;
	struct buf list = {0};

	if (rd_kafka_metadata(c->rk, 0, NULL, &md, SLICE_MS) != 0)
		return NULL;
	for (int i = 0; i < md->broker_cnt; i++)
		buf_addf(&list, "%s%s:%d", i ? "," : "", md->brokers[i].host, md->brokers[i].port);
	rd_kafka_metadata_destroy(md);
	return list.data;
}

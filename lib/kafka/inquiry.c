#include "kafka/inquiry.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"

/* Between two tries, and between two looks at what the client hears. */
#define PAUSE_MS 200
#define LOOK_MS	 50
#define SLICE_MS 250
/* For one try: a new connection may do better. */
#define REQUEST_MIN_MS 100
#define REQUEST_MAX_MS 5000
/* For the consumer when no group is asked about. No job has it. */
#define ASKING_GROUP "redrive-jobs"

static rd_kafka_t *consumer_for(const struct inquiry *q, struct error *err)
{
	const char *const settings[][2] = {
		{"group.id", q->group ? q->group : ASKING_GROUP},
		{"isolation.level", q->stable ? "read_committed" : "read_uncommitted"},
		{"enable.auto.commit", "false"},
		{"statistics.interval.ms", "0"},
	};
	rd_kafka_conf_t *conf = rd_kafka_conf_dup(rd_kafka_conf(q->client->rk));
	char reason[512];
	rd_kafka_t *rk;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		rd_kafka_conf_set(conf, settings[i][0], settings[i][1], NULL, 0);
	rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof(reason));
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		error_set(err, ERROR_CONFIG, "can't ask for checkpoints: %s", reason);
		return NULL;
	}
	rd_kafka_set_log_queue(rk, NULL);
	return rk;
}

void inquiry_init(struct inquiry *q, struct client *client, const char *group, int timeout_ms,
		  const volatile int *stop)
{
	*q = (struct inquiry){
		.client = client,
		.group = group,
		.timeout_ms = timeout_ms,
		.stop = stop,
		.deadline = clock_mono_ms() + timeout_ms,
	};
}

static void hang_up(struct inquiry *q)
{
	if (q->rk)
		rd_kafka_destroy_flags(q->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	q->rk = NULL;
}

void inquiry_finish(struct inquiry *q)
{
	hang_up(q);
}

static bool is_over(const struct inquiry *q)
{
	return clock_mono_ms() >= q->deadline || q->client->misconfigured || (q->stop && *q->stop);
}

static int request_ms(const struct inquiry *q)
{
	int64_t left = q->deadline - clock_mono_ms();

	if (left > REQUEST_MAX_MS)
		return REQUEST_MAX_MS;
	return left < REQUEST_MIN_MS ? REQUEST_MIN_MS : (int)left;
}

/* One way to ask; *topic may be set to what an error is about. */
struct way {
	rd_kafka_resp_err_t (*once)(struct inquiry *q, const struct way *way, const char **topic);
	const char *operation;
	const struct inquiry_question *question;
	void *arg;
	rd_kafka_topic_partition_list_t *parts;
};

static rd_kafka_resp_err_t request_once(struct inquiry *q, const struct way *way,
					const char **topic)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
	rd_kafka_event_t *answer;
	struct admin a;

	(void)topic;
	admin_init(&a, q->rk, way->question->op, request_ms(q));
	way->question->send(q, way->arg, &a);
	do {
		answer = rd_kafka_queue_poll(a.queue, LOOK_MS);
		rd_kafka_poll(q->rk, 0);
	} while (!answer && !is_over(q));
	if (answer)
		code = rd_kafka_event_error(answer);
	if (!code)
		code = way->question->take(answer, way->arg);
	if (answer)
		rd_kafka_event_destroy(answer);
	admin_finish(&a);
	return code;
}

/* A group that we may not see shows only as an error of the consumer. */
static rd_kafka_resp_err_t refusal_heard(struct inquiry *q)
{
	rd_kafka_message_t *heard = rd_kafka_consumer_poll(q->rk, 0);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	rd_kafka_poll(q->rk, 0);
	if (!heard)
		return code;
	if (contract_of_kafka(heard->err).class == CLASS_CONFIGURATION)
		code = heard->err;
	rd_kafka_message_destroy(heard);
	return code;
}

static rd_kafka_resp_err_t error_of(const rd_kafka_topic_partition_list_t *parts,
				    const char **topic)
{
	for (int i = 0; i < parts->cnt; i++) {
		*topic = parts->elems[i].topic;
		if (parts->elems[i].err)
			return parts->elems[i].err;
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t committed_once(struct inquiry *q, const struct way *way,
					  const char **topic)
{
	int64_t until = clock_mono_ms() + request_ms(q);
	rd_kafka_resp_err_t code, refusal;

	do {
		code = rd_kafka_committed(q->rk, way->parts, SLICE_MS);
		refusal = refusal_heard(q);
	} while (!refusal && code == RD_KAFKA_RESP_ERR__TIMED_OUT && clock_mono_ms() < until &&
		 !is_over(q));
	if (refusal || code)
		return refusal ? refusal : code;
	return error_of(way->parts, topic);
}

static bool may_pass(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT ||
	       err == RD_KAFKA_RESP_ERR__WAIT_COORD ||
	       contract_of_kafka(err).class == CLASS_TRANSIENT;
}

static void pause_for(struct inquiry *q)
{
	int64_t until = clock_mono_ms() + PAUSE_MS;

	while (clock_mono_ms() < until && !is_over(q))
		poll(NULL, 0, LOOK_MS);
}

static int refuse_permission(const struct inquiry *q, const struct way *way,
			     enum refusal_resource resource, const char *name, struct error *err)
{
	static const char *const kinds[] = {[REFUSAL_TOPIC] = "topic ",
					    [REFUSAL_GROUP] = "group ",
					    [REFUSAL_CLUSTER] = "cluster"};
	char *grant = refusal_grant_on(q->client->properties, way->operation, resource, name);
	int rc = error_set(err, ERROR_CONFIG, "no permission on the %s%s (grant it: %s)",
			   kinds[resource], name ? name : "", grant);

	free(grant);
	return rc;
}

static int refuse(const struct inquiry *q, const struct way *way, rd_kafka_resp_err_t code,
		  const char *topic, struct error *err)
{
	struct contract c = contract_of_kafka(code);

	switch (code) {
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		if (q->group)
			return refuse_permission(q, way, REFUSAL_GROUP, q->group, err);
		break;
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		if (topic)
			return refuse_permission(q, way, REFUSAL_TOPIC, topic, err);
		break;
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
		return refuse_permission(q, way, REFUSAL_CLUSTER, NULL, err);
	case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
		return error_set(
			err, ERROR_CONFIG,
			"the group %s has members, which no job has: they must leave first",
			q->group);
	default:
		break;
	}
	return error_set(err, ERROR_CONFIG, "the cluster refuses to tell of jobs: %s (%s: %s)",
			 c.meaning, c.code, c.remedy);
}

static int give_up(const struct inquiry *q, rd_kafka_resp_err_t last, struct error *err)
{
	const struct client *c = q->client;

	if (c->misconfigured)
		return refusal_of_client(c, err);
	if (q->stop && *q->stop)
		return error_set(err, ERROR_OUTPUT, "stopped while asking for checkpoints");
	if (last == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
		return error_set(
			err, ERROR_OUTPUT,
			"a transaction of the job is still open after %d s: another run of "
			"it may be at work, or was killed a moment ago",
			q->timeout_ms / 1000);
	return error_set(err, ERROR_OUTPUT, "the cluster has not told of jobs within %d s: %s%s%s",
			 q->timeout_ms / 1000, rd_kafka_err2str(last),
			 *c->last_text ? "; last error: " : "", c->last_text);
}

/* After an error that has to do with connections the next try has a new one. */
static int ask(struct inquiry *q, const struct way *way, struct error *err)
{
	for (;;) {
		rd_kafka_resp_err_t code;
		const char *topic = NULL;

		if (!q->rk && !(q->rk = consumer_for(q, err)))
			return -1;
		code = way->once(q, way, &topic);
		if (!code)
			return 0;
		if (!may_pass(code))
			return refuse(q, way, code, topic, err);
		if (code != RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
			hang_up(q);
		pause_for(q);
		if (is_over(q))
			return give_up(q, code, err);
	}
}

int inquiry_ask(struct inquiry *q, const struct inquiry_question *question, void *arg,
		struct error *err)
{
	const struct way way = {request_once, question->operation, question, arg, NULL};

	return ask(q, &way, err);
}

int inquiry_committed(struct inquiry *q, rd_kafka_topic_partition_list_t *parts,
		      const char *operation, struct error *err)
{
	const struct way way = {committed_once, operation, NULL, NULL, parts};

	return ask(q, &way, err);
}

rd_kafka_topic_partition_list_t *inquiry_topics(struct inquiry *q, struct error *err)
{
	rd_kafka_topic_partition_list_t *parts;
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(q->client->rk, 1, NULL, &md, request_ms(q));

	if (code) {
		give_up(q, code, err);
		return NULL;
	}
	parts = rd_kafka_topic_partition_list_new(md->topic_cnt);
	for (int i = 0; i < md->topic_cnt; i++)
		rd_kafka_topic_partition_list_add(parts, md->topics[i].topic, 0);
	rd_kafka_metadata_destroy(md);
	return parts;
}

int inquiry_broker(struct inquiry *q, char out[16], struct error *err)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t code = rd_kafka_metadata(q->client->rk, 0, NULL, &md, request_ms(q));

	if (code)
		return give_up(q, code, err);
	*out = 0;
	if (md->broker_cnt)
		snprintf(out, 16, "%d", md->brokers[0].id);
	rd_kafka_metadata_destroy(md);
	return *out ? 0 : error_set(err, ERROR_OUTPUT, "the cluster names no broker");
}

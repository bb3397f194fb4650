#include "replay/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"
#include "replay/rivals.h"

static const struct {
	const char *name, *value;
} defaults[] = {
	/* Whoever is killed shall not keep others waiting for long. */
	{"session.timeout.ms", "10000"},
	{"heartbeat.interval.ms", "1000"},
	{"reconnect.backoff.max.ms", "1000"},
	{"topic.metadata.propagation.max.ms", "1000"},
};

/* Nothing is read, and nothing committed but in transactions. */
static const struct {
	const char *name, *value;
} fixed[] = {
	{"enable.auto.commit", "false"},
	{"auto.commit.enable", "false"},
	{"enable.auto.offset.store", "false"},
	{"enable.partition.eof", "false"},
	{"auto.offset.reset", "latest"},
	{"isolation.level", "read_committed"},
	{"partition.assignment.strategy", "range"},
	{"group.instance.id", ""},
	{"queued.min.messages", "1"},
	{"queued.max.messages.kbytes", "1"},
	{"fetch.message.max.bytes", "1024"},
};

struct member {
	struct member_options options;
	struct properties properties;
	struct client client;
	char *group;
	struct rivals_id id;
	rd_kafka_topic_partition_list_t *offered; /* by the group, and not ours yet */
	int32_t *partitions;
	size_t n;
	bool joined, holds;
	bool revoked; /* the group waits for member_release */
	bool closing;
};

static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t what,
			 rd_kafka_topic_partition_list_t *parts, void *opaque)
{
	struct client *c = opaque;
	struct member *m = c->owner;

	if (m->closing) {
		rd_kafka_assign(rk, NULL);
	} else if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		if (m->offered)
			rd_kafka_topic_partition_list_destroy(m->offered);
		m->offered = rd_kafka_topic_partition_list_copy(parts);
	} else {
		m->revoked = true;
	}
}

static void set_properties(struct member *m)
{
	struct properties *p = &m->properties;
	char id[RIVALS_ID_SIZE];

	properties_copy(p, m->options.properties);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(p, defaults[i].name, defaults[i].value);
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		properties_set(p, fixed[i].name, fixed[i].value, "default");
	properties_set(p, "group.id", m->group, "default");
	properties_set(p, "client.id", rivals_id_text(&m->id, id), "default");
}

struct member *member_create(const struct member_options *options, struct error *err)
{
	struct member *m = mem_alloc(1, sizeof(*m));

	m->options = *options;
	m->group = mem_printf(MEMBER_GROUP_PREFIX "%s", options->dlq);
	rivals_id_init(&m->id, options->print);
	set_properties(m);
	if (client_check(&m->properties, err) == 0 &&
	    client_init_consumer(&m->client, "group", &m->properties, on_rebalance, options->events,
				 err) == 0) {
		m->client.owner = m;
		return m;
	}
	member_destroy(m);
	return NULL;
}

void member_destroy(struct member *m)
{
	if (!m)
		return;
	m->closing = true;
	if (m->joined)
		rd_kafka_consumer_close(m->client.rk);
	if (m->offered)
		rd_kafka_topic_partition_list_destroy(m->offered);
	client_finish(&m->client);
	properties_finish(&m->properties);
	free(m->partitions);
	free(m->group);
	free(m);
}

const char *member_group(const struct member *m)
{
	return m->group;
}

struct client *member_client(struct member *m)
{
	return &m->client;
}

static int check_rivals(struct member *m, struct error *err)
{
	const struct rivals r = {
		.client = &m->client,
		.group = m->group,
		.me = &m->id,
		.joined = m->joined,
		.patience_ms = m->options.patience_ms,
		.stop = m->options.stop,
	};

	return rivals_check(&r, err);
}

int member_join(struct member *m, struct error *err)
{
	rd_kafka_topic_partition_list_t *topics;
	rd_kafka_resp_err_t code;

	rd_kafka_poll_set_consumer(m->client.rk);
	if (check_rivals(m, err) < 0)
		return -1;
	topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(topics, m->options.dlq, RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(m->client.rk, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	if (code)
		return error_set(err, ERROR_OUTPUT, "can't join the group %s: %s", m->group,
				 rd_kafka_err2str(code));
	m->joined = true;
	return 0;
}

/* Their records are the reader's. */
static int take_offered(struct member *m, struct error *err)
{
	rd_kafka_topic_partition_list_t *parts = TAKE_PTR(m->offered);
	rd_kafka_resp_err_t code = rd_kafka_assign(m->client.rk, parts);

	if (!code)
		rd_kafka_pause_partitions(m->client.rk, parts);
	m->n = 0;
	free(m->partitions);
	m->partitions = mem_alloc((size_t)parts->cnt + 1, sizeof(*m->partitions));
	for (int i = 0; i < parts->cnt && !code; i++)
		m->partitions[m->n++] = parts->elems[i].partition;
	rd_kafka_topic_partition_list_destroy(parts);
	m->holds = !code;
	if (code)
		return error_set(err, ERROR_OUTPUT, "can't take over partitions of %s: %s",
				 m->options.dlq, rd_kafka_err2str(code));
	return 0;
}

static int refused(const struct member *m, rd_kafka_resp_err_t code, struct error *err)
{
	char *grant = refusal_of_replay(&m->properties, code, m->group, m->options.dlq);

	error_set(err, ERROR_CONFIG, "no permission for the group %s: %s (%s)", m->group,
		  rd_kafka_err2str(code), grant);
	free(grant);
	return -1;
}

/* Records that came before the partitions were paused are nobody's concern. */
static int serve(struct member *m, int timeout_ms, struct error *err)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(m->client.rk, timeout_ms);
	rd_kafka_resp_err_t code;

	if (!message)
		return 0;
	code = message->err;
	rd_kafka_message_destroy(message);
	if (contract_of_kafka(code).class == CLASS_CONFIGURATION && code)
		return refused(m, code, err);
	return 0;
}

enum member_news member_poll(struct member *m, int timeout_ms, struct error *err)
{
	if (serve(m, timeout_ms, err) < 0)
		return MEMBER_FAILED;
	if (m->client.misconfigured && !m->client.ever_up) {
		refusal_of_client(&m->client, err);
		return MEMBER_FAILED;
	}
	if (m->revoked)
		return MEMBER_REVOKED;
	if (!m->offered)
		return MEMBER_NOTHING;
	return take_offered(m, err) < 0 || check_rivals(m, err) < 0 ? MEMBER_FAILED
								    : MEMBER_ASSIGNED;
}

bool member_is_lost(const struct member *m)
{
	return !m->holds || rd_kafka_assignment_lost(m->client.rk);
}

void member_release(struct member *m)
{
	rd_kafka_assign(m->client.rk, NULL);
	m->revoked = m->holds = false;
	m->n = 0;
}

const int32_t *member_partitions(const struct member *m, size_t *n)
{
	*n = m->n;
	return m->partitions;
}

rd_kafka_consumer_group_metadata_t *member_metadata(const struct member *m)
{
	return rd_kafka_consumer_group_metadata(m->client.rk);
}

#include "resolved/tombstones.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"
#include "resolved/entry.h"
#include "resolved/resolved.h"

/* How long a call waits before *stop is looked at. */
#define WAIT_MS 50
/* Callbacks are served after so many. */
#define SERVE_EVERY 1000

/* None may be doubled or lost unheard; a cluster that is away is told of after 30 s. */
static const struct {
	const char *name, *value;
} defaults[] = {
	{"client.id", "redrive"},
	{"acks", "all"},
	{"enable.idempotence", "true"},
	{"max.in.flight.requests.per.connection", "5"},
	{"message.send.max.retries", "3"},
	{"retry.backoff.ms", "1000"},
	{"reconnect.backoff.max.ms", "1000"},
	{"message.timeout.ms", "30000"},
	{"linger.ms", "20"},
	{"queue.buffering.max.messages", "20000"},
};

struct tombstones {
	struct properties properties;
	struct client client;
	const char *topic;
	const volatile int *stop;
	uint64_t sent, settled, written;
	rd_kafka_resp_err_t failed; /* of the first that didn't arrive */
	struct buf key;
};

/* What made the producer as a whole fail says more than that it has. */
static rd_kafka_resp_err_t cause_of(rd_kafka_t *rk, rd_kafka_resp_err_t err)
{
	rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;
	char text[8];

	if (err == RD_KAFKA_RESP_ERR__FATAL)
		cause = rd_kafka_fatal_error(rk, text, sizeof(text));
	return cause ? cause : err;
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct tombstones *t = ((struct client *)opaque)->owner;

	t->settled++;
	if (!m->err)
		t->written++;
	else if (!t->failed)
		t->failed = cause_of(rk, m->err);
}

struct tombstones *tombstones_create(const char *topic, const struct properties *properties,
				     const volatile int *stop, const struct event_sink *events,
				     struct error *err)
{
	struct tombstones *t = mem_alloc(1, sizeof(*t));

	t->topic = topic;
	t->stop = stop;
	properties_copy(&t->properties, properties);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(&t->properties, defaults[i].name, defaults[i].value);
	if (client_check(&t->properties, err) == 0 &&
	    client_init(&t->client, "ledger", &t->properties, on_delivery, events, err) == 0) {
		t->client.owner = t;
		return t;
	}
	tombstones_destroy(t);
	return NULL;
}

void tombstones_destroy(struct tombstones *t)
{
	if (!t)
		return;
	if (t->client.rk)
		rd_kafka_purge(t->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	client_finish(&t->client);
	properties_finish(&t->properties);
	buf_finish(&t->key);
	free(t);
}

uint64_t tombstones_written(const struct tombstones *t)
{
	return t->written;
}

static int refuse(const struct tombstones *t, struct error *err)
{
	struct contract c = contract_of_kafka(t->failed);
	char *remedy = refusal_of_error(&t->properties, t->failed, t->topic);
	bool refused = c.class != CLASS_TRANSIENT;
	const char *last = client_last_error(&t->client);

	error_set(
		err, refused ? ERROR_CONFIG : ERROR_OUTPUT,
		"the ledger %s doesn't take back what it says of messages that have gone; the next "
		"purge tries again: %s (%s)%s%s",
		t->topic, c.meaning, refused ? remedy : c.code, *last ? "; last error: " : "",
		last);
	free(remedy);
	return -1;
}

/* Who may write nowhere gets no identity, and an idempotent producer needs one. */
static int refuse_identity(const struct tombstones *t, struct error *err)
{
	char *grant = refusal_grant(&t->properties, "Write", t->topic);

	error_set(err, ERROR_CONFIG,
		  "no permission to write to the ledger %s, which says something of messages that "
		  "have gone; the next purge tries again (grant it: %s)",
		  t->topic, grant);
	free(grant);
	return -1;
}

/* 0 as long as it is worth while to go on. */
static int check(const struct tombstones *t, struct error *err)
{
	if (t->failed == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
	    t->client.last_err == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
		return refuse_identity(t, err);
	if (t->failed)
		return refuse(t, err);
	if (t->client.misconfigured)
		return refusal_of_client(&t->client, err);
	if (t->stop && *t->stop)
		return error_set(err, ERROR_OUTPUT, "stopped while the ledger %s was written",
				 t->topic);
	return 0;
}

static int write_one(struct tombstones *t, int32_t partition, int64_t offset, struct error *err)
{
	const struct entry e = {.partition = partition, .offset = offset};
	rd_kafka_resp_err_t code;

	buf_clear(&t->key);
	entry_key(&t->key, &e);
	do {
		if (check(t, err) < 0)
			return -1;
		code = rd_kafka_producev(
			t->client.rk, RD_KAFKA_V_TOPIC(t->topic), RD_KAFKA_V_PARTITION(partition),
			RD_KAFKA_V_KEY(t->key.data, t->key.len), RD_KAFKA_V_VALUE(NULL, 0),
			RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
		if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			client_poll(&t->client, WAIT_MS);
	} while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
	if (code) {
		t->failed = cause_of(t->client.rk, code);
		return check(t, err);
	}
	if (++t->sent % SERVE_EVERY == 0)
		client_poll(&t->client, 0);
	return 0;
}

int tombstones_add(struct tombstones *t, const struct resolved *r, int32_t partition,
		   int64_t before, struct error *err)
{
	for (int64_t at = resolved_next(r, partition, 0); at >= 0 && at < before;
	     at = resolved_next(r, partition, at + 1))
		if (write_one(t, partition, at, err) < 0)
			return -1;
	return 0;
}

int tombstones_flush(struct tombstones *t, struct error *err)
{
	while (t->settled < t->sent) {
		client_poll(&t->client, WAIT_MS);
		if (check(t, err) < 0)
			return -1;
	}
	return check(t, err);
}

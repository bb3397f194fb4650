#include "replay/outbox.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/objection.h"

/* More are on their way only when they are small. */
#define INFLIGHT_MAX	   30000
#define INFLIGHT_BYTES_MAX (8u << 20)
/* Reports are awaited so much longer than a message has time. */
#define LOST_MS 30000

static const struct {
	const char *name, *value;
} defaults[] = {
	{"client.id", "redrive"},
	{"acks", "all"},
	{"enable.idempotence", "true"},
	{"max.in.flight.requests.per.connection", "5"},
	{"partitioner", "murmur2_random"}, /* where Java's producer puts a key */
	{"message.send.max.retries", "2147483647"},
	/* The next transaction begins while the last one's marks are still written. */
	{"retry.backoff.ms", "50"},
	{"reconnect.backoff.max.ms", "1000"},
	{"topic.metadata.propagation.max.ms", "1000"},
	{"linger.ms", "20"},
	{"queue.buffering.max.messages", "200000"},
	/* What a killed process has left open keeps those waiting who take over. */
	{"transaction.timeout.ms", "15000"},
	{"message.timeout.ms", "12000"},
	/* What may be tried; what topics take is known better. */
	{"message.max.bytes", "100000000"},
};

/* An opaque: the slip, and in its lowest bits what it was; never NULL. */
static void *tag(enum outbox_kind kind, uint32_t slip)
{
	return (void *)(uintptr_t)((uint64_t)slip << 3 | (uint64_t)kind << 1 | 1);
}

static struct outbox_failure untag(const void *opaque)
{
	uint64_t bits = (uintptr_t)opaque;

	return (struct outbox_failure){.slip = (uint32_t)(bits >> 3),
				       .kind = (enum outbox_kind)(bits >> 1 & 3)};
}

static void add_failure(struct outbox *o, struct outbox_failure f, rd_kafka_resp_err_t err,
			bool refused)
{
	f.err = err;
	f.refused = refused;
	o->failures =
		mem_grow(o->failures, &o->cap_failures, o->n_failures + 1, sizeof(*o->failures));
	o->failures[o->n_failures++] = f;
}

/* What made the client as a whole fail says more than that it has. */
static rd_kafka_resp_err_t cause_of(const struct outbox *o, rd_kafka_resp_err_t err)
{
	rd_kafka_resp_err_t fatal = RD_KAFKA_RESP_ERR_NO_ERROR;
	char text[8];

	if (err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	if (err == RD_KAFKA_RESP_ERR__FATAL)
		fatal = rd_kafka_fatal_error(o->client.rk, text, sizeof(text));
	return fatal ? fatal : err;
}

static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct client *client = opaque;
	struct outbox *o = client->owner;
	struct outbox_failure what = untag(m->_private);

	(void)rk;
	o->inflight--;
	o->inflight_bytes -= m->len;
	o->reports++;
	if (m->err) {
		add_failure(o, what, cause_of(o, m->err), false);
		return;
	}
	client_set_up(client);
	if (what.kind == OUTBOX_RECORD && o->options.on_delivered)
		o->options.on_delivered(o->options.ctx, what.slip, m->partition, m->offset);
}

static void poll_client(void *ctx)
{
	struct outbox *o = ctx;

	client_poll(&o->client, 0);
}

static void idle(void *ctx)
{
	struct outbox *o = ctx;

	if (o->options.idle)
		o->options.idle(o->options.ctx);
}

static void idle_in_call(void *ctx)
{
	struct outbox *o = ctx;

	silence_look(&o->silence, &o->client, o->options.events);
	idle(o);
}

static int open_client(struct outbox *o, struct error *err)
{
	if (o->batch_size) {
		char size[16];

		snprintf(size, sizeof(size), "%d", o->batch_size);
		properties_set(&o->properties, "batch.size", size, "the topics' limits");
	}
	if (client_init(&o->client, "topic", &o->properties, on_report, o->options.events, err) < 0)
		return -1;
	o->client.owner = o;
	o->number++;
	o->txn = (struct transaction){
		.client = &o->client,
		.poll = poll_client,
		.patience_ms = o->options.patience_ms,
		.settle_ms = o->options.settle_ms,
		.stop = o->options.stop,
		.idle = idle_in_call,
		.ctx = o,
	};
	return 0;
}

int outbox_init(struct outbox *o, const struct outbox_options *options, struct error *err)
{
	*o = (struct outbox){.options = *options};
	properties_copy(&o->properties, options->properties);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(&o->properties, defaults[i].name, defaults[i].value);
	properties_set(&o->properties, "transactional.id", options->id, OBJECTION_REPLAY);
	return client_check(&o->properties, err);
}

/* Reports of what will never be sent come at once. */
static void close_client(struct outbox *o)
{
	if (o->client.rk && o->inflight) {
		rd_kafka_purge(o->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		for (int i = 0; i < 50 && o->inflight; i++)
			client_poll(&o->client, 100);
	}
	while (o->n_rkts)
		rd_kafka_topic_destroy(o->rkts[--o->n_rkts]);
	client_finish(&o->client);
	o->inflight = o->inflight_bytes = 0;
	o->open = false;
	outbox_forget_failures(o);
}

void outbox_finish(struct outbox *o)
{
	close_client(o);
	properties_finish(&o->properties);
	free(o->failures);
	free(o->rkts);
	o->failures = NULL;
	o->rkts = NULL;
}

static enum txn_answer answered(struct outbox *o, enum txn_answer answer)
{
	if (answer == TXN_DONE)
		silence_break(&o->silence, o->options.events);
	return answer;
}

enum txn_answer outbox_open(struct outbox *o)
{
	silence_begin(&o->silence);
	return answered(o, transaction_init(&o->txn));
}

int outbox_reopen(struct outbox *o, int batch_size, struct error *err)
{
	close_client(o);
	if (batch_size)
		o->batch_size = batch_size;
	return open_client(o, err);
}

enum txn_answer outbox_begin(struct outbox *o)
{
	enum txn_answer answer = transaction_begin(&o->txn);

	o->open = answer == TXN_DONE;
	o->begun++;
	o->heard = clock_mono_ms();
	return answer;
}

/* Until the client goes. */
static void keep(struct outbox *o, rd_kafka_topic_t *rkt)
{
	o->rkts = mem_grow(o->rkts, &o->cap_rkts, o->n_rkts + 1, sizeof(*o->rkts));
	o->rkts[o->n_rkts++] = rkt;
}

static rd_kafka_headers_t *make_headers(const struct record *r)
{
	rd_kafka_headers_t *list = rd_kafka_headers_new(r->n_headers);

	for (size_t i = 0; i < r->n_headers; i++) {
		const struct header *h = &r->headers[i];

		rd_kafka_header_add(list, h->name.data, (ssize_t)h->name.len, h->value.data,
				    (ssize_t)h->value.len);
	}
	return list;
}

/* Unless the user has said how topics are to be compressed. */
static rd_kafka_topic_conf_t *compressing(const struct outbox *o)
{
	rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(o->client.rk);

	if (!properties_get(&o->properties, "compression.codec"))
		rd_kafka_topic_conf_set(conf, "compression.codec", "lz4", NULL, 0);
	return conf;
}

/* A client has what was made with its topics for as long as it lives. */
static rd_kafka_topic_t *rkt_of(struct outbox *o, struct outbox_topic *topic)
{
	if (topic->client == o->number)
		return topic->rkt;
	topic->rkt =
		rd_kafka_topic_new(o->client.rk, topic->name, topic->alike ? compressing(o) : NULL);
	topic->client = o->number;
	if (topic->rkt)
		keep(o, topic->rkt);
	return topic->rkt;
}

static rd_kafka_resp_err_t produce_full(struct outbox *o, rd_kafka_topic_t *rkt, int32_t partition,
					const struct record *r, void *opaque)
{
	rd_kafka_headers_t *headers = r->n_headers ? make_headers(r) : NULL;
	rd_kafka_resp_err_t err = rd_kafka_producev(
		o->client.rk, RD_KAFKA_V_RKT(rkt), RD_KAFKA_V_PARTITION(partition),
		RD_KAFKA_V_KEY(r->key.data, r->key.len),
		RD_KAFKA_V_VALUE((void *)r->value.data, r->value.len),
		RD_KAFKA_V_TIMESTAMP(r->timestamp < 0 ? 0 : r->timestamp),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);

	if (err && headers)
		rd_kafka_headers_destroy(headers);
	return err;
}

static rd_kafka_resp_err_t produce(struct outbox *o, struct outbox_topic *topic, int32_t partition,
				   const struct record *r, void *opaque)
{
	rd_kafka_topic_t *rkt = rkt_of(o, topic);

	if (!rkt)
		return rd_kafka_last_error();
	if (r->n_headers || r->timestamp != RECORD_NO_TIMESTAMP)
		return produce_full(o, rkt, partition, r, opaque);
	if (rd_kafka_produce(rkt, partition, RD_KAFKA_MSG_F_COPY, (void *)r->value.data,
			     r->value.len, r->key.data, r->key.len, opaque) == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	return rd_kafka_last_error();
}

bool outbox_send(struct outbox *o, struct outbox_topic *topic, int32_t partition,
		 const struct record *r, enum outbox_kind kind, uint32_t slip)
{
	void *opaque = tag(kind, slip);
	rd_kafka_resp_err_t err;

	if (o->inflight >= INFLIGHT_MAX || o->inflight_bytes >= INFLIGHT_BYTES_MAX)
		return false;
	topic->used = o->begun;
	err = produce(o, topic, partition, r, opaque);
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return false;
	if (err) {
		add_failure(o, untag(opaque), cause_of(o, err), true);
		return true;
	}
	o->inflight++;
	o->inflight_bytes += r->value.len;
	return true;
}

bool outbox_uses(const struct outbox *o, const struct outbox_topic *topic)
{
	return topic->used && topic->used == o->begun;
}

void outbox_serve(struct outbox *o, int timeout_ms)
{
	client_poll(&o->client, timeout_ms);
	idle(o);
}

bool outbox_is_lost(struct outbox *o)
{
	if (o->reports != o->known || !o->inflight) {
		o->known = o->reports;
		o->heard = clock_mono_ms();
	}
	return o->inflight && clock_mono_ms() - o->heard >= LOST_MS;
}

bool outbox_drain(struct outbox *o)
{
	int64_t since = clock_mono_ms();
	uint64_t reports = o->reports;

	silence_begin(&o->silence);
	while (o->inflight && !o->n_failures && !outbox_is_lost(o)) {
		if (*o->options.stop && clock_mono_ms() - since >= o->options.settle_ms)
			return false;
		rd_kafka_flush(o->client.rk, 20);
		outbox_serve(o, 0);
		if (o->reports != reports)
			silence_begin(&o->silence);
		reports = o->reports;
		silence_look(&o->silence, &o->client, o->options.events);
	}
	return !o->inflight && !o->n_failures;
}

enum txn_answer outbox_commit(struct outbox *o, const struct txn_offsets *offsets)
{
	enum txn_answer answer;

	silence_begin(&o->silence);
	answer = transaction_commit(&o->txn, offsets);
	o->open = o->open && answer != TXN_DONE;
	return answered(o, answer);
}

enum txn_answer outbox_abort(struct outbox *o)
{
	silence_begin(&o->silence);
	o->open = false;
	return answered(o, transaction_abort(&o->txn));
}

void outbox_forget_failures(struct outbox *o)
{
	o->n_failures = 0;
}

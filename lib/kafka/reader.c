#include "kafka/reader.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/cluster.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"

/* So many records are taken from librdkafka's queue at once. */
#define BATCH 1000
/* How long a call waits for the next, and after how long a silence is looked into. */
#define WAIT_MS	  50
#define SILENT_MS 1000
/* For one question about a partition. */
#define OFFSETS_MS 1000

static const struct {
	const char *name, *value;
} defaults[] = {
	{"client.id", "redrive"},
	{"isolation.level", "read_committed"},
	{"auto.offset.reset", "earliest"},
	{"reconnect.backoff.max.ms", "1000"},
	{"topic.metadata.propagation.max.ms", "1000"},
	{"fetch.wait.max.ms", "100"},
	{"fetch.error.backoff.ms", "100"},
};

/* What is fetched ahead stays small whatever the number of partitions; so do records that are
 * small themselves, each of which takes some 400 bytes besides. */
static const struct {
	const char *kbytes, *messages;
	/* At least, for all partitions; librdkafka demands that it is not below message.max.bytes,
	 * which a producer's properties may have set. */
	long fetch;
} ahead[] = {
	[false] = {"12288", "20000", 8 << 20},
	[true] = {"4096", "10000", 1 << 20},
};

/* When so much is ahead, librdkafka stops fetching, and looks again after so long; versions
 * before 2.2 have no such property, take a second, and must be woken up. */
#define BACKOFF_NAME  "fetch.queue.backoff.ms"
#define BACKOFF_MS    "5"
#define WAKE_UP_MS    10
#define WAKE_UP_BELOW 14000

/* Whatever the user's properties say: nothing is ever committed, and the ends are told. */
static const struct {
	const char *name, *value;
} fixed[] = {
	{"enable.auto.commit", "false"},
	{"auto.commit.enable", "false"},
	{"enable.auto.offset.store", "false"},
	{"enable.partition.eof", "true"},
};

struct reading {
	struct reader_part part;
	int64_t at; /* the next offset */
	bool on;
};

struct reader {
	struct reader_options options;
	struct properties properties;
	struct client client;
	struct client ends; /* that asks for those behind open transactions */
	struct properties ends_properties;
	struct topic_info topic;
	rd_kafka_topic_t *rkt;
	rd_kafka_queue_t *queue;
	struct reader_part *parts; /* all of the topic, by partition */
	size_t n_parts;
	struct reading *readings; /* as many, by partition */
	size_t n_on;
	rd_kafka_message_t *batch[BATCH];
	size_t n_batch, at; /* batch[at] is the one that was given out last */
	struct received_headers headers;
	int64_t came;  /* mono ms: when the last record or end came, */
	int64_t heard; /* and when the cluster was heard at all */
	int64_t looked;
	int64_t woken; /* mono ms: when librdkafka was woken up last */
	bool sleeps;   /* it must be */
	int grown;     /* that it has so many partitions now has been said */
	bool waited;   /* that it waits for brokers has been said */
};

static bool is_known(const char *property)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char value[16];
	size_t size = sizeof(value);
	bool known = rd_kafka_conf_get(conf, property, value, &size) == RD_KAFKA_CONF_OK;

	rd_kafka_conf_destroy(conf);
	return known;
}

static void set_ahead(struct properties *p, bool small)
{
	const char *message = properties_get(p, "message.max.bytes");
	long most = message ? atol(message) : 0;
	char text[24];

	snprintf(text, sizeof(text), "%ld", most > ahead[small].fetch ? most : ahead[small].fetch);
	properties_default(p, "fetch.max.bytes", text);
	properties_default(p, "queued.max.messages.kbytes", ahead[small].kbytes);
	properties_default(p, "queued.min.messages", ahead[small].messages);
}

static void set_properties(struct properties *p, const struct properties *from, bool small)
{
	properties_copy(p, from);
	set_ahead(p, small);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(p, defaults[i].name, defaults[i].value);
	if (is_known(BACKOFF_NAME))
		properties_default(p, BACKOFF_NAME, BACKOFF_MS);
	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		properties_set(p, fixed[i].name, fixed[i].value, "default");
}

/* To a client that reads what is committed alone, the end is the last stable offset. */
static int open_ends(struct reader *r, struct error *err)
{
	properties_copy(&r->ends_properties, &r->properties);
	properties_set(&r->ends_properties, "isolation.level", "read_uncommitted", "default");
	return client_init_consumer(&r->ends, r->options.name, &r->ends_properties, NULL,
				    r->options.events, err);
}

struct reader *reader_create(const struct reader_options *options, struct error *err)
{
	struct reader *r = mem_alloc(1, sizeof(*r));

	r->options = *options;
	r->topic.name = options->topic;
	set_properties(&r->properties, options->properties, options->small);
	r->sleeps = !is_known(BACKOFF_NAME);
	if (client_check(&r->properties, err) == 0 &&
	    client_init_consumer(&r->client, options->name, &r->properties, NULL, options->events,
				 err) == 0 &&
	    (!options->whole || open_ends(r, err) == 0))
		return r;
	reader_destroy(r);
	return NULL;
}

static void drop_batch(struct reader *r)
{
	for (size_t i = r->at; i < r->n_batch; i++)
		rd_kafka_message_destroy(r->batch[i]);
	r->n_batch = r->at = 0;
}

static void stop_reading(struct reader *r)
{
	for (size_t i = 0; i < r->n_parts; i++)
		if (r->readings[i].on)
			rd_kafka_consume_stop(r->rkt, r->readings[i].part.partition);
	drop_batch(r);
	if (r->queue)
		rd_kafka_queue_destroy(r->queue);
	r->queue = NULL;
	free(r->readings);
	r->readings = NULL;
	r->n_on = 0;
}

void reader_destroy(struct reader *r)
{
	if (!r)
		return;
	if (r->readings)
		stop_reading(r);
	if (r->rkt)
		rd_kafka_topic_destroy(r->rkt);
	client_finish(&r->client);
	client_finish(&r->ends);
	properties_finish(&r->ends_properties);
	received_headers_finish(&r->headers);
	properties_finish(&r->properties);
	free(r->parts);
	free(r);
}

static int refuse_topic(const struct reader *r, const char *operation, const char *why,
			struct error *err)
{
	char *grant = refusal_grant(&r->properties, operation, r->options.topic);

	error_set(err, ERROR_CONFIG, "no permission to read the topic %s: %s (grant it: %s)",
		  r->options.topic, why, grant);
	free(grant);
	return -1;
}

static int no_answer(const struct reader *r, struct error *err)
{
	const char *last = client_last_error(&r->client);

	if (r->options.stop && *r->options.stop)
		return error_set(err, ERROR_OUTPUT, "stopped while waiting for the cluster");
	return error_set(err, ERROR_OUTPUT, "no broker answers at %s%s%s",
			 properties_get(&r->properties, "bootstrap.servers"), *last ? ": " : "",
			 last);
}

/* 1, 0: there is no such topic, -1. */
static int ask_topic(struct reader *r, int patience_ms, struct error *err)
{
	switch (cluster_ask_topic(&r->client, &r->topic, patience_ms, r->options.stop, err)) {
	case CLUSTER_UP:
		break;
	case CLUSTER_DOWN:
		return no_answer(r, err);
	case CLUSTER_MISCONFIGURED:
		return -1;
	}
	if (r->topic.state == TOPIC_REFUSED && r->topic.unauthorized)
		return refuse_topic(r, "Describe", r->topic.refusal, err);
	if (r->topic.state == TOPIC_REFUSED)
		return error_set(err, ERROR_CONFIG, "the topic %s can't be had: %s",
				 r->options.topic, r->topic.refusal);
	return r->topic.state == TOPIC_EXISTS;
}

static bool is_over(const struct reader *r, int64_t deadline)
{
	return clock_mono_ms() >= deadline || (r->options.stop && *r->options.stop);
}

static int ask_part(struct reader *r, struct reader_part *part, int64_t deadline, struct error *err)
{
	struct client *c = r->ends.rk ? &r->ends : &r->client;
	rd_kafka_resp_err_t code;

	do {
		code = rd_kafka_query_watermark_offsets(c->rk, r->options.topic, part->partition,
							&part->from, &part->to, OFFSETS_MS);
		client_poll(c, 0);
		if (r->options.idle)
			r->options.idle(r->options.ctx);
		if (!code)
			return 0;
		if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
			return refuse_topic(r, "Describe", rd_kafka_err2str(code), err);
	} while (!is_over(r, deadline));
	if (r->options.stop && *r->options.stop)
		return no_answer(r, err);
	return error_set(err, ERROR_OUTPUT, "can't find out how far partition %d of %s goes: %s",
			 part->partition, r->options.topic, rd_kafka_err2str(code));
}

int reader_ask(struct reader *r, struct error *err)
{
	int64_t deadline = clock_mono_ms() + r->options.patience_ms;
	int found = ask_topic(r, r->options.patience_ms, err);

	if (found <= 0)
		return found;
	if (r->readings)
		stop_reading(r);
	free(r->parts);
	r->n_parts = (size_t)r->topic.partitions;
	r->parts = mem_alloc(r->n_parts, sizeof(*r->parts));
	for (size_t i = 0; i < r->n_parts; i++) {
		r->parts[i].partition = (int32_t)i;
		if (ask_part(r, &r->parts[i], deadline, err) < 0)
			return -1;
	}
	return 1;
}

const struct reader_part *reader_parts(const struct reader *r, size_t *n)
{
	*n = r->n_parts;
	return r->parts;
}

static void start(struct reader *r, struct reading *reading, const struct reader_part *part)
{
	reading->part = *part;
	reading->at = part->from;
	if (part->from >= part->to)
		return;
	reading->on = true;
	r->n_on++;
	rd_kafka_consume_start_queue(r->rkt, part->partition, part->from, r->queue);
}

void reader_start(struct reader *r, const struct reader_part *parts, size_t n)
{
	if (r->readings)
		stop_reading(r);
	if (!r->rkt)
		r->rkt = rd_kafka_topic_new(r->client.rk, r->options.topic, NULL);
	r->queue = rd_kafka_queue_new(r->client.rk);
	r->readings = mem_alloc(r->n_parts, sizeof(*r->readings));
	for (size_t i = 0; i < n; i++)
		start(r, &r->readings[parts[i].partition], &parts[i]);
	r->came = r->heard = r->looked = clock_mono_ms();
}

/* Nothing of it comes any more once what has been fetched is passed over. */
static void finish(struct reader *r, struct reading *reading)
{
	rd_kafka_consume_stop(r->rkt, reading->part.partition);
	reading->on = false;
	reading->at = reading->part.to;
	r->n_on--;
}

static int gone(const struct reader *r, struct error *err)
{
	return error_set(err, ERROR_CONFIG,
			 "the topic %s was deleted while it was read: what was read of it is all "
			 "there is",
			 r->options.topic);
}

/* An error of a partition: 0 when it may pass. */
static int judge(const struct reader *r, const rd_kafka_message_t *m, struct error *err)
{
	rd_kafka_resp_err_t code = m->err;

	switch (code) {
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		return refuse_topic(r, "Read", rd_kafka_err2str(code), err);
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return gone(r, err);
	default:
		break;
	}
	if (contract_of_kafka(code).class == CLASS_TRANSIENT ||
	    code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
	    code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
		return 0;
	return error_set(err, ERROR_OUTPUT, "partition %d of %s can't be read at offset %lld: %s",
			 m->partition, r->options.topic, (long long)m->offset,
			 rd_kafka_err2str(code));
}

/* Records are there, and don't come. What a transaction holds back may take its time. */
static bool is_stuck(const struct reader *r, int64_t now)
{
	bool ends = false;

	for (size_t i = 0; i < r->n_parts; i++)
		ends |= r->readings[i].on && r->readings[i].part.to != READER_NO_END;
	return ends && !r->options.whole && now - r->came >= r->options.patience_ms;
}

static int stuck(const struct reader *r, struct error *err)
{
	return error_set(err, ERROR_OUTPUT,
			 "the cluster answers, but nothing more has come of the topic %s for %d s: "
			 "are the brokers up that lead its partitions?",
			 r->options.topic, r->options.patience_ms / 1000);
}

static void say_waiting(const struct reader *r, const char *why)
{
	if (r->options.patience_ms == INT_MAX)
		event_emit(r->options.events, EVENT_WARNING, "waiting", EVENT_NO_FIELDS,
			   "%s; waiting for it", why);
	else
		event_emit(r->options.events, EVENT_WARNING, "waiting", EVENT_NO_FIELDS,
			   "%s; waiting for it up to %d s", why, r->options.patience_ms / 1000);
}

static void look_for_more(struct reader *r)
{
	if (r->topic.partitions <= (int)r->n_parts || r->grown == r->topic.partitions)
		return;
	r->grown = r->topic.partitions;
	event_emit(r->options.events, EVENT_WARNING, "partitions_added",
		   EVENT_FIELDS(EVENT_TEXT("topic", r->options.topic),
				EVENT_NUMBER("partitions", r->grown)),
		   "The topic %s has %d partitions now: what comes into the new ones is not read, "
		   "begin again for that",
		   r->options.topic, r->grown);
}

/* A silence: has the topic gone, or the cluster? */
static int look(struct reader *r, struct error *err)
{
	int64_t now = clock_mono_ms();
	struct error why = {0};
	int found;

	if (now - r->heard < SILENT_MS || now - r->looked < SILENT_MS)
		return 0;
	found = ask_topic(r, SILENT_MS, &why);
	r->looked = clock_mono_ms();
	if (found == 0 || r->topic.partitions < (int)r->n_parts)
		return gone(r, err);
	if (found > 0) {
		r->heard = r->looked;
		r->waited = false;
		look_for_more(r);
		return is_stuck(r, now) ? stuck(r, err) : 0;
	}
	if (why.kind == ERROR_CONFIG || now - r->heard >= r->options.patience_ms) {
		*err = why;
		return -1;
	}
	if (!r->waited)
		say_waiting(r, why.text);
	r->waited = true;
	return 0;
}

/* Any request does; nobody waits for the answer. */
static void wake_up(struct reader *r)
{
	rd_kafka_topic_partition_list_t *list;

	if (clock_mono_ms() - r->woken < WAKE_UP_MS ||
	    rd_kafka_queue_length(r->queue) >= WAKE_UP_BELOW)
		return;
	list = rd_kafka_topic_partition_list_new((int)r->n_on);
	for (size_t i = 0; i < r->n_parts; i++)
		if (r->readings[i].on)
			rd_kafka_topic_partition_list_add(list, r->options.topic, (int32_t)i)
				->offset = RD_KAFKA_OFFSET_END;
	rd_kafka_offsets_for_times(r->client.rk, list, 0);
	rd_kafka_topic_partition_list_destroy(list);
	r->woken = clock_mono_ms();
}

/* librdkafka waits until it has as many as it shall take. */
static ssize_t take_batch(struct reader *r)
{
	ssize_t n = rd_kafka_consume_batch_queue(r->queue, 0, r->batch, BATCH);

	return n > 0 ? n : rd_kafka_consume_batch_queue(r->queue, WAIT_MS, r->batch, 1);
}

static bool fill(struct reader *r)
{
	ssize_t n;

	if (r->sleeps)
		wake_up(r);
	r->n_batch = r->at = 0;
	n = take_batch(r);
	r->n_batch = n > 0 ? (size_t)n : 0;
	client_poll(&r->client, 0);
	if (r->options.idle)
		r->options.idle(r->options.ctx);
	if (r->n_batch)
		r->came = r->heard = clock_mono_ms();
	return r->n_batch;
}

/* Takes a message. READER_WAIT: there was nothing in it to tell. */
static enum reader_next take(struct reader *r, const rd_kafka_message_t *m, struct received *out,
			     struct error *err)
{
	bool end = m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
	struct reading *reading;

	if (m->err && !end)
		return judge(r, m, err) < 0 ? READER_FAILED : READER_WAIT;
	reading = &r->readings[m->partition];
	if (reading->on && m->offset >= reading->part.to)
		finish(r, reading);
	if (!reading->on || end)
		return READER_WAIT;
	received_read(out, m, &r->headers);
	reading->at = m->offset + 1;
	return READER_RECORD;
}

/* The record that was given out last is let go. */
static void release(struct reader *r)
{
	rd_kafka_message_t *m;

	if (r->at == r->n_batch)
		return;
	m = r->batch[r->at++];
	if (!m->err && r->readings[m->partition].on &&
	    m->offset + 1 == r->readings[m->partition].part.to)
		finish(r, &r->readings[m->partition]);
	rd_kafka_message_destroy(m);
}

void reader_be_patient(struct reader *r)
{
	r->options.patience_ms = INT_MAX;
}

enum reader_next reader_next(struct reader *r, struct received *out, struct error *err)
{
	release(r);
	while (r->n_on) {
		enum reader_next next;

		if (r->at == r->n_batch && !fill(r))
			return look(r, err) < 0 ? READER_FAILED : READER_WAIT;
		next = take(r, r->batch[r->at], out, err);
		if (next != READER_WAIT)
			return next;
		rd_kafka_message_destroy(r->batch[r->at++]);
	}
	return READER_END;
}

struct reader_part reader_left(const struct reader *r, int32_t partition)
{
	const struct reading *reading = &r->readings[partition];

	return (struct reader_part){partition, reading->at, reading->part.to};
}

uint64_t reader_ahead(const struct reader *r)
{
	uint64_t n = 0;

	for (size_t i = 0; r->readings && i < r->n_parts; i++)
		if (r->readings[i].on && r->readings[i].part.to != READER_NO_END)
			n += (uint64_t)(r->readings[i].part.to - r->readings[i].at);
	return n;
}

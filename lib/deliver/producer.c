#include "deliver/producer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "deliver/message.h"
#include "kafka/cluster.h"

#define ROUND_LINGER_MS 10000

/* With fewer on their way a record would wait for others to fill its pack. */
#define BUSY_FROM 1024
/* librdkafka's default of queue.buffering.max.messages. */
#define QUEUE_MESSAGES 100000

/* librdkafka has a reference on the block now, until its report. */
static void lend(struct producer *p, struct block *b)
{
	block_ref(b)->lent++;
	p->pool = b->pool;
}

static void link_sent(struct producer *p, struct failure *f)
{
	f->newer = NULL;
	f->older = p->sent;
	if (p->sent)
		p->sent->newer = f;
	p->sent = f;
}

static void unlink_sent(struct producer *p, struct failure *f)
{
	if (f->newer)
		f->newer->older = f->older;
	else
		p->sent = f->older;
	if (f->older)
		f->older->newer = f->newer;
	f->newer = f->older = NULL;
}

/* A message is with us again: its reference on a block is nobody else's. */
static void take_message(struct producer *p, const rd_kafka_message_t *m)
{
	struct failure *f = message_tagged(m->_private);

	p->inflight--;
	p->inflight_bytes -= m->len;
	if (f)
		unlink_sent(p, f);
	else
		((struct block *)m->_private)->lent--;
}

/* librdkafka, up to 2.9 at least, never tells of messages of a transaction that it wants
 * to send again when their topic has been deleted meanwhile: they wait for a partition
 * that belongs to no broker any more. With the client they are gone. */
static void forget_messages(struct producer *p)
{
	if (p->pool && p->inflight)
		block_pool_take_back(p->pool);
	while (p->sent) {
		struct failure *f = p->sent;

		unlink_sent(p, f);
		failure_destroy(f);
	}
	p->inflight = p->letters = 0;
	p->inflight_bytes = p->letter_bytes = 0;
}

static void pull_back(struct producer *p)
{
	p->pulled_back = true;
	rd_kafka_purge(p->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

/* After a refused batch or a transient failure, nothing later may overtake. */
static bool must_pull_back(const struct producer *p, const struct failure *f)
{
	struct contract c = contract_of_kafka(f->err);

	if (p->pulled_back || f->purged || p->options.transactional)
		return false;
	return c.blames_batch || (p->options.ordered && c.class == CLASS_TRANSIENT);
}

/* A topic that doesn't exist has two codes, by who finds out first. */
static rd_kafka_resp_err_t plain_error(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
						       : err;
}

/* What made the client as a whole fail says more than that it has. */
static rd_kafka_resp_err_t cause_of(const struct producer *p, rd_kafka_resp_err_t err)
{
	rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;
	char text[8];

	if (err == RD_KAFKA_RESP_ERR__FATAL)
		cause = rd_kafka_fatal_error(p->client.rk, text, sizeof(text));
	return plain_error(cause ? cause : err);
}

static void note_persisted(struct failure *f)
{
	bool *where = f->cause.code ? &f->possibly_in_dlq : &f->possibly_persisted;

	*where = true;
	f->may_double = where == &f->possibly_persisted;
}

/* A broker that stops refuses what it has already written. librdkafka takes it for
 * not persisted, tries again and, when the time is over, tells of that alone. */
static bool may_be_persisted(const struct producer *p, const struct failure *f,
			     const rd_kafka_message_t *m)
{
	if (rd_kafka_message_status(m) == RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED)
		return true;
	return (contract_of_kafka(f->err).leaves_doubt || (f->purged && p->doubt)) &&
	       client_may_have_sent(&p->client, m);
}

static void on_failed(struct producer *p, const rd_kafka_message_t *m)
{
	struct failure *f = message_failure(m);

	if (p->options.others && !message_tagged(m->_private))
		f->to = outlets_find(p->options.others, rd_kafka_topic_name(m->rkt));
	f->err = cause_of(p, m->err);
	f->refused = false;
	f->purged = (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE && !p->given_up) ||
		    m->err == CONTRACT_DIFFERENT_RECORD;
	if (p->given_up && (m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
			    m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT))
		f->err = p->given_up;
	p->doubt |= contract_of_kafka(f->err).leaves_doubt;
	if (may_be_persisted(p, f, m))
		note_persisted(f);
	failure_list_add(&p->failed, f);
	if (must_pull_back(p, f))
		pull_back(p);
}

/* Beside records only dead letters are on their way as failures. */
static bool sends_letters(const struct producer *p)
{
	return p->dlq || p->options.others;
}

static void on_delivered(struct producer *p, const rd_kafka_message_t *m)
{
	struct failure *f = message_tagged(m->_private);

	++*(sends_letters(p) && f ? p->options.dead_lettered : p->options.delivered);
	client_set_up(&p->client);
	if (p->options.on_delivered)
		p->options.on_delivered(p->options.ctx, m->partition, m->offset);
	if (f)
		failure_destroy(f);
	else
		block_unref(m->_private);
}

static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct client *client = opaque;
	struct producer *p = client->owner;

	(void)rk;
	p->reports++;
	take_message(p, m);
	if (sends_letters(p) && message_tagged(m->_private)) {
		p->letters--;
		p->letter_bytes -= m->len;
	}
	if (m->err)
		on_failed(p, m);
	else
		on_delivered(p, m);
}

/* Longer than a round takes to fill, for a kick ends the waiting, but shorter
 * than the time that a message has, as librdkafka demands. */
static long long round_linger(const struct producer *p)
{
	const char *timeout = properties_get(&p->properties, "message.timeout.ms");
	long long ms;

	ms = timeout ? atoll(timeout) / 2 : ROUND_LINGER_MS;
	return ms > 0 && ms < ROUND_LINGER_MS ? ms : ROUND_LINGER_MS;
}

static void set_batching(struct producer *p)
{
	char size[16];

	if (p->options.batch_size) {
		snprintf(size, sizeof(size), "%d", p->options.batch_size);
		properties_set(&p->properties, "batch.size", size, "the topic's limit");
	}
	if (p->options.in_rounds) {
		snprintf(size, sizeof(size), "%lld", round_linger(p));
		properties_set(&p->properties, "linger.ms", size, "sending in rounds");
	}
}

/* A message counts from when it is taken to its report. The queue is bounded by
 * bytes, too, which can't be foreseen so well: a bound that the user sets leaves
 * no room for packs. */
static void set_queue(struct producer *p)
{
	const char *messages = properties_get(&p->properties, "queue.buffering.max.messages");
	unsigned long most = messages ? strtoul(messages, NULL, 10) : QUEUE_MESSAGES;

	p->max_inflight = most && most < UINT_MAX ? (unsigned)most : UINT_MAX;
	p->packs = !properties_get(&p->properties, "queue.buffering.max.kbytes");
}

static int open_topics(struct producer *p, struct error *err)
{
	struct outlets *others = p->options.others;
	rd_kafka_t *rk = p->client.rk;

	if (outlet_open_topic(&p->rkt, rk, p->options.topic, err) < 0 ||
	    outlet_open_topic(&p->dlq, rk, p->options.dlq, err) < 0)
		return -1;
	for (size_t i = 0; others && i < others->n; i++)
		if (outlet_open(others->items[i], rk, err) < 0)
			return -1;
	return 0;
}

static int open_client(struct producer *p, struct error *err)
{
	bool ever_up = p->client.ever_up;

	set_batching(p);
	set_queue(p);
	if (client_init(&p->client, p->options.name, &p->properties, on_report, p->options.events,
			err) < 0)
		return -1;
	p->client.owner = p;
	p->partitions_known = false;
	p->client.ever_up = ever_up;
	return open_topics(p, err);
}

static void close_client(struct producer *p)
{
	struct outlets *others = p->options.others;

	for (size_t i = 0; others && i < others->n; i++)
		outlet_close(others->items[i]);
	if (p->rkt)
		rd_kafka_topic_destroy(p->rkt);
	if (p->dlq)
		rd_kafka_topic_destroy(p->dlq);
	p->rkt = p->dlq = NULL;
	client_finish(&p->client);
	forget_messages(p);
}

int producer_init(struct producer *p, const struct producer_options *options, struct error *err)
{
	*p = (struct producer){.options = *options};
	properties_copy(&p->properties, options->properties);
	return open_client(p, err);
}

void producer_finish(struct producer *p)
{
	if (p->client.rk && p->inflight) {
		/* The reports free what the messages hold. */
		producer_give_up(p, RD_KAFKA_RESP_ERR__DESTROY);
		for (int i = 0; i < 50 && p->inflight; i++)
			producer_poll(p, 100);
	}
	close_client(p);
	failure_list_finish(&p->failed);
	properties_finish(&p->properties);
}

/* The brokers that were first named may be the ones that are down. */
static void add_brokers(struct producer *p)
{
	char *known = p->client.ever_up ? cluster_brokers(&p->client) : NULL, *all;

	if (!known)
		return;
	all = mem_printf("%s,%s", known, properties_get(&p->properties, "bootstrap.servers"));
	properties_set(&p->properties, "bootstrap.servers", all, "the cluster");
	free(all);
	free(known);
}

int producer_reopen(struct producer *p, struct error *err)
{
	add_brokers(p);
	close_client(p);
	return open_client(p, err);
}

int producer_reopen_for_rounds(struct producer *p, struct error *err)
{
	p->options.in_rounds = true;
	return producer_reopen(p, err);
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

static rd_kafka_resp_err_t produce_full(struct producer *p, rd_kafka_topic_t *rkt,
					const struct record *r, void *opaque)
{
	rd_kafka_headers_t *headers = r->n_headers ? make_headers(r) : NULL;
	rd_kafka_resp_err_t err;

	err = rd_kafka_producev(
		p->client.rk, RD_KAFKA_V_RKT(rkt), RD_KAFKA_V_KEY(r->key.data, r->key.len),
		RD_KAFKA_V_VALUE((void *)r->value.data, r->value.len),
		RD_KAFKA_V_TIMESTAMP(r->timestamp < 0 ? 0 : r->timestamp),
		RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
	if (err && headers)
		rd_kafka_headers_destroy(headers);
	return err;
}

static rd_kafka_resp_err_t produce(struct producer *p, rd_kafka_topic_t *rkt,
				   const struct record *r, void *opaque)
{
	if (r->n_headers || r->timestamp != RECORD_NO_TIMESTAMP)
		return produce_full(p, rkt, r, opaque);
	if (rd_kafka_produce(rkt, RD_KAFKA_PARTITION_UA, 0, (void *)r->value.data, r->value.len,
			     r->key.data, r->key.len, opaque) == 0)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	return rd_kafka_last_error();
}

static void count_sent(struct producer *p, const struct record *r)
{
	p->inflight++;
	p->inflight_bytes += r->value.len;
}

/* Takes the reference on the record's block. */
static struct failure *add_failed(struct producer *p, const struct record *r, struct block *block,
				  rd_kafka_resp_err_t err)
{
	struct failure *f = failure_from_block(r, block);

	f->to = p->to;
	f->err = err;
	failure_list_add(&p->failed, f);
	return f;
}

/* A record of the pack ends before librdkafka had it. */
static void fail_packed(struct producer *p, const rd_kafka_message_t *m)
{
	const struct record r = {.key = {m->key, m->key_len},
				 .value = {m->payload, m->len},
				 .timestamp = RECORD_NO_TIMESTAMP};
	struct failure *f;

	take_message(p, m);
	f = add_failed(p, &r, m->_private, plain_error(m->err));
	f->purged = p->pulled_back && !p->given_up;
	f->refused = !p->pulled_back;
	if (p->given_up)
		f->err = p->given_up;
}

/* What is taken back now would have been behind what was taken back before. */
void producer_drop_pack(struct producer *p)
{
	for (size_t i = 0; i < p->n_pack; i++) {
		p->pack[i].err = RD_KAFKA_RESP_ERR__PURGE_QUEUE;
		fail_packed(p, &p->pack[i]);
	}
	p->n_pack = 0;
}

static rd_kafka_topic_t *topic_now(const struct producer *p)
{
	return p->to ? p->to->rkt : p->rkt;
}

/* The queue has room for it: a pack that it took with gaps would lose its order. */
static void send_pack(struct producer *p)
{
	if (p->pulled_back)
		producer_drop_pack(p);
	if (!p->n_pack)
		return;
	rd_kafka_produce_batch(topic_now(p), RD_KAFKA_PARTITION_UA, 0, p->pack, (int)p->n_pack);
	for (size_t i = 0; i < p->n_pack; i++)
		if (p->pack[i].err)
			fail_packed(p, &p->pack[i]);
	p->n_pack = 0;
}

/* Only what lies in the block stays where it is until the pack is sent. */
static bool may_pack(const struct producer *p, const struct record *r)
{
	const struct block *b = r->block;

	if (!p->packs || p->inflight < BUSY_FROM || r->n_headers ||
	    r->timestamp != RECORD_NO_TIMESTAMP)
		return false;
	return !r->key.data ||
	       (r->key.data >= b->data && r->key.data + r->key.len <= b->data + b->cap);
}

static void add_to_pack(struct producer *p, const struct record *r)
{
	p->pack[p->n_pack++] = (rd_kafka_message_t){.payload = (void *)r->value.data,
						    .len = r->value.len,
						    .key = (void *)r->key.data,
						    .key_len = r->key.len,
						    ._private = r->block};
	lend(p, r->block);
	count_sent(p, r);
}

/* A pack has one topic. */
bool producer_turn_to(struct producer *p, struct outlet *to)
{
	if (to == p->to)
		return true;
	send_pack(p);
	p->to = to;
	return !to || outlet_open(to, p->client.rk, NULL) == 0;
}

bool producer_send(struct producer *p, const struct record *r)
{
	rd_kafka_resp_err_t err;

	if (p->inflight >= p->max_inflight)
		return false;
	if (may_pack(p, r)) {
		if (p->n_pack == PRODUCER_PACK)
			send_pack(p);
		add_to_pack(p, r);
		return true;
	}
	send_pack(p);
	err = produce(p, topic_now(p), r, r->block);
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return false;
	if (err) {
		add_failed(p, r, block_ref(r->block), plain_error(err))->refused = true;
		return true;
	}
	lend(p, r->block);
	count_sent(p, r);
	return true;
}

static bool send_failure(struct producer *p, rd_kafka_topic_t *rkt, struct failure *f,
			 const struct record *as)
{
	rd_kafka_resp_err_t err;

	send_pack(p);
	err = produce(p, rkt, as, message_tag(f));
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return false;
	if (!err) {
		link_sent(p, f);
		count_sent(p, as);
		return true;
	}
	f->err = plain_error(err);
	f->refused = true;
	f->purged = false;
	failure_list_add(&p->failed, f);
	return true;
}

bool producer_resend(struct producer *p, struct failure *f, const struct record *as)
{
	return send_failure(p, p->rkt, f, as);
}

bool producer_send_letter(struct producer *p, struct failure *f, const struct record *as)
{
	unsigned before = p->inflight;
	size_t len = as->value.len;

	if (!send_failure(p, f->to ? f->to->dlq_rkt : p->dlq, f, as))
		return false;
	p->letters += p->inflight - before;
	p->letter_bytes += p->inflight > before ? len : 0;
	return true;
}

void producer_poll(struct producer *p, int timeout_ms)
{
	if (!p->client.rk)
		return;
	send_pack(p);
	/* What librdkafka has queued again since then may not overtake either. */
	if (p->pulled_back && p->inflight && !p->given_up)
		pull_back(p);
	client_poll(&p->client, timeout_ms);
}

/* Until a topic's partitions are known its records wait elsewhere. When they
 * become known during a flush, the records come over one by one while batches
 * are made of those that are there: more than one batch would be on its way. */
static bool knows_partitions(struct producer *p, int timeout_ms)
{
	const struct rd_kafka_metadata *md;

	if (!p->partitions_known &&
	    rd_kafka_metadata(p->client.rk, 0, p->rkt, &md, timeout_ms) == 0) {
		p->partitions_known = true;
		rd_kafka_metadata_destroy(md);
	}
	return p->partitions_known;
}

void producer_kick(struct producer *p, int timeout_ms)
{
	if (!p->client.rk)
		return;
	send_pack(p);
	if (knows_partitions(p, timeout_ms))
		rd_kafka_flush(p->client.rk, timeout_ms);
	else
		client_poll(&p->client, 0);
}

/* Brokers' threads take back what is queued when they get to it: one that is
 * late would take back the first of what is sent next, and others overtake. */
static void wait_for_pull_back(struct producer *p)
{
	if (p->pulled_back && p->client.rk)
		rd_kafka_purge(p->client.rk, RD_KAFKA_PURGE_F_QUEUE);
}

void producer_settled(struct producer *p)
{
	wait_for_pull_back(p);
	p->pulled_back = p->doubt = false;
	p->given_up = RD_KAFKA_RESP_ERR_NO_ERROR;
}

char *producer_explain(const struct producer *p, rd_kafka_resp_err_t err)
{
	const struct client *c = &p->client;
	const char *text = rd_kafka_err2str(err);

	if (err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT && c->last_err)
		return mem_printf("%s; last error of the client: %s", text, c->last_text);
	if (err == c->last_err && *c->last_text)
		return mem_strdup(c->last_text);
	return mem_strdup(text);
}

void producer_give_up(struct producer *p, rd_kafka_resp_err_t err)
{
	p->given_up = err;
	p->pulled_back = true;
	producer_drop_pack(p);
	rd_kafka_purge(p->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

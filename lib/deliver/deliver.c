#include "deliver/deliver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/failures.h"
#include "deliver/pace.h"
#include "deliver/preflight.h"
#include "deliver/sinks.h"
#include "kafka/objection.h"

#define KEY_HELD_MESSAGE "an earlier record of its key failed"
/* For an answer of the cluster, where --delivery-timeout says nothing. */
#define JOB_PATIENCE_MS 30000

struct deliver {
	struct deliver_options options;
	struct ledger ledger;
	struct preflight preflight;
	struct sender topic;
	bool topic_open;
	struct job job;
	struct limits limits;
	struct sinks sinks;
	struct failures failures;
	struct pace pace;
	struct outlet *to;    /* of the records that come now; NULL: options.topic */
	struct error refused; /* kind is set when one can't be had */
	struct mark unsent;
};

static void on_job_idle(void *ctx)
{
	struct deliver *d = ctx;

	sinks_serve(&d->sinks);
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
}

static bool relearn(void *ctx, int *batch_size)
{
	struct deliver *d = ctx;

	if (!preflight_relearn(&d->preflight))
		return false;
	d->limits = preflight_topic_limits(&d->preflight);
	d->sinks.limits = preflight_dlq_limits(&d->preflight);
	*batch_size = preflight_job(&d->preflight).batch_size;
	return true;
}

/* A rehearsal touches no job. */
static void init_job(struct deliver *d)
{
	const struct deliver_options *o = &d->options;
	const char *timeout = properties_get(&d->preflight.topic_properties, "message.timeout.ms");
	int64_t patience = timeout ? atoll(timeout) : 0;
	const struct job_options job = {
		.name = o->dry_run ? NULL : o->job,
		.origin = o->replay ? OBJECTION_REPLAY : OBJECTION_JOB,
		.properties = &d->preflight.topic_properties,
		.manifest = o->manifest,
		.roams = o->n_topics > 0,
		.resume = o->resume,
		.commit_records = o->commit_records,
		.commit_ms = o->commit_ms,
		.fallback = o->fallback,
		.retries = o->retries,
		.backoff_ms = o->backoff_ms,
		.backoff_max_ms = o->backoff_max_ms,
		.patience_ms = patience > 0 ? patience : JOB_PATIENCE_MS,
		.breaks = o->breaker_threshold,
		.cooldown_ms = o->breaker_cooldown_ms,
		.on_outage = o->on_outage,
		.settle_ms = o->settle_ms,
		.stop = o->stop,
		.ledger = &d->ledger,
		.relearn = relearn,
		.idle = on_job_idle,
		.ctx = d,
		.events = o->events,
	};

	job_init(&d->job, &job);
	d->sinks.job = d->job.on ? &d->job : NULL;
	d->failures.order.revocable = d->job.on;
}

/* While the DLQ is waited for, what comes in from the topic is still served. */
static void on_sinks_idle(void *ctx)
{
	struct deliver *d = ctx;

	if (d->topic_open)
		producer_poll(&d->topic.producer, 0);
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
}

struct deliver *deliver_create(const struct deliver_options *options, struct error *err)
{
	struct deliver *d = mem_alloc(1, sizeof(*d));

	d->options = *options;
	ledger_init(&d->ledger);
	sinks_init(&d->sinks, &d->options, &d->preflight, &d->ledger);
	failures_init(&d->failures, &d->options, &d->ledger, &d->sinks);
	pace_init(&d->pace, options->rate);
	d->sinks.idle = on_sinks_idle;
	d->sinks.ctx = d;
	if (preflight_init(&d->preflight, &d->options, err) < 0) {
		deliver_destroy(d);
		return NULL;
	}
	init_job(d);
	return d;
}

void deliver_destroy(struct deliver *d)
{
	if (!d)
		return;
	sender_finish(&d->topic);
	job_finish(&d->job);
	failures_finish(&d->failures);
	sinks_finish(&d->sinks);
	preflight_finish(&d->preflight);
	ledger_finish(&d->ledger);
	mark_clear(&d->unsent);
	free(d);
}

struct ledger *deliver_ledger(struct deliver *d)
{
	return &d->ledger;
}

const struct mark *deliver_unsent(const struct deliver *d)
{
	return mark_is_set(&d->unsent) ? &d->unsent : NULL;
}

const struct mark *deliver_unsafe(const struct deliver *d)
{
	const struct mark *m = &d->sinks.unsafe_from;

	return sinks_failed(&d->sinks) && mark_is_set(m) ? m : NULL;
}

const struct error *deliver_halted(const struct deliver *d)
{
	const struct error *failed = sinks_failed(&d->sinks), *halted = &d->topic.halted;

	if (d->job.halted.kind)
		return &d->job.halted;
	if (d->refused.kind)
		return &d->refused;
	if (failed && halted->kind != ERROR_FATAL)
		return failed;
	if (d->job.on && d->failures.exceeded.kind)
		return &d->failures.exceeded;
	return halted->kind ? halted : NULL;
}

/* What is not on its way yet is not sent any more; the rest settles. */
static void check_tolerance(struct deliver *d)
{
	if (d->failures.exceeded.kind && !d->job.on)
		sender_halt(&d->topic, &d->failures.exceeded);
}

static bool topic_is_idle(const struct deliver *d)
{
	return !d->topic_open || sender_is_idle(&d->topic);
}

/* Takes f, which failed before it was sent. */
static void fail_early(struct deliver *d, struct failure *f)
{
	f->to = d->to;
	if (failures_take_early(&d->failures, f, topic_is_idle(d))) {
		sender_drain(&d->topic);
		failures_release(&d->failures);
	}
	check_tolerance(d);
}

static void note_unsent(struct deliver *d, const struct position *p)
{
	d->ledger.read--;
	mark_note(&d->unsent, p->origin, p->line);
}

static void on_topic_end(void *ctx, struct failure *f, enum sender_end how)
{
	struct deliver *d = ctx;
	struct position p;

	if (how == SENDER_FAILED) {
		failures_take(&d->failures, f);
		check_tolerance(d);
		return;
	}
	failure_locate(f);
	p = (struct position){f->origin, f->line, f->offset};
	note_unsent(d, &p);
	failure_destroy(f);
}

static void on_topic_idle(void *ctx, int64_t now)
{
	struct deliver *d = ctx;

	(void)now;
	sinks_serve(&d->sinks);
	if (topic_is_idle(d))
		failures_release(&d->failures);
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
}

static bool is_held(void *ctx, struct slice key, bool again)
{
	const struct key_order *order = &((const struct deliver *)ctx)->failures.order;

	return again ? key_order_holds_back(order, key) : key_order_holds(order, key);
}

static struct sender_options topic_options(struct deliver *d)
{
	struct sender_options o = {
		.producer = preflight_topic(&d->preflight),
		.retries = d->options.retries,
		.backoff_ms = d->options.backoff_ms,
		.backoff_max_ms = d->options.backoff_max_ms,
		.breaker_threshold = d->options.breaker_threshold,
		.breaker_cooldown_ms = d->options.breaker_cooldown_ms,
		.on_outage = d->options.on_outage,
		.in_rounds = d->options.keep_key_order || preflight_in_rounds(&d->preflight),
		.settle_ms = d->options.settle_ms,
		.stop = d->options.stop,
		.retried = &d->ledger.retries,
		.possible_duplicates = &d->ledger.possible_duplicates,
		.held = d->options.keep_key_order ? is_held : NULL,
		.on_end = on_topic_end,
		.idle = on_topic_idle,
		.ctx = d,
	};

	o.producer.delivered = &d->ledger.outcome[OUTCOME_DELIVERED];
	o.producer.on_delivered = d->options.on_delivered;
	o.producer.ctx = d->options.ctx;
	return o;
}

static int open_topic(struct deliver *d, struct error *err)
{
	struct sender_options o = topic_options(d);

	if (sender_init(&d->topic, &o, err) < 0)
		return -1;
	d->topic_open = true;
	d->topic.producer.client.ever_up = preflight_topic_up(&d->preflight);
	return 0;
}

/* On the topic's first partition, if there is one. */
static int open_job(struct deliver *d, struct error *err)
{
	struct producer_options how = preflight_job(&d->preflight);
	const char *topic = d->options.topic;

	if (!preflight_topic_up(&d->preflight) && d->options.on_outage != OUTAGE_WAIT)
		return error_set(
			err, ERROR_OUTPUT,
			"job %s: no broker answers, and only the cluster knows how far the "
			"job is",
			d->options.job);
	if (d->options.n_topics)
		how.others = &d->preflight.others;
	else if (preflight_topic_missing(&d->preflight))
		topic = how.dlq;
	if (!topic)
		return error_set(
			err, ERROR_CONFIG,
			"job %s: a job needs a topic for its checkpoint, and neither %s nor "
			"the DLQ exists (create it, or pass --create-topics)",
			d->options.job, d->options.topic);
	how.delivered = &d->ledger.outcome[OUTCOME_DELIVERED];
	how.dead_lettered = &d->ledger.outcome[OUTCOME_DEAD_LETTERED];
	how.on_delivered = d->options.on_delivered;
	how.ctx = d->options.ctx;
	return job_open(&d->job, &how, topic, err);
}

int deliver_open(struct deliver *d, struct error *err)
{
	if (fallback_probe(&d->sinks.fallback, err) < 0 || preflight_run(&d->preflight, err) < 0)
		return -1;
	d->limits = preflight_topic_limits(&d->preflight);
	sinks_start(&d->sinks);
	if (d->job.on)
		return open_job(d, err);
	return d->options.dry_run ? 0 : open_topic(d, err);
}

static void fail_unsent(struct deliver *d, const struct record *r, enum fault fault,
			const char *message)
{
	struct position p = block_locate(r->block, r->value.data);

	fail_early(d, failure_from_record(r, &p, contract_of_fault(fault), message));
}

/* Why r isn't even tried, with words in message. */
static enum fault fault_of(const struct deliver *d, const struct record *r, char *message,
			   size_t size)
{
	if (!key_order_holds(&d->failures.order, r->key))
		return limits_check(d->to ? &d->to->limits : &d->limits, r, message, size);
	snprintf(message, size, "%s", KEY_HELD_MESSAGE);
	return FAULT_KEY_HELD;
}

static void serve(struct deliver *d, int timeout_ms)
{
	if (d->job.on)
		job_serve(&d->job, timeout_ms);
	else if (d->topic_open)
		sender_serve(&d->topic, timeout_ms);
	sinks_serve(&d->sinks);
}

static void keep_pace(struct deliver *d)
{
	int64_t ms;

	while ((ms = pace_wait_ms(&d->pace, clock_mono_ms())) > 0 && !*d->options.stop) {
		serve(d, ms < 20 ? (int)ms : 20);
	}
	pace_take(&d->pace);
}

/* For a topic that isn't there. */
static void fail_missing(struct deliver *d, const struct record *r)
{
	struct contract missing = contract_of_kafka(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	struct position p = block_locate(r->block, r->value.data);

	fail_early(d, failure_from_record(r, &p, missing, NULL));
}

/* A replay would not begin: the record stays where it is. */
static void stay(struct deliver *d)
{
	ledger_error(&d->ledger, contract_of_kafka(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART).code);
	ledger_settle(&d->ledger, OUTCOME_FALLBACK);
}

/* What would become of r, for all that can be known without sending it. */
static void rehearse(struct deliver *d, const struct record *r)
{
	if (d->to && !outlet_is_there(d->to))
		stay(d);
	else if (!d->to && preflight_topic_missing(&d->preflight))
		fail_missing(d, r);
	else
		ledger_settle(&d->ledger, OUTCOME_DELIVERED);
}

static void send_in_job(struct deliver *d, const struct record *r)
{
	struct failure *f;

	if (d->job.out) {
		fail_unsent(d, r, FAULT_CIRCUIT_OPEN, d->job.reason);
		return;
	}
	if (!d->to && preflight_topic_missing(&d->preflight)) {
		fail_missing(d, r);
		return;
	}
	f = job_send(&d->job, r);
	if (!f)
		return;
	failure_set_cause(f, contract_of_kafka(f->err), NULL);
	fail_early(d, f);
}

static void send_record(struct deliver *d, const struct record *r)
{
	struct position p;
	char *why;

	switch (sender_send(&d->topic, r)) {
	case SENDER_TAKEN:
		break;
	case SENDER_OPEN:
		why = sender_explain(&d->topic, sender_closed_by(&d->topic));
		fail_unsent(d, r, FAULT_CIRCUIT_OPEN, why);
		free(why);
		break;
	case SENDER_HELD:
		fail_unsent(d, r, FAULT_KEY_HELD, KEY_HELD_MESSAGE);
		break;
	case SENDER_HALTED:
		p = block_locate(r->block, r->value.data);
		note_unsent(d, &p);
		break;
	}
}

/* A culprit of an earlier try: it does no harm any more. */
static void fail_again(struct deliver *d, struct failure *f, const struct culprit *c)
{
	ledger_read(&d->ledger);
	f->to = d->to;
	if (!c->dead_letter) {
		fail_early(d, f);
		return;
	}
	failures_note(&d->failures, f);
	sinks_keep(&d->sinks, f, c->cause.code, c->why);
}

/* True when a job has done this record before, or does now. */
static bool is_done_with(struct deliver *d, const struct record *r, const struct position *p,
			 struct contract cause, const char *message)
{
	struct source_place at = {p->origin->input, p->origin->number, p->offset, p->line};
	const struct culprit *c = job_culprit(&d->job, &at);

	if (job_is_past(&d->job, &at)) {
		d->job.passed++;
		key_order_failed(&d->failures.order, r->key, true);
		return true;
	}
	if (!c)
		return false;
	if (!cause.code) {
		cause = c->cause;
		message = c->why;
	}
	fail_again(d, failure_from_record(r, p, cause, message), c);
	return true;
}

/* A job counts every record that it is given. */
static void take(struct deliver *d)
{
	if (!d->job.on)
		return;
	d->failures.again = job_repeats(&d->job);
	d->job.taken++;
}

/* The same of a good record: only then is its place looked for. */
static bool is_watched(struct deliver *d, const struct record *r)
{
	struct position p;

	take(d);
	if (!job_watches(&d->job))
		return false;
	p = block_locate(r->block, r->value.data);
	return is_done_with(d, r, &p, (struct contract){0}, NULL);
}

bool deliver_turn_to(struct deliver *d, const char *topic)
{
	struct outlet *to = d->to;

	if (to && strcmp(to->topic.name, topic) == 0)
		return true;
	to = preflight_outlet(&d->preflight, topic, &d->refused);
	if (!to)
		return false;
	d->to = to;
	if (!d->job.on || producer_turn_to(&d->job.producer, to))
		return true;
	error_set(&d->refused, ERROR_CONFIG, "%s is no name that a topic can have", topic);
	return false;
}

void deliver_halt(struct deliver *d, const struct error *why)
{
	if (!d->refused.kind)
		d->refused = *why;
}

const struct outlet *deliver_outlet(const struct deliver *d)
{
	return d->to;
}

void deliver_record(struct deliver *d, const struct record *r)
{
	char message[128];
	enum fault fault;

	if (is_watched(d, r))
		return;
	ledger_read(&d->ledger);
	fault = fault_of(d, r, message, sizeof(message));
	if (fault != FAULT_NONE) {
		fail_unsent(d, r, fault, message);
		return;
	}
	if (d->options.dry_run) {
		rehearse(d, r);
		return;
	}
	if (d->pace.per_second)
		keep_pace(d);
	if (d->job.on)
		send_in_job(d, r);
	else
		send_record(d, r);
}

void deliver_fault(struct deliver *d, const struct record *r, const struct position *position,
		   enum fault fault, const char *message)
{
	struct contract cause = contract_of_fault(fault);

	take(d);
	if (job_watches(&d->job) && is_done_with(d, r, position, cause, message))
		return;
	ledger_read(&d->ledger);
	fail_early(d, failure_from_record(r, position, cause, message));
}

void deliver_reject(struct deliver *d, const struct position *p, uint64_t raw_len, enum fault fault,
		    const char *message)
{
	take(d);
	ledger_read(&d->ledger);
	failures_reject(&d->failures, p, raw_len, fault, message);
	check_tolerance(d);
}

void deliver_serve(struct deliver *d)
{
	serve(d, 0);
}

void deliver_wait(struct deliver *d)
{
	serve(d, 20);
}

int deliver_check_outlets(const struct deliver *d, struct error *err)
{
	return preflight_check_outlets(&d->preflight, err);
}

const struct job *deliver_job(const struct deliver *d)
{
	return d->job.on ? &d->job : NULL;
}

enum job_turn deliver_turn(struct deliver *d)
{
	enum job_turn turn = d->job.on ? job_turn(&d->job) : JOB_READ;

	if (turn == JOB_BACK)
		key_order_roll_back(&d->failures.order);
	return turn;
}

enum job_turn deliver_commit(struct deliver *d, const struct job_point *point)
{
	enum job_turn turn;

	failures_release(&d->failures);
	sinks_drain(&d->sinks);
	if (sinks_failed(&d->sinks) || d->job.halted.kind || d->refused.kind)
		return JOB_HALT;
	turn = job_commit(&d->job, point);
	if (turn == JOB_READ && !d->job.out)
		key_order_commit(&d->failures.order);
	if (turn == JOB_BACK)
		key_order_roll_back(&d->failures.order);
	return turn;
}

void deliver_finish(struct deliver *d)
{
	if (d->topic_open)
		sender_drain(&d->topic);
	failures_release(&d->failures);
	sinks_drain(&d->sinks);
	if (d->job.on)
		job_abandon(&d->job, sinks_failed(&d->sinks));
}

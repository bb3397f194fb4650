#include "deliver/deliver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/failures.h"
#include "deliver/pace.h"
#include "deliver/preflight.h"
#include "deliver/sinks.h"

#define KEY_HELD_MESSAGE "an earlier record of its key failed"

struct deliver {
	struct deliver_options options;
	struct ledger ledger;
	struct preflight preflight;
	struct sender topic;
	bool topic_open;
	struct limits limits;
	struct sinks sinks;
	struct failures failures;
	struct pace pace;
	struct mark unsent;
};

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
	return d;
}

void deliver_destroy(struct deliver *d)
{
	if (!d)
		return;
	sender_finish(&d->topic);
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

	if (failed && halted->kind != ERROR_FATAL)
		return failed;
	return halted->kind ? halted : NULL;
}

/* What is not on its way yet is not sent any more; the rest settles. */
static void check_tolerance(struct deliver *d)
{
	if (d->failures.exceeded.kind)
		sender_halt(&d->topic, &d->failures.exceeded);
}

static bool topic_is_idle(const struct deliver *d)
{
	return !d->topic_open || sender_is_idle(&d->topic);
}

/* Takes f, which failed before it was sent. */
static void fail_early(struct deliver *d, struct failure *f)
{
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

int deliver_open(struct deliver *d, struct error *err)
{
	if (fallback_probe(&d->sinks.fallback, err) < 0 || preflight_run(&d->preflight, err) < 0)
		return -1;
	if (!d->options.dry_run && open_topic(d, err) < 0)
		return -1;
	d->limits = preflight_topic_limits(&d->preflight);
	sinks_start(&d->sinks);
	return 0;
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
		return limits_check(&d->limits, r, message, size);
	snprintf(message, size, "%s", KEY_HELD_MESSAGE);
	return FAULT_KEY_HELD;
}

static void keep_pace(struct deliver *d)
{
	int64_t ms;

	while ((ms = pace_wait_ms(&d->pace, clock_mono_ms())) > 0 && !*d->options.stop) {
		sender_serve(&d->topic, ms < 20 ? (int)ms : 20);
		sinks_serve(&d->sinks);
	}
	pace_take(&d->pace);
}

/* What would become of r, for all that can be known without sending it. */
static void rehearse(struct deliver *d, const struct record *r)
{
	struct contract missing;
	struct position p;

	if (!preflight_topic_missing(&d->preflight)) {
		ledger_settle(&d->ledger, OUTCOME_DELIVERED);
		return;
	}
	missing = contract_of_kafka(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	p = block_locate(r->block, r->value.data);
	fail_early(d, failure_from_record(r, &p, missing, NULL));
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

void deliver_record(struct deliver *d, const struct record *r)
{
	char message[128];
	enum fault fault;

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
	send_record(d, r);
}

void deliver_fault(struct deliver *d, const struct record *r, const struct position *position,
		   enum fault fault, const char *message)
{
	ledger_read(&d->ledger);
	fail_early(d, failure_from_record(r, position, contract_of_fault(fault), message));
}

void deliver_reject(struct deliver *d, const struct position *p, uint64_t raw_len,
		    const char *message)
{
	ledger_read(&d->ledger);
	failures_reject(&d->failures, p, raw_len, message);
	check_tolerance(d);
}

void deliver_serve(struct deliver *d)
{
	if (d->topic_open)
		sender_serve(&d->topic, 0);
	sinks_serve(&d->sinks);
}

void deliver_wait(struct deliver *d)
{
	if (d->topic_open)
		sender_serve(&d->topic, 20);
	sinks_serve(&d->sinks);
}

void deliver_finish(struct deliver *d)
{
	if (d->topic_open)
		sender_drain(&d->topic);
	failures_release(&d->failures);
	sinks_drain(&d->sinks);
}

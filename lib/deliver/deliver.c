#include "deliver/deliver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "deliver/preflight.h"
#include "deliver/sinks.h"

/* Failures of one code that are named one by one before only counting them. */
#define NAMED_PER_CODE 10

struct deliver {
	struct deliver_options options;
	struct ledger ledger;
	struct preflight preflight;
	struct sender topic;
	bool topic_open;
	struct limits limits;
	struct sinks sinks;
	char *unsent;
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
	sinks_finish(&d->sinks);
	preflight_finish(&d->preflight);
	ledger_finish(&d->ledger);
	free(d->unsent);
	free(d);
}

struct ledger *deliver_ledger(struct deliver *d)
{
	return &d->ledger;
}

const char *deliver_unsent(const struct deliver *d)
{
	return d->unsent;
}

const char *deliver_unsafe(const struct deliver *d)
{
	return sinks_failed(&d->sinks) ? d->sinks.unsafe_from : NULL;
}

const struct error *deliver_halted(const struct deliver *d)
{
	const struct error *failed = sinks_failed(&d->sinks);

	if (failed)
		return failed;
	return d->topic.halted.kind ? &d->topic.halted : NULL;
}

/* nth: of its code. */
static void log_failure(struct deliver *d, const struct failure *f, uint64_t nth)
{
	const char *file = f->origin ? f->origin->file : "";
	const char *member = f->origin && f->origin->member ? f->origin->member : "";

	event_emit(d->options.events, nth <= NAMED_PER_CODE ? EVENT_WARNING : EVENT_DEBUG,
		   "record_failed",
		   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code),
				EVENT_TEXT("class", contract_class_name(f->cause.class)),
				EVENT_TEXT("file", file), EVENT_NUMBER("line", f->line),
				EVENT_NUMBER("offset", f->offset)),
		   "%s%s%s:%" PRIu64 ": %s: %s", file, *member ? "/" : "", member, f->line,
		   f->cause.code, f->message);
	if (nth == NAMED_PER_CODE)
		event_emit(d->options.events, EVENT_WARNING, "more_failures",
			   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code)),
			   "Further %s failures are only counted (see them with --log-level debug)",
			   f->cause.code);
}

/* Takes f, which failed for good. */
static void fail(struct deliver *d, struct failure *f)
{
	log_failure(d, f, ledger_error(&d->ledger, f->cause.code));
	sinks_take(&d->sinks, f);
}

static void note_unsent(struct deliver *d, const struct position *p)
{
	d->ledger.read--;
	if (!d->unsent && p->origin)
		d->unsent = mem_printf("%s, line %" PRIu64, p->origin->file, p->line);
}

static void on_topic_end(void *ctx, struct failure *f, enum sender_end how)
{
	struct deliver *d = ctx;
	struct position p;

	if (how == SENDER_FAILED) {
		fail(d, f);
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
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
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
		.in_rounds = preflight_in_rounds(&d->preflight),
		.settle_ms = d->options.settle_ms,
		.stop = d->options.stop,
		.retried = &d->ledger.retries,
		.possible_duplicates = &d->ledger.possible_duplicates,
		.on_end = on_topic_end,
		.idle = on_topic_idle,
		.ctx = d,
	};

	o.producer.delivered = &d->ledger.outcome[OUTCOME_DELIVERED];
	o.producer.on_delivered = d->options.on_delivered;
	o.producer.ctx = d->options.ctx;
	return o;
}

int deliver_open(struct deliver *d, struct error *err)
{
	struct sender_options o;

	if (fallback_probe(&d->sinks.fallback, err) < 0 || preflight_run(&d->preflight, err) < 0)
		return -1;
	o = topic_options(d);
	if (sender_init(&d->topic, &o, err) < 0)
		return -1;
	d->topic_open = true;
	d->topic.producer.client.ever_up = preflight_topic_up(&d->preflight);
	d->limits = preflight_topic_limits(&d->preflight);
	sinks_start(&d->sinks);
	return 0;
}

static void fail_unsent(struct deliver *d, const struct record *r, enum fault fault,
			const char *message)
{
	struct position p = block_locate(r->block, r->value.data);

	fail(d, failure_from_record(r, &p, contract_of_fault(fault), message));
}

void deliver_record(struct deliver *d, const struct record *r)
{
	char message[128], *why;
	struct position p;
	enum fault fault;

	ledger_read(&d->ledger);
	fault = limits_check(&d->limits, r, message, sizeof(message));
	if (fault != FAULT_NONE) {
		fail_unsent(d, r, fault, message);
		return;
	}
	switch (sender_send(&d->topic, r)) {
	case SENDER_TAKEN:
		break;
	case SENDER_OPEN:
		why = sender_explain(&d->topic, sender_closed_by(&d->topic));
		fail_unsent(d, r, FAULT_CIRCUIT_OPEN, why);
		free(why);
		break;
	case SENDER_HALTED:
		p = block_locate(r->block, r->value.data);
		note_unsent(d, &p);
		break;
	}
}

void deliver_fault(struct deliver *d, const struct record *r, const struct position *position,
		   enum fault fault, const char *message)
{
	ledger_read(&d->ledger);
	fail(d, failure_from_record(r, position, contract_of_fault(fault), message));
}

void deliver_reject(struct deliver *d, const struct position *p, uint64_t raw_len,
		    const char *message)
{
	const char *file = p->origin ? p->origin->file : "";

	ledger_read(&d->ledger);
	ledger_settle(&d->ledger, OUTCOME_REJECTED);
	ledger_error(&d->ledger, contract_of_fault(FAULT_OVER_LIMIT).code);
	event_emit(d->options.events, EVENT_ERROR, "record_rejected",
		   EVENT_FIELDS(EVENT_TEXT("code", contract_of_fault(FAULT_OVER_LIMIT).code),
				EVENT_TEXT("file", file), EVENT_NUMBER("line", p->line),
				EVENT_NUMBER("offset", p->offset), EVENT_NUMBER("bytes", raw_len)),
		   "%s:%" PRIu64 ": rejected, bytes %" PRIu64 " to %" PRIu64 ": %s", file, p->line,
		   p->offset, p->offset + raw_len, message);
}

void deliver_serve(struct deliver *d)
{
	sender_serve(&d->topic, 0);
	sinks_serve(&d->sinks);
}

void deliver_wait(struct deliver *d)
{
	sender_serve(&d->topic, 20);
	sinks_serve(&d->sinks);
}

void deliver_finish(struct deliver *d)
{
	if (d->topic_open)
		sender_drain(&d->topic);
	sinks_drain(&d->sinks);
}

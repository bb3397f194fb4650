#include "deliver/deliver.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/alert.h"
#include "deliver/deadletter.h"
#include "deliver/fallback.h"
#include "deliver/preflight.h"

/* Failures of one code that are named one by one before only counting them. */
#define NAMED_PER_CODE 10
/* What may be on its way to the DLQ at once. */
#define DLQ_WINDOW	 10000
#define DLQ_WINDOW_BYTES (32u << 20)
/* Lines of the fallback file are synced in groups. */
#define SYNC_LINES 1000
#define SYNC_MS	   500

struct deliver {
	struct deliver_options options;
	struct ledger ledger;
	struct preflight preflight;
	struct sender topic, dlq;
	uint64_t topic_limit, dlq_limit; /* bytes of a lone batch; UINT64_MAX: not known */
	bool topic_open, dlq_open, dlq_broken;
	struct dead_letter letter;
	struct fallback fallback;
	struct alert alert;
	int64_t last_sync;
	struct error halted;
	char *unsent;
};

struct deliver *deliver_create(const struct deliver_options *options, struct error *err)
{
	struct deliver *d = mem_alloc(1, sizeof(*d));

	d->options = *options;
	ledger_init(&d->ledger);
	fallback_init(&d->fallback, options->fallback, options->events);
	alert_init(&d->alert, options->alert_command, options->events);
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
	sender_finish(&d->dlq);
	deadletter_finish(&d->letter);
	fallback_finish(&d->fallback);
	alert_finish(&d->alert);
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

const struct error *deliver_halted(const struct deliver *d)
{
	if (d->halted.kind)
		return &d->halted;
	return d->topic.halted.kind ? &d->topic.halted : NULL;
}

/* The fallback file. */

static void sync_fallback(struct deliver *d)
{
	uint64_t safe = fallback_sync(&d->fallback);

	d->last_sync = clock_mono_ms();
	d->ledger.outcome[OUTCOME_FALLBACK] += safe;
	if (d->fallback.failed.kind && !d->halted.kind)
		d->halted = d->fallback.failed;
}

static void warn_fallback(struct deliver *d, const char *cause, const char *why)
{
	const struct alert_info info = {cause, why, d->options.topic, d->options.dlq,
					d->options.fallback};

	if (!d->options.dlq || !alert_raise(&d->alert, &info))
		return;
	event_emit(d->options.events, EVENT_CRITICAL, "fallback",
		   EVENT_FIELDS(EVENT_TEXT("dlq", d->options.dlq), EVENT_TEXT("code", cause),
				EVENT_TEXT("file", d->options.fallback)),
		   "DLQ %s failed (%s): its records go to the fallback file %s", d->options.dlq,
		   why, d->options.fallback);
}

/* Takes f. `cause` and `why`: what kept it from the DLQ. */
static void to_fallback(struct deliver *d, struct failure *f, const char *cause, const char *why)
{
	struct envelope_notes notes = failure_notes(f, d->options.topic);

	notes.job = d->options.job;
	warn_fallback(d, cause, why);
	if (fallback_add(&d->fallback, &f->record, &notes) < 0 || d->fallback.pending >= SYNC_LINES)
		sync_fallback(d);
	failure_destroy(f);
}

/* The DLQ. */

static void on_dlq_end(void *ctx, struct failure *f, enum sender_end how)
{
	struct deliver *d = ctx;
	char *why = sender_explain(&d->dlq, f->err);

	(void)how;
	to_fallback(d, f, contract_of_kafka(f->err).code, why);
	free(why);
}

static void serve_topic(struct deliver *d)
{
	if (d->topic_open)
		producer_poll(&d->topic.producer, 0);
}

static void on_dlq_idle(void *ctx, int64_t now)
{
	struct deliver *d = ctx;

	(void)now;
	serve_topic(d);
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
}

static struct sender_options dlq_options(struct deliver *d)
{
	struct sender_options o = {
		.producer = preflight_dlq(&d->preflight),
		.breaker_threshold = d->options.breaker_threshold,
		.breaker_cooldown_ms = d->options.breaker_cooldown_ms,
		.settle_ms = d->options.settle_ms,
		.stop = d->options.stop,
		.retried = &d->ledger.retries,
		.possible_duplicates = &d->ledger.possible_duplicates,
		.on_end = on_dlq_end,
		.idle = on_dlq_idle,
		.ctx = d,
	};

	o.producer.delivered = &d->ledger.outcome[OUTCOME_DEAD_LETTERED];
	return o;
}

/* Opened at the first failure: most runs have none. */
static bool open_dlq(struct deliver *d)
{
	struct sender_options o;
	struct error err;

	if (d->dlq_open || d->dlq_broken)
		return d->dlq_open;
	o = dlq_options(d);
	d->dlq_broken = sender_init(&d->dlq, &o, &err) < 0;
	d->dlq_open = !d->dlq_broken;
	if (d->dlq_open)
		d->dlq.producer.client.ever_up = preflight_dlq_up(&d->preflight);
	else
		event_emit(d->options.events, EVENT_ERROR, "dlq_failed", EVENT_NO_FIELDS, "%s",
			   err.text);
	return d->dlq_open;
}

static bool dlq_window_full(const struct deliver *d)
{
	return d->dlq.producer.inflight >= DLQ_WINDOW ||
	       d->dlq.producer.inflight_bytes >= DLQ_WINDOW_BYTES;
}

static void make_letter(struct deliver *d, const struct failure *f)
{
	deadletter_make(&d->letter, f, d->options.dlq_names, d->options.topic, d->options.job);
}

/* Takes f. */
static void to_dlq(struct deliver *d, struct failure *f)
{
	if (!open_dlq(d)) {
		to_fallback(d, f, "_INVALID_ARG", "the DLQ's producer can't be made");
		return;
	}
	make_letter(d, f);
	if (record_batch_size(&d->letter.record) > d->dlq_limit) {
		to_fallback(d, f, "MSG_SIZE_TOO_LARGE",
			    "a record is larger than its max.message.bytes");
		return;
	}
	failure_detach(f);
	d->letter.record.value = f->record.value;
	while (dlq_window_full(d))
		sender_serve(&d->dlq, 50);
	/* Serving may have made another letter from the same memory. */
	make_letter(d, f);
	if (sender_send_failure(&d->dlq, f, &d->letter.record) != SENDER_TAKEN)
		to_fallback(d, f, "CIRCUIT_OPEN", client_last_error(&d->dlq.producer.client));
}

/* Failures. */

static uint64_t count_of(const struct ledger *l, const char *code)
{
	for (size_t i = 0; i < l->n_errors; i++)
		if (slice_is(slice_of(l->errors[i].code), code))
			return l->errors[i].count;
	return 0;
}

static void log_failure(struct deliver *d, const struct failure *f)
{
	uint64_t nth = count_of(&d->ledger, f->cause.code);
	const char *file = f->origin ? f->origin->file : "";

	event_emit(d->options.events, nth <= NAMED_PER_CODE ? EVENT_WARNING : EVENT_DEBUG,
		   "record_failed",
		   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code),
				EVENT_TEXT("class", contract_class_name(f->cause.class)),
				EVENT_TEXT("file", file), EVENT_NUMBER("line", f->line),
				EVENT_NUMBER("offset", f->offset)),
		   "%s:%" PRIu64 ": %s: %s", file, f->line, f->cause.code, f->message);
	if (nth == NAMED_PER_CODE)
		event_emit(d->options.events, EVENT_WARNING, "more_failures",
			   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code)),
			   "Further %s failures are only counted (see them with --log-level debug)",
			   f->cause.code);
}

/* Takes f, which failed for good. */
static void fail(struct deliver *d, struct failure *f)
{
	ledger_error(&d->ledger, f->cause.code);
	log_failure(d, f);
	if (d->options.dlq)
		to_dlq(d, f);
	else
		to_fallback(d, f, f->cause.code, f->message);
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
	struct position p = {f->origin, f->line, f->offset};

	if (how == SENDER_FAILED) {
		fail(d, f);
		return;
	}
	note_unsent(d, &p);
	failure_destroy(f);
}

static void serve_sinks(struct deliver *d)
{
	if (d->dlq_open)
		sender_serve(&d->dlq, 0);
	if (d->fallback.pending && clock_mono_ms() - d->last_sync >= SYNC_MS)
		sync_fallback(d);
}

static void on_topic_idle(void *ctx, int64_t now)
{
	struct deliver *d = ctx;

	(void)now;
	serve_sinks(d);
	if (d->options.on_wait)
		d->options.on_wait(d->options.ctx);
}

/* The topic. */

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

	if (fallback_probe(&d->fallback, err) < 0 || preflight_run(&d->preflight, err) < 0)
		return -1;
	o = topic_options(d);
	if (sender_init(&d->topic, &o, err) < 0)
		return -1;
	d->topic_open = true;
	d->topic.producer.client.ever_up = preflight_topic_up(&d->preflight);
	d->last_sync = clock_mono_ms();
	d->topic_limit = preflight_topic_limit(&d->preflight);
	d->dlq_limit = preflight_dlq_limit(&d->preflight);
	return 0;
}

static void fail_unsent(struct deliver *d, const struct record *r, enum fault fault,
			const char *message)
{
	struct position p = block_locate(r->block, r->value.data);

	fail(d, failure_from_record(r, &p, contract_of_fault(fault), message));
}

static bool fits(struct deliver *d, const struct record *r)
{
	char message[128];

	/* Few records are large enough to be measured. */
	if (r->value.len <= d->topic_limit / 4 || record_batch_size(r) <= d->topic_limit)
		return true;
	snprintf(message, sizeof(message),
		 "%" PRIu64 " bytes with its overhead, the topic's limit is %" PRIu64,
		 record_batch_size(r), d->topic_limit);
	fail_unsent(d, r, FAULT_TOO_LARGE, message);
	return false;
}

void deliver_record(struct deliver *d, const struct record *r)
{
	struct position p;

	ledger_read(&d->ledger);
	if (!fits(d, r))
		return;
	switch (sender_send(&d->topic, r)) {
	case SENDER_TAKEN:
		break;
	case SENDER_OPEN:
		fail_unsent(d, r, FAULT_CIRCUIT_OPEN, client_last_error(&d->topic.producer.client));
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

void deliver_wait(struct deliver *d)
{
	sender_serve(&d->topic, 20);
	serve_sinks(d);
}

void deliver_finish(struct deliver *d)
{
	if (d->topic_open)
		sender_drain(&d->topic);
	if (d->dlq_open)
		sender_drain(&d->dlq);
	sync_fallback(d);
}

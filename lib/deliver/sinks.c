#include "deliver/sinks.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/deliver.h"
#include "kafka/refusal.h"

/* What may be on its way to the DLQ at once. */
#define DLQ_WINDOW	 10000
#define DLQ_WINDOW_BYTES (32u << 20)
/* The topic has had its time then; there is the fallback file. */
#define DLQ_SETTLE_SHARE 5
/* Lines of the fallback file are synced in groups. */
#define SYNC_LINES 1000
#define SYNC_MS	   500

void sinks_init(struct sinks *s, const struct deliver_options *options,
		const struct preflight *preflight, struct ledger *ledger)
{
	*s = (struct sinks){.options = options, .preflight = preflight, .ledger = ledger};
	fallback_init(&s->fallback, options->fallback, options->events);
	alert_init(&s->alert, options->alert_command, options->events);
}

void sinks_finish(struct sinks *s)
{
	sender_finish(&s->dlq);
	deadletter_finish(&s->letter);
	fallback_finish(&s->fallback);
	alert_finish(&s->alert);
	mark_clear(&s->unsafe_from);
	mark_clear(&s->kept_from);
}

void sinks_start(struct sinks *s)
{
	s->limits = preflight_dlq_limits(s->preflight);
	s->last_sync = clock_mono_ms();
}

const struct error *sinks_failed(const struct sinks *s)
{
	return s->fallback.failed.kind ? &s->fallback.failed : NULL;
}

static void sync_fallback(struct sinks *s)
{
	s->last_sync = clock_mono_ms();
	s->ledger->outcome[OUTCOME_FALLBACK] += fallback_sync(&s->fallback);
	if (!s->fallback.failed.kind) {
		mark_note_mark(&s->kept_from, &s->unsafe_from);
		mark_clear(&s->unsafe_from);
	}
	if (s->fallback.lost) {
		s->ledger->outcome[OUTCOME_FALLBACK] -= s->fallback.lost;
		s->fallback.lost = 0;
		mark_note_mark(&s->unsafe_from, &s->kept_from);
	}
}

static const char *topic_of(const struct sinks *s, const struct failure *f)
{
	return f->to ? f->to->topic.name : s->options->topic;
}

/* NULL: there is none. */
static const char *dlq_of(const struct sinks *s, const struct failure *f)
{
	return f->to ? f->to->dlq.name : s->options->dlq;
}

static const struct limits *limits_of(const struct sinks *s, const struct failure *f)
{
	return f->to ? &f->to->dlq_limits : &s->limits;
}

static bool is_refused(const struct topic_info *topic)
{
	return topic->state == TOPIC_REFUSED || topic->state == TOPIC_MISSING;
}

/* By what was found out at the start. */
static bool is_dlq_refused(const struct sinks *s, const struct failure *f)
{
	return is_refused(f->to ? &f->to->dlq : &s->preflight->dlq);
}

static void warn_fallback(struct sinks *s, const struct failure *f, const char *cause,
			  const char *why)
{
	const char *dlq = dlq_of(s, f), *file = s->options->fallback;
	const struct alert_info info = {cause, why, topic_of(s, f), dlq, file};

	if (!alert_raise(&s->alert, &info) || !dlq)
		return;
	event_emit(s->options->events, EVENT_CRITICAL, "fallback",
		   EVENT_FIELDS(EVENT_TEXT("dlq", dlq), EVENT_TEXT("code", cause),
				EVENT_TEXT("file", file)),
		   "DLQ %s failed (%s): its records go to the fallback file %s", dlq, why, file);
}

void sinks_keep(struct sinks *s, struct failure *f, const char *cause, const char *why)
{
	struct envelope_notes notes = failure_notes(f, topic_of(s, f));

	notes.job = s->options->job;
	if (s->job) {
		notes.job_id = s->job->done.id;
		job_note_fallback(s->job, f);
	}
	mark_note(&s->unsafe_from, f->origin, f->line);
	warn_fallback(s, f, cause, why);
	if (fallback_add(&s->fallback, &f->record, &notes) < 0 || s->fallback.pending >= SYNC_LINES)
		sync_fallback(s);
	failure_destroy(f);
}

static void refused_by_dlq(struct sinks *s, struct failure *f, rd_kafka_resp_err_t err)
{
	struct contract c = contract_of_kafka(err);
	char *why = sender_explain(&s->dlq, err), *remedy = NULL, *both = NULL;

	if (c.class == CLASS_CONFIGURATION) {
		remedy = refusal_of_error(&s->dlq.producer.properties, err, s->options->dlq);
		both = mem_printf("%s; %s", why, remedy);
	}
	s->ledger->possible_duplicates += f->possibly_in_dlq;
	sinks_keep(s, f, c.code, both ? both : why);
	free(both);
	free(remedy);
	free(why);
}

/* A record that was taken back because the circuit opened shares its cause. */
static void on_end(void *ctx, struct failure *f, enum sender_end how)
{
	struct sinks *s = ctx;

	(void)how;
	refused_by_dlq(s, f, f->purged ? sender_closed_by(&s->dlq) : f->err);
}

static const struct record *make_letter(void *ctx, const struct failure *f)
{
	struct sinks *s = ctx;
	const struct deliver_options *o = s->options;

	deadletter_make(&s->letter, f, o->dlq_names, topic_of(s, f), o->job);
	return &s->letter.record;
}

static void on_idle(void *ctx, int64_t now)
{
	struct sinks *s = ctx;

	(void)now;
	s->idle(s->ctx);
}

static struct sender_options dlq_options(struct sinks *s)
{
	const struct deliver_options *o = s->options;
	struct sender_options sender = {
		.producer = preflight_dlq(s->preflight),
		.breaker_threshold = o->breaker_threshold,
		.breaker_cooldown_ms = o->breaker_cooldown_ms,
		.settle_ms = o->settle_ms / DLQ_SETTLE_SHARE,
		.stop = o->stop,
		.retried = &s->ledger->retries,
		.possible_duplicates = &s->ledger->possible_duplicates,
		.in_rounds = o->keep_key_order,
		.make = make_letter,
		.on_end = on_end,
		.idle = on_idle,
		.ctx = s,
	};

	sender.producer.delivered = &s->ledger->outcome[OUTCOME_DEAD_LETTERED];
	return sender;
}

/* Opened at the first failure: most runs have none. */
static bool open_dlq(struct sinks *s)
{
	struct sender_options o;
	struct error err;

	if (s->dlq_open || s->dlq_broken)
		return s->dlq_open;
	o = dlq_options(s);
	s->dlq_broken = sender_init(&s->dlq, &o, &err) < 0;
	s->dlq_open = !s->dlq_broken;
	if (s->dlq_open)
		s->dlq.producer.client.ever_up = preflight_dlq_up(s->preflight);
	else
		event_emit(s->options->events, EVENT_ERROR, "dlq_failed", EVENT_NO_FIELDS, "%s",
			   err.text);
	return s->dlq_open;
}

static bool window_full(const struct sinks *s)
{
	return s->dlq.producer.inflight >= DLQ_WINDOW ||
	       s->dlq.producer.inflight_bytes >= DLQ_WINDOW_BYTES;
}

static bool job_window_full(const struct job *j)
{
	return j->producer.letters >= DLQ_WINDOW || j->producer.letter_bytes >= DLQ_WINDOW_BYTES;
}

/* Takes f. */
static void to_dlq_of_job(struct sinks *s, struct failure *f)
{
	int64_t since = clock_mono_ms();
	char message[128];
	enum fault fault;

	if (is_dlq_refused(s, f)) {
		sinks_keep(s, f, "DLQ_REFUSED", "it can't be used, as said at the start");
		return;
	}
	failure_detach(f);
	while (job_window_full(s->job) && job_wait(s->job, since))
		;
	fault = limits_check(limits_of(s, f), make_letter(s, f), message, sizeof(message));
	if (fault != FAULT_NONE)
		sinks_keep(s, f, contract_of_fault(fault).code, message);
	else if (!job_send_letter(s->job, f, make_letter, s))
		sinks_keep(s, f, f->cause.code,
			   s->job->out ? s->job->reason : rd_kafka_err2str(f->err));
}

/* Takes f. */
static void to_dlq(struct sinks *s, struct failure *f)
{
	char message[128];
	enum fault fault;

	if (preflight_dlq_refused(s->preflight) || !open_dlq(s)) {
		sinks_keep(s, f, "DLQ_REFUSED", "it can't be used, as said at the start");
		return;
	}
	/* It may stay for long: it must not pin a block. */
	failure_detach(f);
	while (window_full(s))
		sender_serve(&s->dlq, 50);
	fault = limits_check(&s->limits, make_letter(s, f), message, sizeof(message));
	if (fault != FAULT_NONE)
		sinks_keep(s, f, contract_of_fault(fault).code, message);
	else if (sender_send_failure(&s->dlq, f) != SENDER_TAKEN)
		refused_by_dlq(s, f, sender_closed_by(&s->dlq));
}

static bool dlq_would_take(struct sinks *s, const struct failure *f)
{
	char message[128];

	return dlq_of(s, f) && !is_dlq_refused(s, f) &&
	       limits_check(limits_of(s, f), make_letter(s, f), message, sizeof(message)) ==
		       FAULT_NONE;
}

static void rehearse(struct sinks *s, struct failure *f)
{
	ledger_settle(s->ledger, dlq_would_take(s, f) ? OUTCOME_DEAD_LETTERED : OUTCOME_FALLBACK);
	failure_destroy(f);
}

void sinks_take(struct sinks *s, struct failure *f)
{
	if (s->options->replay)
		f->replays = deadletter_replays(&f->record) + 1;
	if (s->options->dry_run)
		rehearse(s, f);
	else if (dlq_of(s, f) && s->job)
		to_dlq_of_job(s, f);
	else if (s->options->dlq)
		to_dlq(s, f);
	else
		sinks_keep(s, f, f->cause.code, f->message);
}

void sinks_serve(struct sinks *s)
{
	if (s->dlq_open)
		sender_serve(&s->dlq, 0);
	if (s->fallback.pending && clock_mono_ms() - s->last_sync >= SYNC_MS)
		sync_fallback(s);
}

void sinks_drain(struct sinks *s)
{
	if (s->dlq_open)
		sender_drain(&s->dlq);
	sync_fallback(s);
}

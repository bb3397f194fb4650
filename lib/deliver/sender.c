#include "deliver/sender.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/settle.h"
#include "kafka/refusal.h"

/* A cluster that has never answered is taken as down after so long. */
#define NEVER_UP_PATIENCE_MS 2000
/* Delivery reports are served after so many sends. */
#define SENDS_PER_POLL 64

int sender_init(struct sender *s, const struct sender_options *options, struct error *err)
{
	*s = (struct sender){.options = *options};
	round_init(&s->round, options->in_rounds, &options->producer);
	s->options.producer.in_rounds = options->in_rounds;
	breaker_init(&s->breaker, options->breaker_threshold, options->breaker_cooldown_ms);
	stall_init(&s->stall, clock_mono_ms());
	return producer_init(&s->producer, &s->options.producer, err);
}

void sender_finish(struct sender *s)
{
	producer_finish(&s->producer);
}

char *sender_explain(const struct sender *s, rd_kafka_resp_err_t err)
{
	return producer_explain(&s->producer, err);
}

bool sender_is_idle(const struct sender *s)
{
	return !s->producer.inflight && !s->producer.failed.n && !s->settling;
}

void sender_halt(struct sender *s, const struct error *why)
{
	if (!s->halted.kind)
		s->halted = *why;
}

rd_kafka_resp_err_t sender_closed_by(const struct sender *s)
{
	return s->halted.kind ? s->halted_by : s->opened_by;
}

static void note_progress(struct sender *s, int64_t now)
{
	if (stall_look(&s->stall, &s->producer, now) && breaker_success(&s->breaker))
		event_emit(s->options.producer.events, EVENT_INFO, "breaker_closed",
			   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic)),
			   "Circuit closed for %s: records are delivered again",
			   s->options.producer.topic);
}

/* The cluster came up after the start, and refuses us: no record is to blame. */
static void halt_misconfigured(struct sender *s)
{
	const struct client *c = &s->producer.client;
	char *remedy = refusal_remedy(c);

	s->halted_by = contract_of_kafka(c->last_err).class == CLASS_CONFIGURATION
			       ? c->last_err
			       : RD_KAFKA_RESP_ERR__AUTHENTICATION;
	error_set(&s->halted, ERROR_CONFIG, "the cluster refuses the connection: %s (%s)",
		  client_last_error(c), remedy);
	free(remedy);
	producer_give_up(&s->producer, s->halted_by);
}

/* No delivery report would come before --delivery-timeout; when it is plain
 * that none will, there is no point in waiting for it. */
static void check_patience(struct sender *s, int64_t now)
{
	struct client *c = &s->producer.client;
	int64_t waited = now - s->stall.since;
	bool hopeless = c->all_down && (!c->ever_up || s->probing);

	if (!s->producer.inflight || s->producer.given_up)
		return;
	if (c->misconfigured && !c->ever_up)
		halt_misconfigured(s);
	else if (hopeless && waited >= NEVER_UP_PATIENCE_MS)
		producer_give_up(&s->producer,
				 c->last_err ? c->last_err : RD_KAFKA_RESP_ERR__TRANSPORT);
	else if (*s->options.stop && waited >= s->options.settle_ms)
		producer_give_up(&s->producer, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
}

/* Until the cluster has answered once, no more is risked than the breaker
 * needs to learn that it doesn't. */
static unsigned first_window(const struct sender *s)
{
	return s->options.breaker_threshold ? s->options.breaker_threshold : 1;
}

static bool window_full(const struct sender *s)
{
	return !s->producer.client.ever_up && s->producer.inflight >= first_window(s);
}

/* A round that may still grow is sent only when it has waited long enough: a
 * cluster that never answers would make each small one wait for all its tries. */
static bool may_kick(const struct sender *s, int64_t now)
{
	if (!s->round.on || !s->producer.inflight)
		return false;
	return s->round.closed || s->settling || window_full(s) || round_is_old(&s->round, now);
}

/* One turn of waiting. */
static void turn(struct sender *s, int timeout_ms)
{
	int64_t now = clock_mono_ms();

	if (timeout_ms && may_kick(s, now)) {
		s->round.closed = true;
		producer_kick(&s->producer, timeout_ms);
	} else {
		producer_poll(&s->producer, timeout_ms);
	}
	now = clock_mono_ms();
	note_progress(s, now);
	check_patience(s, now);
	if (!s->producer.inflight && !s->producer.failed.n)
		producer_settled(&s->producer);
	if (s->options.idle && timeout_ms)
		s->options.idle(s->options.ctx, now);
}

/* A round ends with everything in it settled but for what has failed. */
static void end_round(struct sender *s)
{
	s->round.closed = true;
	while (s->producer.inflight)
		turn(s, 50);
	round_end(&s->round);
}

void sender_serve(struct sender *s, int timeout_ms)
{
	if (s->round.on && !s->settling && s->producer.inflight && !timeout_ms &&
	    round_is_old(&s->round, clock_mono_ms()))
		end_round(s);
	turn(s, timeout_ms);
	if (s->producer.failed.n && !s->settling)
		settle(s);
}

void sender_drain(struct sender *s)
{
	s->round.closed = true;
	while (s->producer.inflight || (s->producer.failed.n && !s->settling))
		sender_serve(s, 50);
}

/* True when a record may be sent now; the circuit may turn half-open. */
static bool circuit_lets_pass(struct sender *s)
{
	return breaker_state(&s->breaker, clock_mono_ms()) != BREAKER_OPEN;
}

static void wait_for_cooldown(struct sender *s)
{
	while (!circuit_lets_pass(s) && !*s->options.stop)
		sender_serve(s, 100);
}

static enum sender_result gate(struct sender *s)
{
	if (!s->producer.inflight)
		s->stall.since = clock_mono_ms();
	while (window_full(s) && !s->halted.kind)
		sender_serve(s, 50);
	if (s->halted.kind)
		return SENDER_HALTED;
	if (s->breaker.state == BREAKER_CLOSED || circuit_lets_pass(s))
		return SENDER_TAKEN;
	if (s->options.on_outage == OUTAGE_DLQ)
		return SENDER_OPEN;
	if (s->options.on_outage == OUTAGE_WAIT)
		wait_for_cooldown(s);
	return circuit_lets_pass(s) ? SENDER_TAKEN : SENDER_HALTED;
}

bool sender_make_room(struct sender *s, const struct record *r)
{
	if (s->round.on &&
	    (!s->producer.inflight || !round_has_room(&s->round, record_batch_size(r))))
		end_round(s);
	return !s->producer.failed.n;
}

bool sender_put(struct sender *s, const struct record *r, struct failure *f)
{
	if (f ? !producer_resend(&s->producer, f, r) : !producer_send(&s->producer, r)) {
		turn(s, 20);
		return false;
	}
	if (s->round.on)
		round_add(&s->round, r, clock_mono_ms());
	s->sent++;
	return true;
}

/* After a send: the probe must settle before anything follows it. */
static void after_send(struct sender *s)
{
	if (s->breaker.state == BREAKER_HALF_OPEN) {
		event_emit(s->options.producer.events, EVENT_INFO, "breaker_half_open",
			   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic)),
			   "Circuit half-open for %s: one record is sent as a probe",
			   s->options.producer.topic);
		s->probing = true;
		s->stall.since = clock_mono_ms();
		sender_drain(s);
		s->probing = false;
	} else if (s->producer.failed.n || s->sent % SENDS_PER_POLL == 0) {
		sender_serve(s, 0);
	}
}

/* Looked at once more when there is room: another of the key may have failed
 * while it was waited for. */
static bool is_held(const struct sender *s, const struct record *r)
{
	return s->options.held && s->options.held(s->options.ctx, r->key, false);
}

/* Sends r or, when it is NULL, what is made of f: anew each time, because
 * serving makes other records in the same memory. */
static enum sender_result send_one(struct sender *s, const struct record *r, struct failure *f)
{
	bool sent = false;

	while (!sent) {
		enum sender_result result = gate(s);

		if (result != SENDER_TAKEN)
			return result;
		if (r && is_held(s, r))
			return SENDER_HELD;
		if (sender_make_room(s, r ? r : sender_record(s, f)))
			sent = sender_put(s, r ? r : sender_record(s, f), f);
		else
			sender_serve(s, 0);
	}
	after_send(s);
	return SENDER_TAKEN;
}

enum sender_result sender_send(struct sender *s, const struct record *r)
{
	return send_one(s, r, NULL);
}

const struct record *sender_record(const struct sender *s, const struct failure *f)
{
	return s->options.make ? s->options.make(s->options.ctx, f) : &f->record;
}

enum sender_result sender_send_failure(struct sender *s, struct failure *f)
{
	return send_one(s, NULL, f);
}

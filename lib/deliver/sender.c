#include "deliver/sender.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/settle.h"

/* A cluster that has never answered is taken as down after so long. */
#define NEVER_UP_PATIENCE_MS 2000
/* Delivery reports are served after so many sends. */
#define SENDS_PER_POLL 64

int sender_init(struct sender *s, const struct sender_options *options, struct error *err)
{
	*s = (struct sender){.options = *options, .batch_size = options->producer.batch_size};
	breaker_init(&s->breaker, options->breaker_threshold, options->breaker_cooldown_ms);
	s->waiting_since = clock_mono_ms();
	return producer_init(&s->producer, &options->producer, err);
}

void sender_finish(struct sender *s)
{
	producer_finish(&s->producer);
}

char *sender_explain(const struct sender *s, rd_kafka_resp_err_t err)
{
	const struct client *c = &s->producer.client;
	const char *text = rd_kafka_err2str(err);

	if (err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT && c->last_err)
		return mem_printf("%s; last error of the client: %s", text, c->last_text);
	if (err == c->last_err && *c->last_text)
		return mem_strdup(c->last_text);
	return mem_strdup(text);
}

static void note_progress(struct sender *s, int64_t now)
{
	uint64_t delivered = *s->options.producer.delivered;

	if (delivered == s->delivered_seen) {
		if (!s->producer.inflight)
			s->waiting_since = now;
		return;
	}
	s->delivered_seen = delivered;
	s->waiting_since = now;
	if (breaker_success(&s->breaker))
		event_emit(s->options.producer.events, EVENT_INFO, "breaker_closed",
			   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic)),
			   "Circuit closed for %s: records are delivered again",
			   s->options.producer.topic);
}

/* No delivery report would come before --delivery-timeout; when it is plain
 * that none will, there is no point in waiting for it. */
static void check_patience(struct sender *s, int64_t now)
{
	struct client *c = &s->producer.client;
	int64_t waited = now - s->waiting_since;
	bool hopeless = c->all_down && (!c->ever_up || s->probing);

	if (!s->producer.inflight || s->producer.given_up)
		return;
	if (hopeless && waited >= NEVER_UP_PATIENCE_MS)
		producer_give_up(&s->producer,
				 c->last_err ? c->last_err : RD_KAFKA_RESP_ERR__TRANSPORT);
	else if (*s->options.stop && waited >= s->options.settle_ms)
		producer_give_up(&s->producer, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT);
}

/* One turn of waiting. */
static void turn(struct sender *s, int timeout_ms)
{
	int64_t now;

	producer_poll(&s->producer, timeout_ms);
	now = clock_mono_ms();
	note_progress(s, now);
	check_patience(s, now);
	if (s->options.idle && timeout_ms)
		s->options.idle(s->options.ctx, now);
}

void sender_serve(struct sender *s, int timeout_ms)
{
	turn(s, timeout_ms);
	if (s->producer.failed.n && !s->settling)
		settle(s);
}

void sender_drain(struct sender *s)
{
	while (s->producer.inflight || (s->producer.failed.n && !s->settling))
		sender_serve(s, 50);
}

/* Until the cluster has answered once, no more is risked than the breaker
 * needs to learn that it doesn't. */
static bool window_full(const struct sender *s)
{
	unsigned window = s->options.breaker_threshold ? s->options.breaker_threshold : 1;

	return !s->producer.client.ever_up && s->producer.inflight >= window;
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
		s->waiting_since = clock_mono_ms();
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

/* After a send: the probe must settle before anything follows it. */
static void after_send(struct sender *s)
{
	if (s->breaker.state == BREAKER_HALF_OPEN && !s->settling) {
		event_emit(s->options.producer.events, EVENT_INFO, "breaker_half_open",
			   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic)),
			   "Circuit half-open for %s: one record is sent as a probe",
			   s->options.producer.topic);
		s->probing = true;
		s->waiting_since = clock_mono_ms();
		sender_drain(s);
		s->probing = false;
	} else if (s->producer.failed.n || s->producer.inflight % SENDS_PER_POLL == 0) {
		sender_serve(s, 0);
	}
}

enum sender_result sender_send(struct sender *s, const struct record *r)
{
	enum sender_result result;

	while ((result = gate(s)) == SENDER_TAKEN && !producer_send(&s->producer, r))
		sender_serve(s, 20);
	if (result == SENDER_TAKEN)
		after_send(s);
	return result;
}

enum sender_result sender_send_failure(struct sender *s, struct failure *f,
				       const struct record *as)
{
	enum sender_result result;

	while ((result = gate(s)) == SENDER_TAKEN && !producer_resend(&s->producer, f, as))
		sender_serve(s, 20);
	if (result == SENDER_TAKEN)
		after_send(s);
	return result;
}

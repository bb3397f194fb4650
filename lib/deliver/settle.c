#include "deliver/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/backoff.h"
#include "kafka/refusal.h"

/* What one look at the failed records says to do next. */
struct plan {
	struct failure_list again; /* to send again, in order */
	struct failure_list later; /* innocent ones, behind a culprit that is sought */
	int attempt;		   /* of the outer retry; 0: no wait */
	rd_kafka_resp_err_t why;   /* of that retry */
	size_t exhausted;	   /* transient ones without tries left */
	bool refused;		   /* a batch was refused for its size */
	bool isolate;		   /* a batch was refused for something else */
	bool wait;		   /* the circuit is open and OUTAGE_WAIT */
};

static bool may_retry(const struct sender *s, const struct failure *f)
{
	return f->retries < s->options.retries && !*s->options.stop && !s->probing;
}

static bool is_exhausted(const struct sender *s, const struct failure *f)
{
	return !f->purged && contract_of_kafka(f->err).class == CLASS_TRANSIENT && !may_retry(s, f);
}

static void log_open(struct sender *s, const struct failure *f)
{
	char *why = sender_explain(s, f->err);

	event_emit(s->options.producer.events, EVENT_ERROR, "breaker_open",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_TEXT("code", contract_of_kafka(f->err).code),
				EVENT_NUMBER("failures", s->breaker.failures),
				EVENT_NUMBER("cooldown_ms", s->breaker.cooldown_ms)),
		   "Circuit open for %s after %u %s: %s", s->options.producer.topic,
		   s->breaker.failures, s->breaker.failures == 1 ? "failure" : "failures in a row",
		   why);
	free(why);
}

static void end(struct sender *s, struct failure *f, enum sender_end how)
{
	s->options.on_end(s->options.ctx, f, how);
}

static void tell_breaker(struct sender *s, const struct failure *f)
{
	/* A broker that refuses a record is there. */
	if (contract_of_kafka(f->err).class != CLASS_TRANSIENT) {
		if (s->probing)
			breaker_success(&s->breaker);
		return;
	}
	if (!breaker_failure(&s->breaker, clock_mono_ms()))
		return;
	s->opened_by = f->err;
	log_open(s, f);
}

static void end_failed(struct sender *s, struct failure *f)
{
	char *why = sender_explain(s, f->err);

	tell_breaker(s, f);
	failure_set_cause(f, contract_of_kafka(f->err), why);
	free(why);
	end(s, f, SENDER_FAILED);
}

static void halt(struct sender *s, const struct failure *f, enum error_kind kind)
{
	struct contract c = contract_of_kafka(f->err);
	const char *topic = s->options.producer.topic;
	char *why, *remedy;

	if (s->halted.kind)
		return;
	why = sender_explain(s, f->err);
	remedy = refusal_of_error(&s->producer.properties, f->err, topic);
	s->halted_by = f->err;
	error_set(&s->halted, kind, "%s: topic %s: %s (%s)", c.code, topic, why, remedy);
	free(remedy);
	free(why);
}

/* A failed record that won't be sent again as it is now. */
static void plan_end(struct sender *s, struct plan *plan, struct failure *f)
{
	switch (contract_of_kafka(f->err).class) {
	case CLASS_CONFIGURATION:
		halt(s, f, ERROR_CONFIG);
		failure_list_add(&plan->again, f); /* divert ends it, in its place */
		break;
	case CLASS_FATAL:
		halt(s, f, ERROR_FATAL);
		end_failed(s, f);
		break;
	default:
		if (plan->wait && is_exhausted(s, f)) {
			tell_breaker(s, f);
			failure_list_add(&plan->again, f);
			break;
		}
		end_failed(s, f);
	}
}

/* Refused with others in its batch, it may be innocent. */
static bool may_be_innocent(const struct sender *s, const struct failure *f)
{
	return !f->purged && !f->refused && contract_of_kafka(f->err).blames_batch &&
	       !round_takes_alone(&s->round, sender_record(s, f));
}

static void plan_record(struct sender *s, struct plan *plan, struct failure *f)
{
	bool seeking = plan->refused || plan->isolate;

	if (f->purged) {
		failure_list_add(seeking ? &plan->later : &plan->again, f);
	} else if (contract_of_kafka(f->err).class == CLASS_TRANSIENT && may_retry(s, f)) {
		if (f->retries + 1 > plan->attempt)
			plan->attempt = f->retries + 1;
		plan->why = f->err;
		failure_list_add(&plan->again, f);
	} else if (may_be_innocent(s, f)) {
		failure_list_add(&plan->again, f);
	} else {
		plan_end(s, plan, f);
	}
}

static void plan_look(struct sender *s, struct plan *plan, const struct failure_list *failed)
{
	for (size_t i = 0; i < failed->n; i++) {
		const struct failure *f = failed->items[i];

		plan->exhausted += is_exhausted(s, f);
		if (!may_be_innocent(s, f))
			continue;
		if (f->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
			plan->refused = true;
		else
			plan->isolate = true;
	}
	plan->wait = s->options.on_outage == OUTAGE_WAIT && s->breaker.threshold &&
		     !*s->options.stop &&
		     plan->exhausted + s->breaker.failures >= s->breaker.threshold;
}

static void sort_list(const struct sender *s, struct failure_list *list)
{
	if (s->options.producer.ordered)
		failure_sort(list->items, list->n);
}

/* Moves all of `from` behind what is in `to`. */
static void join(struct failure_list *to, struct failure_list *from)
{
	for (size_t i = 0; i < from->n; i++)
		failure_list_add(to, from->items[i]);
	free(from->items);
	*from = (struct failure_list){0};
}

/* Sorts what failed into what ends here and what is sent again. */
static void make_plan(struct sender *s, struct plan *plan)
{
	struct failure_list failed = s->producer.failed, rest = plan->again;

	s->producer.failed = plan->again = (struct failure_list){0};
	sort_list(s, &failed);
	plan_look(s, plan, &failed);
	for (size_t i = 0; i < failed.n; i++)
		plan_record(s, plan, failed.items[i]);
	free(failed.items);
	/* What was not sent any more is like what was taken back. */
	join(plan->refused || plan->isolate ? &plan->later : &plan->again, &rest);
	sort_list(s, &plan->again);
}

static void end_list(struct sender *s, struct failure_list *list, enum sender_end how)
{
	char *why = sender_explain(s, s->opened_by);

	for (size_t i = 0; i < list->n; i++) {
		struct failure *f = list->items[i];

		if (how == SENDER_FAILED)
			failure_set_cause(f, contract_of_fault(FAULT_CIRCUIT_OPEN), why);
		end(s, f, how);
	}
	list->n = 0;
	free(why);
}

static void halt_open(struct sender *s)
{
	char *why = sender_explain(s, s->opened_by);

	error_set(&s->halted, ERROR_OUTPUT, "too many failures in a row on topic %s: %s",
		  s->options.producer.topic, why);
	free(why);
}

/* The rest has no way out: the run is over, or the circuit is open. */
static void divert(struct sender *s, struct plan *plan)
{
	bool open = s->breaker.state == BREAKER_OPEN && !plan->wait;
	enum sender_end how;

	if (open && s->options.on_outage == OUTAGE_STOP && !s->halted.kind)
		halt_open(s);
	if (!s->halted.kind && !open)
		return;
	how = s->halted.kind ? SENDER_UNSENT : SENDER_FAILED;
	join(&plan->again, &plan->later);
	sort_list(s, &plan->again);
	end_list(s, &plan->again, how);
}

static void wait_ms(struct sender *s, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while ((left = until - clock_mono_ms()) > 0 && !*s->options.stop)
		sender_serve(s, left < 100 ? (int)left : 100);
}

static void wait_before_retry(struct sender *s, const struct plan *plan)
{
	int64_t ms = backoff_ms(plan->attempt, s->options.backoff_ms, s->options.backoff_max_ms);
	char *why = sender_explain(s, plan->why);

	event_emit(s->options.producer.events, EVENT_WARNING, "retry",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_TEXT("code", contract_of_kafka(plan->why).code),
				EVENT_TEXT("class", contract_class_name(CLASS_TRANSIENT)),
				EVENT_NUMBER("attempt", plan->attempt),
				EVENT_NUMBER("delay_ms", ms),
				EVENT_NUMBER("records", plan->again.n)),
		   "Retry %d/%d after %lld ms: %s", plan->attempt, s->options.retries,
		   (long long)ms, why);
	free(why);
	++*s->options.retried;
	wait_ms(s, ms);
}

static void wait_out_outage(struct sender *s)
{
	event_emit(s->options.producer.events, EVENT_WARNING, "outage_wait",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_NUMBER("delay_ms", s->breaker.cooldown_ms)),
		   "Circuit open: waiting %lld ms before the next try",
		   (long long)s->breaker.cooldown_ms);
	wait_ms(s, s->breaker.cooldown_ms);
	s->breaker.state = BREAKER_HALF_OPEN;
}

/* Smaller rounds, so that a culprit ends up alone in one. */
static void narrow(struct sender *s, const struct plan *plan)
{
	round_narrow(&s->round, plan->isolate);
	event_emit(s->options.producer.events, EVENT_WARNING, "batch_refused",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_NUMBER("round_bytes", s->round.limit),
				EVENT_NUMBER("records", plan->again.n)),
		   "The broker refused a batch for a record in it: sending %zu %s again%s",
		   plan->again.n, plan->again.n == 1 ? "record" : "records",
		   s->round.limit == 1 ? ", one by one" : " in smaller batches");
	if (s->round.on)
		return;
	s->round.on = true;
	if (producer_reopen_for_rounds(&s->producer, &s->halted) < 0)
		s->halted.kind = ERROR_FATAL;
}

/* False: it could not be sent now. */
static bool send_one_again(struct sender *s, struct failure *f)
{
	const struct record *as = sender_record(s, f);
	bool retry = !f->purged && contract_of_kafka(f->err).class == CLASS_TRANSIENT;

	if (!sender_put(s, as, f))
		return false;
	if (retry && f->retries < s->options.retries)
		f->retries++;
	if (f->may_double)
		++*s->options.possible_duplicates;
	f->may_double = false;
	return true;
}

static bool end_if_held(struct sender *s, struct failure *f)
{
	if (!s->options.held || !s->options.held(s->options.ctx, f->record.key, true))
		return false;
	failure_set_cause(f, contract_of_fault(FAULT_KEY_HELD), NULL);
	end(s, f, SENDER_FAILED);
	return true;
}

/* Sends the list again until something of it fails: what is left of the list
 * must not overtake that. */
static void send_again(struct sender *s, struct failure_list *list)
{
	size_t sent = 0;

	while (sent < list->n && sender_make_room(s, sender_record(s, list->items[sent])))
		sent += end_if_held(s, list->items[sent]) || send_one_again(s, list->items[sent]);
	list->n -= sent;
	memmove(list->items, list->items + sent, list->n * sizeof(struct failure *));
}

static void drain_attempt(struct sender *s)
{
	s->stall.since = clock_mono_ms();
	sender_drain(s);
	producer_settled(&s->producer);
}

/* The culprits are found: what was held behind them may follow. */
static void release_later(struct sender *s, struct plan *plan)
{
	round_widen(&s->round);
	join(&plan->again, &plan->later);
	sort_list(s, &plan->again);
}

/* One round: whatever can be sent again is sent, and settles. */
static void next_round(struct sender *s, struct plan *plan)
{
	if (plan->wait)
		wait_out_outage(s);
	else if (plan->attempt && plan->again.n)
		wait_before_retry(s, plan);
	if (plan->again.n && (plan->refused || plan->isolate))
		narrow(s, plan);
	if (s->halted.kind)
		return;
	if (!plan->again.n)
		release_later(s, plan);
	if (plan->again.n)
		send_again(s, &plan->again);
	drain_attempt(s);
}

void settle(struct sender *s)
{
	struct plan plan = {0};

	s->settling = true;
	drain_attempt(s);
	while (s->producer.failed.n || plan.again.n || plan.later.n) {
		plan = (struct plan){.later = plan.later, .again = plan.again};
		make_plan(s, &plan);
		divert(s, &plan);
		next_round(s, &plan);
	}
	round_widen(&s->round);
	s->settling = false;
	free(plan.again.items);
	free(plan.later.items);
}

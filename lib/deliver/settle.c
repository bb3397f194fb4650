#include "deliver/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define BATCH_SHRINKS_BY 16

/* What one look at the failed records says to do next. */
struct plan {
	struct failure_list again; /* to send again, in order */
	struct failure_list later; /* innocent ones, behind a culprit that is sought */
	int attempt;		   /* of the outer retry; 0: no wait */
	struct failure *sample;	   /* one that is retried, for the log */
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
	return !f->purged && contract_of_kafka(f->err).class == CLASS_TRANSIENT &&
	       !may_retry(s, f);
}

static void log_open(struct sender *s, const struct failure *f)
{
	char *why = sender_explain(s, f->err);

	event_emit(s->options.producer.events, EVENT_ERROR, "breaker_open",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_TEXT("code", rd_kafka_err2name(f->err)),
				EVENT_NUMBER("failures", s->breaker.failures),
				EVENT_NUMBER("cooldown_ms", s->breaker.cooldown_ms)),
		   "Circuit open for %s after %u failures in a row: %s",
		   s->options.producer.topic, s->breaker.failures, why);
	free(why);
}

static void end(struct sender *s, struct failure *f, enum sender_end how)
{
	s->options.on_end(s->options.ctx, f, how);
}

static void tell_breaker(struct sender *s, const struct failure *f)
{
	if (contract_of_kafka(f->err).class == CLASS_TRANSIENT &&
	    breaker_failure(&s->breaker, clock_mono_ms()))
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
	char *why = sender_explain(s, f->err);

	if (!s->halted.kind)
		error_set(&s->halted, kind, "%s: topic %s: %s (%s)", c.code,
			  s->options.producer.topic, why, c.remedy);
	free(why);
}

/* A failed record that won't be sent again as it is now. */
static void plan_end(struct sender *s, struct plan *plan, struct failure *f)
{
	switch (contract_of_kafka(f->err).class) {
	case CLASS_CONFIGURATION:
		halt(s, f, ERROR_CONFIG);
		end(s, f, SENDER_UNSENT);
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

static void plan_record(struct sender *s, struct plan *plan, struct failure *f)
{
	struct contract c = contract_of_kafka(f->err);

	if (f->purged) {
		failure_list_add(plan->refused || plan->isolate ? &plan->later : &plan->again, f);
	} else if (c.class == CLASS_TRANSIENT && may_retry(s, f)) {
		plan->attempt = f->retries + 1 > plan->attempt ? f->retries + 1 : plan->attempt;
		plan->sample = f;
		failure_list_add(&plan->again, f);
	} else if (c.blames_batch && !producer_sends_alone(&s->producer, &f->record)) {
		failure_list_add(&plan->again, f);
	} else {
		plan_end(s, plan, f);
	}
}

static void plan_look(struct sender *s, struct plan *plan, const struct failure_list *failed)
{
	for (size_t i = 0; i < failed->n; i++) {
		const struct failure *f = failed->items[i];
		struct contract c = contract_of_kafka(f->err);

		plan->exhausted += is_exhausted(s, f);
		if (f->purged || !c.blames_batch || producer_sends_alone(&s->producer, &f->record))
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

/* Sorts what failed into what ends here and what is sent again. */
static void make_plan(struct sender *s, struct plan *plan)
{
	struct failure_list failed = s->producer.failed;

	s->producer.failed = (struct failure_list){0};
	if (s->options.producer.ordered)
		failure_sort(failed.items, failed.n);
	plan_look(s, plan, &failed);
	for (size_t i = 0; i < failed.n; i++)
		plan_record(s, plan, failed.items[i]);
	free(failed.items);
}

static void end_list(struct sender *s, struct failure_list *list, enum sender_end how)
{
	for (size_t i = 0; i < list->n; i++) {
		struct failure *f = list->items[i];

		if (how == SENDER_FAILED)
			failure_set_cause(f, contract_of_fault(FAULT_CIRCUIT_OPEN), NULL);
		end(s, f, how);
	}
	list->n = 0;
}

/* The rest has no way out: the run is over, or the circuit is open. */
static void divert(struct sender *s, struct plan *plan)
{
	bool open = s->breaker.state == BREAKER_OPEN && !plan->wait;
	enum sender_end how = SENDER_UNSENT;

	if (open && s->options.on_outage == OUTAGE_STOP && !s->halted.kind)
		error_set(&s->halted, ERROR_OUTPUT, "too many failures in a row on topic %s: %s",
			  s->options.producer.topic, client_last_error(&s->producer.client));
	if (!s->halted.kind && !open)
		return;
	if (!s->halted.kind)
		how = SENDER_FAILED;
	end_list(s, &plan->again, how);
	end_list(s, &plan->later, how);
}

static int64_t backoff(const struct sender *s, int attempt)
{
	int64_t ms = s->options.backoff_ms;

	while (--attempt > 0 && ms < s->options.backoff_max_ms)
		ms *= 2;
	return ms < s->options.backoff_max_ms ? ms : s->options.backoff_max_ms;
}

static void wait_ms(struct sender *s, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while ((left = until - clock_mono_ms()) > 0 && !*s->options.stop)
		sender_serve(s, left < 100 ? (int)left : 100);
}

static void wait_before_retry(struct sender *s, const struct plan *plan)
{
	int64_t ms = backoff(s, plan->attempt);
	const struct failure *f = plan->sample;
	char *why = sender_explain(s, f->err);

	event_emit(s->options.producer.events, EVENT_WARNING, "retry",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_TEXT("code", rd_kafka_err2name(f->err)),
				EVENT_TEXT("class", contract_class_name(CLASS_TRANSIENT)),
				EVENT_NUMBER("attempt", plan->attempt), EVENT_NUMBER("delay_ms", ms),
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

/* Smaller batches, so that a culprit ends up alone in one. */
static int smaller_batch(const struct sender *s, const struct plan *plan)
{
	const char *now = properties_get(&s->producer.properties, "batch.size");
	int size = now ? atoi(now) : 1000000;

	if (plan->isolate)
		return 1;
	return size / BATCH_SHRINKS_BY > 1 ? size / BATCH_SHRINKS_BY : 1;
}

static void reopen(struct sender *s, int batch_size)
{
	if (producer_reopen(&s->producer, batch_size, &s->halted) == 0)
		return;
	s->halted.kind = ERROR_FATAL;
}

static void shrink(struct sender *s, const struct plan *plan)
{
	int size = smaller_batch(s, plan);

	event_emit(s->options.producer.events, EVENT_WARNING, "batch_refused",
		   EVENT_FIELDS(EVENT_TEXT("topic", s->options.producer.topic),
				EVENT_NUMBER("batch_size", size),
				EVENT_NUMBER("records", plan->again.n)),
		   "The broker refused a batch for a record in it: sending %zu records again in "
		   "batches of at most %d bytes",
		   plan->again.n, size);
	reopen(s, size);
	if (!plan->isolate)
		s->batch_size = size;
}

static void send_again(struct sender *s, struct failure_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct failure *f = list->items[i];

		if (!f->purged && contract_of_kafka(f->err).class == CLASS_TRANSIENT)
			f->retries += f->retries < s->options.retries;
		if (f->possibly_persisted)
			++*s->options.possible_duplicates;
		while (!producer_resend(&s->producer, f, &f->record))
			sender_serve(s, 20);
	}
	list->n = 0;
}

/* Sends the innocent ones that were held behind a culprit. */
static void send_later(struct sender *s, struct plan *plan)
{
	if (!plan->later.n)
		return;
	if (s->producer.options.batch_size != s->batch_size)
		reopen(s, s->batch_size);
	if (s->halted.kind)
		return;
	if (s->options.producer.ordered)
		failure_sort(plan->later.items, plan->later.n);
	send_again(s, &plan->later);
}

static void drain_attempt(struct sender *s)
{
	s->waiting_since = clock_mono_ms();
	sender_drain(s);
	s->producer.pulled_back = false;
	s->producer.given_up = RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* One round: whatever can be sent again is sent, and settles. */
static void next_round(struct sender *s, struct plan *plan)
{
	if (plan->wait)
		wait_out_outage(s);
	else if (plan->attempt && plan->again.n)
		wait_before_retry(s, plan);
	if (plan->again.n && (plan->refused || plan->isolate))
		shrink(s, plan);
	if (s->halted.kind)
		return;
	if (plan->again.n)
		send_again(s, &plan->again);
	else
		send_later(s, plan);
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
	if (s->producer.options.batch_size != s->batch_size && !s->halted.kind)
		reopen(s, s->batch_size);
	s->settling = false;
	free(plan.again.items);
	free(plan.later.items);
}

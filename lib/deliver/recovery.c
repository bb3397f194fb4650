#include "deliver/recovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/backoff.h"
#include "deliver/claim.h"
#include "kafka/refusal.h"

/* A transaction that was refused for a record is cut into so many. */
#define SHRINKS_BY 16
/* How long what is in flight may take to be given up. */
#define GIVE_UP_TURNS 50
#define GIVE_UP_MS    100
/* For reports that are on their way. */
#define LOOK_MS 200
/* For a look whether the cluster is there again. */
#define PROBE_MS 2000

/* What the failed records say. */
struct verdict {
	size_t suspects;      /* in batches that were refused for one in them */
	struct failure *last; /* the suspect that comes last */
	bool away;	      /* the cluster, or a part of it */
	bool fenced;	      /* the broker has given this producer up */
	bool blamed;	      /* culprits are found */
	bool too_large;	      /* a batch, or the record in it */
	bool relearnt;	      /* that is known from now on, before anything is sent */
};

void recovery_roll_back(struct job *j)
{
	struct ledger *l = j->options.ledger;
	uint64_t fallback = l->outcome[OUTCOME_FALLBACK], retries = l->retries;

	if (j->furthest < j->done.records + j->taken)
		j->furthest = j->done.records + j->taken;
	j->taken = j->passed = 0;
	ledger_copy(l, &j->saved);
	l->outcome[OUTCOME_FALLBACK] = fallback;
	l->retries = retries;
}

void recovery_widen(struct job *j)
{
	if (source_place_compare(&j->suspect, &j->done.place) < 0 ||
	    j->most >= j->options.commit_records / 2)
		j->most = j->options.commit_records;
	else
		j->most *= 2;
}

static void keep_reason(struct job *j, rd_kafka_resp_err_t err)
{
	char *why = producer_explain(&j->producer, err);

	j->why = err;
	snprintf(j->reason, sizeof(j->reason), "%s", why);
	free(why);
}

static struct source_place place_of(struct failure *f)
{
	failure_locate(f);
	if (!f->origin)
		return (struct source_place){0};
	return (struct source_place){f->origin->input, f->origin->number, f->offset, f->line};
}

static void blame(struct job *j, struct failure *f)
{
	struct source_place at = place_of(f);
	char *why = producer_explain(&j->producer, f->err);

	culprits_add(&j->culprits, &at, contract_of_kafka(f->err), why, f->cause.code);
	free(why);
}

/* librdkafka doesn't tell which of the two topics it is. */
static char *remedy_of(const struct job *j, rd_kafka_resp_err_t err)
{
	char *grant, *both;

	if (err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		return refusal_of_job(&j->properties, err, j->id, j->how.topic);
	grant = refusal_of_error(&j->properties, err, j->how.topic);
	both = mem_printf("%s%s%s", grant, j->how.dlq ? " --topic " : "",
			  j->how.dlq ? j->how.dlq : "");
	free(grant);
	return both;
}

static void halt(struct job *j, rd_kafka_resp_err_t err, const char *why)
{
	char *remedy = remedy_of(j, err);

	if (!j->halted.kind)
		error_set(&j->halted, ERROR_CONFIG, "%s: job %s: %s (%s)",
			  contract_of_kafka(err).code, j->options.name, why, remedy);
	free(remedy);
}

static void suspect(struct verdict *v, struct failure *f)
{
	struct source_place at = place_of(f), last;

	v->suspects++;
	if (v->last)
		last = place_of(v->last);
	if (!v->last || source_place_compare(&last, &at) < 0)
		v->last = f;
}

/* What only shares the fate of its transaction says nothing. */
static bool is_bystander(const struct failure *f)
{
	return f->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
	       f->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT || f->err == RD_KAFKA_RESP_ERR__STATE ||
	       f->err == CONTRACT_DIFFERENT_RECORD;
}

static void weigh_permanent(struct job *j, struct verdict *v, struct failure *f)
{
	v->blamed = true;
	v->too_large = v->too_large || f->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
	if (contract_of_kafka(f->err).blames_batch && !f->refused)
		suspect(v, f);
	else
		blame(j, f);
}

/* A code that the contract doesn't list may be the transaction's. */
static void weigh(struct job *j, struct verdict *v, struct failure *f)
{
	if (is_bystander(f))
		return;
	if (contract_of_kafka(f->err).class == CLASS_CONFIGURATION) {
		halt(j, f->err, rd_kafka_err2str(f->err));
	} else if (contract_blames_record(f->err)) {
		weigh_permanent(j, v, f);
	} else {
		if (!v->away)
			keep_reason(j, f->err);
		v->away = true;
		v->fenced = v->fenced || transaction_is_fence(f->err);
	}
}

/* The culprit is in one of the transactions that come now. */
static void narrow(struct job *j, const struct verdict *v, uint64_t taken)
{
	uint64_t less = (taken < j->most ? taken : j->most) / SHRINKS_BY;

	j->most = less ? less : 1;
	j->suspect = place_of(v->last);
	event_emit(j->options.events, EVENT_WARNING, "batch_refused",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_NUMBER("records", v->suspects)),
		   "The broker refused a batch for a record in it: the transaction is run again in "
		   "smaller ones of %llu record%s",
		   (unsigned long long)j->most, j->most == 1 ? "" : "s");
}

static bool says_nothing(const struct job *j, const struct verdict *v)
{
	return !v->away && !v->blamed && !j->halted.kind;
}

static void weigh_all(struct job *j, struct verdict *v)
{
	const struct failure_list *failed = &j->producer.failed;

	for (size_t i = 0; i < failed->n; i++)
		weigh(j, v, failed->items[i]);
}

/* No record says why: the reason may be on its way, or be the transaction's own. */
static void ask_why(struct job *j, struct verdict *v)
{
	enum txn_answer answer;

	producer_poll(&j->producer, LOOK_MS);
	weigh_all(j, v);
	if (!says_nothing(j, v))
		return;
	answer = transaction_why(&j->txn);
	if (answer == TXN_REFUSED)
		halt(j, j->txn.err, j->txn.why);
	v->fenced = answer == TXN_FENCED;
	v->away = true;
	j->why = j->txn.err;
	snprintf(j->reason, sizeof(j->reason), "%s",
		 answer == TXN_DONE ? "the transaction was given up" : j->txn.why);
}

/* What failed before the abort tells why; what comes with it mostly doesn't. */
static struct verdict look(struct job *j, uint64_t taken)
{
	struct verdict v = {0};

	weigh_all(j, &v);
	if (says_nothing(j, &v) && j->producer.failed.n)
		ask_why(j, &v);
	v.relearnt =
		v.too_large && j->options.relearn(j->options.ctx, &j->producer.options.batch_size);
	if (v.relearnt)
		return v;
	if (v.suspects == 1)
		blame(j, v.last);
	else if (v.suspects)
		narrow(j, &v, taken);
	/* Without a culprit the same would happen again at once. */
	if (says_nothing(j, &v)) {
		v.away = true;
		j->why = j->txn.err;
		snprintf(j->reason, sizeof(j->reason), "%s", j->txn.why);
	}
	return v;
}

static void wait_ms(struct job *j, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while ((left = until - clock_mono_ms()) > 0 && !*j->options.stop) {
		job_serve(j, left < 100 ? (int)left : 100);
		if (j->options.idle)
			j->options.idle(j->options.ctx);
	}
}

static void wait_for_retry(struct job *j)
{
	int64_t ms = backoff_ms(j->attempts, j->options.backoff_ms, j->options.backoff_max_ms);

	event_emit(j->options.events, EVENT_WARNING, "retry",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_TEXT("code", contract_of_kafka(j->why).code),
				EVENT_NUMBER("attempt", j->attempts), EVENT_NUMBER("delay_ms", ms)),
		   "Retry %d/%d after %lld ms, from the last checkpoint: %s", j->attempts,
		   j->options.retries, (long long)ms, j->reason);
	++j->options.ledger->retries;
	wait_ms(j, ms);
}

static void wait_out_outage(struct job *j)
{
	event_emit(j->options.events, EVENT_WARNING, "outage_wait",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_NUMBER("delay_ms", j->options.cooldown_ms)),
		   "%s: waiting %lld ms before the next try: %s",
		   j->in_doubt ? "Whether the last transaction was committed is not known"
			       : "The cluster is away",
		   (long long)j->options.cooldown_ms, j->reason);
	wait_ms(j, j->options.cooldown_ms);
}

static void open_circuit(struct job *j)
{
	j->out = true;
	j->try_at = clock_mono_ms() + j->options.cooldown_ms;
	event_emit(j->options.events, EVENT_ERROR, "breaker_open",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_TEXT("code", contract_of_kafka(j->why).code),
				EVENT_NUMBER("cooldown_ms", j->options.cooldown_ms)),
		   "Circuit open for job %s after %d failure%s in a row: %s", j->options.name,
		   j->attempts, j->attempts == 1 ? "" : "s", j->reason);
}

/* Waits for it. False: not now. */
static bool next_attempt(struct job *j)
{
	bool wait = j->in_doubt || !j->options.breaks || j->options.on_outage == OUTAGE_WAIT;

	if (++j->attempts <= j->options.retries)
		wait_for_retry(j);
	else if (wait)
		wait_out_outage(j);
	else if (j->options.on_outage == OUTAGE_STOP)
		error_set(&j->halted, ERROR_OUTPUT, "too many failures in a row: %s", j->reason);
	else
		open_circuit(j);
	return !j->out && !j->halted.kind && !*j->options.stop;
}

static bool is_next(const struct job *j, const struct checkpoint *found)
{
	return j->next.job && found->run == j->run && found->records == j->next.records &&
	       source_place_compare(&found->place, &j->next.place) == 0;
}

/* The last commit may have been one after all. Of anybody else's checkpoint
 * nothing follows but that the job is no longer this process's. */
static enum txn_answer settle_doubt(struct job *j, const struct checkpoint *found)
{
	if (found->run != (j->announced ? j->run : j->run_before) && !is_next(j, found))
		return TXN_FENCED;
	if (is_next(j, found)) {
		ledger_copy(j->options.ledger, &j->meant);
		job_note_committed(j);
	}
	j->in_doubt = false;
	return TXN_DONE;
}

/* What isn't acknowledged belongs to a transaction that is over. */
static void drop_all(struct job *j)
{
	producer_give_up(&j->producer, RD_KAFKA_RESP_ERR__DESTROY);
	for (int i = 0; i < GIVE_UP_TURNS && j->producer.inflight; i++)
		producer_poll(&j->producer, GIVE_UP_MS);
	producer_settled(&j->producer);
	failure_list_finish(&j->producer.failed);
}

static enum txn_answer reopen(struct job *j)
{
	struct checkpoint found = {0};
	enum txn_answer answer;

	j->open = false;
	drop_all(j);
	if (producer_reopen(&j->producer, &j->halted) < 0) {
		j->halted.kind = ERROR_FATAL;
		return TXN_UNKNOWN;
	}
	if (claim(j, &found, &answer) >= 0)
		answer = settle_doubt(j, &found);
	checkpoint_finish(&found);
	return answer;
}

/* What an answer means for the job: false when it is over. */
static bool goes_on(struct job *j, enum txn_answer answer)
{
	if (answer == TXN_FENCED) {
		/* Whoever has taken over needs a moment to say so. */
		wait_ms(j, j->options.backoff_ms);
		if (claim_dispute(j, &j->halted) < 0)
			return false;
		j->why = RD_KAFKA_RESP_ERR__FENCED;
		snprintf(j->reason, sizeof(j->reason),
			 "the brokers have given this producer up, as after a silence of more than "
			 "transaction.timeout.ms");
	}
	if (answer == TXN_REFUSED)
		claim_refused(j, &j->halted);
	if (answer == TXN_UNKNOWN && j->txn.err) {
		j->why = j->txn.err;
		snprintf(j->reason, sizeof(j->reason), "%s", j->txn.why);
	}
	return !j->halted.kind;
}

void recover_from(struct job *j, enum txn_answer answer)
{
	uint64_t taken = j->taken;
	struct verdict v;

	j->open = false;
	producer_drop_pack(&j->producer);
	v = look(j, taken);
	if (v.fenced)
		answer = TXN_FENCED;
	else if (answer == TXN_ABORT)
		answer = transaction_abort(&j->txn);
	/* What could be aborted was not committed. */
	if (answer == TXN_DONE)
		j->in_doubt = false;
	/* Its batches are to be smaller: that takes a new producer. */
	if (v.relearnt && answer == TXN_DONE)
		answer = reopen(j);
	failure_list_finish(&j->producer.failed);
	recovery_roll_back(j);
	j->back = true;
	while (goes_on(j, answer)) {
		if ((v.away || answer != TXN_DONE) && !next_attempt(j))
			return;
		v.away = false;
		if (answer != TXN_DONE)
			answer = reopen(j);
		if (answer == TXN_DONE)
			answer = job_begin(j);
		if (answer == TXN_DONE)
			return;
	}
}

/* Only with the client does that go which it doesn't tell of. */
static void give_up_lost(struct job *j)
{
	j->lost = false;
	j->heard = clock_mono_ms();
	j->txn.err = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
	snprintf(j->txn.why, sizeof(j->txn.why),
		 "nothing was heard of %u records, as when their topic has been deleted",
		 j->producer.inflight);
	recover_from(j, TXN_UNKNOWN);
}

void recover(struct job *j)
{
	if (j->lost && !j->producer.failed.n)
		give_up_lost(j);
	else
		recover_from(j, TXN_ABORT);
}

void recovery_probe(struct job *j)
{
	int64_t patience = j->txn.patience_ms;
	enum txn_answer answer;

	/* Reading goes on meanwhile: it is not held up for long. */
	j->txn.patience_ms = patience < PROBE_MS ? patience : PROBE_MS;
	answer = reopen(j);
	if (answer == TXN_DONE)
		answer = job_begin(j);
	j->txn.patience_ms = patience;
	j->try_at = clock_mono_ms() + j->options.cooldown_ms;
	if (answer != TXN_DONE) {
		goes_on(j, answer);
		return;
	}
	j->out = false;
	event_emit(j->options.events, EVENT_INFO, "breaker_closed",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name)),
		   "Circuit closed for job %s: the cluster answers again", j->options.name);
}

#include "replay/recover.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "deliver/backoff.h"
#include "replay/batch.h"
#include "replay/reading.h"
#include "replay/rights.h"
#include "replay/work.h"

/* A batch that was refused for a record is cut into so many. */
#define SHRINKS_BY 16
/* For reports that are on their way. */
#define LOOK_MS 200

/* What the failures say. */
struct findings {
	size_t suspects;	       /* in batches that were refused for one in them */
	struct outbox_failure suspect; /* the last of them */
	bool away;		       /* the cluster, or a part of it */
	bool fenced;		       /* the brokers have given this producer up */
	bool blamed;		       /* records are found that can't be written */
	rd_kafka_resp_err_t why;
};

/* What only shares the fate of its transaction says nothing. */
static bool is_bystander(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
	       err == RD_KAFKA_RESP_ERR__STATE || err == CONTRACT_DIFFERENT_RECORD;
}

static const char *topic_of(const struct replay *r, const struct outbox_failure *f)
{
	const struct slip *slip = f->slip < r->n_slips ? &r->slips[f->slip] : NULL;

	switch (f->kind) {
	case OUTBOX_ENTRY:
		return resolved_topic(r->resolved);
	case OUTBOX_RECORD:
		return slip && slip->to ? slip->to->name : "";
	case OUTBOX_LETTER:
		break;
	}
	return r->options.dlq;
}

static void halt_for_ledger(struct replay *r, const struct outbox_failure *f)
{
	if (!r->halted.kind)
		error_set(&r->halted, ERROR_CONFIG,
			  "the ledger %s takes no entries any more: %s: %s; without one nothing "
			  "more is sent",
			  resolved_topic(r->resolved), contract_of_kafka(f->err).code,
			  rd_kafka_err2str(f->err));
}

static void blame(struct replay *r, const struct outbox_failure *f)
{
	const struct slip *slip = &r->slips[f->slip];
	char message[512];

	snprintf(message, sizeof(message), "%s refuses it: %s", topic_of(r, f),
		 rd_kafka_err2str(f->err));
	blamed_add(&r->blamed, slip->partition, slip->offset,
		   f->kind == OUTBOX_RECORD ? FATE_RETURN : FATE_STAY, contract_of_kafka(f->err),
		   message);
}

static void weigh_refused(struct replay *r, struct findings *found, const struct outbox_failure *f)
{
	found->blamed = true;
	if (f->kind == OUTBOX_ENTRY) {
		halt_for_ledger(r, f);
	} else if (f->kind == OUTBOX_RECORD && f->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
		r->slips[f->slip].to->info.state = TOPIC_MISSING;
	} else if (contract_of_kafka(f->err).blames_batch && !f->refused) {
		found->suspects++;
		found->suspect = *f;
	} else {
		blame(r, f);
	}
}

/* A topic that has gone may have been made anew with fewer partitions, or not: it is asked
 * again. */
static bool is_partition_gone(const struct outbox_failure *f)
{
	return f->kind == OUTBOX_RECORD && f->err == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

static void weigh(struct replay *r, struct findings *found, const struct outbox_failure *f)
{
	if (is_bystander(f->err) || f->slip >= r->n_slips)
		return;
	if (is_partition_gone(f)) {
		r->slips[f->slip].to->info.state = TOPIC_UNKNOWN;
		found->away = true;
		found->why = f->err;
	} else if (contract_of_kafka(f->err).class == CLASS_CONFIGURATION) {
		rights_failure(r, f->err, topic_of(r, f));
	} else if (contract_blames_record(f->err)) {
		weigh_refused(r, found, f);
	} else {
		found->away = true;
		found->why = f->err;
		found->fenced |= transaction_is_fence(f->err);
	}
}

/* The culprit is in one of the batches that come now. */
static void narrow(struct replay *r, struct findings *found)
{
	/* It is as small as can be: something else is in the way. */
	if (r->most == 1) {
		found->away = true;
		found->why = found->suspect.err;
	}
	r->most = r->n_slips / SHRINKS_BY ? r->n_slips / SHRINKS_BY : 1;
	r->narrow = r->n_slips;
	event_emit(r->options.events, EVENT_WARNING, "batch_refused",
		   EVENT_FIELDS(EVENT_NUMBER("records", found->suspects)),
		   "A broker refused a batch for a record in it: it is done again in smaller ones "
		   "of %llu record%s",
		   (unsigned long long)r->most, r->most == 1 ? "" : "s");
}

static bool says_nothing(const struct replay *r, const struct findings *found)
{
	return !found->away && !found->blamed && !r->halted.kind;
}

static struct findings look(struct replay *r)
{
	struct findings found = {0};

	for (size_t i = 0; i < r->outbox.n_failures; i++)
		weigh(r, &found, &r->outbox.failures[i]);
	if (found.suspects == 1)
		blame(r, &found.suspect);
	else if (found.suspects)
		narrow(r, &found);
	return found;
}

/* A partition that may not be written to is refused to the transaction as a whole. */
static void refused(struct replay *r)
{
	if (r->outbox.txn.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		rights_topics(r);
	else
		rights_transaction(r);
}

/* The reason may be on its way, or be the transaction's own. */
static struct findings look_twice(struct replay *r)
{
	struct findings found = look(r);
	enum txn_answer answer;

	if (!says_nothing(r, &found) || !r->outbox.n_failures)
		return found;
	outbox_serve(&r->outbox, LOOK_MS);
	found = look(r);
	if (!says_nothing(r, &found))
		return found;
	answer = transaction_why(&r->outbox.txn);
	found.fenced = answer == TXN_FENCED;
	found.why = r->outbox.txn.err;
	if (answer == TXN_REFUSED)
		refused(r);
	return found;
}

static void keep_reason(struct replay *r, const struct findings *found, enum txn_answer answer)
{
	const struct client *c = &r->outbox.client;

	if (found->why && found->why != RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
		snprintf(r->reason, sizeof(r->reason), "%s", rd_kafka_err2str(found->why));
	else if (found->why && *client_last_error(c))
		snprintf(r->reason, sizeof(r->reason), "no answer in time; last error: %s",
			 client_last_error(c));
	else if (answer != TXN_DONE && *r->outbox.txn.why)
		snprintf(r->reason, sizeof(r->reason), "%s", r->outbox.txn.why);
	else
		snprintf(r->reason, sizeof(r->reason), "the transaction was given up");
}

/* False: in vain. */
static bool wait_for_retry(struct replay *r)
{
	int64_t ms = backoff_ms(++r->attempts, r->options.backoff_ms, r->options.backoff_max_ms);

	if (r->attempts > r->options.retries) {
		error_set(&r->halted, ERROR_OUTPUT, "%d failures in a row: %s", r->attempts,
			  r->reason);
		return false;
	}
	event_emit(r->options.events, EVENT_WARNING, "retry",
		   EVENT_FIELDS(EVENT_TEXT("topic", r->options.dlq),
				EVENT_NUMBER("attempt", r->attempts), EVENT_NUMBER("delay_ms", ms)),
		   "Retry %d/%d after %lld ms, from the last commit: %s", r->attempts,
		   r->options.retries, (long long)ms, r->reason);
	r->options.ledger->retries++;
	work_wait(r, ms);
	return !*r->options.stop;
}

/* Nobody else has this producer's id: what the brokers have given up is ended with a new
 * client, and what was in doubt is known then. */
static enum txn_answer reopen(struct replay *r, int batch_size)
{
	if (outbox_reopen(&r->outbox, batch_size, &r->halted) < 0)
		return TXN_REFUSED;
	return outbox_open(&r->outbox);
}

void recover_outbox(struct replay *r, int batch_size)
{
	enum txn_answer answer = reopen(r, batch_size);

	while (answer != TXN_DONE && !r->halted.kind && !*r->options.stop) {
		if (answer == TXN_REFUSED) {
			rights_transaction(r);
			return;
		}
		snprintf(r->reason, sizeof(r->reason), "%s", r->outbox.txn.why);
		if (wait_for_retry(r))
			answer = reopen(r, 0);
	}
	r->reopen = answer != TXN_DONE;
}

void recover_batch(struct replay *r, enum txn_answer answer)
{
	bool asked = r->outbox.txn.asked && (answer == TXN_UNKNOWN || answer == TXN_FENCED);
	struct findings found = look_twice(r);

	r->failures++;
	/* What is undone may be unsure; it is asked for again in any case. */
	if (r->options.mend)
		mend_set_exact(r->options.mend, false);
	if (found.fenced)
		answer = TXN_FENCED;
	else if (answer == TXN_ABORT)
		answer = outbox_abort(&r->outbox);
	keep_reason(r, &found, answer);
	if (answer == TXN_REFUSED)
		rights_transaction(r);
	r->outbox.open = false;
	outbox_forget_failures(&r->outbox);
	/* Whether it was committed is known when the ledger is read again. */
	r->doubt = asked && answer != TXN_DONE;
	if (!r->doubt)
		batch_roll_back(r);
	if (answer != TXN_DONE)
		r->reopen = true;
	if (!r->halted.kind && (!found.blamed || found.away) && !member_is_lost(r->member))
		wait_for_retry(r);
	if (!r->reopen && r->held)
		reading_start(r);
}

#include "deliver/claim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/checkpoints.h"
#include "kafka/refusal.h"

/* It is kept where it was begun, wherever its records go now. */
static void stay_with(struct job *j, const char *topic)
{
	free(j->found_topic);
	j->found_topic = mem_strdup(topic);
	j->topic = j->found_topic;
}

/* Nothing of it is still on its way once its producer has been fenced. */
static int find_checkpoint(struct job *j, const struct checkpoints *k, struct checkpoint *found,
			   struct error *err)
{
	struct checkpoints_list list = {0};
	int n = -1;

	*found = (struct checkpoint){0};
	if (checkpoints_list(k, j->options.name, &list, err) == 0)
		n = list.n > 0;
	if (n > 0) {
		*found = list.items[0].checkpoint;
		list.items[0].checkpoint = (struct checkpoint){0};
		stay_with(j, list.items[0].topic);
	}
	checkpoints_list_finish(&list);
	return n;
}

/* Where a checkpoint may be: the topic may have been missing once. */
static int read_checkpoint(struct job *j, struct client *c, struct checkpoint *found,
			   struct error *err)
{
	const struct checkpoints k = {c, (int)j->txn.patience_ms, j->options.stop};
	const char *topics[] = {j->how.topic, j->how.dlq};

	if (j->options.roams)
		return find_checkpoint(j, &k, found, err);
	return checkpoints_read(&k, j->options.name, topics, j->how.dlq ? 2 : 1, found, err);
}

int claim(struct job *j, struct checkpoint *found, enum txn_answer *answer)
{
	struct error err;
	int n;

	*answer = transaction_init(&j->txn);
	if (*answer != TXN_DONE)
		return -1;
	n = read_checkpoint(j, &j->producer.client, found, &err);
	if (n >= 0)
		return n;
	*answer = err.kind == ERROR_CONFIG ? TXN_REFUSED : TXN_UNKNOWN;
	j->txn.err = RD_KAFKA_RESP_ERR_NO_ERROR;
	snprintf(j->txn.why, sizeof(j->txn.why), "%s", err.text);
	return -1;
}

int claim_dispute(struct job *j, struct error *err)
{
	struct checkpoint found = {0};
	struct error unread;
	uint64_t run;
	struct client c;
	int n = -1;

	if (client_init(&c, "job", j->options.properties, NULL, j->options.events, &unread) == 0)
		n = read_checkpoint(j, &c, &found, &unread);
	client_finish(&c);
	/* Whoever takes a job over says so with a checkpoint of its own. Where nobody
	 * answers, the question comes up again with the next claim. */
	run = n > 0 ? found.run : 0;
	checkpoint_finish(&found);
	if (n < 0 || run == (j->announced ? j->run : j->run_before))
		return 0;
	if (!n)
		return error_set(
			err, ERROR_FATAL,
			"the brokers know nothing of job %s any more: somebody has forgotten it "
			"while it ran (redrive jobs --forget), or has deleted the topic %s",
			j->options.name, j->topic);
	return error_set(err, ERROR_FATAL,
			 "another process has taken over job %s, and goes on with it: let only one "
			 "process run a job",
			 j->options.name);
}

int claim_refused(const struct job *j, struct error *err)
{
	char *remedy;
	int rc;

	if (!j->txn.err)
		return error_set(err, ERROR_CONFIG, "job %s: %s", j->options.name, j->txn.why);
	remedy = refusal_of_job(&j->properties, j->txn.err, j->id, j->how.topic);
	rc = error_set(err, ERROR_CONFIG, "job %s is refused: %s (%s)", j->options.name, j->txn.why,
		       remedy);
	free(remedy);
	return rc;
}

static int refuse(struct job *j, enum txn_answer answer, struct error *err)
{
	if (answer == TXN_REFUSED)
		return claim_refused(j, err);
	if (answer == TXN_FENCED && claim_dispute(j, err) < 0)
		return -1;
	if (answer == TXN_UNKNOWN && !j->producer.client.all_down &&
	    j->txn.err == RD_KAFKA_RESP_ERR__TIMED_OUT)
		return error_set(err, ERROR_CONFIG,
				 "job %s: the cluster has no coordinator for its transactions: %s; "
				 "check transaction.state.log.replication.factor and "
				 "transaction.state.log.min.isr of the brokers",
				 j->options.name, j->txn.why);
	return error_set(err, ERROR_OUTPUT,
			 "the cluster doesn't say how far job %s is: %s; nothing was read",
			 j->options.name, j->txn.why);
}

static bool wait_for_cluster(struct job *j)
{
	int64_t until = clock_mono_ms() + j->options.cooldown_ms;

	event_emit(
		j->options.events, EVENT_WARNING, "outage_wait",
		EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
			     EVENT_NUMBER("delay_ms", j->options.cooldown_ms)),
		"The cluster doesn't say how far job %s is: waiting %lld ms before the next try: "
		"%s",
		j->options.name, (long long)j->options.cooldown_ms, j->txn.why);
	while (clock_mono_ms() < until && !*j->options.stop) {
		job_serve(j, 100);
		j->options.idle(j->options.ctx);
	}
	return !*j->options.stop;
}

/* 1, 0 or -1 as claim. */
static int claim_at_last(struct job *j, struct checkpoint *found, struct error *err)
{
	enum txn_answer answer;
	int n;

	while ((n = claim(j, found, &answer)) < 0) {
		if (answer != TXN_UNKNOWN || j->options.on_outage != OUTAGE_WAIT ||
		    !wait_for_cluster(j))
			return refuse(j, answer, err);
		if (producer_reopen(&j->producer, err) < 0)
			return -1;
	}
	return n;
}

static int begin_new(struct job *j, struct error *err)
{
	if (j->options.resume)
		return error_set(
			err, ERROR_CONFIG,
			"--resume: the cluster has no checkpoint of job %s, or none any "
			"more (brokers keep it for offsets.retention.minutes, 7 days "
			"unless changed); without --resume it begins with the first record",
			j->options.name);
	j->start = JOB_NEW;
	j->done = (struct checkpoint){.job = mem_strdup(j->options.name), .place = {.line = 1}};
	while (!j->done.id && getrandom(&j->done.id, sizeof(j->done.id), 0) < 0)
		;
	manifest_fill(j->options.manifest, &j->done);
	return 0;
}

static int begin_where_it_was(struct job *j, struct error *err)
{
	const struct manifest *m = j->options.manifest;

	if (manifest_check(m, &j->done, err) < 0)
		return -1;
	j->start = manifest_is_done(m, &j->done) ? JOB_COMPLETE : JOB_GOES_ON;
	return journal_read(&j->journal, j->options.fallback, j->done.id, &j->done.place, err);
}

/* Says that the job is this process's now, and makes sure before anything is
 * read that it may commit. */
static int announce(struct job *j, struct error *err)
{
	const struct job_point point = {j->done.place, j->done.bytes, j->done.damaged,
					j->done.rejected, j->done.held};
	enum job_turn turn = JOB_BACK;

	if (job_begin(j) == TXN_DONE)
		while (turn == JOB_BACK && !*j->options.stop)
			turn = job_commit(j, &point);
	if (turn == JOB_READ && !j->out)
		return 0;
	if (j->halted.kind)
		*err = j->halted;
	else
		error_set(err, ERROR_OUTPUT, "job %s can't begin: %s; nothing was read",
			  j->options.name, j->out ? j->reason : j->txn.why);
	return -1;
}

static int check_found(const struct job *j, const struct checkpoints_job *found, struct error *err)
{
	const char *topic = found->topic, *dlq = j->how.dlq;

	if (!j->options.roams && strcmp(topic, j->how.topic) != 0 &&
	    (!dlq || strcmp(topic, dlq) != 0))
		return error_set(err, ERROR_CONFIG,
				 "job %s loads another topic, %s: choose another name for another "
				 "load",
				 j->options.name, topic);
	return manifest_check(j->options.manifest, &found->checkpoint, err);
}

/* Whoever names the wrong files shall not end the process that runs the job. */
static int check_unclaimed(struct job *j, struct error *err)
{
	const struct checkpoints k = {&j->producer.client, (int)j->txn.patience_ms,
				      j->options.stop};
	struct checkpoints_list list = {0};
	struct error unread;
	int rc = 0;

	if (checkpoints_list(&k, j->options.name, &list, &unread) == 0 && list.n)
		rc = check_found(j, &list.items[0], err);
	checkpoints_list_finish(&list);
	return rc;
}

int claim_begin(struct job *j, struct error *err)
{
	int n = check_unclaimed(j, err) < 0 ? -1 : claim_at_last(j, &j->done, err);

	if (n < 0 || (n ? begin_where_it_was(j, err) : begin_new(j, err)) < 0)
		return -1;
	j->first = (struct checkpoint){
		.records = j->done.records,
		.place = j->done.place,
		.at = j->done.at,
		.inputs = j->done.inputs,
		.damaged = j->done.damaged,
		.rejected = j->done.rejected,
		.file = mem_strdup(j->done.file),
	};
	j->run_before = j->done.run;
	ledger_copy(&j->saved, j->options.ledger);
	return j->start == JOB_COMPLETE ? 0 : announce(j, err);
}

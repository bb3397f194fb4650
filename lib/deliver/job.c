#include "deliver/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/claim.h"
#include "deliver/recovery.h"

/* Delivery reports are served, and the clock is read, after so many records. */
#define TURNS_PER_LOOK 64
/* With fewer on their way the load is slow, and the clock read each time. */
#define BUSY_FROM 1024
/* A transaction that a killed process left open keeps what is behind it from
 * readers for so long. */
#define TRANSACTION_MS 60000
/* What is committed after --delivery-timeout has still time to be. */
#define COMMIT_MS 30000
/* librdkafka's default, and how much later than that a message may be told of. */
#define MESSAGE_TIMEOUT_MS 300000
#define LOST_MARGIN_MS	   10000

void job_init(struct job *j, const struct job_options *options)
{
	*j = (struct job){.options = *options, .on = options->name};
	if (!j->on)
		return;
	j->id = mem_printf("redrive.%s", options->name);
	j->most = options->commit_records;
	while (!j->run && getrandom(&j->run, sizeof(j->run), 0) < 0)
		;
	ledger_init(&j->saved);
	ledger_init(&j->meant);
}

void job_finish(struct job *j)
{
	producer_finish(&j->producer);
	properties_finish(&j->properties);
	journal_finish(&j->journal);
	culprits_finish(&j->culprits);
	checkpoint_finish(&j->first);
	checkpoint_finish(&j->done);
	checkpoint_finish(&j->next);
	ledger_finish(&j->saved);
	ledger_finish(&j->meant);
	free(j->found_topic);
	free(j->id);
}

/* Unless the user has said something else. */
static void prefer(struct job *j, const char *name, const char *value)
{
	const struct property *item = properties_find(&j->properties, name);

	if (!item || strcmp(item->origin, "default") == 0)
		properties_set(&j->properties, name, value, j->options.origin);
}

/* A transaction is as a rule begun while the last one's marks are still written,
 * and librdkafka asks again after retry.backoff.ms; what bounds the tries of a
 * message is its timeout. */
static void set_retries(struct job *j)
{
	prefer(j, "retry.backoff.ms", "50");
	prefer(j, "message.send.max.retries", "2147483647");
}

/* librdkafka wants a message to time out before its transaction does. */
static void set_timeouts(struct job *j)
{
	const char *timeout = properties_get(&j->properties, "message.timeout.ms");
	long long ms = (timeout ? atoll(timeout) : 0) + COMMIT_MS;
	char text[24];

	snprintf(text, sizeof(text), "%lld", ms > TRANSACTION_MS ? ms : TRANSACTION_MS);
	properties_default(&j->properties, "transaction.timeout.ms", text);
}

static void poll_producer(void *ctx)
{
	struct job *j = ctx;

	producer_poll(&j->producer, 0);
}

static void idle(void *ctx)
{
	struct job *j = ctx;

	if (j->options.idle)
		j->options.idle(j->options.ctx);
}

static void set_transaction(struct job *j)
{
	j->txn = (struct transaction){
		.client = &j->producer.client,
		.poll = poll_producer,
		.patience_ms = j->options.patience_ms,
		.settle_ms = j->options.settle_ms,
		.stop = j->options.stop,
		.idle = idle,
		.ctx = j,
	};
}

int job_open(struct job *j, const struct producer_options *how, const char *topic,
	     struct error *err)
{
	properties_copy(&j->properties, how->properties);
	properties_set(&j->properties, "transactional.id", j->id, j->options.origin);
	set_timeouts(j);
	set_retries(j);
	set_transaction(j);
	j->how = *how;
	j->how.properties = &j->properties;
	j->how.transactional = true;
	j->how.ordered = false;
	j->topic = topic;
	stall_init(&j->stall, clock_mono_ms());
	if (producer_init(&j->producer, &j->how, err) < 0)
		return -1;
	return claim_begin(j, err);
}

const char *job_input(const struct job *j, const struct source_place *place)
{
	const struct manifest *m = j->options.manifest;

	return place->input < m->n ? m->paths[place->input] : NULL;
}

void job_place_text(struct buf *out, const struct job *j, const struct source_place *place)
{
	const char *input = job_input(j, place);

	buf_add_str(out, input ? input : "nothing more");
	if (input && place->member)
		buf_addf(out, ", member %u", place->member + 1);
	if (input)
		buf_addf(out, ", line %llu", (unsigned long long)place->line);
}

/* Every message is told of when its time is over, at the latest. */
static int64_t lost_ms(const struct job *j)
{
	const char *timeout = properties_get(&j->producer.properties, "message.timeout.ms");
	int64_t ms = timeout ? atoll(timeout) : 0;

	return (ms ? ms : MESSAGE_TIMEOUT_MS) + LOST_MARGIN_MS;
}

static void look(struct job *j)
{
	int64_t now = clock_mono_ms();

	stall_look(&j->stall, &j->producer, now);
	if (j->producer.reports != j->reports || !j->producer.inflight) {
		j->reports = j->producer.reports;
		j->heard = now;
	}
	j->lost = now - j->heard >= lost_ms(j);
}

void job_serve(struct job *j, int timeout_ms)
{
	producer_poll(&j->producer, timeout_ms);
	look(j);
}

/* The record that was sent last, if the client itself refused it: then it was
 * never part of the transaction. A pack that went before it may hold others. */
static struct failure *take_refused(struct job *j, const char *value)
{
	struct failure_list *failed = &j->producer.failed;
	struct failure *last = failed->n == 1 ? failed->items[0] : NULL;

	if (!last || !last->refused || last->record.value.data != value ||
	    !contract_blames_record(last->err))
		return NULL;
	failed->n = 0;
	return last;
}

bool job_wait(struct job *j, int64_t since)
{
	if (*j->options.stop && clock_mono_ms() - since >= j->options.settle_ms)
		j->cut = true;
	else
		job_serve(j, 20);
	return !j->cut && !j->lost && !j->producer.failed.n;
}

struct failure *job_send(struct job *j, const struct record *r)
{
	int64_t since = 0;

	/* What is not sent after a failure goes with its transaction. */
	if (j->producer.failed.n || j->cut || j->lost)
		return NULL;
	while (!producer_send(&j->producer, r)) {
		since = since ? since : clock_mono_ms();
		if (!job_wait(j, since))
			return NULL;
	}
	return take_refused(j, r->value.data);
}

bool job_send_letter(struct job *j, struct failure *f,
		     const struct record *(*make)(void *ctx, const struct failure *f), void *ctx)
{
	const char *value = f->record.value.data;
	int64_t since = 0;

	if (j->out)
		return false;
	if (j->producer.failed.n || j->cut || j->lost) {
		failure_destroy(f);
		return true;
	}
	while (!producer_send_letter(&j->producer, f, make(ctx, f))) {
		since = since ? since : clock_mono_ms();
		if (!job_wait(j, since)) {
			failure_destroy(f);
			return true;
		}
	}
	return !take_refused(j, value);
}

void job_note_fallback(struct job *j, const struct failure *f)
{
	struct source_place at = {0};

	if (!f->origin)
		return;
	at = (struct source_place){f->origin->input, f->origin->number, f->offset, f->line};
	journal_add(&j->journal, &at);
	/* It stays done, whatever becomes of the transaction. */
	j->saved.read++;
	ledger_error(&j->saved, f->cause.code);
}

enum job_turn job_turn(struct job *j)
{
	int64_t now;

	if ((j->producer.failed.n || j->lost) && !j->back)
		recover(j);
	if (j->halted.kind)
		return JOB_HALT;
	if (j->back) {
		j->back = false;
		return JOB_BACK;
	}
	if (j->taken - j->passed >= j->most && !j->out)
		return JOB_COMMIT;
	if (++j->turns % TURNS_PER_LOOK && (j->out || j->producer.inflight >= BUSY_FROM))
		return JOB_READ;
	job_serve(j, 0);
	now = clock_mono_ms();
	if (!j->out)
		return j->taken && now - j->began >= j->options.commit_ms ? JOB_COMMIT : JOB_READ;
	if (now < j->try_at)
		return JOB_READ;
	recovery_probe(j);
	return j->out ? JOB_READ : JOB_COMMIT;
}

static void set_next(struct job *j, const struct job_point *point)
{
	struct checkpoint *c = &j->next;

	checkpoint_finish(c);
	*c = (struct checkpoint){
		.job = mem_strdup(j->options.name),
		.id = j->done.id,
		.run = j->run,
		.records = j->done.records + j->taken,
		.at = clock_wall_ms(),
		.place = point->place,
		.bytes = point->bytes,
		.damaged = point->damaged,
		.rejected = point->rejected,
		.held = point->held,
	};
	manifest_fill(j->options.manifest, c);
	ledger_copy(&j->meant, j->options.ledger);
}

/* Everything has arrived, or something has failed. */
static void drain(struct job *j)
{
	int64_t since = clock_mono_ms();

	while (j->producer.inflight && !j->producer.failed.n && !j->cut && !j->lost) {
		producer_kick(&j->producer, 50);
		look(j);
		if (j->options.idle)
			j->options.idle(j->options.ctx);
		if (*j->options.stop && clock_mono_ms() - since >= j->options.settle_ms)
			j->cut = true;
	}
}

void job_note_committed(struct job *j)
{
	checkpoint_finish(&j->done);
	j->done = j->next;
	j->next = (struct checkpoint){0};
	j->announced = true;
	ledger_copy(&j->saved, &j->meant);
	if (j->furthest < j->done.records)
		j->furthest = j->done.records;
	j->taken = j->passed = 0;
	j->attempts = 0;
	j->in_doubt = false;
	journal_forget(&j->journal, &j->done.place);
	culprits_forget(&j->culprits, &j->done.place);
	recovery_widen(j);
}

/* On partition 0 of the job's topic. */
static rd_kafka_topic_partition_list_t *offset_of(const struct job *j, const char *metadata)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *at = rd_kafka_topic_partition_list_add(list, j->topic, 0);

	at->offset = (int64_t)j->next.records;
	/* librdkafka copies it with the list, and frees it with free(). */
	at->metadata = strdup(metadata);
	at->metadata_size = strlen(metadata);
	return list;
}

static enum txn_answer commit(struct job *j)
{
	rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(j->id);
	rd_kafka_topic_partition_list_t *list;
	struct buf metadata = {0};
	enum txn_answer answer;

	checkpoint_write(&metadata, &j->next);
	list = offset_of(j, metadata.data);
	answer = transaction_commit(&j->txn, &(struct txn_offsets){list, group});
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_consumer_group_metadata_destroy(group);
	buf_finish(&metadata);
	return answer;
}

enum txn_answer job_begin(struct job *j)
{
	enum txn_answer answer = transaction_begin(&j->txn);

	j->open = answer == TXN_DONE;
	j->began = j->heard = clock_mono_ms();
	return answer;
}

enum job_turn job_commit(struct job *j, const struct job_point *point)
{
	enum txn_answer answer;

	if (j->out)
		recovery_probe(j);
	if (j->out)
		return JOB_READ;
	/* The run ended in the middle of a recovery. */
	if (!j->open)
		return JOB_HALT;
	drain(j);
	if (j->cut)
		return JOB_HALT;
	if (j->producer.failed.n || j->lost || j->back || j->halted.kind)
		return job_turn(j);
	set_next(j, point);
	answer = commit(j);
	if (answer == TXN_DONE) {
		job_note_committed(j);
		answer = job_begin(j);
	} else {
		j->in_doubt = j->txn.asked;
	}
	if (answer == TXN_DONE)
		return JOB_READ;
	recover_from(j, answer);
	return job_turn(j);
}

void job_abandon(struct job *j, bool fallback_failed)
{
	recovery_roll_back(j);
	if (j->start == JOB_COMPLETE)
		return;
	/* What it could not take is read again, too. */
	if (fallback_failed)
		j->options.ledger->read -= ledger_unsettled(j->options.ledger);
	/* Whoever goes on aborts it, too. */
	j->txn.patience_ms = j->options.settle_ms;
	if (j->open && !j->halted.kind)
		transaction_abort(&j->txn);
	failure_list_finish(&j->producer.failed);
}

#include "replay/batch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "replay/reading.h"
#include "replay/recover.h"
#include "replay/takeover.h"
#include "replay/work.h"

/* With a rate, consumers shall get a tenth of a second's worth at once at most. */
#define RATE_COMMIT_MS 50
/* Of letters that can't be sent, so many of each code are named. */
#define NAMED_PER_CODE 10

static void save(struct replay *r)
{
	memcpy(r->saved.tracks, r->tracks, r->n * sizeof(*r->tracks));
	ledger_copy(&r->saved.ledger, r->options.ledger);
	r->saved.taken = r->taken;
	r->n_slips = 0;
}

void batch_save(struct replay *r)
{
	save(r);
}

static void see(struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->tracks[i].ours && r->tracks[i].at > r->tracks[i].seen)
			r->tracks[i].seen = r->tracks[i].at;
}

void batch_keep(struct replay *r)
{
	see(r);
	save(r);
}

void batch_roll_back(struct replay *r)
{
	uint64_t retries = r->options.ledger->retries;

	memcpy(r->tracks, r->saved.tracks, r->n * sizeof(*r->tracks));
	ledger_copy(r->options.ledger, &r->saved.ledger);
	r->options.ledger->retries = retries;
	r->taken = r->saved.taken;
	r->enough = false;
	for (size_t i = 0; i < r->n; i++)
		held_rewind(&r->judge.held, (int32_t)i, r->tracks[i].at);
	r->n_slips = 0;
	canary_abort(&r->canary);
}

static void settled_mend(struct replay *r)
{
	if (!r->options.mend)
		return;
	mend_set_exact(r->options.mend, false);
	if (!r->slow && mend_is_slow(r->options.mend))
		event_emit(r->options.events, EVENT_WARNING, "mend_slow", EVENT_NO_FIELDS,
			   "The transform command is several processes side by side, which could "
			   "mix messages up: it is started anew for each of them, and that takes "
			   "time. One program for all would be faster");
	r->slow = mend_is_slow(r->options.mend);
}

/* All that was taken is as good as done. */
void batch_settle(struct replay *r)
{
	see(r);
	r->attempts = 0;
	settled_mend(r);
	r->narrow = r->narrow > r->n_slips ? r->narrow - r->n_slips : 0;
	if (!r->narrow) {
		r->most = r->options.commit_records;
		blamed_finish(&r->blamed);
	}
	canary_commit(&r->canary);
	save(r);
}

bool batch_begin(struct replay *r)
{
	enum txn_answer answer;

	if (r->outbox.open)
		return true;
	answer = outbox_begin(&r->outbox);
	r->began = clock_mono_ms();
	r->began_wall = clock_wall_ms();
	if (answer == TXN_DONE)
		return true;
	recover_batch(r, answer);
	return false;
}

static uint32_t add_slip(struct replay *r, const struct received *received, struct destination *to)
{
	r->slips = mem_grow(r->slips, &r->cap_slips, r->n_slips + 1, sizeof(*r->slips));
	r->slips[r->n_slips] = (struct slip){received->partition, received->offset, to};
	return (uint32_t)r->n_slips++;
}

/* False: something has failed meanwhile, or the run shall end and this takes too long. */
static bool hand_over(struct replay *r, struct outbox_topic *topic, int32_t partition,
		      const struct record *record, enum outbox_kind kind, uint32_t slip)
{
	int64_t since = 0;

	while (!outbox_send(&r->outbox, topic, partition, record, kind, slip)) {
		since = since ? since : clock_mono_ms();
		if (r->outbox.n_failures || outbox_is_lost(&r->outbox) ||
		    (*r->options.stop && clock_mono_ms() - since >= r->options.settle_ms))
			return false;
		r->waited = true;
		outbox_serve(&r->outbox, 10);
	}
	return !r->outbox.n_failures;
}

/* Most entries of a batch say the same: it is written once. */
static bool says_the_same(const struct replay *r, const struct entry *e)
{
	const struct entry *last = &r->last;

	return r->value.len && !e->reason && !last->reason && e->resolution == last->resolution &&
	       e->to == last->to && e->at == last->at;
}

static void write_entry(struct replay *r, const struct entry *e)
{
	buf_clear(&r->key);
	entry_key(&r->key, e);
	if (says_the_same(r, e))
		return;
	r->last = *e;
	buf_clear(&r->value);
	entry_value(&r->value, e);
}

static bool send_entry(struct replay *r, const struct letter *l, enum resolution resolution,
		       const struct judgement *j, uint32_t slip)
{
	const struct entry e = {
		.partition = l->received->partition,
		.offset = l->received->offset,
		.resolution = resolution,
		.to = j->to && resolution == RESOLUTION_REPLAYED ? j->to->name : NULL,
		.by = r->by,
		.reason = resolution == RESOLUTION_DISCARDED ? r->options.reason
			  : *j->message			     ? j->message
							     : NULL,
		.at = r->began_wall,
	};
	struct record record = {.timestamp = RECORD_NO_TIMESTAMP};

	if (!r->resolved)
		return true;
	write_entry(r, &e);
	record.key = buf_slice(&r->key);
	record.value = buf_slice(&r->value);
	return hand_over(r, &r->ledger_topic, e.partition, &record, OUTBOX_ENTRY, slip);
}

/* Where it came from, as far as anybody knows. */
static const char *topic_of(const struct replay *r, const struct judgement *j)
{
	const char *original = r->judge.original.topic;

	return *original || !j->to ? original : j->to->name;
}

/* What goes back to the DLQ: the letter as it was, with headers that say what is wrong now. */
static const struct record *make_letter(struct replay *r, const struct letter *l,
					const struct judgement *j)
{
	const struct position nowhere = {0};
	struct record record = *l->record;
	struct failure *f;

	r->headers =
		mem_grow(r->headers, &r->cap_headers, record.n_headers + 1, sizeof(*r->headers));
	record.timestamp = r->judge.original.record.timestamp;
	record.headers = r->headers;
	record.n_headers = original_for_letter(r->options.decoder, l, r->headers);
	f = failure_from_record(&record, &nowhere, j->cause, j->message);
	f->replays = r->judge.original.replays + 1;
	failure_destroy(r->failure);
	r->failure = f;
	deadletter_make(&r->letter, f, DEADLETTER_REDRIVE, topic_of(r, j), NULL);
	return &r->letter.record;
}

static bool send_back(struct replay *r, const struct letter *l, const struct judgement *j,
		      uint32_t slip)
{
	const struct record *record = j->fate == FATE_RETURN ? make_letter(r, l, j) : l->record;

	return hand_over(r, &r->dlq_topic, l->received->partition, record, OUTBOX_LETTER, slip) &&
	       send_entry(r, l, RESOLUTION_RETURNED, j, slip);
}

static bool send_on(struct replay *r, const struct letter *l, const struct judgement *j,
		    uint32_t slip)
{
	if (r->options.canary && !r->canary.passed)
		canary_add(&r->canary, slip, j->to->name, j->record);
	return hand_over(r, &j->to->topic, j->partition, j->record, OUTBOX_RECORD, slip) &&
	       send_entry(r, l, RESOLUTION_REPLAYED, j, slip);
}

static bool write_out(struct replay *r, const struct letter *l, const struct judgement *j)
{
	uint32_t slip;

	if (j->fate == FATE_STAY)
		return true;
	slip = add_slip(r, l->received, j->to);
	switch (j->fate) {
	case FATE_SEND:
		return send_on(r, l, j, slip);
	case FATE_DISCARD:
		return send_entry(r, l, RESOLUTION_DISCARDED, j, slip);
	case FATE_PARK:
		return send_entry(r, l, RESOLUTION_PARKED, j, slip);
	case FATE_RETURN:
	case FATE_MOVE:
		return send_back(r, l, j, slip);
	case FATE_STAY:
		break;
	}
	return true;
}

static void say(struct replay *r, const struct received *received, const struct judgement *j,
		const char *code, bool loud)
{
	static const char *const what[] = {
		[FATE_PARK] = "parked",
		[FATE_STAY] = "left pending",
		[FATE_RETURN] = "back to the end of the DLQ",
		[FATE_MOVE] = "moved to the end of the DLQ",
	};

	event_emit(r->options.events, loud ? EVENT_WARNING : EVENT_DEBUG, "not_replayed",
		   EVENT_FIELDS(EVENT_TEXT("code", code),
				EVENT_NUMBER("partition", received->partition),
				EVENT_NUMBER("offset", received->offset),
				EVENT_TEXT("fate", what[j->fate])),
		   "%s %" PRId32 ":%" PRId64 ": %s: %s; %s", r->options.dlq, received->partition,
		   received->offset, code, j->message, what[j->fate]);
}

/* nth: of those with its code. Once each, however often its batch is done. */
static void tell(struct replay *r, const struct received *received, const struct judgement *j,
		 uint64_t nth)
{
	struct track *t = &r->tracks[received->partition];
	const char *code = j->cause.code ? j->cause.code : "MAX_REPLAYS";

	if (j->fate < FATE_PARK || received->offset < t->told)
		return;
	t->told = r->saved.tracks[received->partition].told = received->offset + 1;
	say(r, received, j, code, nth <= NAMED_PER_CODE);
	if (nth == NAMED_PER_CODE)
		event_emit(
			r->options.events, EVENT_WARNING, "more_failures",
			EVENT_FIELDS(EVENT_TEXT("code", code)),
			"Further ones with %s are only counted (see them with --log-level debug)",
			code);
}

uint64_t batch_count(struct replay *r, const struct judgement *j)
{
	static const enum outcome outcomes[] = {
		[FATE_SEND] = OUTCOME_DELIVERED,       [FATE_DISCARD] = OUTCOME_DISCARDED,
		[FATE_PARK] = OUTCOME_PARKED,	       [FATE_STAY] = OUTCOME_PENDING,
		[FATE_RETURN] = OUTCOME_DEAD_LETTERED, [FATE_MOVE] = OUTCOME_DEAD_LETTERED,
	};
	struct ledger *l = r->options.ledger;

	ledger_read(l);
	ledger_settle(l, outcomes[j->fate]);
	return j->cause.code ? ledger_error(l, j->cause.code) : l->outcome[outcomes[j->fate]];
}

/* A parked one may be discarded, or sent after all, as long as there is a ledger. */
static bool is_done(const struct replay *r, enum fate fate)
{
	return fate != FATE_STAY && (fate != FATE_PARK || !r->resolved);
}

bool batch_take(struct replay *r, const struct letter *l, const struct judgement *j)
{
	const struct received *received = l->received;

	if (j->fate != FATE_STAY && !batch_begin(r))
		return false;
	if (!write_out(r, l, j)) {
		recover_batch(r, TXN_ABORT);
		return false;
	}
	tell(r, received, j, batch_count(r, j));
	r->taken++;
	track_pass(&r->tracks[received->partition], received->offset, is_done(r, j->fate));
	return true;
}

bool batch_is_full(const struct replay *r)
{
	if (r->options.mend && mend_is_unsure(r->options.mend))
		return true;
	return r->outbox.open && r->n_slips >= r->most;
}

bool batch_is_due(const struct replay *r)
{
	int64_t ms = r->options.rate ? RATE_COMMIT_MS : r->options.commit_ms;

	return batch_is_full(r) || (r->outbox.open && clock_mono_ms() - r->began >= ms);
}

/* The end of what is done with, and how far this process has looked beyond it. */
static rd_kafka_topic_partition_list_t *offsets_of(const struct replay *r)
{
	rd_kafka_topic_partition_list_t *list =
		rd_kafka_topic_partition_list_new((int)r->n_ours + 1);

	for (size_t i = 0; i < r->n; i++) {
		const struct track *t = &r->tracks[i];
		rd_kafka_topic_partition_t *part;

		if (!t->ours)
			continue;
		part = rd_kafka_topic_partition_list_add(list, r->options.dlq, t->partition);
		part->offset = track_prefix(t);
		part->metadata = takeover_note(r->options.print, t->at);
		part->metadata_size = strlen(part->metadata);
	}
	return list;
}

static enum txn_answer commit(struct replay *r)
{
	rd_kafka_topic_partition_list_t *parts = offsets_of(r);
	rd_kafka_consumer_group_metadata_t *group = member_metadata(r->member);
	const struct txn_offsets offsets = {parts, group};
	enum txn_answer answer = TXN_ABORT;

	/* In that order: what the group has given away meanwhile, its number tells. */
	if (group && !member_is_lost(r->member))
		answer = outbox_commit(&r->outbox, &offsets);
	if (group)
		rd_kafka_consumer_group_metadata_destroy(group);
	rd_kafka_topic_partition_list_destroy(parts);
	return answer;
}

/* False: what the transform command has answered may stand at the wrong letters. */
static bool settle_mend(struct replay *r)
{
	struct verdict why;

	if (!r->options.mend || mend_settle(r->options.mend, &why) == MEND_DONE)
		return true;
	event_emit(r->options.events, EVENT_WARNING, "mend_unsure", EVENT_NO_FIELDS,
		   "%s: the batch is done again, with a process for each message",
		   why.message ? why.message : "The transform command has mixed its answers up");
	return false;
}

/* Nothing of it was sent: it is no failure of the cluster. */
static void do_exactly(struct replay *r)
{
	batch_abort(r);
	mend_set_exact(r->options.mend, true);
	r->failures++;
	if (r->held && !r->reopen)
		reading_start(r);
}

bool batch_commit(struct replay *r)
{
	enum txn_answer answer = TXN_ABORT;

	if (!settle_mend(r)) {
		do_exactly(r);
		return false;
	}
	if (!batch_begin(r))
		return false;
	if (outbox_drain(&r->outbox))
		answer = commit(r);
	if (answer != TXN_DONE) {
		recover_batch(r, answer);
		return false;
	}
	batch_settle(r);
	return true;
}

void batch_abort(struct replay *r)
{
	if (r->outbox.open && outbox_abort(&r->outbox) != TXN_DONE)
		r->reopen = true;
	outbox_forget_failures(&r->outbox);
	batch_roll_back(r);
}

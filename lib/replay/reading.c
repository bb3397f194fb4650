#include "replay/reading.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "replay/batch.h"
#include "replay/look.h"
#include "replay/prepare.h"
#include "replay/recover.h"
#include "replay/work.h"

/* The group is looked after, and the clock read, after so many records. */
#define TURNS_PER_LOOK	512
#define TURNS_PER_CLOCK 32
#define LOOK_MS		100
/* What the clocks of two machines may differ in. */
#define CLOCKS_DIFFER_MS 60000

/* With a limit, what comes first is first, whatever comes in faster: one after the other. */
void reading_start(struct replay *r)
{
	struct reader_part *parts = mem_alloc(r->n + 1, sizeof(*parts));
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct track *t = &r->tracks[i];

		if (t->ours)
			t->ended = t->at >= t->to;
		t->reading = t->ours && !t->ended && !(r->options.limit && n);
		if (t->reading)
			parts[n++] = (struct reader_part){t->partition, t->at, t->to};
	}
	reader_start(r->reader, parts, n);
	free(parts);
}

/* Waits for the next record's turn. False: the batch has failed meanwhile. */
static bool keep_pace(struct replay *r)
{
	int64_t ms;

	while ((ms = pace_wait_ms(&r->pace, clock_mono_ms())) > 0 && !*r->options.stop) {
		if (batch_is_due(r) && !batch_commit(r))
			return false;
		work_wait(r, ms < 20 ? ms : 20);
	}
	pace_take(&r->pace);
	return !*r->options.stop;
}

/* A topic that takes less than those before makes batches smaller. False: the batch has
 * failed. */
static bool fit_batches(struct replay *r, const struct judgement *j)
{
	int size =
		j->to && j->fate == FATE_SEND ? prepare_batch_size(&j->to->info.limits) : INT32_MAX;

	if (size >= r->outbox.batch_size)
		return true;
	if (r->outbox.open && !batch_commit(r))
		return false;
	recover_outbox(r, size);
	return !r->reopen;
}

static void check_tolerance(struct replay *r)
{
	const struct ledger *l = r->options.ledger;

	if (!tolerance_exceeded(&r->options.tolerance, ledger_errors(l), l->read) ||
	    !batch_commit(r))
		return;
	error_set(&r->halted, ERROR_OUTPUT,
		  "%llu of %llu messages could not be replayed, which is "
		  "more than --max-failures allows",
		  (unsigned long long)ledger_errors(l), (unsigned long long)l->read);
}

static void check_canary(struct replay *r, const struct judgement *j)
{
	if (!r->options.canary || r->canary.passed)
		return;
	if (j->fate == FATE_RETURN)
		r->canary.refused = true;
	if (r->canary.refused || r->canary.n >= r->options.canary)
		look_wait(r);
}

/* A letter that is meant; parked: it is already. False: as batch_take, or the canaries are
 * waited for. */
static bool take_letter(struct replay *r, const struct letter *l, bool parked)
{
	const struct received *received = l->received;
	struct judgement culprit;
	bool blamed = blamed_find(&r->blamed, received->partition, received->offset, &culprit);
	unsigned failures = r->failures;
	struct judgement j;
	struct error err;

	if (judge_letter(&r->judge, l, blamed ? &culprit : NULL, &j, &err) < 0) {
		work_halt(r, &err);
		return false;
	}
	if (parked && j.fate == FATE_PARK) {
		r->options.ledger->already_resolved++;
		track_pass(&r->tracks[received->partition], received->offset, false);
		return true;
	}
	/* A command that was interrupted has said nothing. */
	if (*r->options.stop && r->options.transforms)
		return false;
	if (!fit_batches(r, &j))
		return false;
	if (j.fate == FATE_SEND && r->options.rate && !keep_pace(r))
		return false;
	if (!batch_take(r, l, &j))
		return false;
	r->enough = r->options.limit && r->taken >= r->options.limit;
	check_canary(r, &j);
	if (!r->halted.kind && j.cause.code)
		check_tolerance(r);
	return !r->halted.kind && r->failures == failures && !r->canary.until;
}

/* What this process has decided before, it has counted. */
static bool pass_seen(struct track *t, int64_t offset, bool done)
{
	if (offset >= t->seen)
		return false;
	track_pass(t, offset, done);
	return true;
}

enum letter_status reading_status(const struct replay *r, const struct received *received)
{
	return r->resolved ? resolved_status(r->resolved, received->partition, received->offset)
			   : STATUS_PENDING;
}

bool reading_is_of_this(struct replay *r, const struct track *t, const struct received *received)
{
	struct letter l;

	letter_read(&l, r->options.decoder, received);
	if (!letter_has(&l, LETTER_WHEN) ||
	    l.fields[LETTER_WHEN].number <= t->newest + CLOCKS_DIFFER_MS)
		return true;
	error_set(
		&r->halted, ERROR_CONFIG,
		"the ledger %s is older than what it says is done with: it must be that of a topic "
		"%s that was deleted. Delete it: kafka-topics.sh --bootstrap-server %s --delete "
		"--topic %s",
		resolved_topic(r->resolved), r->options.dlq,
		properties_get(r->options.properties, "bootstrap.servers"),
		resolved_topic(r->resolved));
	return false;
}

static bool take(struct replay *r, const struct received *received)
{
	struct track *t = &r->tracks[received->partition];
	enum letter_status status = reading_status(r, received);
	bool done = status_is_done(status);
	struct letter l;

	if (pass_seen(t, received->offset, done))
		return true;
	if (done && t->newest >= 0 && !reading_is_of_this(r, t, received))
		return false;
	if (done) {
		r->options.ledger->already_resolved++;
		track_pass(t, received->offset, true);
		return true;
	}
	letter_read(&l, r->options.decoder, received);
	if (selection_has(r->options.selection, &l))
		return take_letter(r, &l, status == STATUS_PARKED);
	r->options.ledger->skipped++;
	track_pass(t, received->offset, false);
	return true;
}

void reading_end_tracks(struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->tracks[i].reading)
			track_end(&r->tracks[i]);
	r->told = false;
	if (r->options.limit)
		reading_start(r);
}

/* Shall others have their turn, after the i-th record? The clock is read after each that may
 * have taken its time, and now and then. */
static bool is_turn_over(struct replay *r, int i, int64_t until)
{
	bool slow = r->waited || r->options.mend || r->options.rate || i % TURNS_PER_CLOCK == 0;

	r->waited = false;
	return batch_is_full(r) || (slow && (clock_mono_ms() >= until || batch_is_due(r)));
}

void reading_take_some(struct replay *r)
{
	int64_t until = clock_mono_ms() + LOOK_MS;
	struct received received;
	struct error err;

	for (int i = 1; i <= TURNS_PER_LOOK; i++) {
		switch (reader_next(r->reader, &received, &err)) {
		case READER_RECORD:
			if (!take(r, &received) || work_is_over(r) || r->enough ||
			    is_turn_over(r, i, until))
				return;
			break;
		case READER_END:
			reading_end_tracks(r);
			return;
		case READER_FAILED:
			work_halt(r, &err);
			return;
		case READER_WAIT:
			return;
		}
	}
}

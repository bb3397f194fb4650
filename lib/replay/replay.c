#include "replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "replay/work.h"

/* The group is looked after, and the clock read, after so many records. */
#define TURNS_PER_LOOK	512
#define TURNS_PER_CLOCK 32
#define LOOK_MS		100
/* What the clocks of two machines may differ in. */
#define CLOCKS_DIFFER_MS 60000
/* How long the group may take to say something when there is nothing else to do. */
#define WAIT_MS 100
/* Whether others are done is asked so often. */
#define OTHERS_MS 500

static void on_delivered(void *ctx, uint32_t slip, int32_t partition, int64_t offset)
{
	struct replay *r = ctx;

	if (r->canary.n > r->canary.committed)
		canary_place(&r->canary, slip, partition, offset);
}

static void idle(void *ctx)
{
	struct replay *r = ctx;

	if (r->options.idle)
		r->options.idle(r->options.ctx);
}

static void set_names(struct replay *r)
{
	char host[256] = "";
	uint64_t random = 0;

	gethostname(host, sizeof(host) - 1);
	r->by = mem_printf("%s:%ld", host, (long)getpid());
	while (!random && getrandom(&random, sizeof(random), 0) < 0)
		;
	r->id = mem_printf(MEMBER_GROUP_PREFIX "%s.%016llx", r->options.dlq,
			   (unsigned long long)random);
}

static int open_reader(struct replay *r, struct error *err)
{
	const struct reader_options options = {
		.name = "dlq",
		.topic = r->options.dlq,
		.properties = r->options.properties,
		.patience_ms = r->options.patience_ms,
		.stop = r->options.stop,
		.idle = idle,
		.ctx = r,
		.events = r->options.events,
	};

	r->reader = reader_create(&options, err);
	return r->reader ? 0 : -1;
}

int work_open_ledger(struct replay *r, struct error *err)
{
	const struct resolved_options options = {
		.dlq = r->options.dlq,
		.properties = r->options.properties,
		.patience_ms = r->options.patience_ms,
		.whole = true,
		.stop = r->options.stop,
		.idle = idle,
		.ctx = r,
		.events = r->options.events,
	};

	if (r->options.no_ledger)
		return 0;
	r->resolved = resolved_create(&options, err);
	return r->resolved ? 0 : -1;
}

static int open_member(struct replay *r, struct error *err)
{
	const struct member_options options = {
		.dlq = r->options.dlq,
		.properties = r->options.properties,
		.print = r->options.print,
		.patience_ms = r->options.patience_ms,
		.stop = r->options.stop,
		.events = r->options.events,
	};

	r->member = member_create(&options, err);
	return r->member ? 0 : -1;
}

static int open_outbox(struct replay *r, struct error *err)
{
	const struct outbox_options options = {
		.id = r->id,
		.properties = r->options.properties,
		.patience_ms = r->options.patience_ms,
		.settle_ms = r->options.settle_ms,
		.stop = r->options.stop,
		.idle = idle,
		.on_delivered = on_delivered,
		.ctx = r,
		.events = r->options.events,
	};

	return outbox_init(&r->outbox, &options, err);
}

static void open_judge(struct replay *r)
{
	const struct judge_options options = {
		.dlq = r->options.dlq,
		.to = r->options.to,
		.discard = r->options.discard,
		.keep_key_order = r->options.keep_key_order,
		.nothing_stays = r->options.no_ledger,
		.max_replays = r->options.max_replays,
		.decoder = r->options.decoder,
		.destinations = &r->destinations,
		.dlq_limits = &r->dlq.limits,
		.mend = r->options.mend,
	};

	destinations_init(&r->destinations, &r->client, r->options.patience_ms, r->options.stop);
	judge_init(&r->judge, &options);
}

struct replay *replay_create(const struct replay_options *options, struct error *err)
{
	struct replay *r = mem_alloc(1, sizeof(*r));

	r->options = *options;
	/* No more than these are sent: they are the first. */
	if (options->limit && options->canary > options->limit)
		r->options.canary = options->limit;
	r->dlq_topic.name = options->dlq;
	r->most = options->commit_records;
	ledger_init(&r->saved.ledger);
	pace_init(&r->pace, options->rate);
	set_names(r);
	open_judge(r);
	properties_copy(&r->properties, options->properties);
	properties_default(&r->properties, "client.id", "redrive");
	if (client_init(&r->client, "topic", &r->properties, NULL, options->events, err) == 0 &&
	    open_reader(r, err) == 0 && work_open_ledger(r, err) == 0 && open_member(r, err) == 0 &&
	    open_outbox(r, err) == 0)
		return r;
	replay_destroy(r);
	return NULL;
}

void replay_destroy(struct replay *r)
{
	if (!r)
		return;
	outbox_finish(&r->outbox);
	member_destroy(r->member);
	resolved_destroy(r->resolved);
	reader_destroy(r->reader);
	judge_finish(&r->judge);
	destinations_finish(&r->destinations);
	client_finish(&r->client);
	properties_finish(&r->properties);
	ledger_finish(&r->saved.ledger);
	canary_finish(&r->canary);
	blamed_finish(&r->blamed);
	deadletter_finish(&r->letter);
	failure_destroy(r->failure);
	buf_finish(&r->key);
	buf_finish(&r->value);
	free(r->saved.tracks);
	free(r->tracks);
	free(r->ends);
	free(r->slips);
	free(r->headers);
	free(r->by);
	free(r->id);
	free(r);
}

static void halt(struct replay *r, const struct error *err)
{
	if (!r->halted.kind)
		r->halted = *err;
}

void work_wait(struct replay *r, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while ((left = until - clock_mono_ms()) > 0 && !*r->options.stop)
		outbox_serve(&r->outbox, left < 50 ? (int)left : 50);
}

/* With a limit, what comes first is first, whatever comes in faster: one after the other. */
void work_start_reading(struct replay *r)
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

static bool is_over(const struct replay *r)
{
	return r->halted.kind || *r->options.stop;
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
	int size = j->to && j->fate == FATE_SEND ? work_batch_size(&j->to->info.limits) : INT32_MAX;

	if (size >= r->outbox.batch_size)
		return true;
	if (r->outbox.open && !batch_commit(r))
		return false;
	work_reopen(r, size);
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
		canary_wait(r);
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
		halt(r, &err);
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

enum letter_status work_status(const struct replay *r, const struct received *received)
{
	return r->resolved ? resolved_status(r->resolved, received->partition, received->offset)
			   : STATUS_PENDING;
}

/* Nobody can have resolved what had not failed yet. False: halted. */
bool work_is_of_this(struct replay *r, const struct track *t, const struct received *received)
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
	enum letter_status status = work_status(r, received);
	bool done = status_is_done(status);
	struct letter l;

	if (pass_seen(t, received->offset, done))
		return true;
	if (done && t->newest >= 0 && !work_is_of_this(r, t, received))
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

void work_end_tracks(struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->tracks[i].reading)
			track_end(&r->tracks[i]);
	r->told = false;
	if (r->options.limit)
		work_start_reading(r);
}

/* Shall others have their turn, after the i-th record? The clock is only read where that
 * takes no time beside the record. */
static bool is_time(const struct replay *r, int i, int64_t until)
{
	bool slow = r->options.mend || r->options.rate || i % TURNS_PER_CLOCK == 0;

	return batch_is_full(r) || (slow && (clock_mono_ms() >= until || batch_is_due(r)));
}

/* Some of what is there to read. */
static void read_some(struct replay *r)
{
	int64_t until = clock_mono_ms() + LOOK_MS;
	struct received received;
	struct error err;

	for (int i = 1; i <= TURNS_PER_LOOK; i++) {
		switch (reader_next(r->reader, &received, &err)) {
		case READER_RECORD:
			if (!take(r, &received) || is_over(r) || r->enough || is_time(r, i, until))
				return;
			break;
		case READER_END:
			work_end_tracks(r);
			return;
		case READER_FAILED:
			halt(r, &err);
			return;
		case READER_WAIT:
			return;
		}
	}
}

/* Partitions that others want, or have. */
static void give_back(struct replay *r)
{
	if (r->held && !r->reopen && !member_is_lost(r->member) && r->outbox.open &&
	    !r->halted.kind)
		batch_commit(r);
	if (r->outbox.open)
		batch_abort(r);
	share_drop(r);
	member_release(r->member);
}

static void serve_group(struct replay *r, int timeout_ms)
{
	struct error err;

	switch (member_poll(r->member, timeout_ms, &err)) {
	case MEMBER_NOTHING:
		break;
	case MEMBER_ASSIGNED:
		r->assigned = true;
		r->held = false;
		break;
	case MEMBER_REVOKED:
		r->assigned = false;
		give_back(r);
		silence_begin(&r->outbox.silence);
		break;
	case MEMBER_FAILED:
		halt(r, &err);
		break;
	}
}

/* All of this share is read: the group is told, and the others are waited for. */
static void finish_share(struct replay *r)
{
	if (!r->told && r->n_ours && !batch_commit(r))
		return;
	r->told = true;
	if (r->options.canary && !r->canary.passed && r->canary.n) {
		canary_wait(r);
		return;
	}
	if (r->asked && clock_mono_ms() - r->asked < OTHERS_MS)
		return;
	r->asked = clock_mono_ms();
	r->done = share_all_done(r);
}

static void step(struct replay *r)
{
	bool busy = r->held && (!share_is_read(r) || !r->told) && !r->reopen && !r->canary.until;

	serve_group(r, busy ? 0 : WAIT_MS);
	idle(r);
	if (is_over(r))
		return;
	if (!r->assigned) {
		share_await(r);
		return;
	}
	if (r->reopen) {
		r->held = false;
		work_reopen(r, 0);
	}
	if (!r->held && !r->reopen && !is_over(r) && !share_take(r))
		return;
	if (!r->held || is_over(r))
		return;
	if (r->canary.until)
		canary_look(r);
	else if (r->enough)
		r->done = batch_commit(r);
	else if (!share_is_read(r))
		read_some(r);
	else
		finish_share(r);
	outbox_serve(&r->outbox, 0);
	if (!r->outbox.open && r->held && !r->options.transforms && !r->doubt && !r->reopen)
		batch_keep(r);
	if (!is_over(r) && r->held && (batch_is_due(r) || r->outbox.n_failures) && !r->reopen)
		batch_commit(r);
}

/* What was taken is brought to its end, as far as that is possible. */
static void finish(struct replay *r)
{
	if (r->outbox.open && r->held && !r->reopen && !member_is_lost(r->member) &&
	    !(r->options.transforms && *r->options.stop))
		batch_commit(r);
	if (r->outbox.open)
		batch_abort(r);
	if (r->doubt && !r->reopen && !*r->options.stop)
		share_settle(r);
	if (!r->doubt)
		return;
	event_emit(r->options.events, EVENT_WARNING, "in_doubt",
		   EVENT_FIELDS(EVENT_NUMBER("messages", r->n_slips)),
		   "Whether the last %zu messages were committed is not known, and they are not in "
		   "the numbers: the next run finds out",
		   r->n_slips);
	batch_roll_back(r);
}

int replay_run(struct replay *r, struct error *err)
{
	if (work_prepare(r, err) < 0 || member_join(r->member, err) < 0)
		return -1;
	silence_begin(&r->outbox.silence);
	while (!r->done && !is_over(r))
		step(r);
	finish(r);
	if (!r->halted.kind)
		return 0;
	*err = r->halted;
	return -1;
}

void replay_progress(const struct replay *r, uint64_t *total, uint64_t *ahead)
{
	*total = r->total;
	*ahead = r->held ? reader_ahead(r->reader) : r->total;
}

bool replay_has_begun(const struct replay *r)
{
	return r->begun;
}

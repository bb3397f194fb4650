#include "replay/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "replay/batch.h"
#include "replay/look.h"
#include "replay/prepare.h"
#include "replay/reading.h"
#include "replay/recover.h"
#include "replay/share.h"
#include "replay/work.h"

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
		.idle = work_idle,
		.ctx = r,
		.events = r->options.events,
	};

	r->reader = reader_create(&options, err);
	return r->reader ? 0 : -1;
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
		.idle = work_idle,
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
	r->dlq_topic.name = options->dlq;
	r->most = options->commit_records;
	ledger_init(&r->saved.ledger);
	pace_init(&r->pace, options->rate);
	set_names(r);
	open_judge(r);
	properties_copy(&r->properties, options->properties);
	properties_default(&r->properties, "client.id", "redrive");
	if (client_init(&r->client, "topic", &r->properties, NULL, options->events, err) == 0 &&
	    open_reader(r, err) == 0 && prepare_ledger_reader(r, err) == 0 &&
	    open_member(r, err) == 0 && open_outbox(r, err) == 0)
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
		work_halt(r, &err);
		break;
	}
}

/* Nothing more is sent for now, but some were that have to be looked after. */
static bool has_canaries(const struct replay *r)
{
	return r->options.canary && !r->canary.passed && r->canary.n;
}

/* All of this share is read: the group is told, and the others are waited for. */
static void finish_share(struct replay *r)
{
	if (!r->told && r->n_ours && !batch_commit(r))
		return;
	r->told = true;
	if (has_canaries(r)) {
		look_wait(r);
		return;
	}
	if (r->asked && clock_mono_ms() - r->asked < OTHERS_MS)
		return;
	r->asked = clock_mono_ms();
	r->done = share_all_done(r);
}

/* What there is to do with what is ours. */
static void go_on(struct replay *r)
{
	if (r->canary.until)
		look_again(r);
	else if (r->enough && has_canaries(r))
		look_wait(r);
	else if (r->enough)
		r->done = batch_commit(r);
	else if (!share_is_read(r))
		reading_take_some(r);
	else
		finish_share(r);
	outbox_serve(&r->outbox, 0);
	if (!r->outbox.open && r->held && !r->options.transforms && !r->doubt && !r->reopen)
		batch_keep(r);
	if (!work_is_over(r) && r->held && (batch_is_due(r) || r->outbox.n_failures) && !r->reopen)
		batch_commit(r);
}

static void step(struct replay *r)
{
	bool busy = r->held && (!share_is_read(r) || !r->told) && !r->reopen && !r->canary.until;

	serve_group(r, busy ? 0 : WAIT_MS);
	work_idle(r);
	if (work_is_over(r))
		return;
	if (!r->assigned) {
		share_await(r);
		return;
	}
	if (r->reopen) {
		r->held = false;
		recover_outbox(r, 0);
	}
	if (!r->held && !r->reopen && !work_is_over(r) && !share_take(r))
		return;
	if (r->held && !work_is_over(r))
		go_on(r);
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
	if (prepare_to_send(r, err) < 0 || member_join(r->member, err) < 0)
		return -1;
	silence_begin(&r->outbox.silence);
	while (!r->done && !work_is_over(r))
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

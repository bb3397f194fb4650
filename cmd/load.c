#include "load.h"

#include "base/clock.h"
#include "base/macros.h"

#define SHOW_EVERY_MS 50
/* A look at the clock costs as much as a tenth of a record. */
#define TURNS_PER_LOOK 64

/* So many members that are left out or fail are named, the others only counted. */
#define MEMBERS_TOLD 10

/* Whoever presses Ctrl-C shall not think that nobody listens. */
static void say_stopping(struct load *l)
{
	if (!*l->stop || l->stopping)
		return;
	l->stopping = true;
	event_emit(&l->reports->events, EVENT_WARNING, "stopping",
		   EVENT_FIELDS(EVENT_NUMBER("signal", *l->stop)),
		   "Stopping: what is on its way settles first; a second signal ends at once");
}

void load_show(void *load)
{
	struct load *l = load;
	struct ledger *ledger = deliver_ledger(l->deliver);
	struct source_stats stats;

	source_get_stats(l->source, &stats);
	say_stopping(l);
	ledger->skipped = stats.skipped;
	ledger->bytes = stats.bytes_raw;
	reports_show(l->reports, ledger, &stats);
}

static void take_record(struct load *l, struct record *r)
{
	struct verdict checked, routed;
	struct position p;

	if (check_record(l->check, r, &checked) && route_record(l->route, r, &routed)) {
		deliver_record(l->deliver, r);
		return;
	}
	/* A record that lacks a field still has its key: a replay needs it. */
	if (checked.fault != FAULT_MISSING_FIELD || !route_record(l->route, r, &routed))
		route_fixed(l->route, r);
	if (checked.fault == FAULT_NONE)
		checked = routed;
	p = block_locate(r->block, r->value.data);
	deliver_fault(l->deliver, r, &p, checked.fault, checked.message);
}

/* An archive may have any number of members: should this be named? */
static bool tell_member(struct load *l, uint64_t before, const char *what)
{
	if (before == MEMBERS_TOLD)
		event_emit(&l->reports->events, EVENT_WARNING, "more_members", EVENT_NO_FIELDS,
			   "Further members that %s are only counted, see the summary", what);
	return before < MEMBERS_TOLD;
}

static void take_failed_input(struct load *l, const struct source_item *item)
{
	struct origin *origin = (struct origin *)item->position.origin;
	uint64_t before;

	l->held =
		l->follow.on && (*l->stop || !l->skip_damaged || item->error.kind == ERROR_SYSTEM);
	before = inputs_fail(l->inputs, origin, item->error.text, l->source);
	if (*l->stop)
		return; /* that is why */
	l->input_failed = true;
	if (tell_member(l, before, "can't be read to their end"))
		event_emit(&l->reports->events, EVENT_ERROR, "input_failed",
			   (const struct event_field[]){EVENT_TEXT("file", origin->file),
							EVENT_TEXT("member", origin->member)},
			   origin->member ? 2 : 1, "%s", item->error.text);
}

static void take_left_out(struct load *l, const struct source_item *item)
{
	struct origin *origin = (struct origin *)item->position.origin;

	if (inputs_has_seen(l->inputs, origin))
		return;
	inputs_leave_out(l->inputs, origin, item->left_out, l->source);
	if (item->message && tell_member(l, l->left_out++, "are left out"))
		event_emit(&l->reports->events, EVENT_WARNING, "left_out",
			   EVENT_FIELDS(EVENT_TEXT("file", origin->file),
					EVENT_TEXT("member", origin->member)),
			   "%s", item->message);
}

/* A job that reads again has counted it before. */
static void count(struct load *l, const struct origin *origin)
{
	if (!l->follow.on || !job_repeats(deliver_job(l->deliver)))
		inputs_count(l->inputs, origin);
}

static void take_item(struct load *l, enum source_type type, struct source_item *item)
{
	switch (type) {
	case SOURCE_RECORD:
		count(l, item->record.block->origin);
		if (!l->resend || resend_prepare(l->resend, item))
			take_record(l, &item->record);
		break;
	case SOURCE_BAD:
		count(l, item->position.origin);
		if (l->resend) {
			resend_reject(l->resend, item, item->fault, item->message);
			break;
		}
		route_fixed(l->route, &item->record);
		deliver_fault(l->deliver, &item->record, &item->position, item->fault,
			      item->message);
		break;
	case SOURCE_LARGE:
		count(l, item->position.origin);
		deliver_reject(l->deliver, &item->position, item->raw_len, FAULT_OVER_LIMIT,
			       item->message);
		break;
	case SOURCE_WAIT:
		deliver_wait(l->deliver);
		break;
	case SOURCE_MEMBER:
		inputs_begin(l->inputs, (struct origin *)item->position.origin, l->source);
		break;
	case SOURCE_LEFT_OUT:
		take_left_out(l, item);
		break;
	case SOURCE_NOTICE:
		event_emit(&l->reports->events, EVENT_WARNING, "notice", EVENT_NO_FIELDS, "%s",
			   item->message);
		break;
	case SOURCE_FAILED:
		take_failed_input(l, item);
		break;
	case SOURCE_END:
		break;
	}
}

/* What was read last. A block is kept only when it changes; its lines are
 * counted only when the run stops early, or when the block is needed. */
struct last {
	struct block *block;
	const char *value;
	struct origin *origin; /* of a line that lies in no block */
	uint64_t line;
};

static void last_let_go(struct last *last)
{
	struct position p;

	if (!last->block)
		return;
	p = block_locate(last->block, last->value);
	origin_unref(last->origin);
	last->origin = origin_ref((struct origin *)p.origin);
	last->line = p.line;
	block_unref(TAKE_PTR(last->block));
}

static void last_set(struct last *last, enum source_type type, const struct source_item *item)
{
	struct block *block =
		type == SOURCE_RECORD || type == SOURCE_BAD ? item->record.block : NULL;

	/* The source may wait for just the block that is kept here. */
	if (type == SOURCE_WAIT && last->block && last->block->refs == 1)
		last_let_go(last);
	if (type > SOURCE_LARGE)
		return;
	if (block != last->block) {
		block_unref(last->block);
		last->block = block ? block_ref(block) : NULL;
	}
	last->value = item->record.value.data;
	if (block)
		return;
	origin_unref(last->origin);
	last->origin = origin_ref((struct origin *)item->position.origin);
	last->line = item->position.line;
}

static void last_finish(struct last *last)
{
	block_unref(last->block);
	origin_unref(last->origin);
}

static void note_stop(struct load *l, struct last *last)
{
	last_let_go(last);
	mark_note(&l->stopped_at, last->origin, last->line);
}

bool load_idle(void *load)
{
	struct load *l = load;

	deliver_wait(l->deliver);
	load_show(l);
	return !*l->stop;
}

void load_run(struct load *l)
{
	enum source_type type = SOURCE_WAIT;
	struct source_item item = {0};
	struct last last = {0};
	int64_t shown = clock_mono_ms();
	unsigned turns = 0;

	inputs_warn(l->inputs, &l->reports->events);
	follow_begin(l);
	load_show(l);
	while (type != SOURCE_END && !*l->stop && !deliver_halted(l->deliver)) {
		type = source_next(l->source, &item);
		last_set(&last, type, &item);
		take_item(l, type, &item);
		if (l->held || (l->resend && l->resend->refused))
			break;
		if (l->follow.on && follow_item(l, type))
			type = SOURCE_WAIT;
		if (type == SOURCE_END && l->resend && resend_wait(l->resend, l))
			type = SOURCE_WAIT;
		if (type != SOURCE_WAIT && ++turns % TURNS_PER_LOOK)
			continue;
		if (clock_mono_ms() - shown >= SHOW_EVERY_MS) {
			deliver_serve(l->deliver);
			load_show(l);
			shown = clock_mono_ms();
		}
	}
	say_stopping(l);
	l->read_all = type == SOURCE_END;
	note_stop(l, &last);
	last_finish(&last);
	follow_end(l);
	deliver_finish(l->deliver);
	inputs_measure(l->inputs, l->source);
	load_show(l);
}

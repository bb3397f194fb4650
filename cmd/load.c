#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define SHOW_EVERY_MS 50

void load_show(void *load)
{
	struct load *l = load;
	struct ledger *ledger = deliver_ledger(l->deliver);
	struct source_stats stats;

	source_get_stats(l->source, &stats);
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

static void take_failed_input(struct load *l, const struct source_item *item)
{
	l->input_failed = true;
	inputs_fail(l->inputs, item->position.origin, item->error.text);
	event_emit(&l->reports->events, EVENT_ERROR, "input_failed",
		   EVENT_FIELDS(EVENT_TEXT(
			   "file", item->position.origin ? item->position.origin->file : "")),
		   "%s", item->error.text);
}

static void take_item(struct load *l, enum source_type type, struct source_item *item)
{
	switch (type) {
	case SOURCE_RECORD:
		inputs_count(l->inputs, item->record.block->origin);
		take_record(l, &item->record);
		break;
	case SOURCE_BAD:
		inputs_count(l->inputs, item->position.origin);
		route_fixed(l->route, &item->record);
		deliver_fault(l->deliver, &item->record, &item->position, item->fault,
			      item->message);
		break;
	case SOURCE_LARGE:
		inputs_count(l->inputs, item->position.origin);
		deliver_reject(l->deliver, &item->position, item->raw_len, item->message);
		break;
	case SOURCE_WAIT:
		deliver_wait(l->deliver);
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
 * counted only when the run stops early. */
struct last {
	struct block *block;
	const char *value;
	struct origin *origin; /* of a line that lies in no block */
	uint64_t line;
};

static void last_set(struct last *last, enum source_type type, const struct source_item *item)
{
	struct block *block =
		type == SOURCE_RECORD || type == SOURCE_BAD ? item->record.block : NULL;

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

static void note_stop(struct load *l, const struct last *last)
{
	struct position p = {last->origin, last->line, 0};

	if (last->block)
		p = block_locate(last->block, last->value);
	if (p.origin)
		snprintf(l->stopped_at, sizeof(l->stopped_at), "%s, line %" PRIu64,
			 strcmp(p.origin->file, "-") == 0 ? "standard input" : p.origin->file,
			 p.line);
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

	load_show(l);
	while (type != SOURCE_END && !*l->stop && !deliver_halted(l->deliver)) {
		type = source_next(l->source, &item);
		last_set(&last, type, &item);
		take_item(l, type, &item);
		if (clock_mono_ms() - shown >= SHOW_EVERY_MS) {
			deliver_serve(l->deliver);
			load_show(l);
			shown = clock_mono_ms();
		}
	}
	note_stop(l, &last);
	last_finish(&last);
	deliver_finish(l->deliver);
	inputs_measure(l->inputs, l->source);
	load_show(l);
}

#include "load.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

/* Records between two looks at the clock. */
#define RECORDS_PER_LOOK 512

void load_show(void *load)
{
	struct load *l = load;
	struct ledger *ledger = deliver_ledger(l->deliver);
	struct source_stats stats;

	source_get_stats(l->source, &stats);
	ledger->skipped = stats.skipped;
	ledger->bytes = stats.bytes_raw;
	progress_update(l->progress, ledger, &stats, clock_mono_ms());
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
	if (checked.fault == FAULT_MISSING_FIELD)
		route_record(l->route, r, &routed);
	else
		route_fixed(l->route, r);
	if (checked.fault == FAULT_NONE)
		checked = routed;
	p = block_locate(r->block, r->value.data);
	deliver_fault(l->deliver, r, &p, checked.fault, checked.message);
}

static void take_failed_input(struct load *l, const struct source_item *item)
{
	l->input_failed = true;
	event_emit(l->events, EVENT_ERROR, "input_failed",
		   EVENT_FIELDS(EVENT_TEXT("file", item->position.origin
							    ? item->position.origin->file
							    : "")),
		   "%s", item->error.text);
}

static void take_item(struct load *l, enum source_type type, struct source_item *item)
{
	switch (type) {
	case SOURCE_RECORD:
		take_record(l, &item->record);
		break;
	case SOURCE_BAD:
		route_fixed(l->route, &item->record);
		deliver_fault(l->deliver, &item->record, &item->position, item->fault,
			      item->message);
		break;
	case SOURCE_LARGE:
		deliver_reject(l->deliver, &item->position, item->raw_len, item->message);
		break;
	case SOURCE_WAIT:
		deliver_wait(l->deliver);
		break;
	case SOURCE_NOTICE:
		event_emit(l->events, EVENT_WARNING, "notice", EVENT_NO_FIELDS, "%s",
			   item->message);
		break;
	case SOURCE_FAILED:
		take_failed_input(l, item);
		break;
	case SOURCE_END:
		break;
	}
}

static void note_stop(struct load *l, enum source_type type, const struct source_item *item)
{
	struct position p = item->position;

	if (type == SOURCE_RECORD)
		p = block_locate(item->record.block, item->record.value.data);
	if (type <= SOURCE_LARGE && p.origin)
		snprintf(l->stopped_at, sizeof(l->stopped_at), "%s, line %" PRIu64, p.origin->file,
			 p.line);
}

void load_run(struct load *l)
{
	enum source_type type = SOURCE_WAIT;
	struct source_item item = {0};
	unsigned turns = 0;

	while (type != SOURCE_END && !*l->stop && !deliver_halted(l->deliver)) {
		type = source_next(l->source, &item);
		take_item(l, type, &item);
		if (++turns % RECORDS_PER_LOOK == 0)
			load_show(l);
	}
	note_stop(l, type, &item);
	deliver_finish(l->deliver);
	load_show(l);
}

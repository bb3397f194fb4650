#include "deliver/failures.h"

#include <inttypes.h>
#include <stdlib.h>

#include "deliver/deliver.h"

/* Failures of one code that are named one by one before only counting them. */
#define NAMED_PER_CODE 10

void failures_init(struct failures *all, const struct deliver_options *options,
		   struct ledger *ledger, struct sinks *sinks)
{
	*all = (struct failures){.options = options, .ledger = ledger, .sinks = sinks};
	key_order_init(&all->order, options->keep_key_order, options->events);
}

void failures_finish(struct failures *all)
{
	key_order_finish(&all->order);
}

/* nth: of its code. */
static void name(const struct failures *all, const struct failure *f, uint64_t nth)
{
	const char *file = f->origin ? f->origin->file : "";
	const char *member = f->origin && f->origin->member ? f->origin->member : "";

	bool loud = nth <= NAMED_PER_CODE && !all->again;

	event_emit(all->options->events, loud ? EVENT_WARNING : EVENT_DEBUG, "record_failed",
		   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code),
				EVENT_TEXT("class", contract_class_name(f->cause.class)),
				EVENT_TEXT("file", file), EVENT_NUMBER("line", f->line),
				EVENT_NUMBER("offset", f->offset)),
		   "%s%s%s:%" PRIu64 ": %s: %s", file, *member ? "/" : "", member, f->line,
		   f->cause.code, f->message);
	if (nth == NAMED_PER_CODE && loud)
		event_emit(all->options->events, EVENT_WARNING, "more_failures",
			   EVENT_FIELDS(EVENT_TEXT("code", f->cause.code)),
			   "Further %s failures are only counted (see them with --log-level debug)",
			   f->cause.code);
}

static void check_tolerance(struct failures *all)
{
	uint64_t failed = ledger_errors(all->ledger), read = all->ledger->read;

	if (!all->exceeded.kind && tolerance_exceeded(&all->options->tolerance, failed, read))
		error_set(&all->exceeded, ERROR_OUTPUT,
			  "%" PRIu64 " record%s failed, more than --max-failures allows", failed,
			  failed == 1 ? " has" : "s have");
}

static void note(struct failures *all, const struct failure *f, bool early)
{
	name(all, f, ledger_error(all->ledger, f->cause.code));
	key_order_failed(&all->order, f->record.key, early);
	check_tolerance(all);
}

void failures_note(struct failures *all, const struct failure *f)
{
	note(all, f, true);
}

void failures_take(struct failures *all, struct failure *f)
{
	/* The topic may have it, too. */
	all->ledger->possible_duplicates += f->may_double;
	f->may_double = false;
	note(all, f, false);
	sinks_take(all->sinks, f);
}

bool failures_take_early(struct failures *all, struct failure *f, bool topic_idle)
{
	note(all, f, true);
	if (all->order.on && !topic_idle)
		return key_order_set_aside(&all->order, f);
	failures_release(all);
	sinks_take(all->sinks, f);
	return false;
}

void failures_release(struct failures *all)
{
	struct failure_list list = key_order_release(&all->order);

	for (size_t i = 0; i < list.n; i++)
		sinks_take(all->sinks, list.items[i]);
	free(list.items);
}

void failures_reject(struct failures *all, const struct position *p, uint64_t raw_len,
		     enum fault fault, const char *message)
{
	const char *code = contract_of_fault(fault).code;
	const char *file = p->origin ? p->origin->file : "";
	const char *member = p->origin && p->origin->member ? p->origin->member : "";

	ledger_settle(all->ledger, OUTCOME_REJECTED);
	ledger_error(all->ledger, code);
	event_emit(all->options->events, all->again ? EVENT_DEBUG : EVENT_ERROR, "record_rejected",
		   EVENT_FIELDS(EVENT_TEXT("code", code), EVENT_TEXT("file", file),
				EVENT_NUMBER("line", p->line), EVENT_NUMBER("offset", p->offset),
				EVENT_NUMBER("bytes", raw_len)),
		   "%s%s%s:%" PRIu64 ": rejected, bytes %" PRIu64 " to %" PRIu64 ": %s", file,
		   *member ? "/" : "", member, p->line, p->offset, p->offset + raw_len, message);
	check_tolerance(all);
}

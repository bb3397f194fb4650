#include "outcome.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "exit.h"
#include "report/metrics.h"
#include "report/summary.h"

static const struct event_sink *events_of(const struct outcome_info *info)
{
	return &info->load->reports->events;
}

/* Of several endings the gravest counts. */
static int exit_status(const struct load *l)
{
	const struct ledger *ledger = deliver_ledger(l->deliver);
	const struct error *halted = deliver_halted(l->deliver);

	if (halted && halted->kind == ERROR_FATAL)
		return EXIT_FATAL;
	if (*l->stop)
		return EXIT_SIGNAL + *l->stop;
	if (halted || l->input_failed)
		return EXIT_STOPPED;
	if (ledger->outcome[OUTCOME_REJECTED])
		return EXIT_REJECTED;
	if (ledger->outcome[OUTCOME_FALLBACK])
		return EXIT_FALLBACK;
	return ledger->outcome[OUTCOME_DEAD_LETTERED] ? EXIT_DLQ : EXIT_DONE;
}

static void say_halted(const struct outcome_info *info)
{
	const struct error *halted = deliver_halted(info->load->deliver);
	const struct ledger *ledger = deliver_ledger(info->load->deliver);
	const char *unsent = deliver_unsent(info->load->deliver);
	const char *unsafe = deliver_unsafe(info->load->deliver);

	if (halted)
		event_emit(events_of(info),
			   halted->kind == ERROR_FATAL ? EVENT_CRITICAL : EVENT_ERROR, "stopped",
			   EVENT_NO_FIELDS, "Stopped: %s", halted->text);
	if (*info->load->stop)
		event_emit(events_of(info), EVENT_WARNING, "stopped_by_signal",
			   EVENT_FIELDS(EVENT_NUMBER("signal", *info->load->stop)),
			   "Stopped by signal %d after %" PRIu64 " record%s", *info->load->stop,
			   ledger->read, ledger->read == 1 ? "" : "s");
	if (unsafe)
		event_emit(events_of(info), EVENT_WARNING, "unsent", EVENT_NO_FIELDS,
			   "To go on, make room and begin with %s: it is not safe (what follows it "
			   "and was delivered will come twice)",
			   unsafe);
	else if (unsent)
		event_emit(events_of(info), EVENT_WARNING, "unsent", EVENT_NO_FIELDS,
			   "To go on, begin with %s: it was not sent (some that follow it may "
			   "have been, and would come twice)",
			   unsent);
	else if (halted || *info->load->stop)
		event_emit(events_of(info), EVENT_WARNING, "unsent", EVENT_NO_FIELDS,
			   "To go on, begin after %s: what follows it was not sent",
			   *info->load->stopped_at ? info->load->stopped_at
						   : "the last of the finished inputs");
	if (ledger_unsettled(ledger))
		event_emit(events_of(info), EVENT_CRITICAL, "not_safe",
			   EVENT_FIELDS(EVENT_NUMBER("records", ledger_unsettled(ledger))),
			   "%" PRIu64
			   " failed records are NOT safe: neither delivered, nor in the DLQ, "
			   "nor in the fallback file; the first is %s",
			   ledger_unsettled(ledger), unsafe ? unsafe : "not known");
}

static const char *messages(uint64_t n)
{
	return n == 1 ? "message is" : "messages are";
}

static void say_failed(const struct outcome_info *info)
{
	const struct ledger *l = deliver_ledger(info->load->deliver);
	uint64_t dead = l->outcome[OUTCOME_DEAD_LETTERED], fallback = l->outcome[OUTCOME_FALLBACK];
	const struct event_sink *events = events_of(info);
	uint64_t rejected = l->outcome[OUTCOME_REJECTED];

	if (dead)
		event_emit(
			events, EVENT_WARNING, "dead_lettered",
			EVENT_FIELDS(EVENT_NUMBER("records", dead), EVENT_TEXT("dlq", info->dlq)),
			"%" PRIu64 " %s in the DLQ %s", dead, messages(dead), info->dlq);
	if (fallback)
		event_emit(events, EVENT_WARNING, "in_fallback",
			   EVENT_FIELDS(EVENT_NUMBER("records", fallback),
					EVENT_TEXT("file", info->fallback)),
			   "%" PRIu64 " %s in the fallback file %s", fallback, messages(fallback),
			   info->fallback);
	if (rejected)
		event_emit(events, EVENT_WARNING, "rejected",
			   EVENT_FIELDS(EVENT_NUMBER("records", rejected)),
			   "%" PRIu64 " %s rejected for their length, and only in the input",
			   rejected, messages(rejected));
}

static void print_summary(const struct outcome_info *info, const struct summary *s)
{
	struct buf out = {0};

	if (info->common->summary == SUMMARY_TEXT)
		summary_text(&out, s);
	else if (info->common->summary == SUMMARY_JSON)
		summary_json(&out, s);
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_finish(&out);
}

static void write_metrics(const struct outcome_info *info, const struct summary *s)
{
	struct error err;

	if (info->common->metrics_file &&
	    metrics_write(info->common->metrics_file, s, info->topic, clock_wall_ms(), &err) < 0)
		event_emit(events_of(info), EVENT_ERROR, "metrics_failed", EVENT_NO_FIELDS, "%s",
			   err.text);
}

static int finish(const struct outcome_info *info, int status)
{
	const struct summary s = {
		.command = info->command,
		.ledger = deliver_ledger(info->load->deliver),
		.duration_s = (double)info->duration_ms / 1000,
		.exit_status = status,
		.inputs = info->load->inputs->items,
		.n_inputs = info->load->inputs->n,
	};

	print_summary(info, &s);
	write_metrics(info, &s);
	return status;
}

int outcome_not_started(const struct outcome_info *info, const struct error *err)
{
	event_emit(events_of(info), EVENT_ERROR, "not_started", EVENT_NO_FIELDS,
		   "Nothing was sent: %s", err->text);
	return finish(info, err->kind == ERROR_USAGE ? EXIT_USAGE : EXIT_STOPPED);
}

static void say_done(const struct outcome_info *info)
{
	const struct ledger *ledger = deliver_ledger(info->load->deliver);

	if (!ledger->read)
		event_emit(events_of(info), EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   "Nothing to send: the input has no records");
	else
		event_emit(events_of(info), EVENT_INFO, "done",
			   EVENT_FIELDS(EVENT_NUMBER("messages", ledger->read)),
			   "All %" PRIu64 " messages sent successfully!", ledger->read);
}

int outcome_report(const struct outcome_info *info)
{
	int status = exit_status(info->load);

	say_halted(info);
	say_failed(info);
	if (status == EXIT_DONE)
		say_done(info);
	return finish(info, status);
}

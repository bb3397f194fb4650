#include "stopped.h"

#include <inttypes.h>

#include "resume.h"

static const struct event_sink *events_of(const struct outcome_info *info)
{
	return &info->load->reports->events;
}

static void say_stopped(const struct outcome_info *info)
{
	const struct error *halted = deliver_halted(info->load->deliver);
	const struct ledger *ledger = deliver_ledger(info->load->deliver);

	if (halted)
		event_emit(events_of(info),
			   halted->kind == ERROR_FATAL ? EVENT_CRITICAL : EVENT_ERROR, "stopped",
			   EVENT_NO_FIELDS, "Stopped: %s", halted->text);
	if (*info->load->stop)
		event_emit(events_of(info), EVENT_WARNING, "stopped_by_signal",
			   EVENT_FIELDS(EVENT_NUMBER("signal", *info->load->stop)),
			   "Stopped by signal %d after %" PRIu64 " record%s", *info->load->stop,
			   ledger->read, ledger->read == 1 ? "" : "s");
}

static void say_not_safe(const struct outcome_info *info)
{
	const struct ledger *ledger = deliver_ledger(info->load->deliver);
	const struct mark *unsafe = deliver_unsafe(info->load->deliver);
	uint64_t n = ledger_unsettled(ledger), kept = ledger->outcome[OUTCOME_FALLBACK];
	struct buf first = {0};

	if (!n)
		return;
	if (unsafe)
		mark_text(&first, unsafe);
	event_emit(events_of(info), EVENT_CRITICAL, "not_safe",
		   EVENT_FIELDS(EVENT_NUMBER("records", n), EVENT_NUMBER("in_fallback", kept)),
		   "%" PRIu64 " failed record%s NOT safe: neither delivered, nor in the DLQ, nor "
		   "in the fallback file; the first is %s; %" PRIu64
		   " %s safe in the fallback file %s",
		   n, n == 1 ? " is" : "s are", unsafe ? first.data : "not known", kept,
		   kept == 1 ? "is" : "are", info->fallback);
	buf_finish(&first);
}

/* What is said of the place to go on from. */
struct place_to_go_on {
	struct mark mark;
	const char *how, *why;
	bool behind;
};

static struct place_to_go_on find_place(const struct outcome_info *info)
{
	const struct mark *unsafe = deliver_unsafe(info->load->deliver);
	const struct mark *unsent = deliver_unsent(info->load->deliver);
	struct place_to_go_on p = {
		.how = unsafe ? "put that right and begin with" : "begin with",
		.why = unsafe ? "it is not safe (what follows it and was delivered will come twice)"
			      : "it was not sent (some that follow it may have been, and would "
				"come twice)",
	};

	if (unsafe)
		mark_note_mark(&p.mark, unsafe);
	if (unsent)
		mark_note_mark(&p.mark, unsent);
	if (!unsafe && !unsent && !info->load->read_all) {
		mark_note_mark(&p.mark, &info->load->stopped_at);
		p.behind = true;
		p.how = resume_behind(&p.mark);
		p.why = "what follows it was not sent";
	}
	return p;
}

/* True when what it adds is a command. */
static bool say_place(const struct outcome_info *info, struct buf *resume)
{
	struct place_to_go_on p = find_place(info);
	struct buf where = {0};
	bool command;

	if (!mark_is_set(&p.mark))
		return false;
	mark_text(&where, &p.mark);
	command = resume_at(resume, &info->resume, &p.mark, p.behind);
	event_emit(events_of(info), EVENT_WARNING, "unsent", EVENT_NO_FIELDS, "To go on, %s %s: %s",
		   p.how, where.data, p.why);
	buf_finish(&where);
	mark_clear(&p.mark);
	return command;
}

static void say_no_place(const struct outcome_info *info, struct buf *resume)
{
	if (!info->load->read_all)
		resume_anew(resume, &info->resume);
	event_emit(events_of(info), EVENT_WARNING, "unsent", EVENT_NO_FIELDS, "%s",
		   info->load->read_all
			   ? "All of the input was read: there is nothing to go on with"
			   : "To go on, run it again: nothing was read");
}

/* The next run would send what this one holds. */
static void say_keys(const struct outcome_info *info)
{
	if (info->keeps_key_order && ledger_errors(deliver_ledger(info->load->deliver)))
		event_emit(events_of(info), EVENT_WARNING, "keys_forgotten", EVENT_NO_FIELDS,
			   "Which keys are held is forgotten now: to keep their order, replay what "
			   "has failed before you go on");
}

/* Adds to `resume` how to go on, unless the run went to its end. */
static void say_how_to_go_on(const struct outcome_info *info, struct buf *resume)
{
	bool command;

	if (!deliver_halted(info->load->deliver) && !*info->load->stop)
		return;
	command = say_place(info, resume);
	if (!command && !resume->len)
		say_no_place(info, resume);
	say_keys(info);
	/* The summary shows it, when there is one. */
	if (command && info->common->summary == SUMMARY_NONE)
		event_emit(events_of(info), EVENT_WARNING, "resume", EVENT_NO_FIELDS,
			   "To go on: %s", resume->data);
}

void stopped_say(const struct outcome_info *info, struct buf *resume)
{
	say_stopped(info);
	say_not_safe(info);
	say_how_to_go_on(info, resume);
}

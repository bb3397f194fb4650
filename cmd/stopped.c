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

/* The job itself knows where it goes on. */
static void say_where_job_goes_on(const struct outcome_info *info, const struct job *j)
{
	struct buf place = {0};

	job_place_text(&place, j, &j->done.place);
	if (j->in_doubt)
		event_emit(events_of(info), EVENT_WARNING, "job_in_doubt",
			   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
					EVENT_NUMBER("records", j->next.records)),
			   "Whether the last transaction was committed, up to record %" PRIu64
			   ", is not known: the next run finds out",
			   j->next.records);
	if (info->load->held && !*info->load->stop)
		event_emit(
			events_of(info), EVENT_ERROR, "job_held",
			EVENT_FIELDS(EVENT_TEXT("job", j->options.name)),
			"Nothing behind that is loaded: put the whole file there and run it again, "
			"or leave out what can't be read with --skip-damaged");
	event_emit(events_of(info), EVENT_WARNING, "job_stopped",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_NUMBER("records", j->done.records)),
		   "To go on, run the same command again: job %s then goes on with %s",
		   j->options.name, place.data);
	buf_finish(&place);
}

static void say_job(const struct outcome_info *info, const struct job *j)
{
	const struct error *halted = deliver_halted(info->load->deliver);
	bool left = job_input(j, &j->done.place) != NULL;
	/* Whoever has taken over the job goes on with it. */
	bool ours = halted ? halted->kind != ERROR_FATAL : *info->load->stop || info->load->held;

	if (j->out)
		event_emit(
			events_of(info), EVENT_WARNING, "job_behind",
			EVENT_FIELDS(EVENT_TEXT("job", j->options.name)),
			"The cluster is away, and does not know yet what went to the fallback "
			"file: "
			"when it is back, run the same command again, before that file is replayed "
			"or moved");
	else if (left && ours)
		say_where_job_goes_on(info, j);
	if (!left && j->done.damaged)
		event_emit(events_of(info), EVENT_ERROR, "job_damaged",
			   EVENT_FIELDS(EVENT_TEXT("job", j->options.name)),
			   "Of the inputs of job %s, %u could not be read to %s, and %s passed "
			   "(--skip-damaged), in this run or an earlier one",
			   j->options.name, j->done.damaged,
			   j->done.damaged == 1 ? "its end" : "their ends",
			   j->done.damaged == 1 ? "was" : "were");
}

void stopped_say(const struct outcome_info *info, struct buf *resume)
{
	const struct job *job = deliver_job(info->load->deliver);

	say_stopped(info);
	if (job) {
		say_job(info, job);
		return;
	}
	say_not_safe(info);
	say_how_to_go_on(info, resume);
}

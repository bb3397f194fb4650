#include "outcome.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "exit.h"
#include "output.h"
#include "report/metrics.h"
#include "report/summary.h"
#include "stopped.h"

static const struct event_sink *events_of(const struct outcome_info *info)
{
	return &info->load->reports->events;
}

/* Of several endings the gravest counts. */
static int exit_status(const struct load *l)
{
	const struct ledger *ledger = deliver_ledger(l->deliver);
	const struct error *halted = deliver_halted(l->deliver);
	const struct job *job = deliver_job(l->deliver);

	if (halted && halted->kind == ERROR_FATAL)
		return EXIT_FATAL;
	if (*l->stop)
		return EXIT_SIGNAL + *l->stop;
	if (halted || l->input_failed || (job && job->done.damaged))
		return EXIT_STOPPED;
	if (ledger->outcome[OUTCOME_REJECTED] || (job && job->done.rejected))
		return EXIT_REJECTED;
	if (ledger->outcome[OUTCOME_FALLBACK] || (job && job->out))
		return EXIT_FALLBACK;
	return ledger->outcome[OUTCOME_DEAD_LETTERED] ? EXIT_DLQ : EXIT_DONE;
}

static const char *messages(const struct outcome_info *info, uint64_t n)
{
	if (info->dry_run)
		return n == 1 ? "message would be" : "messages would be";
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
			"%" PRIu64 " %s in the DLQ %s", dead, messages(info, dead), info->dlq);
	if (fallback && !info->obstacle)
		event_emit(events, EVENT_WARNING, "in_fallback",
			   EVENT_FIELDS(EVENT_NUMBER("records", fallback),
					EVENT_TEXT("file", info->fallback)),
			   "%" PRIu64 " %s in the fallback file %s", fallback,
			   messages(info, fallback), info->fallback);
	if (rejected && info->load->resend)
		event_emit(events, EVENT_WARNING, "rejected",
			   EVENT_FIELDS(EVENT_NUMBER("records", rejected),
					EVENT_TEXT("file", info->rejects)),
			   "%" PRIu64 " %s rejected%s%s%s", rejected,
			   rejected == 1 ? "line is" : "lines are",
			   info->rejects ? ", and kept in " : ", and only in the input",
			   info->rejects ? info->rejects : "",
			   info->rejects ? ": mend them there, and replay that file" : "");
	else if (rejected)
		event_emit(events, EVENT_WARNING, "rejected",
			   EVENT_FIELDS(EVENT_NUMBER("records", rejected)),
			   "%" PRIu64 " %s rejected for %s length, and only in the input", rejected,
			   messages(info, rejected), rejected == 1 ? "its" : "their");
}

/* What is lost of a load's output makes none of its records one to load again. */
static int output_failed(const struct outcome_info *info, int status, const char *text)
{
	event_emit(events_of(info), EVENT_ERROR, "output_failed", EVENT_NO_FIELDS, "%s%s", text,
		   status == EXIT_DONE ? " (all records are delivered: don't load them again)"
				       : "");
	return status == EXIT_DONE ? EXIT_FATAL : status;
}

static int print_summary(const struct outcome_info *info, const struct summary *s)
{
	struct buf out = {0};
	struct error err;
	int why;

	if (info->common->summary == SUMMARY_TEXT)
		summary_text(&out, s);
	else if (info->common->summary == SUMMARY_JSON)
		summary_json(&out, s);
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_finish(&out);
	why = output_flush();
	if (!why)
		return s->exit_status;
	error_set(&err, ERROR_OUTPUT, "cannot write to standard output: %s; the summary is lost",
		  strerror(why));
	return output_failed(info, s->exit_status, err.text);
}

static int write_metrics(const struct outcome_info *info, const struct summary *s)
{
	const char *path = info->common->metrics_file;
	struct error err;

	if (!path || info->dry_run ||
	    metrics_write(path, s, info->topic, clock_wall_ms(), &err) == 0)
		return s->exit_status;
	return output_failed(info, s->exit_status, err.text);
}

struct summary_job outcome_job(const struct job *j)
{
	const struct checkpoint *from = &j->first;

	return (struct summary_job){
		.name = j->options.name,
		.resumed = j->start != JOB_NEW,
		.file = job_input(j, &from->place),
		.member = from->place.member,
		.line = from->place.line,
		.offset = from->place.offset,
		.before = from->records,
		.records = j->done.records,
		.complete = manifest_is_done(j->options.manifest, &j->done),
	};
}

int outcome_print(const struct outcome_info *info, struct summary *s)
{
	s->exit_status = write_metrics(info, s);
	return print_summary(info, s);
}

static int finish(const struct outcome_info *info, int status, const struct buf *resume)
{
	const struct job *j = deliver_job(info->load->deliver);
	struct summary_job job;
	struct summary s = {
		.command = info->command,
		.ledger = deliver_ledger(info->load->deliver),
		.duration_s = (double)info->duration_ms / 1000,
		.exit_status = status,
		.dry_run = info->dry_run,
		.resume = resume->len ? resume->data : NULL,
		.inputs = info->load->inputs->items,
		.n_inputs = info->load->inputs->n,
	};

	/* Of one that did not begin nothing is known. */
	if (j && (j->announced || j->start == JOB_COMPLETE)) {
		job = outcome_job(j);
		s.job = &job;
	}
	return outcome_print(info, &s);
}

int outcome_say_not_started(const struct outcome_info *info, const struct error *err)
{
	int status = EXIT_STOPPED;

	if (err->kind == ERROR_USAGE)
		status = EXIT_USAGE;
	else if (err->kind == ERROR_FATAL)
		status = EXIT_FATAL;
	else if (*info->load->stop)
		status = EXIT_SIGNAL + *info->load->stop;
	event_emit(events_of(info), EVENT_ERROR, "not_started", EVENT_NO_FIELDS,
		   "Nothing was sent: %s", err->text);
	return status;
}

int outcome_not_started(const struct outcome_info *info, const struct error *err)
{
	const struct job *job = deliver_job(info->load->deliver);
	struct buf resume = {0};
	int status = outcome_say_not_started(info, err);

	if (err->kind != ERROR_USAGE && !(job && err->kind == ERROR_CONFIG))
		resume_anew(&resume, &info->resume);
	status = finish(info, status, &resume);
	buf_finish(&resume);
	return status;
}

static void say_done(const struct outcome_info *info)
{
	const struct ledger *ledger = deliver_ledger(info->load->deliver);
	const struct job *job = deliver_job(info->load->deliver);

	if (job && job->start == JOB_COMPLETE)
		return;
	if (!ledger->read)
		event_emit(events_of(info), EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   job ? "Nothing was left to send"
			       : "Nothing to send: the input has no records");
	else
		event_emit(events_of(info), EVENT_INFO, "done",
			   EVENT_FIELDS(EVENT_NUMBER("messages", ledger->read)),
			   info->dry_run ? "All %" PRIu64 " messages would be sent"
					 : "All %" PRIu64 " messages sent successfully!",
			   ledger->read);
}

int outcome_say(const struct outcome_info *info, struct buf *resume)
{
	int status = exit_status(info->load);

	stopped_say(info, resume);
	say_failed(info);
	if (status == EXIT_DONE)
		say_done(info);
	return status;
}

int outcome_report(const struct outcome_info *info)
{
	struct buf resume = {0};
	int status = outcome_say(info, &resume);

	status = finish(info, status, &resume);
	buf_finish(&resume);
	return status;
}

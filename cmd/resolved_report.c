#include "resolved_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "exit.h"
#include "output.h"
#include "rehearsal_show.h"
#include "report/metrics.h"
#include "report/summary.h"

static int status_of_error(const struct error *err)
{
	switch (err->kind) {
	case ERROR_USAGE:
		return EXIT_USAGE;
	case ERROR_FATAL:
		return EXIT_FATAL;
	default:
		return EXIT_STOPPED;
	}
}

/* Of several endings the gravest counts. */
static int exit_status(const struct resolved_report *r)
{
	const uint64_t *outcome = r->ledger->outcome;

	if (*r->stop)
		return EXIT_SIGNAL + *r->stop;
	if (r->failed)
		return status_of_error(r->failed);
	if (outcome[OUTCOME_DEAD_LETTERED] || outcome[OUTCOME_PENDING] || outcome[OUTCOME_PARKED])
		return EXIT_DLQ;
	return EXIT_DONE;
}

static const char *are(uint64_t n)
{
	return n == 1 ? "message is" : "messages are";
}

static void say(const struct resolved_report *r, enum outcome outcome, const char *event,
		const char *what)
{
	uint64_t n = r->ledger->outcome[outcome];

	if (n)
		event_emit(r->events, EVENT_WARNING, event,
			   EVENT_FIELDS(EVENT_NUMBER("records", n), EVENT_TEXT("dlq", r->dlq)),
			   "%" PRIu64 " %s %s", n, are(n), what);
}

static void say_left(const struct resolved_report *r)
{
	if (r->rehearsal)
		return;
	say(r, OUTCOME_PENDING, "pending", "still pending in the DLQ, as before");
	say(r, OUTCOME_DEAD_LETTERED, "returned",
	    "at the end of the DLQ once more: sent again by the next replay");
	say(r, OUTCOME_PARKED, "parked",
	    "parked, after too many replays: a higher --max-replays sends them, dlq-discard ends "
	    "them");
}

static void say_stopped(const struct resolved_report *r)
{
	if (r->failed && r->rehearsal)
		event_emit(r->events, EVENT_ERROR, "stopped", EVENT_NO_FIELDS, "%s",
			   r->failed->text);
	else if (r->failed)
		event_emit(r->events, EVENT_ERROR, r->begun ? "stopped" : "not_started",
			   EVENT_NO_FIELDS, "%s: %s", r->begun ? "Stopped" : "Nothing was done",
			   r->failed->text);
	if (r->rehearsal || (r->failed && r->failed->kind == ERROR_USAGE))
		return;
	if (r->failed || *r->stop)
		event_emit(r->events, EVENT_INFO, "resume", EVENT_NO_FIELDS,
			   "Nothing is lost, and nothing will be done twice: the same command goes "
			   "on");
}

static void say_nothing(const struct resolved_report *r)
{
	const struct ledger *l = r->ledger;

	if (l->skipped)
		event_emit(r->events, EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   "Nothing to do: none of the %" PRIu64
			   " messages pending in %s is selected",
			   l->skipped, r->dlq);
	else if (l->already_resolved)
		event_emit(r->events, EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   "Nothing to do: nothing is pending in %s", r->dlq);
	else
		event_emit(r->events, EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   "Nothing to do: nothing is in %s that was not done with before", r->dlq);
}

static void say_done(const struct resolved_report *r)
{
	const struct ledger *l = r->ledger;
	uint64_t discarded = l->outcome[OUTCOME_DISCARDED];

	if (!l->read)
		say_nothing(r);
	else if (r->rehearsal)
		return;
	else if (discarded)
		event_emit(r->events, EVENT_INFO, "done",
			   EVENT_FIELDS(EVENT_NUMBER("messages", discarded)),
			   "%" PRIu64 " %s discarded: no replay sends %s", discarded,
			   are(discarded), discarded == 1 ? "it" : "them");
	else
		event_emit(r->events, EVENT_INFO, "done",
			   EVENT_FIELDS(EVENT_NUMBER("messages", l->read)),
			   "All %" PRIu64 " messages sent successfully!", l->read);
}

static int output_failed(const struct resolved_report *r, int status, const char *text)
{
	event_emit(r->events, EVENT_ERROR, "output_failed", EVENT_NO_FIELDS, "%s", text);
	return status == EXIT_DONE ? EXIT_FATAL : status;
}

static void add_text(struct buf *out, const struct resolved_report *r, const struct summary *s)
{
	if (r->rehearsal)
		rehearsal_text(out, r->rehearsal);
	summary_text(out, s);
}

/* The summary's object with some members more. */
static void add_json(struct buf *out, const struct resolved_report *r, const struct summary *s)
{
	summary_json(out, s);
	if (!r->rehearsal)
		return;
	out->len -= strlen("}\n");
	buf_add_char(out, ',');
	rehearsal_json(out, r->rehearsal);
	buf_add_str(out, "}\n");
}

static int print_summary(const struct resolved_report *r, const struct summary *s)
{
	struct buf out = {0};
	char text[256];
	int why;

	if (r->common->summary == SUMMARY_TEXT)
		add_text(&out, r, s);
	else if (r->common->summary == SUMMARY_JSON)
		add_json(&out, r, s);
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_finish(&out);
	why = output_flush();
	if (!why)
		return s->exit_status;
	snprintf(text, sizeof(text), "cannot write to standard output: %s; the summary is lost",
		 strerror(why));
	return output_failed(r, s->exit_status, text);
}

static int write_metrics(const struct resolved_report *r, const struct summary *s)
{
	const char *path = r->common->metrics_file;
	struct error err;

	if (!path || r->rehearsal || metrics_write(path, s, r->dlq, clock_wall_ms(), &err) == 0)
		return s->exit_status;
	return output_failed(r, s->exit_status, err.text);
}

int resolved_report(const struct resolved_report *r)
{
	struct summary s = {
		.command = r->command,
		.ledger = r->ledger,
		.duration_s = (double)r->duration_ms / 1000,
		.exit_status = exit_status(r),
		.letters = true,
		.dry_run = r->rehearsal,
	};

	say_stopped(r);
	say_left(r);
	if (s.exit_status == EXIT_DONE)
		say_done(r);
	s.exit_status = write_metrics(r, &s);
	return print_summary(r, &s);
}

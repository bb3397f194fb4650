#include "follow.h"

#include <inttypes.h>

#include "load.h"

static void say_resumed(const struct load *l, const struct job *j)
{
	const struct checkpoint *c = &j->first;
	const char *file = job_input(j, &c->place);
	struct buf place = {0};

	job_place_text(&place, j, &c->place);
	event_emit(&l->reports->events, EVENT_INFO, "job_resumed",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name), EVENT_TEXT("file", file),
				EVENT_NUMBER("line", c->place.line),
				EVENT_NUMBER("offset", c->place.offset),
				EVENT_NUMBER("records", c->records)),
		   "Job %s goes on with %s, behind %" PRIu64 " record%s that %s done before",
		   j->options.name, place.data, c->records, c->records == 1 ? "" : "s",
		   c->records == 1 ? "was" : "were");
	buf_finish(&place);
}

/* What was rejected then is why the run ends with the status for that. */
static void say_complete(const struct event_sink *events, const struct job *j)
{
	char rejected[64] = "";

	if (j->first.rejected)
		snprintf(rejected, sizeof(rejected), ", %" PRIu64 " of them rejected",
			 j->first.rejected);
	event_emit(events, EVENT_INFO, "job_complete",
		   EVENT_FIELDS(EVENT_TEXT("job", j->options.name),
				EVENT_NUMBER("records", j->first.records),
				EVENT_NUMBER("rejected", j->first.rejected)),
		   "Job %s is complete: all %" PRIu64
		   " records of its inputs were done before%s, and nothing is sent",
		   j->options.name, j->first.records, rejected);
}

static void say_start(const struct load *l, const struct job *j)
{
	const struct event_sink *events = &l->reports->events;
	const char *name = j->options.name;

	if (j->start == JOB_NEW)
		event_emit(events, EVENT_INFO, "job_new", EVENT_FIELDS(EVENT_TEXT("job", name)),
			   "Job %s is new: it begins with the first record", name);
	else if (j->start == JOB_GOES_ON)
		say_resumed(l, j);
	else
		say_complete(events, j);
	if (j->journal.records)
		event_emit(events, EVENT_INFO, "job_journal",
			   EVENT_FIELDS(EVENT_TEXT("job", name),
					EVENT_NUMBER("records", j->journal.records)),
			   "%" PRIu64
			   " records behind that are in the fallback file %s, and are not "
			   "sent again",
			   j->journal.records, j->options.fallback);
}

void follow_begin(struct load *l)
{
	const struct job *j = deliver_job(l->deliver);

	if (!j)
		return;
	l->follow.on = j->start != JOB_COMPLETE;
	say_start(l, j);
	if (j->start != JOB_NEW)
		source_go_to(l->source, &j->done.place, &l->follow.saved);
}

/* A file that may grow is never behind us. */
static void stay_in_file(const struct manifest *m, struct job_point *point)
{
	if (point->place.input == m->n)
		point->place = (struct source_place){.offset = m->bytes, .line = m->lines + 1};
	point->bytes = point->place.offset;
}

static enum job_turn commit(struct load *l)
{
	struct follow *f = &l->follow;
	const struct job *j = deliver_job(l->deliver);
	/* What holds the job is not passed. */
	unsigned damaged = inputs_damaged(l->inputs) - l->held;
	struct job_point point = {.damaged = j->first.damaged + damaged,
				  .held = l->held && !*l->stop};
	enum job_turn turn;

	/* What is passed must be kept first. */
	if (l->resend && !resend_keep(l->resend))
		return JOB_HALT;
	if (l->resend)
		point.rejected =
			j->first.rejected + deliver_ledger(l->deliver)->outcome[OUTCOME_REJECTED];
	if (l->held)
		source_tell_failed(l->source, &point.place);
	else
		source_tell(l->source, &point.place);
	source_get_stats(l->source, &f->asked);
	point.bytes = f->asked.bytes_in;
	if (j->options.manifest->grows)
		stay_in_file(j->options.manifest, &point);
	f->place = point.place;
	turn = deliver_commit(l->deliver, &point);
	if (turn == JOB_READ && !j->out)
		f->saved = f->asked;
	return turn;
}

static void go_back(struct load *l)
{
	const struct source_place *to = &deliver_job(l->deliver)->done.place;
	struct follow *f = &l->follow;

	/* What was to be committed may turn out to be. */
	if (source_place_compare(to, &f->place) == 0)
		f->saved = f->asked;
	inputs_go_back(l->inputs);
	if (l->resend)
		resend_go_back(l->resend);
	source_go_to(l->source, to, &f->saved);
}

bool follow_item(struct load *l, enum source_type type)
{
	enum job_turn turn = deliver_turn(l->deliver);

	if (turn == JOB_COMMIT || (turn == JOB_READ && type == SOURCE_END))
		turn = commit(l);
	if (turn == JOB_BACK)
		go_back(l);
	return turn == JOB_BACK;
}

void follow_on(struct load *l)
{
	const struct manifest *m = deliver_job(l->deliver)->options.manifest;

	source_set_end(l->source, m->bytes);
	source_go_to(l->source, &l->follow.place, &l->follow.saved);
}

void follow_end(struct load *l)
{
	if (l->follow.on && !l->read_all)
		commit(l);
	/* Without a job there is no other moment for it. */
	if (l->resend && !l->follow.on)
		resend_keep(l->resend);
}

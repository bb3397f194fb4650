#include "mend/process.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"

/* It doubles when it was too short, and halves when nothing came of it. */
#define PATIENCE_MS	500
#define PATIENCE_MIN_MS 100

/* An answer that comes so soon after the input was closed has waited for that. */
#define PROMPT_MS 100

void process_init(struct process *p)
{
	exchange_init(&p->exchange);
	p->patience_ms = PATIENCE_MS;
}

void process_finish(struct process *p)
{
	exchange_finish(&p->exchange);
}

static enum mend_result refuse(struct process *p, const char *what)
{
	return complaint_set(&p->exchange.complaint, "%s", what);
}

static void put_in_doubt(struct process *p)
{
	if (!p->unsure)
		p->doubt = p->exchange.complaint;
	p->unsure = true;
}

/* Ends what can't be asked any more. A line too few is the last one's trouble alone, a line
 * too many perhaps that of an earlier one. */
static void give_up(struct process *p, bool too_many)
{
	child_kill(&p->exchange.child);
	if (p->answered && too_many)
		put_in_doubt(p);
	p->answered = 0;
}

static enum mend_result start(struct process *p, struct error *err)
{
	if (child_start(&p->exchange.child, p->command) == 0)
		return MEND_DONE;
	error_set(err, ERROR_SYSTEM, "Can't start the transform command: %s", strerror(errno));
	return MEND_BROKEN;
}

static struct talk talk_to_a_line(struct process *p)
{
	struct talk talk = exchange_talk(&p->exchange, TALK_TO_A_LINE);

	talk.patience_ms = p->patience_ms;
	return talk;
}

/* Whether a child that has been told the beginning of a line is done with those before. */
static enum mend_result judge_earlier(struct process *p, const struct talk *talk, enum talk_end end)
{
	struct exchange *x = &p->exchange;

	if (end == TALK_READ && exchange_is_echo(x))
		return MEND_DONE;
	if (end == TALK_ENDED && !x->said.len)
		return exchange_see_off(x, talk); /* some end after a line */
	if (end == TALK_READ || end == TALK_LINE || end == TALK_ENDED)
		return refuse(p, "printed more lines than there were records");
	return exchange_refuse(x, talk, end);
}

/* Tells a child that has answered others the line, but for its end. False when it is gone:
 * that is no fault of this line. */
static bool lead_on(struct process *p, struct talk *talk)
{
	const struct slice all = talk->words;
	size_t kept = all.len > 2 ? 2 : 1; /* of "1" only the line feed */

	talk->aim = TALK_TO_BE_READ;
	talk->words.len -= kept;
	if (judge_earlier(p, talk, talk_run(talk)) != MEND_DONE)
		give_up(p, true);
	if (!p->exchange.child.pid)
		p->answered = 0;
	talk->aim = TALK_TO_A_LINE;
	talk->words = (struct slice){all.data + all.len - kept, kept};
	return p->exchange.child.pid;
}

static enum mend_result refuse_lines(struct process *p, const char *what)
{
	refuse(p, what);
	give_up(p, true);
	return MEND_REFUSED;
}

/* Of a child that is told no more; `result` is how it ended. With a good end all its answers
 * are settled. */
static enum mend_result judge_last(struct process *p, enum mend_result result)
{
	struct exchange *x = &p->exchange;

	if (result == MEND_DONE && exchange_has_more_lines(x))
		return refuse_lines(p, "printed more than one line");
	if (result == MEND_DONE && !x->said.len)
		result = refuse(p, "printed nothing");
	if (result != MEND_DONE)
		give_up(p, exchange_has_more_lines(x));
	p->answered = 0;
	return result;
}

/* A line has come; is it the answer, and all of it? */
static enum mend_result judge_line(struct process *p, struct talk *talk)
{
	struct exchange *x = &p->exchange;

	p->late = 0;
	/* Some read no further than to the line feed. */
	if (p->answered && (x->child.in < 0 || talk_unread(&x->child) > 1))
		return refuse_lines(p, "printed a line before it had read the record");
	if (exchange_has_more_lines(x) || talk_is_due(&x->child))
		return refuse_lines(p, "printed more than one line");
	if (!p->answered && !child_is_alone(&x->child)) {
		p->several = true;
		return judge_last(p, exchange_hear_out(x, talk));
	}
	p->answered++;
	return MEND_DONE;
}

/* It has read the line and doesn't speak: when there is no more to read, it must, or has
 * passed the line over. */
static enum mend_result hear_late(struct process *p, struct talk *talk)
{
	int64_t closed = clock_mono_ms();
	enum mend_result result = judge_last(p, exchange_hear_out(&p->exchange, talk));

	if (result != MEND_DONE) {
		if (p->patience_ms > PATIENCE_MIN_MS)
			p->patience_ms /= 2;
		return result;
	}
	if (p->patience_ms < p->exchange.timeout_ms)
		p->patience_ms *= 2;
	p->late = clock_mono_ms() - closed < PROMPT_MS ? p->late + 1 : 0;
	return MEND_DONE;
}

static enum mend_result hear_answer(struct process *p, struct talk *talk)
{
	enum talk_end end = talk_run(talk);

	switch (end) {
	case TALK_LINE:
		return judge_line(p, talk);
	case TALK_MUTE:
		return hear_late(p, talk);
	case TALK_ENDED:
		return judge_last(p, exchange_see_off(&p->exchange, talk));
	default:
		return judge_last(p, exchange_refuse(&p->exchange, talk, end));
	}
}

enum mend_result process_ask_alone(struct process *p, struct slice value, struct error *err)
{
	struct exchange *x = &p->exchange;
	struct talk talk;
	enum mend_result result;

	exchange_set_line(x, value);
	if (start(p, err) != MEND_DONE)
		return MEND_BROKEN;
	talk = exchange_talk(x, TALK_TO_THE_END);
	result = exchange_hear_out(x, &talk);
	child_kill(&x->child);
	return result;
}

enum mend_result process_ask(struct process *p, struct slice value, struct error *err)
{
	struct exchange *x = &p->exchange;
	struct talk talk;

	if (p->several)
		return process_ask_alone(p, value, err);
	exchange_set_line(x, value);
	talk = talk_to_a_line(p);
	if (!x->child.pid || !lead_on(p, &talk)) {
		if (x->stop && *x->stop)
			return refuse(p, "was stopped");
		if (start(p, err) != MEND_DONE)
			return MEND_BROKEN;
		talk = talk_to_a_line(p);
	}
	return hear_answer(p, &talk);
}

/* Of a child whose answers nobody has doubted yet. */
static enum mend_result end_well(struct process *p)
{
	struct exchange *x = &p->exchange;
	enum mend_result result;
	struct talk talk;

	exchange_set_line(x, SLICE_NULL);
	talk = exchange_talk(x, TALK_TO_THE_END);
	result = exchange_hear_out(x, &talk);
	if (result == MEND_DONE && x->said.len)
		result = refuse(p, "printed more lines than there were records");
	return result;
}

enum mend_result process_settle(struct process *p)
{
	enum mend_result result = MEND_DONE;

	if (p->unsure)
		p->exchange.complaint = p->doubt;
	if (p->unsure)
		result = MEND_REFUSED;
	else if (p->exchange.child.pid)
		result = end_well(p);
	process_reset(p);
	return result;
}

void process_reset(struct process *p)
{
	child_kill(&p->exchange.child);
	p->unsure = false;
	p->answered = 0;
}

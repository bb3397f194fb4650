#include "mend/transform.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "check/json.h"
#include "check/scan.h"
#include "mend/process.h"
#include "record/block.h"

struct transform {
	char *command;
	struct process process;
	struct json_checker *json;
	bool exact;
	bool any;	   /* record has had a good answer */
	unsigned failures; /* in a row, */
	unsigned hangs;	   /* those of them that took the whole timeout */
	char message[320];
};

struct transform *transform_create(const struct transform_options *options)
{
	struct transform *t = mem_alloc(1, sizeof(*t));

	t->command = mem_strdup(options->command);
	t->process.command = t->command;
	t->process.exchange = (struct exchange){
		.timeout_ms = options->timeout_ms,
		.max_bytes = options->max_bytes < SIZE_MAX / 2 ? options->max_bytes : SIZE_MAX / 2,
		.stop = options->stop};
	process_init(&t->process);
	t->json = json_checker_create();
	return t;
}

void transform_destroy(struct transform *t)
{
	if (!t)
		return;
	process_finish(&t->process);
	json_checker_destroy(t->json);
	free(t->command);
	free(t);
}

/* What was said must be one line of JSON, but for blanks behind it. */
static enum mend_result take_answer(struct transform *t, struct slice *answer)
{
	struct exchange *x = &t->process.exchange;
	struct slice line;

	buf_reserve(&x->said, BLOCK_PADDING);
	line = buf_slice(&x->said);
	while (line.len && strchr(" \t\r\n", line.data[line.len - 1]))
		line.len--;
	if (!line.len)
		return complaint_set(&x->complaint,
				     x->said.len ? "printed an empty line" : "printed nothing");
	if (memchr(line.data, '\n', line.len))
		return complaint_set(&x->complaint, "printed more than one line");
	if (line.len > x->max_bytes)
		return complaint_set_size(&x->complaint, x->max_bytes);
	if (json_run(t->json, line) != FAULT_NONE)
		return complaint_set(&x->complaint, "printed what is not JSON: %s",
				     json_message(t->json));
	*answer = scan_trim(line);
	return MEND_DONE;
}

static enum mend_result give_up(const struct transform *t, const char *why, struct error *err)
{
	error_set(err, ERROR_SYSTEM,
		  "The transform command %s: it %s. It must answer each line of JSON with one line "
		  "of JSON, at once (jq: -c --unbuffered)",
		  why, t->process.exchange.complaint.what);
	return MEND_BROKEN;
}

static enum mend_result count_failure(struct transform *t, struct error *err)
{
	if (t->process.exchange.stop && *t->process.exchange.stop)
		return MEND_REFUSED;
	t->failures++;
	t->hangs = t->process.exchange.hung ? t->hangs + 1 : 0;
	if (!t->any && t->process.exchange.absent)
		return give_up(t, "can't be run", err);
	if (t->hangs >= TRANSFORM_HANGS_MAX)
		return give_up(t, "hangs again and again", err);
	if (!t->any && t->failures >= TRANSFORM_FAILURES_MAX)
		return give_up(t, "fails for every record", err);
	return MEND_REFUSED;
}

static enum mend_result count(struct transform *t, enum mend_result result, struct error *err)
{
	if (result == MEND_REFUSED)
		return count_failure(t, err);
	if (result == MEND_BROKEN)
		return MEND_BROKEN;
	t->any = true;
	t->failures = t->hangs = 0;
	if (t->process.late < TRANSFORM_LATE_MAX)
		return MEND_DONE;
	complaint_set(&t->process.exchange.complaint, "prints nothing before its input ends");
	return give_up(t, "keeps its answers back", err);
}

enum mend_result transform_run(struct transform *t, struct slice value, struct slice *answer,
			       struct error *err)
{
	struct process *p = &t->process;
	enum mend_result result =
		t->exact ? process_ask_alone(p, value, err) : process_ask(p, value, err);

	return count(t, result == MEND_DONE ? take_answer(t, answer) : result, err);
}

enum mend_result transform_settle(struct transform *t)
{
	return process_settle(&t->process) == MEND_DONE ? MEND_DONE : MEND_UNSURE;
}

bool transform_is_unsure(const struct transform *t)
{
	return t->process.unsure;
}

bool transform_is_slow(const struct transform *t)
{
	return t->process.several && !t->exact;
}

void transform_set_exact(struct transform *t, bool exact)
{
	process_reset(&t->process);
	t->process.late = 0;
	t->exact = exact;
	t->failures = t->hangs = 0;
}

const char *transform_message(struct transform *t)
{
	snprintf(t->message, sizeof(t->message), "the transform command %s",
		 t->process.exchange.complaint.what);
	return t->message;
}

#include "replay/look.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "replay/batch.h"
#include "replay/reading.h"
#include "replay/work.h"

static void fail(struct replay *r, const struct letter *l)
{
	struct buf why = {0};

	text_add_escaped(&why, text_cut(letter_error(l), 100));
	error_set(&r->halted, ERROR_OUTPUT,
		  "canary: one of the first %zu messages is back in %s, at %" PRId32 ":%" PRId64
		  " (%s): the fix isn't one, and nothing more was sent",
		  r->canary.committed, r->options.dlq, l->received->partition, l->received->offset,
		  why.len ? why.data : "no error is told");
	buf_finish(&why);
}

/* False when some have come back, or it can't be told. */
static bool none_is_back(struct replay *r)
{
	struct received received;
	enum reader_next next;
	struct letter l;

	while ((next = reader_next(r->reader, &received, &r->halted)) != READER_END) {
		if (next == READER_FAILED || *r->options.stop)
			return false;
		if (next != READER_RECORD)
			continue;
		letter_read(&l, r->options.decoder, &received);
		if (!canary_has(&r->canary, &l))
			continue;
		fail(r, &l);
		return false;
	}
	return true;
}

/* What has come since the start. */
static bool read_new(struct replay *r)
{
	const struct reader_part *all;
	struct reader_part *parts;
	size_t n, n_new = 0;
	bool fine;

	if (reader_ask(r->reader, &r->halted) < 0)
		return false;
	all = reader_parts(r->reader, &n);
	if (n < r->n) {
		error_set(&r->halted, ERROR_CONFIG,
			  "the topic %s was deleted and made anew while it was replayed",
			  r->options.dlq);
		return false;
	}
	parts = mem_alloc(n + 1, sizeof(*parts));
	for (size_t i = 0; i < n; i++)
		parts[n_new++] = (struct reader_part){
			all[i].partition, i < r->n ? r->ends[i].to : all[i].from, all[i].to};
	reader_start(r->reader, parts, n_new);
	fine = none_is_back(r);
	free(parts);
	return fine;
}

void look_wait(struct replay *r)
{
	if (!batch_commit(r))
		return;
	if (r->canary.refused) {
		error_set(&r->halted, ERROR_OUTPUT,
			  "canary: one of the first messages was refused, and is back in %s: the "
			  "fix isn't one, and nothing more was sent",
			  r->options.dlq);
		return;
	}
	r->canary.until = clock_mono_ms() + r->options.canary_wait_ms;
	event_emit(r->options.events, EVENT_INFO, "canary",
		   EVENT_FIELDS(EVENT_NUMBER("messages", r->canary.committed),
				EVENT_NUMBER("delay_ms", r->options.canary_wait_ms)),
		   "Canary: %zu messages are sent; waiting %" PRId64
		   " s for any of them to come back",
		   r->canary.committed, r->options.canary_wait_ms / 1000);
}

void look_again(struct replay *r)
{
	if (clock_mono_ms() < r->canary.until || !read_new(r))
		return;
	r->canary.passed = true;
	r->canary.until = 0;
	event_emit(r->options.events, EVENT_INFO, "canary_passed", EVENT_NO_FIELDS,
		   "Canary: none of them has come back; going on");
	reading_start(r);
}

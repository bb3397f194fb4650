#include "rehearsal_show.h"

#include <inttypes.h>

#include "base/text.h"
#include "report/json.h"

/* Destinations that a question names. */
#define NAMED_MAX 5

static void add_count(struct buf *out, uint64_t count)
{
	char digits[TEXT_COUNT_SIZE];

	buf_addf(out, "%10s  ", text_count(count, digits));
}

static void add_name(struct buf *out, const char *name)
{
	text_add_escaped(out, slice_of(name));
}

static void text_row(struct buf *out, const struct rehearsal_row *row)
{
	static const char *const would_be[] = {
		[FATE_SEND] = "sent to ",
		[FATE_DISCARD] = "discarded",
		[FATE_PARK] = "parked",
		[FATE_STAY] = "left pending",
		[FATE_RETURN] = "put back to the end of the DLQ, instead of sent to ",
		[FATE_MOVE] = "moved to the end of the DLQ",
	};

	add_count(out, row->count);
	buf_add_str(out, would_be[row->fate]);
	if (row->fate == FATE_SEND || row->fate == FATE_RETURN)
		add_name(out, row->to ? row->to : "?");
	buf_add_str(out, "  (");
	add_name(out, row->error ? row->error : "no error is told");
	buf_add_str(out, ")\n");
	if (!*row->message)
		return;
	buf_addf(out, "%12s%s%s", "", row->code ? row->code : "", row->code ? ": " : "");
	add_name(out, row->message);
	buf_add_char(out, '\n');
}

static void text_topic(struct buf *out, const struct rehearsal_topic *t)
{
	char most[TEXT_COUNT_SIZE], largest[TEXT_COUNT_SIZE];

	buf_add_str(out, "  ");
	add_name(out, t->name);
	if (!t->exists) {
		buf_add_str(out, ": is not there\n");
		return;
	}
	buf_addf(out, ": %d partition%s, ", t->partitions, t->partitions == 1 ? "" : "s");
	if (t->max_bytes == UINT64_MAX)
		buf_add_str(out, "its limit is not known");
	else
		buf_addf(out, "takes %s bytes", text_count(t->max_bytes, most));
	buf_addf(out, "; the largest for it has %s\n", text_count(t->largest, largest));
}

static void text_example(struct buf *out, const struct rehearsal *p, size_t i)
{
	const struct rehearsal_example *e = &p->examples[i];

	buf_addf(out, "  %" PRId32 ":%" PRId64 "\n  - %s\n  + %s\n", e->partition, e->offset,
		 e->before, e->after);
}

void rehearsal_text(struct buf *out, const struct rehearsal *p)
{
	if (p->n_rows)
		buf_add_str(out, "=== Dry run: these would be ===\n");
	for (size_t i = 0; i < p->n_rows; i++)
		text_row(out, &p->rows[i]);
	if (p->n_topics)
		buf_add_str(out, "=== Destinations ===\n");
	for (size_t i = 0; i < p->n_topics; i++)
		text_topic(out, &p->topics[i]);
	if (p->n_examples)
		buf_add_str(out, "=== Mended, for example ===\n");
	for (size_t i = 0; i < p->n_examples; i++)
		text_example(out, p, i);
}

static void json_row(struct buf *out, const struct rehearsal_row *row)
{
	buf_add_str(out, "{\"fate\":");
	json_add_text(out, rehearsal_fate_name(row->fate));
	buf_add_str(out, ",\"to\":");
	json_add_text(out, row->to);
	buf_add_str(out, ",\"error\":");
	json_add_text(out, row->error);
	buf_add_str(out, ",\"code\":");
	json_add_text(out, row->code);
	buf_add_str(out, ",\"message\":");
	json_add_text(out, *row->message ? row->message : NULL);
	buf_addf(out, ",\"count\":%" PRIu64 "}", row->count);
}

static void json_topic(struct buf *out, const struct rehearsal_topic *t)
{
	buf_add_str(out, "{\"topic\":");
	json_add_text(out, t->name);
	buf_addf(out,
		 ",\"exists\":%s,\"partitions\":%d,\"max_bytes\":", t->exists ? "true" : "false",
		 t->partitions);
	if (t->max_bytes == UINT64_MAX)
		buf_add_str(out, "null");
	else
		buf_addf(out, "%" PRIu64, t->max_bytes);
	buf_addf(out, ",\"largest\":%" PRIu64 ",\"count\":%" PRIu64 "}", t->largest, t->count);
}

static void json_example(struct buf *out, const struct rehearsal_example *e)
{
	buf_addf(out, "{\"partition\":%" PRId32 ",\"offset\":%" PRId64 ",\"before\":", e->partition,
		 e->offset);
	json_add_text(out, e->before);
	buf_add_str(out, ",\"after\":");
	json_add_text(out, e->after);
	buf_add_char(out, '}');
}

void rehearsal_json(struct buf *out, const struct rehearsal *p)
{
	buf_add_str(out, "\"plan\":[");
	for (size_t i = 0; i < p->n_rows; i++) {
		buf_add_str(out, i ? "," : "");
		json_row(out, &p->rows[i]);
	}
	buf_add_str(out, "],\"destinations\":[");
	for (size_t i = 0; i < p->n_topics; i++) {
		buf_add_str(out, i ? "," : "");
		json_topic(out, &p->topics[i]);
	}
	buf_add_str(out, "],\"examples\":[");
	for (size_t i = 0; i < p->n_examples; i++) {
		buf_add_str(out, i ? "," : "");
		json_example(out, &p->examples[i]);
	}
	buf_add_char(out, ']');
}

uint64_t rehearsal_total(const struct rehearsal *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_rows; i++)
		if (p->rows[i].fate != FATE_STAY)
			n += p->rows[i].count;
	return n;
}

void rehearsal_where(struct buf *out, const struct rehearsal *p)
{
	char digits[TEXT_COUNT_SIZE];
	size_t named = 0;

	for (size_t i = 0; i < p->n_topics && named < NAMED_MAX; i++) {
		if (!p->topics[i].count)
			continue;
		buf_addf(out, "%s%s to ", named++ ? ", " : "",
			 text_count(p->topics[i].count, digits));
		add_name(out, p->topics[i].name);
	}
	if (p->n_topics > NAMED_MAX)
		buf_add_str(out, ", ...");
}

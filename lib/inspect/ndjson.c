#include "inspect/ndjson.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "record/envelope.h"
#include "report/json.h"

void ndjson_finish(struct ndjson *n)
{
	buf_finish(&n->members);
}

static void add_value(struct buf *out, const struct letter_value *v)
{
	char at[CLOCK_ISO_SIZE];

	if (v->kind == LETTER_TEXT)
		json_add_slice(out, v->text);
	else if (v->kind == LETTER_TIME)
		json_add_text(out, clock_iso(v->number, at));
	else
		buf_addf(out, "%" PRId64, v->number);
}

static void add_fields(struct buf *out, const struct letter *l)
{
	buf_add_str(out, "{\"system\":");
	json_add_text(out, system_name(l->system));
	for (size_t i = 0; i < LETTER_FIELDS; i++) {
		if (!letter_has(l, (enum letter_field)i))
			continue;
		buf_addf(out, ",\"%s\":", letter_field_key((enum letter_field)i));
		/* As Kafka has it, and the envelope. */
		if (i == LETTER_TIMESTAMP)
			buf_addf(out, "%" PRId64, l->fields[i].number);
		else
			add_value(out, &l->fields[i]);
	}
}

/* Each line of the text is one. */
static void add_warnings(struct buf *out, const struct decoder *d, const struct letter *l)
{
	struct buf text = {0};
	const char *comma = "";

	letter_warnings(&text, d, l);
	if (text.len)
		buf_add_str(out, ",\"warnings\":[");
	for (char *at = text.data, *end; at && *at; at = end + 1) {
		end = strchr(at, '\n');
		buf_add_str(out, comma);
		json_add_slice(out, (struct slice){at, (size_t)(end - at)});
		comma = ",";
	}
	if (text.len)
		buf_add_char(out, ']');
	buf_finish(&text);
}

/* What systems before the newest have said, the newer ones first. */
static void add_older(struct buf *out, struct decoder *d, const struct letter *l)
{
	enum system systems[SYSTEMS];
	size_t n = letter_systems(d, systems);
	struct letter older;

	for (size_t i = 1; i < n; i++) {
		buf_add_str(out, i == 1 ? ",\"older\":[" : ",");
		letter_read_as(&older, d, l->received, systems[i]);
		add_fields(out, &older);
		buf_add_char(out, '}');
	}
	if (n > 1)
		buf_add_char(out, ']');
}

static void add_letter(struct buf *out, struct decoder *d, const struct letter *l)
{
	if (!l->dead) {
		buf_add_str(out, "null");
		return;
	}
	add_fields(out, l);
	add_warnings(out, d, l);
	add_older(out, d, l);
	buf_add_char(out, '}');
}

static void add(struct buf *out, struct ndjson *n, const char *topic, struct decoder *d,
		const struct letter *l, const struct example *cut)
{
	struct envelope_notes notes = {.topic = topic, .without_value = cut};

	buf_clear(&n->members);
	if (cut)
		buf_addf(&n->members, "\"value_bytes\":%" PRIu64 ",", cut->value_bytes);
	buf_addf(&n->members, "\"partition\":%d,\"offset\":%" PRId64 ",\"status\":\"%s\",\"dlq\":",
		 l->received->partition, l->received->offset, status_name(l->status));
	add_letter(&n->members, d, l);
	notes.members = buf_slice(&n->members);
	envelope_write(out, l->record, &notes);
}

void ndjson_add(struct buf *out, struct ndjson *n, const char *topic, struct decoder *d,
		const struct letter *l)
{
	add(out, n, topic, d, l, NULL);
}

void ndjson_add_example(struct buf *out, struct ndjson *n, const char *topic, struct decoder *d,
			const struct example *e)
{
	struct letter l;

	letter_read(&l, d, &e->received);
	l.status = e->status;
	add(out, n, topic, d, &l, e->whole ? NULL : e);
}

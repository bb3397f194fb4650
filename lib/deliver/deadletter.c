#include "deliver/deadletter.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define MESSAGE_MAX_BYTES 1000
#define REPLAY_COUNT	  "replay-count"

struct facts {
	const struct failure *f;
	const char *topic, *job;
};

typedef void value_fn(struct buf *out, const struct facts *facts);

static void add_topic(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->topic);
}

static void add_time(struct buf *out, const struct facts *facts)
{
	char iso[CLOCK_ISO_SIZE];

	buf_add_str(out, clock_iso(facts->f->at, iso));
}

static void add_type(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->f->cause.code);
}

static void add_message(struct buf *out, const struct facts *facts)
{
	text_add_escaped(out, text_cut(slice_of(facts->f->message), MESSAGE_MAX_BYTES));
}

static void add_retries(struct buf *out, const struct facts *facts)
{
	buf_addf(out, "%d", facts->f->retries);
}

static void add_replays(struct buf *out, const struct facts *facts)
{
	if (facts->f->replays)
		buf_addf(out, "%" PRId64, facts->f->replays);
}

static void add_class(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, contract_class_name(facts->f->cause.class));
}

static void add_persisted(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->f->possibly_persisted ? "possibly" : "no");
}

static void add_file(struct buf *out, const struct facts *facts)
{
	const struct origin *o = facts->f->origin;

	if (!o)
		return;
	text_add_escaped(out, slice_of(o->file));
	if (!o->member)
		return;
	buf_add_char(out, '/');
	text_add_escaped(out, slice_of(o->member));
}

static void add_line(struct buf *out, const struct facts *facts)
{
	if (facts->f->origin)
		buf_addf(out, "%" PRIu64, facts->f->line);
}

static void add_offset(struct buf *out, const struct facts *facts)
{
	if (facts->f->origin)
		buf_addf(out, "%" PRIu64, facts->f->offset);
}

static void add_format(struct buf *out, const struct facts *facts)
{
	if (facts->f->origin)
		buf_add_str(out, facts->f->origin->format);
}

static void add_columns(struct buf *out, const struct facts *facts)
{
	const struct origin *o = facts->f->origin;

	if (o && o->columns)
		buf_add_str(out, o->columns);
}

/* Commas go without saying. */
static void add_delimiter(struct buf *out, const struct facts *facts)
{
	const struct origin *o = facts->f->origin;

	if (o && o->columns && o->delimiter != ',')
		buf_add_char(out, o->delimiter);
}

static void add_job(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->job);
}

static void add_big_endian(struct buf *out, int64_t value, int bytes)
{
	while (bytes--)
		buf_add_char(out, (char)((uint64_t)value >> (8 * bytes)));
}

/* A line of a file has neither partition nor offset. */
static void add_no_partition(struct buf *out, const struct facts *facts)
{
	(void)facts;
	add_big_endian(out, -1, 4);
}

static void add_no_offset(struct buf *out, const struct facts *facts)
{
	(void)facts;
	add_big_endian(out, -1, 8);
}

static void add_timestamp(struct buf *out, const struct facts *facts)
{
	add_big_endian(out, facts->f->record.timestamp, 8);
}

static void add_timestamp_type(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->f->record.timestamp < 0 ? "NoTimestampType" : "CreateTime");
}

static void add_none(struct buf *out, const struct facts *facts)
{
	(void)facts;
	buf_add_str(out, "-1");
}

static void add_name(struct buf *out, const struct facts *facts)
{
	(void)facts;
	buf_add_str(out, "redrive");
}

static void add_task(struct buf *out, const struct facts *facts)
{
	(void)facts;
	buf_add_char(out, '0');
}

static void add_stage(struct buf *out, const struct facts *facts)
{
	buf_add_str(out, facts->f->cause.fault ? "VALUE_CONVERTER" : "KAFKA_PRODUCE");
}

struct rule {
	const char *name;
	value_fn *value; /* a header whose value would be empty is left out */
};

static const struct rule redrive_rules[] = {
	{"original-topic", add_topic},
	{"error-timestamp", add_time},
	{"error-type", add_type},
	{"error-message", add_message},
	{NULL, NULL},
};

static const struct rule connect_rules[] = {
	{"__connect.errors.topic", add_topic},
	{"__connect.errors.partition", add_none},
	{"__connect.errors.offset", add_none},
	{"__connect.errors.connector.name", add_name},
	{"__connect.errors.task.id", add_task},
	{"__connect.errors.stage", add_stage},
	{"__connect.errors.exception.class.name", add_type},
	{"__connect.errors.exception.message", add_message},
	{NULL, NULL},
};

static const struct rule spring_rules[] = {
	{"kafka_dlt-original-topic", add_topic},
	{"kafka_dlt-original-partition", add_no_partition},
	{"kafka_dlt-original-offset", add_no_offset},
	{"kafka_dlt-original-timestamp", add_timestamp},
	{"kafka_dlt-original-timestamp-type", add_timestamp_type},
	{"kafka_dlt-exception-fqcn", add_type},
	{"kafka_dlt-exception-message", add_message},
	{NULL, NULL},
};

static const struct rule streams_rules[] = {
	{"__streams.errors.exception", add_type}, {"__streams.errors.message", add_message},
	{"__streams.errors.topic", add_topic},	  {"__streams.errors.partition", add_none},
	{"__streams.errors.offset", add_none},	  {NULL, NULL},
};

static const struct rule common_rules[] = {
	{"retry-count", add_retries}, {"error-class", add_class},
	{"persisted", add_persisted}, {"job", add_job},
	{REPLAY_COUNT, add_replays},  {NULL, NULL},
};

static const struct rule source_rules[] = {
	{"source-file", add_file},
	{"source-line", add_line},
	{"source-offset", add_offset},
	{"source-format", add_format},
	{"source-columns", add_columns},
	{"source-delimiter", add_delimiter},
	{NULL, NULL},
};

static const struct rule *const families[DEADLETTER_NAMES_COUNT] = {
	[DEADLETTER_REDRIVE] = redrive_rules,
	[DEADLETTER_CONNECT] = connect_rules,
	[DEADLETTER_SPRING] = spring_rules,
	[DEADLETTER_STREAMS] = streams_rules,
};

/* More than the longest family and the other two lists have together. */
#define RULES_MAX 24

static const struct rule *find_rule(const struct rule *rules, struct slice name)
{
	for (; rules->name; rules++)
		if (slice_is(name, rules->name))
			return rules;
	return NULL;
}

static const struct rule *find_family_rule(struct slice name)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < DEADLETTER_NAMES_COUNT && !found; i++)
		found = find_rule(families[i], name);
	return found;
}

/* What every family has is the topic. Without it, a header called "job" is the
 * record's own. */
static bool is_letter(const struct record *r)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		const struct rule *rule = find_family_rule(r->headers[i].name);

		if (rule && rule->value == add_topic)
			return true;
	}
	return false;
}

/* The first source stays when nobody knows a later one. */
static bool is_replaced(const struct failure *f, struct slice name)
{
	return find_family_rule(name) || find_rule(common_rules, name) ||
	       (f->origin && find_rule(source_rules, name));
}

static size_t add_originals(struct header *to, const struct failure *f)
{
	const struct record *r = &f->record;
	bool letter = is_letter(r);
	size_t n = 0;

	for (size_t i = 0; i < r->n_headers; i++)
		if (!letter || !is_replaced(f, r->headers[i].name))
			to[n++] = r->headers[i];
	return n;
}

/* Where a value stands in a letter's text, which moves while it grows. */
struct made {
	const char *name;
	size_t from, len;
};

static size_t make_values(struct made *made, size_t n, const struct rule *rules, struct buf *text,
			  const struct facts *facts)
{
	for (; rules->name && n < RULES_MAX; rules++) {
		size_t from = text->len;

		rules->value(text, facts);
		if (text->len > from)
			made[n++] = (struct made){rules->name, from, text->len - from};
	}
	return n;
}

void deadletter_make(struct dead_letter *letter, const struct failure *f,
		     enum deadletter_names names, const char *topic, const char *job)
{
	const struct facts facts = {f, topic, job};
	struct made made[RULES_MAX];
	size_t n, n_made;

	letter->headers = mem_grow(letter->headers, &letter->cap, f->record.n_headers + RULES_MAX,
				   sizeof(*letter->headers));
	n = add_originals(letter->headers, f);
	buf_clear(&letter->text);
	n_made = make_values(made, 0, families[names], &letter->text, &facts);
	n_made = make_values(made, n_made, common_rules, &letter->text, &facts);
	n_made = make_values(made, n_made, source_rules, &letter->text, &facts);
	for (size_t i = 0; i < n_made; i++)
		letter->headers[n++] = (struct header){
			slice_of(made[i].name), {letter->text.data + made[i].from, made[i].len}};
	letter->record = f->record;
	letter->record.headers = letter->headers;
	letter->record.n_headers = n;
}

int64_t deadletter_replays(const struct record *r)
{
	char text[24];
	uint64_t n = 0;

	for (size_t i = 0; i < r->n_headers && is_letter(r); i++) {
		struct slice value = r->headers[i].value;

		if (!slice_is(r->headers[i].name, REPLAY_COUNT) || value.len >= sizeof(text))
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)value.len, value.data ? value.data : "");
		if (!text_parse_u64(text, &n) || n >= INT64_MAX)
			n = 0;
	}
	return (int64_t)n;
}

void deadletter_finish(struct dead_letter *letter)
{
	free(letter->headers);
	buf_finish(&letter->text);
	*letter = (struct dead_letter){0};
}

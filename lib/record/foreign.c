#include "record/foreign.h"

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "record/headers.h"

bool foreign_may_hold(const struct shape *shape, const struct parts *parts)
{
	return !parts->not_utf8 || (shape->traits & PRINTS_BYTES);
}

/* These return what the member must be, or NULL when it is. */
static const char *take_topic(struct envelope *e, const struct part *p)
{
	if (p->kind != JSON_KIND_STRING || !p->text.len || !text_is_utf8(p->text) ||
	    memchr(p->text.data, '\0', p->text.len))
		return "must be a topic's name";
	e->topic = p->text.data;
	return NULL;
}

static const char *take_partition(struct envelope *e, const struct part *p)
{
	int64_t number;

	if (!part_integer(p, &number) || number < 0 || number > INT32_MAX)
		return "must be a partition's number";
	e->partition = (int32_t)number;
	return NULL;
}

static const char *take_offset(struct envelope *e, const struct part *p)
{
	if (!part_integer(p, &e->kafka_offset) || e->kafka_offset < 0)
		return "must be an offset";
	return NULL;
}

static const char *take_bytes(struct slice *bytes, const struct part *p)
{
	if (p->kind != JSON_KIND_STRING && p->kind != JSON_KIND_NULL)
		return "must be a string or null";
	*bytes = p->kind == JSON_KIND_STRING ? p->text : SLICE_NULL;
	return NULL;
}

static const char *take_key(struct envelope *e, const struct part *p)
{
	return take_bytes(&e->record.key, p);
}

static const char *take_value(struct envelope *e, const struct part *p)
{
	return take_bytes(&e->record.value, p);
}

static const char *take_headers(struct envelope *e, const struct part *p)
{
	if (headers_read_any(e, p))
		return NULL;
	return "must hold names and values, those strings and these strings or null";
}

static const char *take_time(struct envelope *e, const struct part *p)
{
	if (part_integer(p, &e->record.timestamp) && e->record.timestamp >= RECORD_NO_TIMESTAMP)
		return NULL;
	return "must be a whole number of milliseconds since 1970, or -1 for none";
}

/* Go's tools print the year 1 where there is none. */
static const char *take_date(struct envelope *e, const struct part *p)
{
	int64_t *time = &e->record.timestamp;

	if (p->kind == JSON_KIND_STRING && slice_is(p->text, "0001-01-01T00:00:00Z"))
		return NULL;
	if (p->kind == JSON_KIND_STRING && clock_parse_iso(p->text, time) && *time >= 0)
		return NULL;
	return "must be a date and time since 1970 (RFC 3339)";
}

static const char *take_clock(struct envelope *e, const struct part *p)
{
	if (p->kind != JSON_KIND_STRING)
		return "must be a string";
	if (slice_is(p->text, "unknown"))
		e->record.timestamp = RECORD_NO_TIMESTAMP;
	return NULL;
}

static const char *take_nothing(struct envelope *e, const struct part *p)
{
	(void)e;
	(void)p;
	return NULL;
}

static const char *(*const takers[])(struct envelope *e, const struct part *p) = {
	[MEANS_TOPIC] = take_topic,	[MEANS_PARTITION] = take_partition,
	[MEANS_OFFSET] = take_offset,	[MEANS_KEY] = take_key,
	[MEANS_VALUE] = take_value,	[MEANS_HEADERS] = take_headers,
	[MEANS_TIME] = take_time,	[MEANS_DATE] = take_date,
	[MEANS_CLOCK] = take_clock,	[MEANS_LOSS] = NULL,
	[MEANS_NOTHING] = take_nothing,
};

static int refuse(const struct shape *shape, const char *name, const char *what, const char *why,
		  struct error *err)
{
	return error_set(err, ERROR_INPUT, "taken for a line of %s, where \"%s\" %s%s%s",
			 shape->tool, name, what, why ? ": " : "", why ? why : "");
}

static int take_member(struct envelope *e, const struct shape *shape, const struct shape_member *m,
		       struct error *err)
{
	const struct part *p = part_find(e->parts.items, m->name);
	const char *wrong;

	if (!p && m->duty == MUST)
		return refuse(shape, m->name, "is missing", m->why, err);
	if (!p)
		return 0;
	if (m->meaning == MEANS_LOSS)
		return refuse(shape, m->name, "says what is lost", m->why, err);
	wrong = takers[m->meaning](e, p);
	return wrong ? refuse(shape, m->name, wrong, NULL, err) : 0;
}

/* Where null values are left out a misspelt name must not make a tombstone. */
static int check_names(const struct envelope *e, const struct shape *shape, struct error *err)
{
	if (e->record.value.data || shape_knows_all(shape, e->parts.items))
		return 0;
	return error_set(err, ERROR_INPUT,
			 "taken for a line of %s, which has no value, but a field that %s doesn't "
			 "print",
			 shape->tool, shape->tool);
}

/* Text that is base64, too, but not of text. */
static bool may_be_base64(struct slice text)
{
	struct buf plain = {0};
	bool may = text.len && text_decode_base64(&plain, text) && !text_is_utf8(buf_slice(&plain));

	buf_finish(&plain);
	return may;
}

static bool has_replacement(struct slice text)
{
	return text.len && memmem(text.data, text.len, "\xef\xbf\xbd", 3);
}

#define MEANT "; if it is as it should be, write it as an envelope with \"v\":1"

/* Bytes that can't be known aren't guessed. */
static int check_bytes(const struct shape *shape, const char *what, struct slice text,
		       struct error *err)
{
	if ((shape->traits & REPLACES_BYTES) && has_replacement(text))
		return error_set(err, ERROR_INPUT,
				 "taken for a line of %s, where U+FFFD in %s stands for bytes that "
				 "were not UTF-8" MEANT,
				 shape->tool, what);
	if ((shape->traits & HIDES_BASE64) && may_be_base64(text))
		return error_set(err, ERROR_INPUT,
				 "taken for a line of %s, where %s is text or the base64 of bytes, "
				 "and nothing says which" MEANT,
				 shape->tool, what);
	return 0;
}

static int check_record(const struct envelope *e, const struct shape *shape, struct error *err)
{
	const struct record *r = &e->record;

	if (check_bytes(shape, "the key", r->key, err) < 0 ||
	    check_bytes(shape, "the value", r->value, err) < 0)
		return -1;
	for (size_t i = 0; i < r->n_headers; i++)
		if (check_bytes(shape, "a header", r->headers[i].name, err) < 0 ||
		    check_bytes(shape, "a header", r->headers[i].value, err) < 0)
			return -1;
	return check_names(e, shape, err);
}

static void set_null(struct slice *bytes)
{
	if (!bytes->len)
		*bytes = SLICE_NULL;
}

int foreign_read(struct envelope *e, const struct shape *shape, struct error *err)
{
	headers_begin(e);
	for (size_t i = 0; i < shape->n; i++)
		if (take_member(e, shape, &shape->members[i], err) < 0)
			return -1;
	if (shape->traits & EMPTY_IS_NULL) {
		set_null(&e->record.key);
		set_null(&e->record.value);
	}
	e->writer = ENVELOPE_FOREIGN;
	e->tool = shape->tool;
	return check_record(e, shape, err);
}

#include "record/quick.h"

#include "base/macros.h"
#include "record/checksum.h"
#include "record/headers.h"

struct quick {
	struct envelope *e;
	struct slice line;
	bool has_key, has_value;
};

static bool take_version(struct quick *q, const struct part *p)
{
	int64_t version;

	(void)q;
	return part_integer(p, &version) && version == 1;
}

static bool take_topic(struct quick *q, const struct part *p)
{
	if (p->kind != JSON_KIND_STRING || memchr(p->text.data, '\0', p->text.len))
		return p->kind == JSON_KIND_NULL;
	q->e->topic = p->text.data;
	return true;
}

/* Of key and "key_base64" only one is there, and so for the value. */
static bool take_text(bool *has, struct slice *bytes, const struct part *p)
{
	if (*has || (p->kind != JSON_KIND_STRING && p->kind != JSON_KIND_NULL))
		return false;
	*has = true;
	*bytes = p->kind == JSON_KIND_STRING ? p->text : SLICE_NULL;
	return true;
}

static bool take_base64(bool *has, struct slice *bytes, const struct part *p)
{
	return take_text(has, bytes, p) && bytes->data && headers_decode(bytes);
}

static bool take_key(struct quick *q, const struct part *p)
{
	return take_text(&q->has_key, &q->e->record.key, p);
}

static bool take_key_base64(struct quick *q, const struct part *p)
{
	return take_base64(&q->has_key, &q->e->record.key, p);
}

static bool take_value(struct quick *q, const struct part *p)
{
	return take_text(&q->has_value, &q->e->record.value, p);
}

static bool take_value_base64(struct quick *q, const struct part *p)
{
	return take_base64(&q->has_value, &q->e->record.value, p);
}

static bool take_headers(struct quick *q, const struct part *p)
{
	return p->kind == JSON_KIND_NULL || headers_read(q->e, p);
}

static bool take_timestamp(struct quick *q, const struct part *p)
{
	if (p->kind == JSON_KIND_NULL)
		return true;
	return part_integer(p, &q->e->record.timestamp) &&
	       q->e->record.timestamp >= RECORD_NO_TIMESTAMP;
}

static bool take_error(struct quick *q, const struct part *p)
{
	const struct part *type = part_find(p, "type");

	if (type && type->kind == JSON_KIND_STRING && !memchr(type->text.data, 0, type->text.len))
		q->e->error_type = type->text.data;
	return true;
}

/* 0 for what isn't there. */
static bool take_number(const struct part *whole, const char *name, int64_t *number)
{
	const struct part *p = part_find(whole, name);

	*number = 0;
	return !p || part_integer(p, number);
}

static bool take_source(struct quick *q, const struct part *p)
{
	int64_t input, number, line, offset;

	if (!take_number(p, "input", &input) || !take_number(p, "number", &number) ||
	    !take_number(p, "line", &line) || !take_number(p, "offset", &offset))
		return false;
	q->e->input = (unsigned)input;
	q->e->number = (unsigned)number;
	q->e->line = (uint64_t)line;
	q->e->offset = (uint64_t)offset;
	return true;
}

static bool take_nothing(struct quick *q, const struct part *p)
{
	(void)q;
	(void)p;
	return true;
}

static bool take_job_id(struct quick *q, const struct part *p)
{
	uint64_t id = 0;

	if (p->kind != JSON_KIND_STRING || p->text.len != 16)
		return false;
	for (size_t i = 0; i < p->text.len; i++) {
		char c = p->text.data[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		id = id << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	q->e->job_id = id;
	return true;
}

static bool take_partition(struct quick *q, const struct part *p)
{
	int64_t number;

	if (!part_integer(p, &number) || number < 0 || number > INT32_MAX)
		return false;
	q->e->partition = (int32_t)number;
	return true;
}

static bool take_offset(struct quick *q, const struct part *p)
{
	return part_integer(p, &q->e->kafka_offset) && q->e->kafka_offset >= 0;
}

static bool take_crc(struct quick *q, const struct part *p)
{
	q->e->writer = ENVELOPE_OURS;
	return p->kind == JSON_KIND_STRING && checksum_fits(q->line, p->text);
}

/* In the order in which they are written. */
static const struct field {
	struct slice name;
	bool (*take)(struct quick *q, const struct part *p);
} fields[] = {
	{SLICE_LIT("v"), take_version},
	{SLICE_LIT("topic"), take_topic},
	{SLICE_LIT("key"), take_key},
	{SLICE_LIT("value"), take_value},
	{SLICE_LIT("headers"), take_headers},
	{SLICE_LIT("timestamp"), take_timestamp},
	{SLICE_LIT("error"), take_error},
	{SLICE_LIT("source"), take_source},
	{SLICE_LIT("job"), take_nothing},
	{SLICE_LIT("job_id"), take_job_id},
	{SLICE_LIT("partition"), take_partition},
	{SLICE_LIT("offset"), take_offset},
	{SLICE_LIT("crc32"), take_crc},
	{SLICE_LIT("key_base64"), take_key_base64},
	{SLICE_LIT("value_base64"), take_value_base64},
};

/* The search begins behind the last one that was found. */
static const struct field *find_field(struct slice name, size_t *next)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t at = (*next + i) % ARRAY_SIZE(fields);

		if (slice_equal(fields[at].name, name)) {
			*next = at + 1;
			return &fields[at];
		}
	}
	return NULL;
}

bool quick_read(struct envelope *e, struct slice line)
{
	const struct part *whole = e->parts.items;
	struct quick q = {.e = e, .line = line};
	size_t next = 0;

	if (whole->kind != JSON_KIND_OBJECT || e->parts.not_utf8)
		return false;
	headers_begin(e);
	for (const struct part *member = whole + 1; member < part_end(whole);
	     member += member->span) {
		const struct field *f = find_field(member->name, &next);

		if (f && !f->take(&q, member))
			return false;
	}
	return q.has_value;
}

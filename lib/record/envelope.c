#include "record/envelope.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* ,"name":"text" or ,"name_base64":"..." or ,"name":null */
static void add_bytes(struct buf *out, const char *name, struct slice s)
{
	bool text = text_is_utf8(s);

	buf_addf(out, ",\"%s%s\":", name, text ? "" : "_base64");
	if (!s.data) {
		buf_add_str(out, "null");
	} else if (text) {
		text_add_json(out, s);
	} else {
		buf_add_char(out, '"');
		text_add_base64(out, s);
		buf_add_char(out, '"');
	}
}

static void add_header_bytes(struct buf *out, struct slice s)
{
	if (!s.data) {
		buf_add_str(out, "null");
	} else if (text_is_utf8(s)) {
		text_add_json(out, s);
	} else {
		buf_add_str(out, "{\"base64\":\"");
		text_add_base64(out, s);
		buf_add_str(out, "\"}");
	}
}

/* "name": and, unless it is an object's first, the comma before it. */
static void add_name(struct buf *out, const char *name)
{
	buf_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
}

static void add_number(struct buf *out, const char *name, int64_t number)
{
	add_name(out, name);
	buf_addf(out, "%" PRId64, number);
}

static void add_text(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	add_name(out, name);
	if (text_is_utf8(slice_of(text))) {
		text_add_json(out, slice_of(text));
	} else {
		/* A file name need not be UTF-8; the line must be. */
		struct buf escaped = {0};

		text_add_escaped(&escaped, slice_of(text));
		text_add_json(out, buf_slice(&escaped));
		buf_finish(&escaped);
	}
}

static void add_headers(struct buf *out, const struct record *r)
{
	buf_add_str(out, ",\"headers\":[");
	for (size_t i = 0; i < r->n_headers; i++) {
		buf_add_str(out, i ? ",[" : "[");
		add_header_bytes(out, r->headers[i].name);
		buf_add_char(out, ',');
		add_header_bytes(out, r->headers[i].value);
		buf_add_char(out, ']');
	}
	buf_add_char(out, ']');
}

static void add_error(struct buf *out, const struct envelope_notes *n)
{
	char at[CLOCK_ISO_SIZE];

	if (!n->error_type)
		return;
	buf_add_str(out, ",\"error\":{");
	add_text(out, "type", n->error_type);
	add_text(out, "class", n->error_class);
	add_text(out, "message", n->error_message);
	add_text(out, "at", clock_iso(n->error_at, at));
	add_number(out, "retries", n->retries);
	add_text(out, "persisted", n->persisted);
	buf_add_char(out, '}');
}

static void add_source(struct buf *out, const struct position *p, bool numbers)
{
	if (!p->origin)
		return;
	buf_add_str(out, ",\"source\":{");
	add_text(out, "file", p->origin->file);
	add_text(out, "member", p->origin->member);
	add_number(out, "line", (int64_t)p->line);
	add_number(out, "offset", (int64_t)p->offset);
	if (numbers) {
		add_number(out, "input", p->origin->input);
		add_number(out, "number", p->origin->number);
	}
	buf_add_char(out, '}');
}

void envelope_write(struct buf *out, const struct record *r, const struct envelope_notes *notes)
{
	size_t start = out->len;
	uLong crc;

	buf_add_str(out, "{\"v\":1");
	add_text(out, "topic", notes->topic);
	add_bytes(out, "key", r->key);
	if (!notes->without_value)
		add_bytes(out, "value", r->value);
	add_headers(out, r);
	if (r->timestamp != RECORD_NO_TIMESTAMP)
		add_number(out, "timestamp", r->timestamp);
	add_error(out, notes);
	add_source(out, &notes->position, notes->job_id);
	add_text(out, "job", notes->job);
	if (notes->job_id)
		buf_addf(out, ",\"job_id\":\"%016" PRIx64 "\"", notes->job_id);
	if (notes->members.len) {
		buf_add_char(out, ',');
		buf_add_slice(out, notes->members);
	}
	crc = crc32_z(0, (const Bytef *)out->data + start, out->len - start);
	if (notes->without_value)
		buf_add_str(out, "}\n");
	else
		buf_addf(out, ",\"crc32\":\"%08lx\"}\n", crc);
}

/* Of a job's record; what isn't there is 0. */
static void take_job(struct envelope *e, const json_t *line)
{
	const json_t *source = json_object_get(line, "source"), *id;

	id = json_object_get(line, "job_id");
	e->job_id = json_is_string(id) ? strtoull(json_string_value(id), NULL, 16) : 0;
	e->input = (unsigned)json_integer_value(json_object_get(source, "input"));
	e->number = (unsigned)json_integer_value(json_object_get(source, "number"));
	e->line = (uint64_t)json_integer_value(json_object_get(source, "line"));
	e->offset = (uint64_t)json_integer_value(json_object_get(source, "offset"));
}

/* The crc32 is the last member, so its text has a fixed length from the end. */
static int check_crc(struct slice line, const json_t *crc, struct error *err)
{
	static const char tail[] = ",\"crc32\":\"xxxxxxxx\"}";
	size_t covered;
	char want[9];

	if (!crc)
		return 0;
	while (line.len && (line.data[line.len - 1] == '\r' || line.data[line.len - 1] == ' '))
		line.len--;
	covered = line.len < sizeof(tail) ? 0 : line.len - (sizeof(tail) - 1);
	snprintf(want, sizeof(want), "%08lx", crc32_z(0, (const Bytef *)line.data, covered));
	if (json_is_string(crc) && strcmp(json_string_value(crc), want) == 0)
		return 0;
	return error_set(err, ERROR_INPUT,
			 "the line's crc32 doesn't match its content; remove the field "
			 "\"crc32\" if you edited the line by hand");
}

/* Where the bytes went in e->bytes; its data may still move. */
struct span {
	bool set;
	size_t at, len;
};

static struct span add_span(struct envelope *e, struct slice s)
{
	struct span span = {true, e->bytes.len, s.len};

	buf_add_slice(&e->bytes, s);
	return span;
}

static struct slice json_slice(const json_t *text)
{
	return (struct slice){json_string_value(text), json_string_length(text)};
}

static int take_base64(struct envelope *e, const json_t *text, struct span *span)
{
	size_t at = e->bytes.len;

	if (!json_is_string(text) || !text_decode_base64(&e->bytes, json_slice(text)))
		return -1;
	*span = (struct span){true, at, e->bytes.len - at};
	return 0;
}

static int take_bytes(struct envelope *e, const json_t *line, const char *name, struct span *span,
		      struct error *err)
{
	char encoded[32];
	const json_t *text = json_object_get(line, name), *base64;

	snprintf(encoded, sizeof(encoded), "%s_base64", name);
	base64 = json_object_get(line, encoded);
	if (text && base64)
		return error_set(err, ERROR_INPUT, "both \"%s\" and \"%s\": one must go", name,
				 encoded);
	if (base64 && take_base64(e, base64, span) == 0)
		return 0;
	if (base64)
		return error_set(err, ERROR_INPUT, "\"%s\" is not base64", encoded);
	if (!text || json_is_null(text))
		return 0;
	if (!json_is_string(text))
		return error_set(err, ERROR_INPUT,
				 "\"%s\" must be a string or null (a JSON text goes into the "
				 "string, escaped)",
				 name);
	*span = add_span(e, json_slice(text));
	return 0;
}

static int take_header_part(struct envelope *e, const json_t *part, struct span *span)
{
	if (json_is_null(part))
		return 0;
	if (json_is_object(part))
		return take_base64(e, json_object_get(part, "base64"), span);
	if (!json_is_string(part))
		return -1;
	*span = add_span(e, json_slice(part));
	return 0;
}

static int take_headers(struct envelope *e, const json_t *list, struct span *spans,
			struct error *err)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);

		if (json_array_size(pair) != 2 ||
		    take_header_part(e, json_array_get(pair, 0), &spans[2 * i]) < 0 ||
		    !spans[2 * i].set ||
		    take_header_part(e, json_array_get(pair, 1), &spans[2 * i + 1]) < 0)
			return error_set(err, ERROR_INPUT,
					 "\"headers\" must be a list of [name, value], value a "
					 "string, null or {\"base64\": ...}");
	}
	return 0;
}

static struct slice resolve(const struct envelope *e, struct span span)
{
	return span.set ? (struct slice){e->bytes.data + span.at, span.len} : SLICE_NULL;
}

static void set_record(struct envelope *e, const struct span *spans, size_t n_headers)
{
	struct record *r = &e->record;

	r->key = resolve(e, spans[0]);
	r->value = resolve(e, spans[1]);
	e->headers = mem_alloc(n_headers, sizeof(*e->headers));
	for (size_t i = 0; i < n_headers; i++)
		e->headers[i] =
			(struct header){resolve(e, spans[2 + 2 * i]), resolve(e, spans[3 + 2 * i])};
	r->headers = e->headers;
	r->n_headers = n_headers;
}

/* A misspelt name must not make a tombstone. */
static int take_value(struct envelope *e, const json_t *line, struct span *span, struct error *err)
{
	if (json_object_get(line, "value") || json_object_get(line, "value_base64"))
		return take_bytes(e, line, "value", span, err);
	return error_set(err, ERROR_INPUT,
			 "neither \"value\" nor \"value_base64\"; a record without a value has "
			 "\"value\":null");
}

static int check_version(const json_t *v, struct error *err)
{
	if (!v || (json_is_integer(v) && json_integer_value(v) == 1))
		return 0;
	return error_set(err, ERROR_INPUT, "\"v\" must be 1, the only version known here");
}

static int take_timestamp(struct envelope *e, const json_t *timestamp, struct error *err)
{
	e->record.timestamp = RECORD_NO_TIMESTAMP;
	if (!timestamp || json_is_null(timestamp))
		return 0;
	e->record.timestamp = json_integer_value(timestamp);
	if (json_is_integer(timestamp) && e->record.timestamp >= RECORD_NO_TIMESTAMP)
		return 0;
	return error_set(err, ERROR_INPUT,
			 "\"timestamp\" must be a whole number of milliseconds since 1970, or -1 "
			 "for none");
}

static int take_topic(struct envelope *e, const json_t *topic, struct error *err)
{
	if (!topic || json_is_null(topic))
		return 0;
	if (!json_is_string(topic))
		return error_set(err, ERROR_INPUT, "\"topic\" must be a string");
	if (strlen(json_string_value(topic)) != json_string_length(topic))
		return error_set(err, ERROR_INPUT, "\"topic\" has a NUL in it");
	e->topic = mem_strdup(json_string_value(topic));
	return 0;
}

static int take_line(struct envelope *e, const json_t *line, struct slice text, struct error *err)
{
	const json_t *headers = json_object_get(line, "headers");
	size_t n = json_array_size(headers);
	struct span *spans = mem_alloc(2 + 2 * n, sizeof(*spans));
	int rc = -1;

	if (headers && !json_is_null(headers) && !json_is_array(headers))
		error_set(err, ERROR_INPUT, "\"headers\" must be a list");
	else if (check_crc(text, json_object_get(line, "crc32"), err) == 0 &&
		 check_version(json_object_get(line, "v"), err) == 0 &&
		 take_topic(e, json_object_get(line, "topic"), err) == 0 &&
		 take_timestamp(e, json_object_get(line, "timestamp"), err) == 0 &&
		 take_bytes(e, line, "key", &spans[0], err) == 0 &&
		 take_value(e, line, &spans[1], err) == 0 &&
		 take_headers(e, headers, spans + 2, err) == 0)
		rc = 0;
	if (rc == 0) {
		/* Reserved even when all is empty: empty must not become null. */
		buf_reserve(&e->bytes, 1);
		set_record(e, spans, n);
		take_job(e, line);
	}
	free(spans);
	return rc;
}

static const struct {
	enum json_error_code code;
	const char *text;
} reasons[] = {
	{json_error_numeric_overflow, "a number in the line is too large to be read"},
	{json_error_duplicate_key, "a name stands twice in the line"},
	{json_error_null_byte_in_key, "a name in the line has a NUL in it"},
	{json_error_stack_overflow, "the line is nested too deeply"},
	{json_error_invalid_utf8, "the line is not UTF-8"},
};

/* jansson's own words show what stands around the error, which is payload. */
static int refuse_text(const json_error_t *where, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].code == json_error_code(where))
			return error_set(err, ERROR_INPUT, "%s", reasons[i].text);
	return error_set(err, ERROR_INPUT, "not a JSON object, which an envelope is");
}

int envelope_read(struct envelope *e, struct slice line, struct error *err)
{
	json_error_t where;
	json_t *root =
		json_loadb(line.data, line.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &where);
	int rc;

	*e = (struct envelope){0};
	if (!root)
		return refuse_text(&where, err);
	if (json_is_object(root))
		rc = take_line(e, root, line, err);
	else
		rc = error_set(err, ERROR_INPUT, "not a JSON object, which an envelope is");
	json_decref(root);
	return rc;
}

void envelope_finish(struct envelope *e)
{
	free(e->topic);
	free(e->headers);
	buf_finish(&e->bytes);
	*e = (struct envelope){0};
}

#include "record/envelope.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/clock.h"
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

static void add_text(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_addf(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" : ",", name);
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
	buf_addf(out, ",\"retries\":%d", n->retries);
	add_text(out, "persisted", n->persisted);
	buf_add_char(out, '}');
}

static void add_source(struct buf *out, const struct position *p)
{
	if (!p->origin)
		return;
	buf_add_str(out, ",\"source\":{");
	add_text(out, "file", p->origin->file);
	add_text(out, "member", p->origin->member);
	buf_addf(out, ",\"line\":%" PRIu64 ",\"offset\":%" PRIu64 "}", p->line, p->offset);
}

void envelope_write(struct buf *out, const struct record *r, const struct envelope_notes *notes)
{
	size_t start = out->len;
	uLong crc;

	buf_add_str(out, "{\"v\":1");
	add_text(out, "topic", notes->topic);
	add_bytes(out, "key", r->key);
	add_bytes(out, "value", r->value);
	add_headers(out, r);
	if (r->timestamp != RECORD_NO_TIMESTAMP)
		buf_addf(out, ",\"timestamp\":%" PRId64, r->timestamp);
	add_error(out, notes);
	add_source(out, &notes->position);
	add_text(out, "job", notes->job);
	crc = crc32_z(0, (const Bytef *)out->data + start, out->len - start);
	buf_addf(out, ",\"crc32\":\"%08lx\"}\n", crc);
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
		e->headers[i] = (struct header){resolve(e, spans[2 + 2 * i]),
						resolve(e, spans[3 + 2 * i])};
	r->headers = e->headers;
	r->n_headers = n_headers;
}

static int take_scalars(struct envelope *e, const json_t *line, struct error *err)
{
	const json_t *timestamp = json_object_get(line, "timestamp");
	const json_t *topic = json_object_get(line, "topic");

	e->record.timestamp = RECORD_NO_TIMESTAMP;
	if (timestamp && !json_is_null(timestamp)) {
		if (!json_is_integer(timestamp))
			return error_set(err, ERROR_INPUT,
					 "\"timestamp\" must be a whole number of milliseconds");
		e->record.timestamp = json_integer_value(timestamp);
	}
	if (topic && !json_is_string(topic) && !json_is_null(topic))
		return error_set(err, ERROR_INPUT, "\"topic\" must be a string");
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
		 take_scalars(e, line, err) == 0 && take_bytes(e, line, "key", &spans[0], err) == 0 &&
		 take_bytes(e, line, "value", &spans[1], err) == 0 &&
		 take_headers(e, headers, spans + 2, err) == 0)
		rc = 0;
	if (rc == 0) {
		/* Reserved even when all is empty: empty must not become null. */
		buf_reserve(&e->bytes, 1);
		set_record(e, spans, n);
	}
	free(spans);
	return rc;
}

int envelope_read(struct envelope *e, struct slice line, struct error *err)
{
	json_error_t where;
	json_t *root = json_loadb(line.data, line.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
				  &where);
	int rc;

	*e = (struct envelope){0};
	if (!json_is_object(root)) {
		json_decref(root);
		return error_set(err, ERROR_INPUT, "not a JSON object, which an envelope is");
	}
	rc = take_line(e, root, line, err);
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

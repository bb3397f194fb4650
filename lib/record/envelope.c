#include "record/envelope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "record/checksum.h"
#include "record/foreign.h"
#include "record/quick.h"
#include "record/thorough.h"
#include "record/written.h"

/* What a line has left behind is kept for the next, unless it is much. */
#define KEPT_BYTES (1024 * 1024)
#define KEPT_ITEMS 4096

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
	uint32_t sum;

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
	sum = checksum_of((struct slice){out->data + start, out->len - start});
	if (notes->without_value)
		buf_add_str(out, "}\n");
	else
		buf_addf(out, ",\"crc32\":\"%08" PRIx32 "\"}\n", sum);
}

static bool is_large(const struct envelope *e)
{
	return e->bytes.cap > KEPT_BYTES || e->cap_headers > KEPT_ITEMS ||
	       e->parts.cap > KEPT_ITEMS;
}

/* Nothing is read yet; there is room for what a line of n bytes can stand for. */
static void begin(struct envelope *e, size_t n)
{
	e->record = (struct record){.timestamp = RECORD_NO_TIMESTAMP};
	e->topic = e->tool = e->error_type = NULL;
	e->writer = ENVELOPE_EDITED;
	e->partition = -1;
	e->kafka_offset = -1;
	e->job_id = e->line = e->offset = 0;
	e->input = e->number = 0;
	e->bytes.len = 0;
	buf_reserve(&e->bytes, n);
}

static int read_line(struct envelope *e, struct slice line, bool foreign, struct error *err)
{
	const struct shape *shape = NULL;

	begin(e, line.len);
	if (parts_read(&e->parts, line, &e->bytes)) {
		shape = foreign ? shape_find(e->parts.items) : NULL;
		if (shape && foreign_may_hold(shape, &e->parts))
			return foreign_read(e, shape, err);
		if (!shape && quick_read(e, line))
			return 0;
		begin(e, line.len);
	}
	return thorough_read(e, line, err);
}

int envelope_read(struct envelope *e, struct slice line, struct error *err)
{
	*e = (struct envelope){0};
	return read_line(e, line, false, err);
}

int envelope_read_any(struct envelope *e, struct slice line, struct error *err)
{
	if (is_large(e))
		envelope_finish(e);
	return read_line(e, line, true, err);
}

int envelope_read_record(struct envelope *e, struct slice line, struct error *err)
{
	if (is_large(e))
		envelope_finish(e);
	begin(e, line.len);
	e->writer = ENVELOPE_OURS;
	if (checksum_seals(line) && written_read(e, line))
		return 0;
	return read_line(e, line, true, err);
}

void envelope_finish(struct envelope *e)
{
	parts_finish(&e->parts);
	free(e->headers);
	buf_finish(&e->bytes);
	*e = (struct envelope){0};
}

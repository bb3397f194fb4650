#include "inspect/rows.h"

#include <stdlib.h>

#include "base/mem.h"
#include "source/columns.h"
#include "source/row.h"

static void forget(struct rows *r)
{
	check_destroy(r->check);
	r->check = NULL;
	free(r->header);
	r->header = NULL;
	r->n = 0;
}

void rows_finish(struct rows *r)
{
	forget(r);
	buf_finish(&r->value);
}

/* The header row may have several physical lines. */
static bool parse(struct row *row, struct slice header)
{
	enum row_state state = ROW_OPEN;
	const char *at = header.data, *end = header.data + header.len;

	row_begin(row);
	while (at < end && state == ROW_OPEN) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t text = (size_t)((stop ? stop : end) - at), len = text + (stop ? 1 : 0);

		state = row_feed(row, &(struct line){{at, text}, len});
		at += len;
	}
	return state == ROW_DONE && at == end;
}

/* A column is no pointer, whatever it is called. */
static int want_column(struct check *check, struct slice name)
{
	char *plain = mem_dup(name);
	struct buf pointer = {0};
	size_t number;
	int rc;

	buf_add_char(&pointer, '/');
	for (const char *c = plain; *c; c++) {
		buf_add_str(&pointer, *c == '~' ? "~0" : *c == '/' ? "~1" : "");
		if (*c != '~' && *c != '/')
			buf_add_char(&pointer, *c);
	}
	rc = check_want(check, *plain == '/' ? pointer.data : plain, &number, NULL);
	buf_finish(&pointer);
	free(plain);
	return rc;
}

static bool want_columns(struct rows *r, const struct row *row)
{
	for (size_t i = 0; i < row->n_fields; i++) {
		struct slice name = columns_trim(row_field(row, i));

		if (!name.len || want_column(r->check, name) < 0)
			return false;
	}
	r->n = row->n_fields;
	return r->n;
}

static void learn(struct rows *r, struct slice header, char delimiter)
{
	struct row row;

	forget(r);
	r->header = mem_dup(header);
	r->delimiter = delimiter;
	r->check = check_create(NULL, 0, NULL);
	row_init(&row, delimiter);
	if (!parse(&row, header) || !want_columns(r, &row)) {
		check_destroy(r->check);
		r->check = NULL;
	}
	row_finish(&row);
}

static bool needs_quotes(const struct rows *r, struct slice text)
{
	return memchr(text.data, '"', text.len) || memchr(text.data, '\n', text.len) ||
	       memchr(text.data, '\r', text.len) || memchr(text.data, r->delimiter, text.len) ||
	       columns_trim(text).len < text.len;
}

/* RFC 4180. */
static void add_field(struct buf *out, const struct rows *r, const struct json_field *field)
{
	struct slice text = field->text;

	if (field->kind == JSON_KIND_MISSING || field->kind == JSON_KIND_NULL)
		return;
	if (!needs_quotes(r, text)) {
		buf_add_slice(out, text);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, text.data[i]);
	}
	buf_add_char(out, '"');
}

static bool is_known(const struct rows *r, struct slice header, char delimiter)
{
	return r->header && r->delimiter == delimiter && slice_is(header, r->header);
}

bool rows_add(struct buf *out, struct rows *r, struct slice header, char delimiter,
	      struct slice value)
{
	struct record record = {.json = true};
	struct verdict unused;
	size_t before = out->len;

	if (!is_known(r, header, delimiter))
		learn(r, header, delimiter);
	if (!r->check || !value.len || *value.data != '{')
		return false;
	buf_clear(&r->value);
	buf_reserve(&r->value, value.len + BLOCK_PADDING);
	buf_add_slice(&r->value, value);
	record.value = buf_slice(&r->value);
	if (!check_record(r->check, &record, &unused))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_add_char(out, r->delimiter);
		add_field(out, r, check_field(r->check, i));
	}
	/* A line without anything on it would be no row. */
	if (out->len == before)
		buf_add_str(out, "\"\"");
	return true;
}

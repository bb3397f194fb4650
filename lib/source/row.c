#include "source/row.h"

#include <stdlib.h>

#include "base/mem.h"

/* libcsv grows its memory for a field by this much at a time. */
#define GROWTH 16384

#define STRAY_RETURN "a carriage return inside an unquoted field"

/* Blanks around a field belong to it (RFC 4180). */
static int is_space(unsigned char c)
{
	(void)c;
	return 0;
}

static void start_parser(struct row *r, unsigned char delimiter)
{
	csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
	csv_set_space_func(&r->parser, is_space);
	csv_set_delim(&r->parser, delimiter);
	csv_set_blk_size(&r->parser, GROWTH);
}

void row_init(struct row *r, char delimiter)
{
	*r = (struct row){0};
	start_parser(r, (unsigned char)delimiter);
}

void row_finish(struct row *r)
{
	csv_free(&r->parser);
	free(r->fields);
	free(r->text);
}

void row_begin(struct row *r)
{
	/* Without a row end the parser stands inside a row that is given up. */
	if (r->ends != 1 || r->why) {
		unsigned char delimiter = csv_get_delim(&r->parser);

		csv_free(&r->parser);
		start_parser(r, delimiter);
	}
	r->why = NULL;
	r->ends = 0;
	r->n_fields = 0;
	r->text_len = 0;
	r->fed = 0;
}

static void on_field(void *data, size_t len, void *ctx)
{
	struct row *r = ctx;

	r->fields = mem_grow(r->fields, &r->cap_fields, r->n_fields + 1, sizeof(*r->fields));
	r->fields[r->n_fields++] = (struct row_field){r->text_len, len};
	/* row_feed has made room. */
	if (len)
		memcpy(r->text + r->text_len, data, len);
	r->text_len += len;
}

static void on_row(int c, void *ctx)
{
	struct row *r = ctx;

	(void)c;
	r->ends++;
}

static bool parse(struct row *r, const char *data, size_t n)
{
	if (csv_parse(&r->parser, data, n, on_field, on_row, r) == n)
		return true;
	if (csv_error(&r->parser) != CSV_EPARSE)
		r->why = "there is not enough memory for a field";
	else if (r->parser.quoted)
		r->why = "something stands behind a closing quote";
	else
		r->why = "a quote inside an unquoted field";
	return false;
}

/* Nothing in the line means more than a delimiter does. */
static bool is_plain(struct slice text)
{
	return text.len && !memchr(text.data, '"', text.len) && !memchr(text.data, '\r', text.len);
}

/* A row that is a plain line: libcsv, which looks at each byte alone, would
 * say the same. */
static void split(struct row *r, struct slice text)
{
	const char *from = text.data, *end = text.data + text.len, *to;
	char delimiter = (char)csv_get_delim(&r->parser);

	for (;; from = to + 1) {
		to = memchr(from, delimiter, (size_t)(end - from));
		if (!to)
			break;
		on_field((void *)from, (size_t)(to - from), r);
	}
	on_field((void *)from, (size_t)(end - from), r);
	r->ends = 1;
}

enum row_state row_feed(struct row *r, const struct line *line)
{
	size_t n = line->text.len;
	bool last = !line->len || line->text.data[line->len - 1] != '\n', first = !r->fed;

	/* libcsv passes over one there. */
	if (first && n && line->text.data[0] == '\r') {
		r->why = STRAY_RETURN;
		return ROW_BROKEN;
	}
	/* Fields are never longer than the lines they come from. */
	r->fed += line->len;
	r->text = mem_grow(r->text, &r->text_cap, r->fed, 1);
	if (first && is_plain(line->text)) {
		split(r, line->text);
		return ROW_DONE;
	}
	if (!parse(r, line->text.data, n))
		return ROW_BROKEN;
	if (r->ends) {
		r->why = STRAY_RETURN;
		return ROW_BROKEN;
	}
	if (!parse(r, line->text.data + n, line->len - n))
		return ROW_BROKEN;
	if (last && csv_fini(&r->parser, on_field, on_row, r) < 0)
		r->why = ROW_NOT_CLOSED;
	if (r->why)
		return ROW_BROKEN;
	return r->ends ? ROW_DONE : ROW_OPEN;
}

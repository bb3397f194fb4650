#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/cell.h"
#include "source/derived.h"
#include "source/format.h"
#include "source/heading.h"
#include "source/items.h"

/* Rows are read into blocks of the source's own, their JSON goes into the pool's. */
#define ROW_BLOCK  (256 * 1024)
#define ROW_BLOCKS 2

/* A quote that is not closed within this many bytes is taken for a stray one. */
#define LONGEST_QUOTED (1024 * 1024)

struct csv {
	struct format format;
	struct format_args args;
	struct block_pool *lines;
	struct window window;
	struct derived derived;
	struct heading heading;
	/* The row that is being read: its lines so far, and the first of them; text
	 * lengths are without the last line end. */
	struct row row;
	size_t len, text_len;
	uint64_t n_lines;
	size_t first_len, first_text_len;
	/* A row that is read and waits for a block. */
	bool pending;
	enum fault fault;
	struct slice value; /* JSON, or with a fault the raw bytes */
	struct buf json;
	char complaint[512];
};

static struct format *csv_create(const struct format_args *args)
{
	struct csv *c = mem_alloc(1, sizeof(*c));

	c->format.ops = &format_csv;
	c->args = *args;
	c->lines = block_pool_create(ROW_BLOCK, ROW_BLOCKS);
	c->format.window = &c->window;
	window_init(&c->window, args->bytes, c->lines, args->origin, &args->goal);
	derived_init(&c->derived, args->pool, args->origin);
	row_init(&c->row, args->delimiter);
	return &c->format;
}

static void csv_destroy(struct format *f)
{
	struct csv *c = (struct csv *)f;

	buf_finish(&c->json);
	row_finish(&c->row);
	heading_finish(&c->heading);
	derived_finish(&c->derived);
	window_finish(&c->window);
	block_pool_destroy(c->lines);
	free(c);
}

static void drop_row(struct csv *c)
{
	c->len = 0;
	c->n_lines = 0;
}

static void take_row(struct csv *c)
{
	window_take(&c->window, c->len, c->n_lines);
	drop_row(c);
}

/* Those before the goal have been counted. */
static void take_blank(struct csv *c, const struct line *line)
{
	if (c->window.offset >= c->window.goal)
		c->args.stats->skipped++;
	window_take(&c->window, line->len, 1);
}

static enum source_type refuse_header(struct csv *c, struct source_item *item)
{
	const struct window *w = &c->window;
	struct error why = item->error;

	error_set(&item->error, ERROR_INPUT, "has an unusable header row: %s", why.text);
	bytes_name_error(c->args.bytes, &item->error);
	item->position = (struct position){w->origin, w->line, w->offset};
	return SOURCE_FAILED;
}

/* The first row is too large to be looked at. The next must not be taken for
 * the header in its place. */
static enum source_type pass_over_first(struct csv *c, struct source_item *item)
{
	struct window *w = &c->window;
	const struct columns *given = c->args.columns;
	int option = c->args.options->csv.header;
	bool header = option > 0 || (option < 0 && !given->n);

	if (header)
		error_set(&item->error, ERROR_INPUT,
			  "it is larger than the limit for a record (--max-record-bytes)");
	if (header ||
	    heading_learn(&c->heading, &c->row, ROW_BROKEN, given, option, &item->error) < 0) {
		refuse_header(c, item);
		item->position = (struct position){w->origin, w->large_line, w->large_offset};
		return SOURCE_FAILED;
	}
	if (w->large_offset >= w->goal)
		return item_of_window(item, w, WINDOW_LARGE);
	window_go_to_goal(w);
	return SOURCE_WAIT;
}

static void begin_row(struct csv *c, const struct line *line)
{
	row_begin(&c->row);
	c->first_len = line->len;
	c->first_text_len = line->text.len;
}

static void add_line(struct csv *c, const struct line *line)
{
	c->text_len = c->len + line->text.len;
	c->len += line->len;
	c->n_lines++;
}

/* Only the first line of a row with a stray quote is bad: the quote must not
 * take the lines behind it with it. */
static enum row_state break_row(struct csv *c)
{
	c->len = c->first_len;
	c->text_len = c->first_text_len;
	c->n_lines = 1;
	return ROW_BROKEN;
}

/* Reads a row; WINDOW_LINE when there is one, done or broken. */
static enum window_result read_row(struct csv *c, enum row_state *state)
{
	uint64_t limit = c->args.options->max_record_bytes;
	enum window_result r;
	struct line line;

	*state = ROW_OPEN;
	while (*state == ROW_OPEN) {
		r = window_line(&c->window, c->len, c->len ? LONGEST_QUOTED : limit, &line);
		if (c->len && (r == WINDOW_LARGE || r == WINDOW_END)) {
			c->row.why = ROW_NOT_CLOSED;
			*state = break_row(c);
			break;
		}
		if (r != WINDOW_LINE)
			return r;
		if (!c->len && line_is_blank(line.text)) {
			take_blank(c, &line);
			continue;
		}
		if (!c->len)
			begin_row(c, &line);
		add_line(c, &line);
		*state = row_feed(&c->row, &line);
		if (*state == ROW_BROKEN)
			break_row(c);
	}
	return WINDOW_LINE;
}

static void complain(struct csv *c, enum fault fault, const char *fmt, ...) _printf_(3, 4);

static void complain(struct csv *c, enum fault fault, const char *fmt, ...)
{
	va_list args;

	c->fault = fault;
	va_start(args, fmt);
	vsnprintf(c->complaint, sizeof(c->complaint), fmt, args);
	va_end(args);
}

static void complain_of_cell(struct csv *c, const struct column *column)
{
	char *label = columns_label(column->name);

	complain(c, FAULT_INVALID_CSV, "column '%s': %s", label, cell_complaint(column->type));
	free(label);
}

static bool make_json(struct csv *c)
{
	buf_clear(&c->json);
	for (size_t i = 0; i < c->heading.layout.n; i++) {
		const struct layout_slot *slot = &c->heading.layout.slots[i];
		const struct column *column = &c->heading.columns->items[slot->column];

		buf_add_slice(&c->json, buf_slice(&slot->before));
		if (!cell_write(&c->json, row_field(&c->row, slot->column), column->type)) {
			complain_of_cell(c, column);
			return false;
		}
	}
	buf_add_slice(&c->json, buf_slice(&c->heading.layout.after));
	return true;
}

static bool is_ascii(struct slice s)
{
	uint64_t all = 0, word;
	size_t i = 0;

	for (; i + sizeof(word) <= s.len; i += sizeof(word)) {
		memcpy(&word, s.data + i, sizeof(word));
		all |= word;
	}
	for (; i < s.len; i++)
		all |= (unsigned char)s.data[i];
	return !(all & 0x8080808080808080);
}

/* Makes the value of a row, or says what is wrong with it. */
static void judge_row(struct csv *c, enum row_state state)
{
	struct slice raw = window_bytes(&c->window, c->text_len);
	size_t fields = c->row.n_fields;

	c->fault = FAULT_NONE;
	if (state == ROW_BROKEN)
		complain(c, FAULT_INVALID_CSV, "%s", c->row.why);
	else if (memchr(raw.data, '\0', raw.len))
		complain(c, FAULT_INVALID_CSV, "the row holds a NUL byte");
	else if (!is_ascii(raw) && !text_is_utf8(raw))
		complain(c, FAULT_INVALID_UTF8, "the row is not valid UTF-8");
	else if (fields != c->heading.columns->n)
		complain(c, FAULT_INVALID_CSV, "row has %zu field%s, %s %zu", fields,
			 fields == 1 ? "" : "s",
			 heading_was_read(&c->heading) ? "the header has"
						       : "but the number of columns is",
			 c->heading.columns->n);
	else if (make_json(c))
		raw = buf_slice(&c->json);
	c->value = raw;
}

static enum source_type put_row(struct csv *c, struct source_item *item)
{
	const struct window *w = &c->window;

	c->pending = !derived_put(&c->derived, c->value, w->line, w->offset, &item->record);
	if (c->pending)
		return SOURCE_WAIT;
	item->record.json = !c->fault;
	item->fault = c->fault;
	item->message = c->fault ? c->complaint : NULL;
	item->position = (struct position){w->origin, w->line, w->offset};
	item->raw_len = c->text_len;
	take_row(c);
	return c->fault ? SOURCE_BAD : SOURCE_RECORD;
}

static enum source_type pass_over_row(struct csv *c, struct source_item *item)
{
	const struct window *w = &c->window;

	item_set_large(item, (struct position){w->origin, w->line, w->offset}, c->text_len);
	take_row(c);
	return SOURCE_LARGE;
}

/* The first row says what the columns are; it is also the first to be told, when it
 * is no header and lies not before the goal. SOURCE_FAILED with the item's error. */
static enum source_type begin(struct csv *c, enum row_state state, struct source_item *item)
{
	if (heading_learn(&c->heading, &c->row, state, c->args.columns, c->args.options->csv.header,
			  &item->error) < 0)
		return refuse_header(c, item);
	if (heading_was_read(&c->heading)) {
		origin_set_columns(c->args.origin, window_bytes(&c->window, c->text_len),
				   c->args.delimiter);
		take_row(c);
	}
	if (c->window.offset < c->window.goal)
		drop_row(c);
	window_go_to_goal(&c->window);
	return SOURCE_END;
}

static enum source_type csv_next(struct format *f, struct source_item *item)
{
	struct csv *c = (struct csv *)f;
	enum window_result r;
	enum row_state state;

	if (c->pending)
		return put_row(c, item);
	r = read_row(c, &state);
	if (r == WINDOW_LARGE && !c->heading.columns)
		return pass_over_first(c, item);
	if (r == WINDOW_LINE && !c->heading.columns) {
		if (begin(c, state, item) == SOURCE_FAILED)
			return SOURCE_FAILED;
		if (!c->len)
			r = read_row(c, &state);
	}
	if (r != WINDOW_LINE)
		return item_of_window(item, &c->window, r);
	if (state == ROW_DONE && c->text_len > c->args.options->max_record_bytes)
		return pass_over_row(c, item);
	judge_row(c, state);
	return put_row(c, item);
}

const struct format_ops format_csv = {"csv", csv_create, csv_next, csv_destroy};

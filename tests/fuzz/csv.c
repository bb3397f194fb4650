/* CSV: rows tile the input, and the JSON of a good row holds its fields.
 *
 * Five bytes choose the delimiter, the header option, the columns, the limit
 * and the blocks; one choice of columns has them in a line before the fifth. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/macros.h"
#include "check/check.h"
#include "fields.h"
#include "judge.h"
#include "walk.h"

static const char delimiters[] = ",;\t|: a.\x01";

/* The last one stands for a list out of the input, whose rows are not taken apart. */
static const char *const column_lists[] = {
	NULL,
	"id,customer,total",
	"id:integer,customer.name,customer.id,total:number,paid:boolean",
	"a.b.c,a.b.d,a..b,.x:string,~/y,c/d.e~f",
	"at",
	"",
};

struct rows {
	struct slice all;
	char delimiter;
	int header;
	const char *columns;
	uint64_t limit, skipped;
	uint64_t at; /* behind the row before, whose line end may be still to come */
	bool begun;  /* there was a row before */
	bool refused;
	uint64_t shown;
	struct judge *judge;
	struct fields names, row;
	bool all_strings;
};

/* "a.b" as /a/b, unless a part is empty. */
static void name_to_pointer(struct buf *out, const struct buf *name)
{
	bool nested = name->data[0] != '.' && name->data[name->len - 1] != '.' &&
		      !strstr(name->data, "..");

	buf_add_char(out, '/');
	for (const char *c = name->data; *c; c++)
		if (*c == '~' || *c == '/')
			buf_add_str(out, *c == '~' ? "~0" : "~1");
		else
			buf_add_char(out, *c == '.' && nested ? '/' : *c);
}

/* Both must find it: a pointer, and the column's name, as --key takes it unless
 * it looks like a pointer itself. */
static void compare_field(const struct rows *r, size_t i, struct slice json)
{
	struct check *check = check_create(NULL, 0, NULL);
	struct record record = {.value = json, .json = true};
	const struct json_field *f[2];
	struct verdict v;
	struct buf text = {0};
	const char *name = r->names.texts[i].data;
	size_t numbers[2];

	name_to_pointer(&text, &r->names.texts[i]);
	REQUIRE(check_want(check, text.data, &numbers[0], NULL) == 0);
	REQUIRE(check_want(check, *name == '/' ? text.data : name, &numbers[1], NULL) == 0);
	REQUIRE(check_record(check, &record, &v));
	for (size_t k = 0; k < 2; k++) {
		f[k] = check_field(check, numbers[k]);
		REQUIRE(f[k]->kind != JSON_KIND_MISSING);
		REQUIRE(!r->all_strings || f[k]->kind == JSON_KIND_STRING);
		REQUIRE(f[k]->kind != JSON_KIND_STRING ||
			slice_equal(f[k]->text, buf_slice(&r->row.texts[i])));
	}
	check_destroy(check);
	buf_finish(&text);
}

static void check_fields(struct rows *r, struct slice row, struct slice json)
{
	fields_take(&r->row, row, r->delimiter);
	if (!r->names.n)
		return;
	REQUIRE(r->row.n == r->names.n);
	for (size_t i = 0; i < r->row.n && i < MOST_FIELDS; i++)
		compare_field(r, i, json);
}

static bool is_blank(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i] || !strchr(" \t\r\n", text.data[i]))
			return false;
	return true;
}

static struct slice between(const struct rows *r, uint64_t from, uint64_t to)
{
	return (struct slice){r->all.data + from, to - from};
}

/* From the row before up to `to` there are that row's line end and blank lines. */
static void pass_blank(struct rows *r, uint64_t to)
{
	struct slice gap = between(r, r->at, to);
	size_t ends = fuzz_count(gap, '\n');
	bool cut = gap.len && gap.data[gap.len - 1] != '\n';

	REQUIRE(is_blank(gap));
	REQUIRE(!cut || to == r->all.len);
	if (ends || !r->begun)
		r->skipped += ends + cut - r->begun;
	r->at = to;
}

/* The header row is what stands before the first row and isn't blank. */
static void pass_header(struct rows *r, uint64_t first)
{
	struct slice rest = between(r, r->at, r->all.len), line = rest;
	uint64_t at = r->at;

	do {
		at = (uint64_t)(rest.data - r->all.data);
		line = fuzz_take_line(&rest);
	} while (is_blank(line) && rest.len);
	if (is_blank(line) || at >= first)
		return;
	pass_blank(r, at);
	rest = between(r, at, r->all.len);
	rest.len = fields_row_length(rest);
	fields_take(&r->names, rest, r->delimiter);
	fields_trim(&r->names);
	r->at = at + rest.len;
	r->begun = true;
}

static bool needs_header(const struct rows *r)
{
	return r->header == 1 || !r->columns;
}

/* Sees to everything before `to`, where the next row begins or the input ends. */
static void pass(struct rows *r, uint64_t to)
{
	if (!r->begun && r->header)
		pass_header(r, to);
	pass_blank(r, to);
}

static void visit(void *ctx, enum source_type type, const struct source_item *item)
{
	struct rows *r = ctx;
	struct slice raw;

	if (type == SOURCE_FAILED) {
		REQUIRE(!r->shown && (r->header || fuzz_is_alien(r->all)));
		r->refused = true;
		return;
	}
	if (type == SOURCE_NOTICE) {
		/* That the header may be none. */
		REQUIRE(!r->shown && r->header < 0 && !r->columns);
		return;
	}
	REQUIRE(item->position.offset + item->raw_len <= r->all.len);
	pass(r, item->position.offset);
	REQUIRE(r->begun || !needs_header(r));
	REQUIRE(item->position.line == 1 + fuzz_count(between(r, 0, r->at), '\n'));
	raw = between(r, r->at, r->at + item->raw_len);
	r->at += raw.len;
	r->begun = true;
	r->shown++;
	REQUIRE(type == SOURCE_LARGE || raw.len <= r->limit);
	REQUIRE(type != SOURCE_BAD || slice_equal(item->record.value, raw));
	if (type != SOURCE_RECORD)
		return;
	switch (judge_record(r->judge, &item->record)) {
	case FAULT_INVALID_JSON:
	case FAULT_INVALID_UTF8:
		REQUIRE(!"a good row makes valid JSON");
		break;
	default:
		check_fields(r, raw, item->record.value);
	}
}

static void check_end(struct rows *r, const struct source_stats *stats)
{
	if (r->refused)
		return;
	pass(r, r->all.len);
	REQUIRE(stats->skipped == r->skipped);
	REQUIRE(stats->bytes_in == r->all.len && stats->bytes_raw == r->all.len);
}

/* The names in one of the lists above. */
static void set_names(struct rows *r)
{
	struct slice list = slice_of(r->columns);

	fields_clear(&r->names);
	r->all_strings = !memmem(list.data, list.len, ":integer", 8);
	while (list.len) {
		struct slice name = fuzz_take(&list, strcspn(list.data, ","));
		const char *colon = memchr(name.data, ':', name.len);

		fuzz_take(&list, 1);
		buf_add(&r->names.texts[r->names.n++], name.data,
			colon ? (size_t)(colon - name.data) : name.len);
	}
}

/* Returns the columns, which the caller frees. */
static char *choose(struct rows *r, struct slice *in)
{
	unsigned list;

	r->delimiter = delimiters[fuzz_take_byte(in) % (sizeof(delimiters) - 1)];
	r->header = (int)(fuzz_take_byte(in) % 3) - 1;
	list = fuzz_take_byte(in) % ARRAY_SIZE(column_lists);
	r->limit = 4 + 3 * fuzz_take_byte(in);
	if (list + 1 == ARRAY_SIZE(column_lists))
		return fuzz_text(fuzz_take_line(in));
	r->columns = column_lists[list];
	if (r->columns)
		set_names(r);
	else
		r->all_strings = true;
	return r->columns ? strdup(r->columns) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);
	struct rows rows = {0};
	struct walk walk = {.visit = visit, .ctx = &rows};
	struct source_stats stats;
	char *columns = choose(&rows, &in);

	rows.columns = columns;
	walk_choose(&walk, fuzz_take_byte(&in));
	walk.options = (struct source_options){
		.format = SOURCE_CSV,
		.csv = {rows.delimiter, columns, rows.header},
		.max_record_bytes = rows.limit,
	};
	rows.judge = judge_create(size % 4);
	rows.all = in;
	rows.at = in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (!fuzz_is_packed(in) && walk_file(&walk, in, &stats))
		check_end(&rows, &stats);
	judge_destroy(rows.judge);
	fields_finish(&rows.names);
	fields_finish(&rows.row);
	free(columns);
	return 0;
}

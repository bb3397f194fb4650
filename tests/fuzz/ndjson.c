/* NDJSON, held against a reading of the same bytes that knows no blocks.
 *
 * The first three bytes choose the blocks, the limit and the fields. */
#include "fuzz.h"
#include "judge.h"
#include "walk.h"

struct lines {
	struct slice all, rest;
	uint64_t line, limit, skipped, shown;
	struct judge *judge;
	bool refused;
};

/* The next line without its end. */
static struct slice next_line(struct lines *l, uint64_t *offset)
{
	bool ended = memchr(l->rest.data, '\n', l->rest.len);
	struct slice text;

	*offset = (uint64_t)(l->rest.data - l->all.data);
	text = fuzz_take_line(&l->rest);
	l->line += ended;
	if (text.len && text.data[text.len - 1] == '\r')
		text.len--;
	return text;
}

static bool is_blank(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\r')
			return false;
	return true;
}

/* The next line that must be seen; false behind the last. */
static bool expect_line(struct lines *l, struct slice *text, struct position *p)
{
	while (l->rest.len) {
		p->line = l->line;
		*text = next_line(l, &p->offset);
		if (text->len > l->limit || !is_blank(*text))
			return true;
		l->skipped++;
	}
	return false;
}

static void visit(void *ctx, enum source_type type, const struct source_item *item)
{
	struct lines *l = ctx;
	struct position p;
	struct slice text;

	if (type == SOURCE_FAILED) {
		REQUIRE(!l->shown && fuzz_is_alien(l->all));
		l->refused = true;
		return;
	}
	REQUIRE(expect_line(l, &text, &p));
	REQUIRE(item->position.line == p.line && item->position.offset == p.offset);
	REQUIRE(item->raw_len == text.len);
	REQUIRE(type == (text.len > l->limit ? SOURCE_LARGE : SOURCE_RECORD));
	l->shown++;
	if (type == SOURCE_LARGE)
		return;
	REQUIRE(item->record.json && slice_equal(item->record.value, text));
	judge_record(l->judge, &item->record);
}

static void check_end(struct lines *l, const struct source_stats *stats)
{
	struct position p;
	struct slice text;

	if (l->refused)
		return;
	REQUIRE(!expect_line(l, &text, &p));
	REQUIRE(stats->skipped == l->skipped);
	REQUIRE(stats->bytes_in == l->all.len && stats->bytes_raw == l->all.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);
	struct walk walk = {.visit = visit, .options.format = SOURCE_NDJSON};
	struct lines lines = {.line = 1};
	struct source_stats stats;

	walk_choose(&walk, fuzz_take_byte(&in));
	walk.options.max_record_bytes = lines.limit = 4 + 3 * fuzz_take_byte(&in);
	lines.judge = judge_create(fuzz_take_byte(&in));
	lines.all = lines.rest = in;
	walk.ctx = &lines;
	if (in.len >= 3 && memcmp(in.data, "\xef\xbb\xbf", 3) == 0)
		fuzz_take(&lines.rest, 3);
	if (!fuzz_is_packed(in)) {
		REQUIRE(walk_file(&walk, in, &stats));
		check_end(&lines, &stats);
	}
	judge_destroy(lines.judge);
	return 0;
}

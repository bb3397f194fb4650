#include "source/window.h"

#include <inttypes.h>

/* Below this share of free bytes a block counts as full: many small reads cost
 * more than the move of a line. */
#define FULL_SHARE 16

/* After so many bytes that were passed over the caller is let to its other work. */
#define AHEAD_AT_ONCE (32 * 1024 * 1024)

void window_init(struct window *w, struct bytes *bytes, struct block_pool *pool,
		 struct origin *origin, const struct source_place *goal)
{
	*w = (struct window){
		.bytes = bytes,
		.pool = pool,
		.origin = origin,
		.line = 1,
		.goal = goal->offset,
		.goal_line = goal->line,
	};
}

void window_finish(struct window *w)
{
	block_unref(w->block);
	w->block = NULL;
}

static size_t rest_len(const struct window *w)
{
	return w->block ? w->block->len - w->at : 0;
}

/* Of what was not taken, the bytes behind the first `from`. */
static struct slice unread(const struct window *w, size_t from)
{
	if (!w->block)
		return SLICE_NULL;
	return (struct slice){w->block->data + w->at + from, rest_len(w) - from};
}

/* A block with room behind the bytes that were not taken. */
static bool next_block(struct window *w, uint64_t limit)
{
	size_t rest = rest_len(w), want = rest * 2;
	struct block *next;

	if (want > limit + limit / 8 + BLOCK_PADDING)
		want = rest + rest / 8 + BLOCK_PADDING;
	if (!rest) {
		block_unref(w->block);
		w->block = NULL;
	}
	next = block_pool_get(w->pool, w->origin, want);
	if (!next)
		return false;
	next->line = w->line;
	next->offset = w->offset;
	next->len = rest;
	if (rest)
		memcpy(next->data, w->block->data + w->at, rest);
	block_unref(w->block);
	w->block = next;
	w->at = 0;
	return true;
}

void window_go_to_goal(struct window *w)
{
	uint64_t n = w->goal > w->offset ? w->goal - w->offset : 0;
	size_t rest = rest_len(w);

	if (!n)
		return;
	window_take(w, n < rest ? (size_t)n : rest, 0);
	w->line = w->goal_line;
	if (n <= rest)
		return;
	window_finish(w);
	w->at = 0;
	w->offset = w->goal;
	w->ahead = n - rest;
}

void window_tell(const struct window *w, struct source_place *place)
{
	place->offset = w->skipping ? w->large_offset : w->offset;
	place->line = w->skipping ? w->large_line : w->line;
	if (place->offset >= w->goal)
		return;
	place->offset = w->goal;
	place->line = w->goal_line;
}

static int64_t miss_goal(struct window *w)
{
	error_set(&w->error, ERROR_INPUT,
		  "ends before byte %" PRIu64 ", where reading was to go on", w->goal);
	return bytes_name_error(w->bytes, &w->error);
}

/* WINDOW_LINE: all were passed over. */
static enum window_result pass_over(struct window *w)
{
	for (uint64_t passed = 0; w->ahead;) {
		int64_t n;

		if (passed >= AHEAD_AT_ONCE)
			return WINDOW_WAIT;
		n = bytes_skip(w->bytes, w->ahead, &w->error);
		if (n == STREAM_AGAIN)
			return WINDOW_WAIT;
		if (n == 0)
			n = miss_goal(w);
		if (n < 0) {
			w->failed = true;
			return WINDOW_FAILED;
		}
		w->ahead -= (uint64_t)n;
		passed += (uint64_t)n;
	}
	return WINDOW_LINE;
}

/* WINDOW_LINE here means that there are more bytes. */
static enum window_result more(struct window *w, uint64_t limit)
{
	struct block *b = w->block;
	enum window_result r = w->failed ? WINDOW_FAILED : pass_over(w);
	ssize_t got;

	if (r != WINDOW_LINE)
		return r;
	if (w->ended)
		return WINDOW_END;
	if (!b || b->cap - b->len <= b->cap / FULL_SHARE) {
		if (!next_block(w, limit))
			return WINDOW_WAIT;
		b = w->block;
	}
	got = bytes_read(w->bytes, b->data + b->len, b->cap - b->len, &w->error);
	if (got == STREAM_AGAIN)
		return WINDOW_WAIT;
	if (got > 0)
		b->len += (size_t)got;
	w->ended = got == 0;
	w->failed = got < 0;
	return got > 0 ? WINDOW_LINE : got ? WINDOW_FAILED : WINDOW_END;
}

/* Passes over the rest of a line that is too long, in whatever blocks it needs. */
static enum window_result skip(struct window *w, uint64_t limit)
{
	for (;;) {
		struct slice rest = unread(w, 0);
		const char *end = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;
		size_t n = end ? (size_t)(end - rest.data) : rest.len;
		enum window_result r;

		if (n)
			w->last = rest.data[n - 1];
		w->large_len += n;
		window_take(w, end ? n + 1 : n, end != NULL);
		r = end ? WINDOW_LARGE : more(w, limit);
		if (r == WINDOW_LINE)
			continue;
		if (r == WINDOW_WAIT)
			return r;
		if (w->last == '\r')
			w->large_len--;
		w->skipping = false;
		return WINDOW_LARGE;
	}
}

static enum window_result begin_skip(struct window *w, uint64_t limit)
{
	w->large_line = w->line;
	w->large_offset = w->offset;
	w->large_len = 0;
	w->skipping = true;
	return skip(w, limit);
}

static void take_mark(struct window *w)
{
	if (rest_len(w) >= 3 && memcmp(w->block->data + w->at, "\xef\xbb\xbf", 3) == 0)
		window_take(w, 3, 0);
}

static struct line line_of(const char *data, size_t n, bool ended)
{
	struct line line = {{data, n}, n + ended};

	if (n && data[n - 1] == '\r')
		line.text.len--;
	return line;
}

static const char *find_end(const struct window *w, struct slice rest)
{
	if (rest.len == w->scanned)
		return NULL;
	return memchr(rest.data + w->scanned, '\n', rest.len - w->scanned);
}

enum window_result window_line(struct window *w, size_t from, uint64_t limit, struct line *line)
{
	if (w->skipping)
		return skip(w, limit);
	for (;;) {
		struct slice rest = unread(w, from);
		const char *end = find_end(w, rest);
		enum window_result r;

		*line = line_of(rest.data, end ? (size_t)(end - rest.data) : rest.len, end != NULL);
		if (from + line->text.len > limit)
			return from ? WINDOW_LARGE : begin_skip(w, limit);
		if (end || (w->ended && rest.len)) {
			w->scanned = 0;
			return WINDOW_LINE;
		}
		w->scanned = rest.len;
		r = more(w, limit);
		if (r == WINDOW_LINE && !w->offset)
			take_mark(w);
		else if (r != WINDOW_LINE && (r != WINDOW_END || !rest.len))
			return r;
	}
}

bool line_is_blank(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] != ' ' && text.data[i] != '\t' && text.data[i] != '\r')
			return false;
	return true;
}

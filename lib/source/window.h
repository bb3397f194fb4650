/* The lines of a member, where they lie in blocks of the pool.
 *
 * Bytes are read into a block once and stay there; only the unfinished line at
 * a block's end is moved to the next block. */
#ifndef REDRIVE_SOURCE_WINDOW_H
#define REDRIVE_SOURCE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "record/block.h"
#include "source/bytes.h"
#include "source/place.h"

struct window {
	struct bytes *bytes;
	struct block_pool *pool;
	struct origin *origin;
	struct block *block; /* one reference; NULL before the first and between two */
	size_t at;	     /* where the bytes that were not taken begin in block */
	uint64_t line;	     /* their line number and */
	uint64_t offset;     /* their byte offset in the member */
	uint64_t goal_line;  /* where the member is to be read from: */
	uint64_t goal;	     /* line and offset */
	uint64_t ahead;	     /* bytes to pass over before more are read */
	size_t scanned;	     /* bytes behind at + from that hold no line feed */
	bool skipping;	     /* inside a line that is too long */
	bool ended, failed;
	struct error error;			      /* of failed */
	uint64_t large_line, large_offset, large_len; /* of WINDOW_LARGE; len without line end */
	char last;				      /* byte before `at`, while skipping */
};

enum window_result {
	WINDOW_LINE,
	WINDOW_END,
	WINDOW_WAIT,   /* no free block, no input yet, or much passed over: repeat the call */
	WINDOW_LARGE,  /* from == 0: a line over the limit was passed over, see large_*;
			* from > 0: from plus the line are over the limit, nothing was taken */
	WINDOW_FAILED, /* see error; every whole line before the damage was given out */
};

/* A line: its bytes without LF or CRLF, and its length with them. */
struct line {
	struct slice text;
	size_t len;
};

/* bytes, pool and origin stay the caller's and must outlive the window. Of the
 * goal, offset and line matter; it is copied. The window is at the beginning. */
void window_init(struct window *w, struct bytes *bytes, struct block_pool *pool,
		 struct origin *origin, const struct source_place *goal);
void window_finish(struct window *w);

/* Passes over all before the goal, when that isn't behind already. What was not
 * read yet is passed over by window_line, which fails when the member ends first. */
void window_go_to_goal(struct window *w);

/* Sets the place's offset and line: behind what was taken, or of the line over the
 * limit that is being passed over, but not before the goal. */
void window_tell(const struct window *w, struct source_place *place);

/* The line that begins `from` bytes behind the bytes taken; valid until the
 * next call. A byte order mark at the beginning is taken by itself. */
enum window_result window_line(struct window *w, size_t from, uint64_t limit, struct line *line);

/* The n bytes behind those taken, which window_line has shown. */
static inline struct slice window_bytes(const struct window *w, size_t n)
{
	return (struct slice){w->block->data + w->at, n};
}

/* Takes n bytes, which hold `lines` line ends. */
static inline void window_take(struct window *w, size_t n, uint64_t lines)
{
	w->at += n;
	w->offset += n;
	w->line += lines;
	w->scanned = 0;
}

/* True for nothing but blanks and tabs. */
bool line_is_blank(struct slice text);

#endif

/* A place in the input to go on from: the earliest of all that were noted. */
#ifndef REDRIVE_DELIVER_MARK_H
#define REDRIVE_DELIVER_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/block.h"

/* Zero-initialise. */
struct mark {
	struct origin *origin; /* a reference; NULL: nothing was noted */
	uint64_t line;	       /* 0: the input's beginning */
};

/* Notes a place, unless an earlier one is noted already; one without an origin
 * changes nothing. Which of two members of an archive comes first isn't known:
 * both together make the beginning of the archive. */
void mark_note(struct mark *m, const struct origin *origin, uint64_t line);

/* Notes all that `other` stands for. */
void mark_note_mark(struct mark *m, const struct mark *other);

void mark_clear(struct mark *m);

static inline bool mark_is_set(const struct mark *m)
{
	return m->origin;
}

/* Adds "orders.ndjson, line 17", or "orders.zip, may.ndjson, line 17", or "the
 * beginning of orders.zip". */
void mark_text(struct buf *out, const struct mark *m);

#endif

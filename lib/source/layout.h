/* How the fields of a row become one JSON object.
 *
 * Dots in a column's name nest: customer.id and customer.name become members
 * of one object, which stands where its first column stands. A name with an
 * empty part ("Art.Nr.") is taken as it is. */
#ifndef REDRIVE_SOURCE_LAYOUT_H
#define REDRIVE_SOURCE_LAYOUT_H

#include "base/buf.h"
#include "base/error.h"
#include "source/columns.h"

struct layout_slot {
	struct buf before; /* what stands before the value: braces, commas, its name */
	size_t column;
};

/* Zero-initialise. */
struct layout {
	struct layout_slot *slots; /* one a column, in the order of the text */
	size_t n;
	struct buf after; /* the closing braces */
};

/* -1 with *err, which names both, for two columns that can't stand in one
 * object: a name twice, or "a" beside "a.b". */
int layout_build(struct layout *l, const struct columns *columns, struct error *err);

void layout_finish(struct layout *l);

#endif

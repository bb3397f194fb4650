/* Findings as a person reads them in a terminal. */
#ifndef REDRIVE_INSPECT_TABLE_H
#define REDRIVE_INSPECT_TABLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "inspect/findings.h"

struct table_options {
	unsigned width; /* in columns; 0: lines are as long as they need */
	bool color;
	size_t groups;		 /* at most so many are shown; 0: all */
	bool values;		 /* of the examples */
	struct decoder *decoder; /* for the examples; borrowed */
};

/* Adds the table. Whatever the messages hold, no control byte gets through. */
void table_render(struct buf *out, struct findings *f, const struct table_options *o);

/* Adds a line for one letter, and with o->values a second one. */
void table_line(struct buf *out, const struct letter *l, const struct table_options *o);

#endif

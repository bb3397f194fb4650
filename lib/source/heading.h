/* What the columns of a CSV member are: from its header row, from the user, or both. */
#ifndef REDRIVE_SOURCE_HEADING_H
#define REDRIVE_SOURCE_HEADING_H

#include <stdbool.h>

#include "source/layout.h"
#include "source/row.h"

/* Zero-initialise. */
struct heading {
	const struct columns *columns; /* NULL until heading_learn */
	struct columns read;	       /* from the header row */
	struct layout layout;
};

/* From the first row: given and option are the user's columns, which must
 * outlive the heading, and csv_options.header. -1 with *err when the row can't
 * be a header row ("column 3 has no name"). */
int heading_learn(struct heading *h, const struct row *first, enum row_state state,
		  const struct columns *given, int option, struct error *err);

/* True when the first row was a header, and no row of data. */
static inline bool heading_was_read(const struct heading *h)
{
	return h->columns == &h->read;
}

void heading_finish(struct heading *h);

#endif

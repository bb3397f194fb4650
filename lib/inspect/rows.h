/* Rows of CSV again, out of the JSON that was made of them. */
#ifndef REDRIVE_INSPECT_ROWS_H
#define REDRIVE_INSPECT_ROWS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "check/check.h"

/* Zero-initialise. What was made of the last header row is kept: rows of a file come
 * one after the other. */
struct rows {
	char *header;
	char delimiter;
	struct check *check; /* NULL: the header row can't be read */
	size_t n;	     /* columns */
	struct buf value;    /* with the padding that the check needs */
};

void rows_finish(struct rows *r);

/* Adds the row, without a line end: the value's members by the names in the header row,
 * null and what is missing as empty fields. False: the header row can't be read, or the
 * value is no JSON object. */
bool rows_add(struct buf *out, struct rows *r, struct slice header, char delimiter,
	      struct slice value);

#endif

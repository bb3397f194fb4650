/* A field of a row as a JSON value. */
#ifndef REDRIVE_SOURCE_CELL_H
#define REDRIVE_SOURCE_CELL_H

#include <stdbool.h>

#include "base/buf.h"
#include "source/columns.h"

/* Adds the value: strings as they are; blanks around other types are dropped,
 * and null is what remains empty. Numbers keep their digits; a plus sign and
 * leading zeros, which JSON has not, are left out. True, or false (with *out
 * as it was) when text is none of the type. text must be UTF-8. */
bool cell_write(struct buf *out, struct slice text, enum column_type type);

/* "not an integer" */
const char *cell_complaint(enum column_type type);

#endif

/* Dead letters as rows of CSV (RFC 4180), for spreadsheets: where each stands, and what its
 * headers say. A text that a spreadsheet would take for a formula begins with an apostrophe;
 * what is no text is shown as \xNN. */
#ifndef REDRIVE_INSPECT_CSV_H
#define REDRIVE_INSPECT_CSV_H

#include <stdbool.h>

#include "base/buf.h"
#include "letter/letter.h"

/* Adds the row of names; values: with the values of the messages. */
void csv_begin(struct buf *out, bool values);

void csv_add(struct buf *out, const struct letter *l, bool values);

#endif

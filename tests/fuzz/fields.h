/* CSV as RFC 4180 has it, read once more without anything of redrive's reader. */
#ifndef REDRIVE_FUZZ_FIELDS_H
#define REDRIVE_FUZZ_FIELDS_H

#include "base/buf.h"
#include "base/slice.h"

#define MOST_FIELDS 12

/* Zero-initialise. */
struct fields {
	struct buf texts[MOST_FIELDS]; /* terminated */
	size_t n;		       /* may be more: the others are counted only */
};

void fields_clear(struct fields *f);
void fields_finish(struct fields *f);

/* Takes a row without its line end apart, which must follow the RFC. */
void fields_take(struct fields *f, struct slice row, char delimiter);

/* Cuts blanks off all of them. */
void fields_trim(struct fields *f);

/* The length of the row that rest begins with, without its line end: it ends
 * where its quotes are closed. */
size_t fields_row_length(struct slice rest);

#endif

/* libcsv, strict, line by line: a row's fields, and what is wrong with its quotes. */
#ifndef REDRIVE_SOURCE_ROW_H
#define REDRIVE_SOURCE_ROW_H

#include <csv.h>
#include <stdbool.h>

#include "source/window.h"

#define ROW_NOT_CLOSED "a quoted field is not closed"

struct row_field {
	size_t at, len; /* in text */
};

struct row {
	struct csv_parser parser;
	char *text; /* the fields, without their quotes */
	size_t text_len, text_cap;
	size_t fed; /* bytes of the row's lines */
	struct row_field *fields;
	size_t n_fields, cap_fields;
	unsigned ends;	 /* row ends seen since row_begin */
	const char *why; /* of ROW_BROKEN; a constant */
};

enum row_state {
	ROW_OPEN,   /* a quoted field goes on in the next line */
	ROW_DONE,   /* the fields are there */
	ROW_BROKEN, /* a quote out of place, or not closed: see why */
};

void row_init(struct row *r, char delimiter);
void row_finish(struct row *r);

/* Forgets the fields, and after ROW_BROKEN or ROW_OPEN what was parsed. */
void row_begin(struct row *r);

/* One physical line more. A line without a line end is the last of the input. */
enum row_state row_feed(struct row *r, const struct line *line);

static inline struct slice row_field(const struct row *r, size_t i)
{
	return (struct slice){r->text + r->fields[i].at, r->fields[i].len};
}

#endif

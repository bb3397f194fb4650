/* The columns of a CSV file: names and types. */
#ifndef REDRIVE_SOURCE_COLUMNS_H
#define REDRIVE_SOURCE_COLUMNS_H

#include "base/error.h"
#include "base/slice.h"

enum column_type { COLUMN_STRING, COLUMN_INTEGER, COLUMN_NUMBER, COLUMN_BOOLEAN };

struct column {
	char *name; /* UTF-8 */
	enum column_type type;
};

/* Zero-initialise. */
struct columns {
	struct column *items;
	size_t n, cap;
};

/* Adds the columns of "name[:type],...". 0, or -1 with *err. */
int columns_parse(struct columns *c, const char *spec, struct error *err);

/* Adds one; blanks around its name are dropped. -1 with *err when the name is
 * empty or not UTF-8, or there are too many columns. */
int columns_add(struct columns *c, struct slice name, enum column_type type, struct error *err);

/* Takes the types of those columns in c whose names stand in types. -1 with
 * *err when one of them is not in c. */
int columns_apply(struct columns *c, const struct columns *types, struct error *err);

/* Without the blanks and tabs around it. */
struct slice columns_trim(struct slice s);

/* A name as it may be shown; the caller frees it with free(). */
char *columns_label(const char *name);

void columns_finish(struct columns *c);

#endif

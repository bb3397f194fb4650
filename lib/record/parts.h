/* A JSON text taken apart, at a glance.
 *
 * It takes objects and arrays only where it is certain that they are valid, that no
 * name stands twice in one object, and that every number fits into 64 bits. What it
 * doesn't take may be fine all the same: somebody slower has to look. */
#ifndef REDRIVE_RECORD_PARTS_H
#define REDRIVE_RECORD_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

enum json_kind {
	JSON_KIND_MISSING,
	JSON_KIND_NULL,
	JSON_KIND_BOOLEAN,
	JSON_KIND_NUMBER,
	JSON_KIND_STRING,
	JSON_KIND_OBJECT,
	JSON_KIND_ARRAY,
};

/* What kind of value a JSON text is, by its first byte; no byte is JSON_KIND_MISSING. */
enum json_kind json_kind_of(struct slice value);

/* A value, and behind it those that it holds. */
struct part {
	struct slice name; /* of an object's member: what it stands for; else null */
	enum json_kind kind;
	uint32_t span;	   /* this part and all that it holds */
	struct slice text; /* what a string stands for, with a NUL behind it; a number or
			    * boolean as it is written */
};

/* Zero-initialise. The first part is the whole. */
struct parts {
	struct part *items;
	size_t n, cap;
	bool not_utf8; /* there are bytes that are not UTF-8, in strings or names */
};

/* Takes json, an object or array with blanks around it. Names and strings are added to
 * *plain, which must have room for json.len bytes: it doesn't move then. False: not
 * taken. */
bool parts_read(struct parts *parts, struct slice json, struct buf *plain);

void parts_finish(struct parts *parts);

/* Behind all that it holds. The values that it holds, and not what those hold, are
 * for (p = whole + 1; p < part_end(whole); p += p->span). */
static inline const struct part *part_end(const struct part *whole)
{
	return whole + whole->span;
}

/* How many there are. */
size_t part_count(const struct part *whole);

/* The member of that name; NULL when there is none. */
const struct part *part_find(const struct part *whole, const char *name);

/* False unless the part is a whole number of at most 18 digits. */
bool part_integer(const struct part *part, int64_t *number);

#endif

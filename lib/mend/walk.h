/* The members of a JSON object, or the items of an array, one after the other, where they
 * stand in the text. */
#ifndef REDRIVE_MEND_WALK_H
#define REDRIVE_MEND_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* Slices of the text. The part at hand goes from `from` to `to`. */
struct walk {
	const char *open;   /* the bracket */
	const char *from;   /* the part's name, or its value where there are no names */
	const char *to;	    /* behind its value; behind the opening bracket before the first */
	struct slice name;  /* of a member, without its quotes; of an item null */
	struct slice value; /* without blanks around it */
	size_t n;	    /* parts so far, this one too */
	const char *close;  /* the closing bracket, once the walk is over */
	const char *end;
	bool is_object;
};

/* json must be valid; blanks around it do no harm. False when it is neither an object nor
 * an array. */
bool walk_init(struct walk *w, struct slice json);

/* False behind the last part: then only n, open, to (of the last one) and close count. */
bool walk_next(struct walk *w);

/* True when `token` of a JSON Pointer (RFC 6901) means the part at hand. */
bool walk_is_at(const struct walk *w, struct slice token);

#endif

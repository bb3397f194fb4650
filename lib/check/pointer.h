/* JSON Pointer, RFC 6901: which field of a record an option means. */
#ifndef REDRIVE_CHECK_POINTER_H
#define REDRIVE_CHECK_POINTER_H

#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

struct pointer {
	char *text;	      /* canonical: "/customer/id" */
	struct slice *tokens; /* unescaped; none for the whole document */
	size_t n_tokens;
	char *bytes; /* what the tokens point into */
};

/* Reads "/a/b~1c" or "" as a pointer, and anything else as the name of a
 * top-level field. 0, or -1 with *err for a bad escape; call pointer_finish in
 * both cases. */
int pointer_init(struct pointer *p, const char *text, struct error *err) _must_check_;
void pointer_finish(struct pointer *p);

/* The exact text of the value that p points to, SLICE_NULL when there is none.
 * json must be valid. */
struct slice pointer_find(const struct pointer *p, struct slice json);

#endif

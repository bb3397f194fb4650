/* What went wrong, for a person, and what kind of thing it was, for the exit status. */
#ifndef REDRIVE_BASE_ERROR_H
#define REDRIVE_BASE_ERROR_H

#include "base/macros.h"

enum error_kind {
	ERROR_NONE = 0,
	ERROR_USAGE,  /* the command line or a property is wrong */
	ERROR_CONFIG, /* the cluster refuses: credentials, permissions, TLS, features */
	ERROR_INPUT,  /* a file is damaged, or no input */
	ERROR_SYSTEM, /* a file can't be opened or read: another time it may be otherwise */
	ERROR_OUTPUT, /* a file can't be written */
	ERROR_FATAL,  /* the producer can't go on */
};

struct error {
	enum error_kind kind;
	char text[1024]; /* one or more sentences: what, where, what to do */
};

/* Fills *err (which may be NULL) and returns -1, so that a function can end
 * with `return error_set(...)`. A text that is too long is cut. */
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...) _printf_(3, 4);

#endif

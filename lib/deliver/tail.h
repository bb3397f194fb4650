/* The end of a file that may be a fallback file: whole, torn, or somebody else's. */
#ifndef REDRIVE_DELIVER_TAIL_H
#define REDRIVE_DELIVER_TAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/macros.h"
#include "base/slice.h"

struct tail {
	char *bytes;
	struct slice line; /* the last one that is not blank; within bytes */
	off_t from;	   /* where it begins in the file */
	bool ended;	   /* by a line feed */
};

/* Reads it from a file of `size` bytes, 0 included. 0, or -1 with errno, EFBIG
 * when that line is too long to be read; call tail_finish in both cases. */
int tail_init(struct tail *t, int fd, off_t size) _must_check_;
void tail_finish(struct tail *t);

/* True when the line is an envelope or the beginning of one. */
bool tail_is_envelope(const struct tail *t);

/* True when the line is cut off: it is no JSON. */
bool tail_is_torn(const struct tail *t);

#endif

/* What has become of the records of one partition, by their offsets.
 *
 * Two bits a record, in pages that are made where something has become of one: a
 * million of them take 256 KiB. */
#ifndef REDRIVE_RESOLVED_MARKS_H
#define REDRIVE_RESOLVED_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "letter/status.h"

/* Zero-initialise. */
struct marks {
	struct marks_page **pages; /* by what they begin with */
	size_t n, cap;
	size_t last; /* the page that was asked for last */
};

void marks_finish(struct marks *m);

/* Offsets are 0 and more. STATUS_PENDING takes a mark away. */
void marks_set(struct marks *m, int64_t offset, enum letter_status status);
enum letter_status marks_get(const struct marks *m, int64_t offset);

/* The first offset from `from` on that has a mark, or -1. */
int64_t marks_next(const struct marks *m, int64_t from);

/* How many offsets from `from` to below `to` have a mark. */
uint64_t marks_count(const struct marks *m, int64_t from, int64_t to);

#endif

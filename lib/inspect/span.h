/* From when to when something happened. */
#ifndef REDRIVE_INSPECT_SPAN_H
#define REDRIVE_INSPECT_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/* Later times are nobody's: year 10000 and on. */
#define SPAN_END 253402300800000

struct span {
	int64_t first, last; /* ms since 1970 UTC; RECORD_NO_TIMESTAMP while there is none */
};

static inline void span_init(struct span *s)
{
	s->first = s->last = RECORD_NO_TIMESTAMP;
}

/* False for what is no time, and is not added. */
static inline bool span_add(struct span *s, int64_t at)
{
	if (at < 0 || at >= SPAN_END)
		return false;
	if (s->first < 0 || at < s->first)
		s->first = at;
	if (at > s->last)
		s->last = at;
	return true;
}

#endif

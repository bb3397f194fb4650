/* How many failed records a run puts up with. */
#ifndef REDRIVE_DELIVER_TOLERANCE_H
#define REDRIVE_DELIVER_TOLERANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A share says nothing before so many records were read. */
#define TOLERANCE_SAMPLE 100

/* Zero-initialised it puts up with all. */
struct tolerance {
	enum { TOLERANCE_ALL, TOLERANCE_COUNT, TOLERANCE_SHARE } kind;
	uint64_t count; /* of TOLERANCE_COUNT */
	double percent; /* of TOLERANCE_SHARE: of the records read */
};

/* "20" or "0.5%". 0, or -1 with *err (ERROR_USAGE). */
int tolerance_parse(struct tolerance *t, const char *text, struct error *err) _must_check_;

bool tolerance_exceeded(const struct tolerance *t, uint64_t failed, uint64_t read);

#endif

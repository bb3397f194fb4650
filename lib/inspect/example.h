/* A copy of a dead letter that stands for others. */
#ifndef REDRIVE_INSPECT_EXAMPLE_H
#define REDRIVE_INSPECT_EXAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "letter/letter.h"

/* Zero-initialise. */
struct example {
	struct received received; /* its record's slices belong to the example */
	enum letter_status status;
	struct record *copy;
	uint64_t value_bytes; /* of the original's value */
	bool whole; /* false: it was too large; the value is left out, as are its large headers,
		     * and a key is cut */
};

/* What is left for examples, in bytes. */
struct example_room {
	size_t each, all;
};

/* Copies the letter's record, whole where there is room, which is taken. */
void example_init(struct example *e, const struct letter *l, struct example_room *room);

/* Gives its room back. */
void example_finish(struct example *e, struct example_room *room);

#endif

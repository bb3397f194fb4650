/* The rules by the names of headers: millions of headers are looked up. */
#ifndef REDRIVE_LETTER_NAMES_H
#define REDRIVE_LETTER_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "letter/convention.h"

struct names_slot {
	struct slice name;
	uint16_t first, n; /* the rules of that name: so many of `order` from there */
};

/* Zero-initialise. */
struct names {
	const struct rule **order; /* sorted by name, equal ones as they were added */
	size_t n, cap;
	struct names_slot *slots; /* a power of two */
	size_t n_slots;
};

void names_finish(struct names *names);

/* The rule must outlive the names. To be followed by names_build. */
void names_add(struct names *names, const struct rule *rule);

/* Makes what was added ready to be looked up. */
void names_build(struct names *names);

/* The rules of that name: so many of `order`, from *first on. */
size_t names_find(const struct names *names, struct slice name, size_t *first);

#endif

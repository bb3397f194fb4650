/* A bounded set of byte strings, kept whole: no two are ever mistaken for one. */
#ifndef REDRIVE_DELIVER_KEYSET_H
#define REDRIVE_DELIVER_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct keyset_slot {
	char *key; /* NULL: free */
	size_t len;
	uint64_t hash;
};

struct keyset {
	struct keyset_slot *slots; /* a power of two, at most half of them used */
	size_t n_slots, n;
	size_t bytes, max_bytes; /* of keys and slots */
	uint64_t seed;
};

/* Takes no more than max_bytes, all told. */
void keyset_init(struct keyset *s, size_t max_bytes);
void keyset_finish(struct keyset *s);

/* Adds a copy of the key; true when it is in the set now, false when there is
 * no room for it. */
bool keyset_add(struct keyset *s, struct slice key);

bool keyset_has(const struct keyset *s, struct slice key);

#endif

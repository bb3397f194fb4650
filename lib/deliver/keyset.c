#include "deliver/keyset.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_SLOTS 1024
/* What the allocator adds to a small piece of memory, about. */
#define PIECE_BYTES 32

void keyset_init(struct keyset *s, size_t max_bytes)
{
	*s = (struct keyset){.max_bytes = max_bytes, .seed = hash_seed()};
}

void keyset_finish(struct keyset *s)
{
	for (size_t i = 0; i < s->n_slots; i++)
		free(s->slots[i].key);
	free(s->slots);
	*s = (struct keyset){0};
}

/* The slot that has the key, or the free one where it belongs. */
static struct keyset_slot *find(const struct keyset *s, struct slice key, uint64_t hash)
{
	size_t at = hash & (s->n_slots - 1);

	while (s->slots[at].key) {
		const struct keyset_slot *slot = &s->slots[at];

		if (slot->hash == hash && slice_equal((struct slice){slot->key, slot->len}, key))
			break;
		at = (at + 1) & (s->n_slots - 1);
	}
	return &s->slots[at];
}

static bool grow(struct keyset *s)
{
	size_t n = s->n_slots ? s->n_slots * 2 : FIRST_SLOTS;
	struct keyset old = *s;

	/* While it grows, both tables are there. */
	if (s->bytes + n * sizeof(*s->slots) > s->max_bytes)
		return false;
	s->slots = mem_alloc(n, sizeof(*s->slots));
	s->n_slots = n;
	for (size_t i = 0; i < old.n_slots; i++) {
		const struct keyset_slot *slot = &old.slots[i];

		if (slot->key)
			*find(s, (struct slice){slot->key, slot->len}, slot->hash) = *slot;
	}
	free(old.slots);
	s->bytes += (n - old.n_slots) * sizeof(*s->slots);
	return true;
}

bool keyset_add(struct keyset *s, struct slice key)
{
	uint64_t hash = hash_bytes(s->seed, key);
	struct keyset_slot *slot;

	if (keyset_has(s, key))
		return true;
	if (s->n * 2 >= s->n_slots && !grow(s))
		return false;
	if (s->max_bytes - s->bytes < PIECE_BYTES ||
	    key.len > s->max_bytes - s->bytes - PIECE_BYTES)
		return false;
	slot = find(s, key, hash);
	*slot = (struct keyset_slot){mem_dup(key), key.len, hash};
	s->bytes += key.len + PIECE_BYTES;
	s->n++;
	return true;
}

bool keyset_has(const struct keyset *s, struct slice key)
{
	return s->n && find(s, key, hash_bytes(s->seed, key))->key;
}

#include "base/index.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#define SLOTS_MIN 64

struct index_key {
	uint64_t hash;
	struct slice bytes; /* owned */
};

void index_finish(struct index *x)
{
	for (size_t i = 0; i < x->n; i++)
		free((char *)x->keys[i].bytes.data);
	free(x->keys);
	free(x->slots);
	*x = (struct index){0};
}

static size_t *slot_of(const struct index *x, uint64_t hash, struct slice key)
{
	size_t at = hash & (x->n_slots - 1);

	while (x->slots[at]) {
		const struct index_key *there = &x->keys[x->slots[at] - 1];

		if (there->hash == hash && slice_equal(there->bytes, key))
			break;
		at = (at + 1) & (x->n_slots - 1);
	}
	return &x->slots[at];
}

size_t index_find(const struct index *x, struct slice key)
{
	size_t number;

	if (!x->n)
		return INDEX_NONE;
	number = *slot_of(x, hash_bytes(x->seed, key), key);
	return number ? number - 1 : INDEX_NONE;
}

static void grow(struct index *x)
{
	if (!x->n_slots)
		x->seed = hash_seed();
	free(x->slots);
	x->n_slots = x->n_slots ? 2 * x->n_slots : SLOTS_MIN;
	x->slots = mem_alloc(x->n_slots, sizeof(*x->slots));
	for (size_t i = 0; i < x->n; i++)
		*slot_of(x, x->keys[i].hash, x->keys[i].bytes) = i + 1;
}

size_t index_add(struct index *x, struct slice key, bool *added)
{
	uint64_t hash;
	size_t *slot;

	if (2 * (x->n + 1) > x->n_slots)
		grow(x);
	hash = hash_bytes(x->seed, key);
	slot = slot_of(x, hash, key);
	if (added)
		*added = !*slot;
	if (*slot)
		return *slot - 1;
	x->keys = mem_grow(x->keys, &x->cap, x->n + 1, sizeof(*x->keys));
	x->keys[x->n] = (struct index_key){hash, {mem_dup(key), key.len}};
	*slot = ++x->n;
	return x->n - 1;
}

struct slice index_key(const struct index *x, size_t number)
{
	return x->keys[number].bytes;
}

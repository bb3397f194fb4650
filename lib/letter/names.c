#include "letter/names.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

void names_finish(struct names *names)
{
	free(names->order);
	free(names->slots);
	*names = (struct names){0};
}

void names_add(struct names *names, const struct rule *rule)
{
	names->order = mem_grow(names->order, &names->cap, names->n + 1, sizeof(*names->order));
	names->order[names->n++] = rule;
}

static struct names_slot *slot_of(const struct names *names, struct slice name)
{
	size_t at = hash_bytes(0, name) & (names->n_slots - 1);

	while (names->slots[at].n && !slice_equal(names->slots[at].name, name))
		at = (at + 1) & (names->n_slots - 1);
	return &names->slots[at];
}

/* Insertion sort: it keeps equal names in their order, and runs once. */
static void sort(struct names *names)
{
	for (size_t i = 1; i < names->n; i++) {
		const struct rule *rule = names->order[i];
		size_t k = i;

		for (; k && strcmp(names->order[k - 1]->name, rule->name) > 0; k--)
			names->order[k] = names->order[k - 1];
		names->order[k] = rule;
	}
}

void names_build(struct names *names)
{
	sort(names);
	names->n_slots = 64;
	while (names->n_slots < 4 * names->n)
		names->n_slots *= 2;
	free(names->slots);
	names->slots = mem_alloc(names->n_slots, sizeof(*names->slots));
	for (size_t i = 0; i < names->n; i++) {
		struct slice name = slice_of(names->order[i]->name);
		struct names_slot *slot = slot_of(names, name);

		if (!slot->n)
			*slot = (struct names_slot){name, (uint16_t)i, 0};
		slot->n++;
	}
}

size_t names_find(const struct names *names, struct slice name, size_t *first)
{
	const struct names_slot *slot = slot_of(names, name);

	*first = slot->first;
	return slot->n;
}

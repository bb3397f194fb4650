#include "replay/canary.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

/* Any: prints are compared within the process. */
#define SEED 0x9e3779b97f4a7c15u

void canary_finish(struct canary *c)
{
	free(c->items);
	*c = (struct canary){0};
}

static uint64_t print_of(const struct record *r)
{
	return hash_bytes(hash_bytes(SEED, r->key), r->value) ^ (uint64_t)r->value.len;
}

void canary_add(struct canary *c, uint32_t slip, const char *topic, const struct record *r)
{
	c->items = mem_grow(c->items, &c->cap, c->n + 1, sizeof(*c->items));
	c->items[c->n++] = (struct canary_record){slip, print_of(r), topic, -1, -1};
}

void canary_place(struct canary *c, uint32_t slip, int32_t partition, int64_t offset)
{
	for (size_t i = c->committed; i < c->n; i++) {
		if (c->items[i].slip != slip)
			continue;
		c->items[i].partition = partition;
		c->items[i].offset = offset;
	}
}

void canary_commit(struct canary *c)
{
	c->committed = c->n;
}

void canary_abort(struct canary *c)
{
	c->n = c->committed;
}

static bool is_place(const struct canary_record *item, const struct letter *l)
{
	return item->partition >= 0 && letter_has(l, LETTER_PARTITION) &&
	       letter_has(l, LETTER_OFFSET) &&
	       l->fields[LETTER_PARTITION].number == item->partition &&
	       l->fields[LETTER_OFFSET].number == item->offset &&
	       slice_is(letter_text(l, LETTER_TOPIC), item->topic);
}

bool canary_has(const struct canary *c, const struct letter *l)
{
	uint64_t print = print_of(l->record);

	for (size_t i = 0; i < c->committed; i++)
		if (c->items[i].print == print || is_place(&c->items[i], l))
			return true;
	return false;
}

#include "replay/blamed.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

struct blamed_place {
	int64_t partition, offset;
};

static struct slice key_of(const struct blamed_place *place)
{
	return (struct slice){(const char *)place, sizeof(*place)};
}

void blamed_finish(struct blamed *b)
{
	index_finish(&b->index);
	free(b->items);
	*b = (struct blamed){0};
}

void blamed_add(struct blamed *b, int32_t partition, int64_t offset, enum fate fate,
		struct contract cause, const char *why)
{
	const struct blamed_place place = {partition, offset};
	size_t i = index_add(&b->index, key_of(&place), NULL);

	b->items = mem_grow(b->items, &b->cap, i + 1, sizeof(*b->items));
	b->items[i] = (struct judgement){.fate = fate, .cause = cause};
	snprintf(b->items[i].message, sizeof(b->items[i].message), "%s", why);
	b->n = i < b->n ? b->n : i + 1;
}

const struct judgement *blamed_find(const struct blamed *b, int32_t partition, int64_t offset)
{
	const struct blamed_place place = {partition, offset};
	size_t i = b->n ? index_find(&b->index, key_of(&place)) : INDEX_NONE;

	return i == INDEX_NONE ? NULL : &b->items[i];
}

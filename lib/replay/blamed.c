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
	for (size_t i = 0; i < b->n; i++)
		free(b->items[i].why);
	index_finish(&b->index);
	free(b->items);
	*b = (struct blamed){0};
}

void blamed_add(struct blamed *b, int32_t partition, int64_t offset, enum fate fate,
		struct contract cause, const char *why)
{
	const struct blamed_place place = {partition, offset};
	bool added;
	size_t i = index_add(&b->index, key_of(&place), &added);

	b->items = mem_grow(b->items, &b->cap, i + 1, sizeof(*b->items));
	if (added)
		b->n = i + 1;
	else
		free(b->items[i].why);
	b->items[i] = (struct blamed_letter){fate, cause, mem_strdup(why)};
}

bool blamed_find(const struct blamed *b, int32_t partition, int64_t offset, struct judgement *out)
{
	const struct blamed_place place = {partition, offset};
	size_t i = b->n ? index_find(&b->index, key_of(&place)) : INDEX_NONE;

	if (i == INDEX_NONE)
		return false;
	*out = (struct judgement){.fate = b->items[i].fate, .cause = b->items[i].cause};
	snprintf(out->message, sizeof(out->message), "%s", b->items[i].why);
	return true;
}

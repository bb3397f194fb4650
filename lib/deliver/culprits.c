#include "deliver/culprits.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void culprits_finish(struct culprits *all)
{
	for (size_t i = 0; i < all->n; i++)
		free(all->items[i].why);
	free(all->items);
	*all = (struct culprits){0};
}

/* How many stand before that place. */
static size_t count_before(const struct culprits *all, const struct source_place *place)
{
	size_t from = 0, to = all->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (source_place_compare(&all->items[middle].place, place) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_at(const struct culprits *all, size_t i, const struct source_place *place)
{
	return i < all->n && source_place_compare(&all->items[i].place, place) == 0;
}

const struct culprit *culprits_find(const struct culprits *all, const struct source_place *place)
{
	size_t i = count_before(all, place);

	return is_at(all, i, place) ? &all->items[i] : NULL;
}

void culprits_add(struct culprits *all, const struct source_place *place, struct contract cause,
		  const char *why, bool dead_letter)
{
	size_t i = count_before(all, place);

	if (is_at(all, i, place)) {
		free(all->items[i].why);
	} else {
		all->items = mem_grow(all->items, &all->cap, all->n + 1, sizeof(*all->items));
		memmove(all->items + i + 1, all->items + i, (all->n - i) * sizeof(*all->items));
		all->n++;
	}
	all->items[i] = (struct culprit){*place, cause, mem_strdup(why), dead_letter};
}

void culprits_forget(struct culprits *all, const struct source_place *until)
{
	size_t n = count_before(all, until);

	for (size_t i = 0; i < n; i++)
		free(all->items[i].why);
	all->n -= n;
	if (n)
		memmove(all->items, all->items + n, all->n * sizeof(*all->items));
}

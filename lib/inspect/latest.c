#include "inspect/latest.h"

#include <stdlib.h>

#include "base/mem.h"

void latest_init(struct latest *l, size_t most)
{
	*l = (struct latest){.most = most};
}

void latest_clear(struct latest *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].copy);
	l->n = 0;
}

void latest_finish(struct latest *l)
{
	latest_clear(l);
	free(l->items);
	*l = (struct latest){0};
}

static int compare(const void *a, const void *b)
{
	const struct latest_item *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->received.partition != y->received.partition)
		return x->received.partition < y->received.partition ? -1 : 1;
	return (x->received.offset > y->received.offset) -
	       (x->received.offset < y->received.offset);
}

static void swap(struct latest_item *a, struct latest_item *b)
{
	struct latest_item c = *a;

	*a = *b;
	*b = c;
}

static void sift_up(struct latest *l, size_t i)
{
	for (; i && compare(&l->items[i], &l->items[(i - 1) / 2]) < 0; i = (i - 1) / 2)
		swap(&l->items[i], &l->items[(i - 1) / 2]);
}

static void sift_down(struct latest *l)
{
	size_t i = 0, least;

	for (;; i = least) {
		least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < l->n; k++)
			if (compare(&l->items[k], &l->items[least]) < 0)
				least = k;
		if (least == i)
			return;
		swap(&l->items[i], &l->items[least]);
	}
}

void latest_add(struct latest *l, const struct letter *letter)
{
	struct latest_item item = {letter_time(letter), *letter->received, letter->status, NULL};

	if (l->n == l->most && compare(&item, &l->items[0]) < 0)
		return;
	item.copy = record_copy(letter->record);
	item.received.record = *item.copy;
	if (l->n < l->most) {
		l->items = mem_grow(l->items, &l->cap, l->n + 1, sizeof(*l->items));
		l->items[l->n++] = item;
		sift_up(l, l->n - 1);
		return;
	}
	free(l->items[0].copy);
	l->items[0] = item;
	sift_down(l);
}

void latest_sort(struct latest *l)
{
	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), compare);
}

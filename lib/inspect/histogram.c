#include "inspect/histogram.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"

/* So many steps are kept at once. */
#define STEPS_MAX 4096

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * (int64_t)HOUR)

/* Steps that people think in; each is a multiple of some before it, and of the first. */
static const int64_t widths[] = {
	SECOND,	     5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE,	 5 * MINUTE,	10 * MINUTE,
	30 * MINUTE, HOUR,	 2 * HOUR,    6 * HOUR,	   12 * HOUR,	 DAY,		7 * DAY,
	28 * DAY,    364 * DAY,	 3640 * DAY,  36400 * DAY, 364000 * DAY, 3640000 * DAY,
};

void histogram_finish(struct histogram *h)
{
	free(h->steps);
	*h = (struct histogram){0};
}

static int64_t begin_of(int64_t at, int64_t width)
{
	int64_t rest = at % width;

	return at - (rest < 0 ? rest + width : rest);
}

static void merge_steps(struct histogram *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		int64_t from = begin_of(h->steps[i].from, h->width);

		if (n && h->steps[n - 1].from == from)
			h->steps[n - 1].count += h->steps[i].count;
		else
			h->steps[n++] = (struct histogram_step){from, h->steps[i].count};
	}
	h->n = n;
	h->last = 0;
}

/* The next width that people think in. False: there is none. */
static bool widen(struct histogram *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		if (widths[i] > h->width) {
			h->width = widths[i];
			merge_steps(h);
			return true;
		}
	return false;
}

/* The first step that begins at or behind `from`. */
static size_t find(const struct histogram *h, int64_t from)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->steps[mid].from < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void insert(struct histogram *h, size_t i, int64_t from)
{
	h->steps = mem_grow(h->steps, &h->cap, h->n + 1, sizeof(*h->steps));
	memmove(&h->steps[i + 1], &h->steps[i], (h->n - i) * sizeof(*h->steps));
	h->steps[i] = (struct histogram_step){from, 0};
	h->n++;
}

void histogram_add(struct histogram *h, int64_t at)
{
	int64_t from;
	size_t i;

	if (!h->width)
		h->width = widths[0];
	/* The next message mostly falls where the last did. */
	if (h->last < h->n && at >= h->steps[h->last].from &&
	    at < h->steps[h->last].from + h->width) {
		h->steps[h->last].count++;
		return;
	}
	from = begin_of(at, h->width);
	i = find(h, from);
	if (i == h->n || h->steps[i].from != from)
		insert(h, i, from);
	h->steps[i].count++;
	h->last = i;
	while (h->n > STEPS_MAX && widen(h))
		;
}

size_t histogram_span(const struct histogram *h)
{
	if (!h->n)
		return 0;
	return (size_t)((h->steps[h->n - 1].from - h->steps[0].from) / h->width) + 1;
}

void histogram_widen(struct histogram *h, size_t most)
{
	while (histogram_span(h) > most && widen(h))
		;
}

struct histogram_step histogram_at(const struct histogram *h, size_t i)
{
	int64_t from = h->steps[0].from + (int64_t)i * h->width;
	size_t k = find(h, from);

	if (k < h->n && h->steps[k].from == from)
		return h->steps[k];
	return (struct histogram_step){from, 0};
}

const char *histogram_unit(const struct histogram *h, int64_t *n)
{
	static const struct {
		int64_t ms;
		const char *one, *many;
	} units[] = {{DAY, "day", "days"},
		     {HOUR, "hour", "hours"},
		     {MINUTE, "minute", "minutes"},
		     {SECOND, "second", "seconds"}};
	size_t i = 0;

	while (h->width % units[i].ms)
		i++;
	*n = h->width / units[i].ms;
	return *n == 1 ? units[i].one : units[i].many;
}

#include "pass.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first look at the end of a partition goes so much further back than what is wanted,
 * and each further one so many times as far. */
#define MARGIN 100
#define WIDER  8

void pass_finish(struct pass *p)
{
	free(p->parts);
	p->parts = NULL;
}

/* Counts those of each partition that are selected in `counts`, if it isn't NULL. */
static bool read_parts(struct pass *p, const struct reader_part *parts, size_t n, uint64_t *counts)
{
	enum reader_next next = READER_WAIT;
	struct received r;

	reader_start(p->reader, parts, n);
	while (next != READER_END && next != READER_FAILED && !p->enough(p->ctx)) {
		next = reader_next(p->reader, &r, &p->failed);
		if (next == READER_RECORD && p->take(p->ctx, &r) && counts)
			counts[r.partition]++;
	}
	return next == READER_END;
}

bool pass_read(struct pass *p, const struct reader_part *parts, size_t n)
{
	return read_parts(p, parts, n, NULL);
}

bool pass_in_turn(struct pass *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!read_parts(p, &p->parts[i], 1, NULL))
			return false;
	return true;
}

/* Moves the beginnings of those back that have not given enough. False: none is left. */
static bool move_back(const struct pass *p, struct reader_part *parts, const uint64_t *counts,
		      uint64_t selected, int64_t back)
{
	bool moved = false;

	for (size_t i = 0; i < p->n; i++) {
		const struct reader_part *whole = &p->parts[i];

		if (parts[i].from == whole->from || counts[parts[i].partition] >= selected)
			continue;
		moved = true;
		parts[i].from = whole->to - whole->from > back ? whole->to - back : whole->from;
	}
	return moved;
}

static size_t partitions_of(const struct pass *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n = (size_t)p->parts[i].partition >= n ? (size_t)p->parts[i].partition + 1 : n;
	return n;
}

bool pass_back(struct pass *p, uint64_t selected, void (*again)(void *ctx))
{
	struct reader_part *parts = mem_alloc(p->n, sizeof(*parts));
	size_t n_counts = partitions_of(p);
	uint64_t *counts = mem_alloc(n_counts, sizeof(*counts));
	int64_t back = (int64_t)selected + MARGIN;
	bool done = true;

	for (size_t i = 0; i < p->n; i++) {
		parts[i] = p->parts[i];
		parts[i].from = parts[i].to;
	}
	while (done && move_back(p, parts, counts, selected, back)) {
		memset(counts, 0, n_counts * sizeof(*counts));
		again(p->ctx);
		done = read_parts(p, parts, p->n, counts);
		back *= WIDER;
	}
	free(counts);
	free(parts);
	return done;
}

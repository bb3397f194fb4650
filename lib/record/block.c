#include "record/block.h"

#include <assert.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"

struct block_pool {
	size_t block_size, max_blocks;
	size_t in_use, peak;
	size_t bytes; /* of the blocks in use */
	uint64_t next_seq;
	struct block **idle;
	size_t n_idle;
	struct block **used; /* in_use of them */
};

struct origin *origin_create(unsigned input, const char *file, const char *member,
			     const char *format)
{
	struct origin *o = mem_alloc(1, sizeof(*o));

	o->refs = 1;
	o->input = input;
	o->file = mem_strdup(file);
	o->member = mem_strdup(member);
	o->format = mem_strdup(format);
	return o;
}

void origin_set_columns(struct origin *o, struct slice row, char delimiter)
{
	if (row.len > ORIGIN_COLUMNS_MAX)
		return;
	free((char *)o->columns);
	o->columns = mem_dup(row);
	o->delimiter = delimiter ? delimiter : ',';
}

struct origin *origin_ref(struct origin *o)
{
	o->refs++;
	return o;
}

void origin_unref(struct origin *o)
{
	if (!o || --o->refs)
		return;
	free((char *)o->file);
	free((char *)o->member);
	free((char *)o->format);
	free((char *)o->columns);
	free(o);
}

struct block_pool *block_pool_create(size_t block_size, size_t max_blocks)
{
	struct block_pool *pool = mem_alloc(1, sizeof(*pool));

	pool->block_size = block_size;
	pool->max_blocks = max_blocks;
	pool->idle = mem_alloc(max_blocks, sizeof(struct block *));
	pool->used = mem_alloc(max_blocks, sizeof(struct block *));
	return pool;
}

static void block_free(struct block *b)
{
	free(b->places);
	free(b->data);
	free(b);
}

void block_pool_destroy(struct block_pool *pool)
{
	if (!pool)
		return;
	assert(!pool->in_use);
	for (size_t i = 0; i < pool->n_idle; i++)
		block_free(pool->idle[i]);
	free(pool->idle);
	free(pool->used);
	free(pool);
}

static struct block *block_new(size_t size)
{
	struct block *b;
	char *data;

	if (size > SIZE_MAX - BLOCK_PADDING)
		return NULL;
	data = malloc(size + BLOCK_PADDING);
	if (!data)
		return NULL;
	b = mem_alloc(1, sizeof(*b));
	b->data = data;
	b->cap = size;
	return b;
}

/* Large blocks count by their bytes. One block beside another is always given:
 * a source holds one while it fills the next. */
static bool has_room(const struct block_pool *pool, size_t min_size)
{
	size_t size = min_size > pool->block_size ? min_size : pool->block_size;
	size_t most = pool->max_blocks * pool->block_size;

	if (pool->in_use == pool->max_blocks)
		return false;
	return pool->in_use < 2 || (size <= most && pool->bytes <= most - size);
}

struct block *block_pool_get(struct block_pool *pool, struct origin *origin, size_t min_size)
{
	struct block *b;

	if (!has_room(pool, min_size))
		return NULL;
	if (min_size > pool->block_size)
		b = block_new(min_size);
	else if (pool->n_idle)
		b = pool->idle[--pool->n_idle];
	else
		b = block_new(pool->block_size);
	if (!b)
		return NULL;
	pool->used[pool->in_use] = b;
	if (++pool->in_use > pool->peak)
		pool->peak = pool->in_use;
	pool->bytes += b->cap;
	b->refs = 1;
	b->lent = 0;
	b->seq = pool->next_seq++;
	b->pool = pool;
	b->origin = origin_ref(origin);
	b->offset = b->line = 0;
	b->counted = b->counted_lines = 0;
	b->n_places = b->len = 0;
	return b;
}

size_t block_pool_peak(const struct block_pool *pool)
{
	return pool->peak;
}

void block_unref(struct block *b)
{
	struct block_pool *pool;

	if (!b || --b->refs)
		return;
	pool = b->pool;
	for (size_t i = 0; i < pool->in_use; i++)
		if (pool->used[i] == b)
			pool->used[i] = pool->used[pool->in_use - 1];
	pool->in_use--;
	pool->bytes -= b->cap;
	origin_unref(TAKE_PTR(b->origin));
	if (b->cap == pool->block_size)
		pool->idle[pool->n_idle++] = b;
	else
		block_free(b);
}

void block_pool_take_back(struct block_pool *pool)
{
	for (size_t i = pool->in_use; i-- > 0;) {
		struct block *b = pool->used[i];

		/* One is kept to be dropped here, in case that there is no other. */
		b->refs -= b->lent;
		b->lent = 0;
		block_unref(block_ref(b));
	}
}

void block_add_place(struct block *b, size_t at, uint64_t line, uint64_t offset)
{
	b->places = mem_grow(b->places, &b->cap_places, b->n_places + 1, sizeof(*b->places));
	b->places[b->n_places++] = (struct place){(uint32_t)at, line, offset};
}

/* The last place that begins at or before `at`: places are sorted. */
static const struct place *find_place(const struct block *b, size_t at)
{
	size_t low = 0, high = b->n_places;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (b->places[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &b->places[low];
}

static uint64_t count_lines(const char *from, const char *to)
{
	uint64_t lines = 0;

	while (from < to && (from = memchr(from, '\n', (size_t)(to - from)))) {
		lines++;
		from++;
	}
	return lines;
}

static uint64_t lines_before(struct block *b, size_t at)
{
	if (at < b->counted)
		b->counted = b->counted_lines = 0;
	b->counted_lines += count_lines(b->data + b->counted, b->data + at);
	b->counted = at;
	return b->counted_lines;
}

struct position block_locate(struct block *b, const char *value)
{
	size_t at = value ? (size_t)(value - b->data) : 0;

	if (b->n_places) {
		const struct place *p = find_place(b, at);

		return (struct position){b->origin, p->line, p->offset};
	}
	return (struct position){b->origin, b->line + lines_before(b, at), b->offset + at};
}

int block_compare(const struct block *a, const char *a_value, const struct block *b,
		  const char *b_value)
{
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return (a_value > b_value) - (a_value < b_value);
}

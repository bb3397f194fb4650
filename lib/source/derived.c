#include "source/derived.h"

void derived_init(struct derived *d, struct block_pool *pool, struct origin *origin)
{
	*d = (struct derived){.pool = pool, .origin = origin};
}

void derived_finish(struct derived *d)
{
	block_unref(d->block);
	d->block = NULL;
}

static bool has_room(const struct derived *d, size_t n)
{
	return d->block && !d->closed && n <= d->block->cap - d->block->len;
}

/* Beside its value in the block a key can be sent without a copy of its own. */
static void put_key(struct block *b, struct record *r)
{
	if (r->key.len)
		memcpy(b->data + b->len, r->key.data, r->key.len);
	if (r->key.data)
		r->key.data = b->data + b->len;
	b->len += r->key.len;
}

bool derived_put(struct derived *d, struct slice value, uint64_t line, uint64_t offset,
		 struct record *r)
{
	/* The byte behind each value keeps the places of empty ones apart. */
	size_t n = value.len + 1 + r->key.len;
	struct block *b;
	char *at;

	/* A null value has no address to tell it from others: it is alone. */
	if (!value.data || !has_room(d, n)) {
		derived_finish(d);
		d->block = block_pool_get(d->pool, d->origin, n);
		if (!d->block)
			return false;
		d->block->line = line;
		d->block->offset = offset;
		d->closed = !value.data;
	}
	b = d->block;
	at = b->data + b->len;
	block_add_place(b, b->len, line, offset);
	if (value.len)
		memcpy(at, value.data, value.len);
	at[value.len] = '\n';
	b->len += value.len + 1;
	put_key(b, r);
	r->value = (struct slice){value.data ? at : NULL, value.len};
	r->block = b;
	return true;
}

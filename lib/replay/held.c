#include "replay/held.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of keys, so that memory is bounded whatever fails. */
#define BYTES_MAX (8u << 20)
#define KEYS_MAX  100000

void held_finish(struct held *h)
{
	index_finish(&h->index);
	free(h->keys);
	buf_finish(&h->text);
	*h = (struct held){0};
}

/* Order counts within a partition alone. */
static struct slice name_of(struct held *h, int32_t partition, struct slice key)
{
	buf_clear(&h->text);
	buf_add(&h->text, &partition, sizeof(partition));
	buf_add_slice(&h->text, key);
	return buf_slice(&h->text);
}

static bool is_room(const struct held *h, struct slice key)
{
	return h->n < KEYS_MAX && h->bytes + key.len <= BYTES_MAX;
}

/* Whoever waits without need is late; whoever goes too early is out of order. */
void held_add(struct held *h, int32_t partition, struct slice key, int64_t offset,
	      enum held_how how)
{
	bool added;
	size_t i;

	if (!key.data)
		return;
	if (!is_room(h, key)) {
		h->full = true;
		return;
	}
	i = index_add(&h->index, name_of(h, partition, key), &added);
	if (!added && h->keys[i].since < offset)
		return;
	h->keys = mem_grow(h->keys, &h->cap, i + 1, sizeof(*h->keys));
	h->keys[i] = (struct held_key){offset, how};
	if (added) {
		h->n = i + 1;
		h->bytes += key.len;
	}
}

void held_rewind(struct held *h, int32_t partition, int64_t offset)
{
	for (size_t i = 0; i < h->n; i++) {
		struct slice name = index_key(&h->index, i);

		if (memcmp(name.data, &partition, sizeof(partition)) == 0 &&
		    h->keys[i].since >= offset)
			h->keys[i].since = INT64_MAX;
	}
}

enum held_how held_has(struct held *h, int32_t partition, struct slice key, int64_t offset)
{
	size_t i;

	if (!key.data || (!h->n && !h->full))
		return HELD_NOT;
	i = index_find(&h->index, name_of(h, partition, key));
	if (i != INDEX_NONE && h->keys[i].since < offset)
		return h->keys[i].how;
	return h->full && i == INDEX_NONE ? HELD_STAYS : HELD_NOT;
}

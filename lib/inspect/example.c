#include "inspect/example.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* Of what is cut. */
#define KEY_MAX	    256
#define HEADER_MAX  512
#define HEADERS_MAX 32

static size_t size_of(const struct record *r)
{
	size_t bytes = r->key.len + r->value.len;

	for (size_t i = 0; i < r->n_headers; i++)
		bytes += r->headers[i].name.len + r->headers[i].value.len;
	return bytes;
}

static struct record *copy_cut(const struct record *r)
{
	struct header kept[HEADERS_MAX];
	struct record small = *r;

	small.n_headers = 0;
	for (size_t i = 0; i < r->n_headers && small.n_headers < HEADERS_MAX; i++) {
		struct header h = r->headers[i];

		if (h.name.len > HEADER_MAX)
			continue;
		h.value = text_cut(h.value, HEADER_MAX);
		kept[small.n_headers++] = h;
	}
	small.headers = kept;
	small.value = SLICE_NULL;
	if (small.key.data)
		small.key = text_cut(small.key, KEY_MAX);
	return record_copy(&small);
}

void example_init(struct example *e, const struct letter *l, struct example_room *room)
{
	size_t bytes = size_of(l->record);

	e->received = *l->received;
	e->status = l->status;
	e->value_bytes = l->record->value.len;
	e->whole = bytes <= room->each && bytes <= room->all;
	e->copy = e->whole ? record_copy(l->record) : copy_cut(l->record);
	e->received.record = *e->copy;
	room->all -= e->whole ? bytes : 0;
}

void example_finish(struct example *e, struct example_room *room)
{
	if (e->whole)
		room->all += size_of(e->copy);
	free(e->copy);
	*e = (struct example){0};
}

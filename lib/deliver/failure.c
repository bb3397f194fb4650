#include "deliver/failure.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

struct failure *failure_from_block(const struct record *r, struct block *block)
{
	struct failure *f = mem_alloc(1, sizeof(*f));
	struct record rest = *r;

	rest.value = SLICE_NULL;
	f->copy = record_copy(&rest);
	f->record = *f->copy;
	f->record.value = r->value;
	f->record.block = f->block = block;
	return f;
}

void failure_locate(struct failure *f)
{
	struct position p;

	if (f->origin || !f->block)
		return;
	p = block_locate(f->block, f->record.value.data);
	f->origin = origin_ref(f->block->origin);
	f->line = p.line;
	f->offset = p.offset;
}

struct failure *failure_from_record(const struct record *r, const struct position *position,
				    struct contract cause, const char *message)
{
	struct failure *f = mem_alloc(1, sizeof(*f));

	f->copy = record_copy(r);
	f->record = *f->copy;
	if (position->origin)
		f->origin = origin_ref((struct origin *)position->origin);
	f->line = position->line;
	f->offset = position->offset;
	failure_set_cause(f, cause, message);
	return f;
}

void failure_destroy(struct failure *f)
{
	if (!f)
		return;
	block_unref(f->block);
	origin_unref(f->origin);
	free(f->copy);
	free(f->message);
	free(f);
}

void failure_set_cause(struct failure *f, struct contract cause, const char *message)
{
	if (f->cause.code)
		return;
	failure_locate(f);
	f->message = message ? mem_strdup(message) : contract_message(&cause);
	f->cause = cause;
	f->at = clock_wall_ms();
}

void failure_detach(struct failure *f)
{
	struct record *copy;

	if (!f->block)
		return;
	failure_locate(f);
	copy = record_copy(&f->record);
	free(f->copy);
	f->copy = copy;
	f->record = *copy;
	block_unref(f->block);
	f->block = NULL;
}

/* Only records that lie in blocks are ever sorted. */
static int compare(const void *a, const void *b)
{
	const struct failure *x = *(struct failure *const *)a, *y = *(struct failure *const *)b;

	return block_compare(x->block, x->record.value.data, y->block, y->record.value.data);
}

void failure_sort(struct failure **list, size_t n)
{
	if (n > 1)
		qsort(list, n, sizeof(struct failure *), compare);
}

struct envelope_notes failure_notes(const struct failure *f, const char *topic)
{
	return (struct envelope_notes){
		.topic = topic,
		.error_type = f->cause.code,
		.error_class = contract_class_name(f->cause.class),
		.error_message = f->message,
		.persisted = f->possibly_persisted ? "possibly" : "no",
		.error_at = f->at,
		.retries = f->retries,
		.position = {f->origin, f->line, f->offset},
	};
}

void failure_list_add(struct failure_list *list, struct failure *f)
{
	list->items = mem_grow(list->items, &list->cap, list->n + 1, sizeof(struct failure *));
	list->items[list->n++] = f;
}

void failure_list_finish(struct failure_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		failure_destroy(list->items[i]);
	free(list->items);
	*list = (struct failure_list){0};
}

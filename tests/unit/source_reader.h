/* A reader of inputs that notes what it is told, and keeps a few blocks as a slow
 * broker would. Include expect.h first. */
#ifndef REDRIVE_UNIT_SOURCE_READER_H
#define REDRIVE_UNIT_SOURCE_READER_H

#include "base/text.h"
#include "source/source.h"

#define MAX_PATHS 6
#define HELD	  8

struct job {
	const char *name;
	const char *paths[MAX_PATHS];
	struct source_options options;
	size_t block_size;
};

struct reader {
	struct source *source;
	struct block_pool *pool;
	struct block *held[HELD]; /* as a slow broker would hold them */
	size_t n_held;
};

static inline void reader_open(struct reader *r, const struct job *job)
{
	struct error err = {0};
	size_t n = 0;

	while (job->paths[n])
		n++;
	*r = (struct reader){.pool = block_pool_create(job->block_size, 2)};
	r->source = source_create(job->paths, n, &job->options, r->pool, &err);
	EXPECT(r->source, "%s", err.text);
}

static inline void reader_let_go(struct reader *r)
{
	while (r->n_held)
		block_unref(r->held[--r->n_held]);
}

static inline void reader_close(struct reader *r)
{
	reader_let_go(r);
	source_destroy(r->source);
	block_pool_destroy(r->pool);
}

static const char *type_name(enum source_type type)
{
	static const char *const names[] = {
		[SOURCE_RECORD] = "record", [SOURCE_BAD] = "bad",
		[SOURCE_LARGE] = "large",   [SOURCE_LEFT_OUT] = "left out",
		[SOURCE_FAILED] = "failed",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

/* Not of a member that begins, nor a notice: these are told again from a place
 * within what they speak of. */
static inline void tell_item(struct buf *story, enum source_type type,
			     const struct source_item *item)
{
	const struct record *r = &item->record;
	struct position p = r->block ? block_locate(r->block, r->value.data) : item->position;

	if (!type_name(type))
		return;
	buf_addf(story, "%s %u.%u %s line %llu byte %llu: ", type_name(type), p.origin->input,
		 p.origin->number, p.origin->member ? p.origin->member : "-",
		 (unsigned long long)p.line, (unsigned long long)p.offset);
	if (r->value.len > 100)
		buf_addf(story, "%zu bytes", r->value.len);
	else
		text_add_escaped(story, r->value);
	if (type == SOURCE_FAILED)
		buf_add_str(story, item->error.text);
	buf_add_char(story, '\n');
}

static inline enum source_type reader_next(struct reader *r, struct buf *story)
{
	struct source_item item;
	enum source_type type = source_next(r->source, &item);

	tell_item(story, type, &item);
	if (type == SOURCE_WAIT)
		reader_let_go(r);
	else if (item.record.block && r->n_held < HELD)
		r->held[r->n_held++] = block_ref(item.record.block);
	return type;
}

#endif

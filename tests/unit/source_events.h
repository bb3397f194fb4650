/* What a source yields, as text, one line an item; and a consumer that keeps
 * blocks as long as it can, as a slow broker would make it. Include expect.h first. */
#ifndef REDRIVE_UNIT_SOURCE_EVENTS_H
#define REDRIVE_UNIT_SOURCE_EVENTS_H

#include <inttypes.h>

#include "base/mem.h"
#include "base/text.h"
#include "source/source.h"

#define MAX_HELD 4096

struct run {
	const char *path; /* NULL: "input" */
	struct source_options options;
	size_t block_size, blocks; /* 0: 64 KiB, 3 */
};

struct held {
	struct block *block;
	struct slice value;
	char *copy;
};

struct holder {
	struct held items[MAX_HELD];
	size_t n;
};

static inline void holder_take(struct holder *h, const struct record *r)
{
	assert_true(h->n < MAX_HELD);
	h->items[h->n++] = (struct held){block_ref(r->block), r->value, mem_dup(r->value)};
}

/* Nothing that is held may have changed. */
static inline void holder_release(struct holder *h)
{
	for (size_t i = 0; i < h->n; i++) {
		struct held *item = &h->items[i];

		if (i)
			assert_true(block_compare(item[-1].block, item[-1].value.data, item->block,
						  item->value.data) < 0);
		if (item->value.len)
			assert_memory_equal(item->value.data, item->copy, item->value.len);
		free(item->copy);
	}
	for (size_t i = 0; i < h->n; i++)
		block_unref(h->items[i].block);
	h->n = 0;
}

static inline void add_value(struct buf *out, struct slice value)
{
	buf_add_char(out, ' ');
	if (value.data)
		text_add_escaped(out, value);
	else
		buf_add_str(out, "(null)");
	buf_add_char(out, '\n');
}

static inline void add_position(struct buf *out, const char *what, struct position p)
{
	buf_addf(out, "%s %" PRIu64 " %" PRIu64, what, p.line, p.offset);
}

static inline void add_item(struct buf *out, enum source_type type, const struct source_item *item)
{
	const struct record *r = &item->record;

	switch (type) {
	case SOURCE_RECORD:
		add_position(out, "record", block_locate(r->block, r->value.data));
		add_value(out, r->value);
		break;
	case SOURCE_BAD:
		add_position(out, "bad", block_locate(r->block, r->value.data));
		assert_int_equal(item->position.line, block_locate(r->block, r->value.data).line);
		assert_int_equal(item->raw_len, r->value.len);
		buf_addf(out, " %d [%s]", (int)item->fault, item->message);
		add_value(out, r->value);
		break;
	case SOURCE_LARGE:
		assert_int_equal(item->fault, FAULT_OVER_LIMIT);
		add_position(out, "large", item->position);
		buf_addf(out, " %" PRIu64 "\n", item->raw_len);
		break;
	case SOURCE_NOTICE:
		buf_addf(out, "notice %s\n", item->message);
		break;
	case SOURCE_LEFT_OUT:
		if (item->message)
			buf_addf(out, "notice %s\n", item->message);
		break;
	case SOURCE_FAILED:
		assert_non_null(item->position.origin);
		buf_addf(out, "failed %s\n", item->error.text);
		break;
	default:
		break;
	}
}

static inline void check_record(const struct record *r)
{
	assert_true(!r->value.data ||
		    (r->value.data >= r->block->data &&
		     r->value.data + r->value.len <= r->block->data + r->block->cap));
}

/* Reads all; the caller finishes *out. */
static inline void run_source(const struct run *run, struct buf *out, struct source_stats *stats)
{
	const char *path = run->path ? run->path : "input";
	struct block_pool *pool = block_pool_create(run->block_size ? run->block_size : 65536,
						    run->blocks ? run->blocks : 3);
	struct holder holder = {.n = 0};
	enum source_type type;
	struct error err;
	struct source *s = source_create(&path, 1, &run->options, pool, &err);

	EXPECT(s, "%s", s ? "" : err.text);
	do {
		struct source_item item;

		type = source_next(s, &item);
		add_item(out, type, &item);
		if (type == SOURCE_RECORD || type == SOURCE_BAD) {
			check_record(&item.record);
			holder_take(&holder, &item.record);
		} else if (type == SOURCE_WAIT) {
			assert_true(holder.n || strcmp(path, "-") == 0);
			holder_release(&holder);
		}
	} while (type != SOURCE_END);
	if (stats)
		source_get_stats(s, stats);
	source_destroy(s);
	holder_release(&holder);
	block_pool_destroy(pool);
}

static inline void expect_run(const struct run *run, const char *name, const char *want)
{
	struct buf got = {0};

	run_source(run, &got, NULL);
	if (!slice_is(buf_slice(&got), want))
		fail_msg("%s: got\n%s\nwant\n%s", name, got.data ? got.data : "", want);
	buf_finish(&got);
}

/* The same, from the text in a file `input`. */
static inline void expect_items(const struct run *run, struct slice input, const char *want)
{
	write_whole("input", input.data, input.len);
	expect_run(run, input.data, want);
}

#endif

#include "walk.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "fuzz.h"

#define MOST_BLOCKS 5

/* Members, and failures and notices about them, that a byte of an archive may make. */
#define MOST_OTHERS 64

/* A record that the consumer keeps, and what it must still be when it is let go. */
struct held {
	struct block *block;
	struct slice value;
	char *copy;
};

struct walker {
	const struct walk *walk;
	struct block_pool *pool;
	struct source *source;
	struct held *held;
	size_t n_held, cap_held;
	struct origin *origin; /* of the event before, a reference */
	uint64_t line, offset; /* where that stood */
	size_t size;	       /* of the input as it is */
	uint64_t n_records, n_others;
};

void walk_choose(struct walk *w, unsigned byte)
{
	static const size_t sizes[] = {64, 65, 80, 100, 128, 256, 1000, 4096};

	w->block_size = sizes[byte % ARRAY_SIZE(sizes)];
	w->blocks = 2 + byte / ARRAY_SIZE(sizes) % (MOST_BLOCKS - 1);
}

static void release_all(struct walker *w)
{
	for (size_t i = 0; i < w->n_held; i++) {
		struct held *h = &w->held[i];

		REQUIRE(!h->value.len || memcmp(h->value.data, h->copy, h->value.len) == 0);
		free(h->copy);
	}
	for (size_t i = 0; i < w->n_held; i++)
		block_unref(w->held[i].block);
	w->n_held = 0;
}

static void check_slices(const struct record *r)
{
	const struct block *b = r->block;
	volatile char sink = 0;

	REQUIRE(b && b->refs > 0 && b->len <= b->cap);
	if (!r->value.data)
		return;
	REQUIRE(r->value.data >= b->data && r->value.data + r->value.len <= b->data + b->len);
	for (size_t i = 0; i < BLOCK_PADDING; i++)
		sink = r->value.data[r->value.len + i];
	(void)sink;
}

static void hold(struct walker *w, const struct record *r)
{
	if (w->n_held) {
		const struct held *before = &w->held[w->n_held - 1];

		REQUIRE(block_compare(before->block, before->value.data, r->block, r->value.data) <
			0);
	}
	w->held = mem_grow(w->held, &w->cap_held, w->n_held + 1, sizeof(*w->held));
	w->held[w->n_held++] = (struct held){block_ref(r->block), r->value, mem_dup(r->value)};
}

/* Within a member, places only grow. */
static void check_place(struct walker *w, const struct position *p, bool may_repeat)
{
	REQUIRE(p->origin && p->origin->file);
	if (!p->line)
		return;
	if (p->origin == w->origin) {
		REQUIRE(p->line >= w->line);
		REQUIRE(p->offset > w->offset || (may_repeat && p->offset == w->offset));
		REQUIRE(p->line - w->line <= p->offset - w->offset);
	}
	origin_unref(w->origin);
	w->origin = origin_ref((struct origin *)p->origin);
	w->line = p->line;
	w->offset = p->offset;
}

static void check_record_event(struct walker *w, enum source_type type, struct source_item *item)
{
	struct position p = block_locate(item->record.block, item->record.value.data);

	check_slices(&item->record);
	REQUIRE((type == SOURCE_BAD) == (item->fault != FAULT_NONE));
	if (type == SOURCE_BAD) {
		REQUIRE(fuzz_is_clean(item->message));
		REQUIRE(item->raw_len == item->record.value.len);
		REQUIRE(item->position.origin == p.origin && item->position.line == p.line &&
			item->position.offset == p.offset);
	}
	item->position = p;
	check_place(w, &p, false);
	hold(w, &item->record);
}

/* What has no record in it. Texts may hold names as they are: whoever shows
 * them escapes them. */
static void check_other_event(struct walker *w, enum source_type type,
			      const struct source_item *item)
{
	switch (type) {
	case SOURCE_FAILED:
		REQUIRE(item->error.kind != ERROR_NONE && *item->error.text);
		check_place(w, &item->position, true);
		break;
	case SOURCE_LEFT_OUT:
		REQUIRE(item->position.origin && item->left_out && *item->left_out);
		REQUIRE(!item->message || *item->message);
		break;
	case SOURCE_MEMBER:
		REQUIRE(item->position.origin && item->position.origin->member);
		break;
	default:
		REQUIRE(type == SOURCE_NOTICE && item->message && *item->message);
	}
	REQUIRE(++w->n_others <= MOST_OTHERS * (w->size + 1));
}

static void check_event(struct walker *w, enum source_type type, struct source_item *item)
{
	uint64_t limit = w->walk->options.limit;
	struct source_stats stats;

	if (type == SOURCE_RECORD || type == SOURCE_BAD) {
		check_record_event(w, type, item);
	} else if (type == SOURCE_LARGE) {
		REQUIRE(item->fault == FAULT_OVER_LIMIT && fuzz_is_clean(item->message));
		REQUIRE(item->raw_len > w->walk->options.max_record_bytes);
		check_place(w, &item->position, false);
	} else {
		check_other_event(w, type, item);
		w->walk->visit(w->walk->ctx, type, item);
		return;
	}
	/* Nothing comes out of nothing, so a source ends. */
	source_get_stats(w->source, &stats);
	REQUIRE(++w->n_records + stats.skipped <= stats.bytes_raw);
	REQUIRE(!limit || w->n_records <= limit);
	w->walk->visit(w->walk->ctx, type, item);
}

static void read_all(struct walker *w)
{
	bool waited = false;

	for (;;) {
		struct source_item item;
		enum source_type type = source_next(w->source, &item);

		if (type == SOURCE_END)
			break;
		if (type == SOURCE_WAIT) {
			/* It waits for blocks that somebody has, or for ever. */
			REQUIRE(w->n_held && !waited);
			release_all(w);
			waited = true;
			continue;
		}
		waited = false;
		check_event(w, type, &item);
	}
	REQUIRE(source_next(w->source, &(struct source_item){0}) == SOURCE_END);
}

static void check_all_back(const struct walker *w)
{
	struct origin *o = origin_create(0, "", NULL, "");
	struct block *blocks[MOST_BLOCKS];

	REQUIRE(block_pool_peak(w->pool) <= w->walk->blocks);
	for (size_t i = 0; i < w->walk->blocks; i++)
		REQUIRE((blocks[i] = block_pool_get(w->pool, o, 0)));
	REQUIRE(!block_pool_get(w->pool, o, 0));
	for (size_t i = 0; i < w->walk->blocks; i++)
		block_unref(blocks[i]);
	REQUIRE(o->refs == 1);
	origin_unref(o);
}

bool walk_file(const struct walk *walk, struct slice content, struct source_stats *stats)
{
	const char *path = fuzz_file(content);
	struct walker w = {.walk = walk, .size = content.len};
	struct error err = {0};

	w.pool = block_pool_create(walk->block_size, walk->blocks);
	w.source = source_create(&path, 1, &walk->options, w.pool, &err);
	if (w.source) {
		read_all(&w);
		source_get_stats(w.source, stats);
		REQUIRE(stats->bytes_in <= content.len && stats->bytes_total == content.len);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && *err.text);
	}
	/* The source may go before its records do. */
	source_destroy(w.source);
	release_all(&w);
	free(w.held);
	origin_unref(w.origin);
	check_all_back(&w);
	block_pool_destroy(w.pool);
	return w.source;
}

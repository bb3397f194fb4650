/* A source read to its end by a consumer that keeps records as long as it can,
 * with what must hold for every source. */
#ifndef REDRIVE_FUZZ_WALK_H
#define REDRIVE_FUZZ_WALK_H

#include "source/source.h"

struct walk {
	struct source_options options;
	size_t block_size, blocks;
	/* Everything but waiting; of a record, item->position is set too. */
	void (*visit)(void *ctx, enum source_type type, const struct source_item *item);
	void *ctx;
};

/* Block sizes and numbers of blocks from one byte: small ones, so that lines
 * cross the borders of blocks, and blocks run out. */
void walk_choose(struct walk *w, unsigned byte);

/* False when the options are refused. *stats are those at the end. */
bool walk_file(const struct walk *w, struct slice content, struct source_stats *stats);

#endif

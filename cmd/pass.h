/* In which order a dead letter queue is read: all at once, the first ones, or the last. */
#ifndef REDRIVE_CMD_PASS_H
#define REDRIVE_CMD_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kafka/reader.h"

/* All borrowed, but the parts. */
struct pass {
	struct reader *reader;
	struct reader_part *parts; /* that are read: owned */
	size_t n;
	bool (*take)(void *ctx, const struct received *r); /* true: it is selected */
	bool (*enough)(void *ctx);			   /* nothing more is wanted */
	void *ctx;
	struct error failed; /* kind is set when reading ended with it */
};

void pass_finish(struct pass *p);

/* Each of these is true when all was read, and false when it ended early. */
bool pass_read(struct pass *p, const struct reader_part *parts, size_t n);

/* Partition by partition: what comes first is first, whatever comes in faster. */
bool pass_in_turn(struct pass *p);

/* Further and further back, until of each partition all, or so many that are selected, have
 * been taken; before each further look `again` is called: all that was taken is void. */
bool pass_back(struct pass *p, uint64_t selected, void (*again)(void *ctx));

#endif

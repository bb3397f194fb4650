/* Keys whose records must wait, because an earlier one could not be replayed. */
#ifndef REDRIVE_REPLAY_HELD_H
#define REDRIVE_REPLAY_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/index.h"
#include "base/slice.h"

enum held_how {
	HELD_NOT,
	HELD_STAYS, /* the earlier one is where it was: so must this be */
	HELD_MOVED, /* it went to the end of the DLQ: this one must go behind it */
};

struct held_key {
	int64_t since; /* the offset of the earlier record */
	enum held_how how;
};

/* Zero-initialise. */
struct held {
	struct index index;    /* partition and key */
	struct held_key *keys; /* by number */
	size_t n, cap;
	size_t bytes; /* of the keys */
	struct buf text;
	bool full; /* there are too many to be told apart: since then every key waits */
};

void held_finish(struct held *h);

/* Holds later records of that key, unless an earlier one does so already; null is no key. */
void held_add(struct held *h, int32_t partition, struct slice key, int64_t offset,
	      enum held_how how);

/* Forgets those of a partition that came of records from that offset on: they are undone. */
void held_rewind(struct held *h, int32_t partition, int64_t offset);

/* Must the record at that offset wait? */
enum held_how held_has(struct held *h, int32_t partition, struct slice key, int64_t offset);

#endif

/* Taking entries of a ledger back: each is followed by one of its key without a value, and
 * compaction forgets both. */
#ifndef REDRIVE_RESOLVED_TOMBSTONES_H
#define REDRIVE_RESOLVED_TOMBSTONES_H

#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/properties.h"

struct resolved;
struct tombstones;

/* topic: the ledger; strings must outlive it, properties are copied. Connects to nothing that
 * must be waited for. NULL with *err (ERROR_USAGE) for properties that can't be had. */
struct tombstones *tombstones_create(const char *topic, const struct properties *properties,
				     const volatile int *stop, const struct event_sink *events,
				     struct error *err);
void tombstones_destroy(struct tombstones *t); /* NULL is fine; drops what is on its way */

/* Takes back all that r knows of a partition's records before an offset. As far as there is
 * room: it may wait for others to arrive. 0, or -1 as below. */
int tombstones_add(struct tombstones *t, const struct resolved *r, int32_t partition,
		   int64_t before, struct error *err) _must_check_;

/* Waits for all to arrive. 0, or -1 with *err: ERROR_CONFIG, the cluster refuses them, and the
 * text says what to do; ERROR_OUTPUT, they don't arrive, or *stop is set. */
int tombstones_flush(struct tombstones *t, struct error *err) _must_check_;

/* How many have arrived. */
uint64_t tombstones_written(const struct tombstones *t);

#endif

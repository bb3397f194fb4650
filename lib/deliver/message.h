/* What stands behind a message that librdkafka has: its opaque is the block that
 * holds the record's value or, for a record that failed before, its failure. */
#ifndef REDRIVE_DELIVER_MESSAGE_H
#define REDRIVE_DELIVER_MESSAGE_H

#include <librdkafka/rdkafka.h>

#include "deliver/failure.h"

/* Blocks and failures are aligned, so the lowest bit tells them apart. */
#define MESSAGE_IS_FAILURE 1

/* The opaque for a record that failed before; for others it is the block itself. */
static inline void *message_tag(struct failure *f)
{
	return (void *)((uintptr_t)f | MESSAGE_IS_FAILURE);
}

/* The failure behind an opaque, or NULL when it is a block. */
static inline struct failure *message_tagged(void *opaque)
{
	uintptr_t bits = (uintptr_t)opaque, tag = MESSAGE_IS_FAILURE;

	return bits & tag ? (struct failure *)(bits & ~tag) : NULL;
}

/* What a message that failed was: its own failure, or a new one that takes the
 * message's reference on the block. */
struct failure *message_failure(const rd_kafka_message_t *m);

#endif

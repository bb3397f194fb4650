/* Deleting what stands at the beginning of a topic's partitions, for good (KIP-107). */
#ifndef REDRIVE_KAFKA_DELETION_H
#define REDRIVE_KAFKA_DELETION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "kafka/client.h"

struct deletion {
	int32_t partition;
	int64_t before; /* what stands there stays */
	int64_t begins; /* where the partition begins once that is done; -1: it isn't, as far as
			 * is known */
};

/* Sets `begins` of all. What may pass is tried again, up to patience_ms in all. 0, or -1 with
 * *err, when some are not done: ERROR_CONFIG, it is refused; the text says what to do.
 * ERROR_OUTPUT, nobody answers, or *stop (which may be NULL) is set. */
int deletion_run(struct client *c, const char *topic, struct deletion *parts, size_t n,
		 int patience_ms, const volatile int *stop, struct error *err) _must_check_;

#endif

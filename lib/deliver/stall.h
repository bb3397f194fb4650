/* Says when a cluster has acknowledged nothing for a while, and when it does again:
 * librdkafka bridges outages without a word. */
#ifndef REDRIVE_DELIVER_STALL_H
#define REDRIVE_DELIVER_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "deliver/producer.h"

struct stall {
	uint64_t seen; /* acknowledgements */
	int64_t since; /* mono ms: since when there was none */
	bool said;
};

void stall_init(struct stall *s, int64_t now);

/* Looks at the producer's count of what was delivered. True when there is more
 * than at the last look. */
bool stall_look(struct stall *s, const struct producer *p, int64_t now);

#endif

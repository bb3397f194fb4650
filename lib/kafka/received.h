/* A record as it stands in a topic. */
#ifndef REDRIVE_KAFKA_RECEIVED_H
#define REDRIVE_KAFKA_RECEIVED_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "record/record.h"

struct received {
	struct record record; /* block is NULL */
	int32_t partition;
	int64_t offset;
	bool append_time; /* the timestamp is the broker's: when it was written */
};

/* Memory for a record's headers, to be used again. Zero-initialise. */
struct received_headers {
	struct header *items;
	size_t cap;
};

void received_headers_finish(struct received_headers *h);

/* What a message without error holds. All slices are the message's own and live as
 * long as it; the headers also only until the next call with the same memory. */
void received_read(struct received *r, const rd_kafka_message_t *m, struct received_headers *h);

#endif

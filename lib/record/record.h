/* A record: what goes to Kafka, before and while it goes. */
#ifndef REDRIVE_RECORD_RECORD_H
#define REDRIVE_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "record/block.h"

#define RECORD_NO_TIMESTAMP (-1)

/* A header's value may be null, which is not empty; names may repeat, and
 * their order counts. */
struct header {
	struct slice name;
	struct slice value;
};

/* Slices of a block, or of memory that whoever filled the record keeps until
 * the record is sent or copied. Passing it on copies no bytes. */
struct record {
	struct slice key;
	struct slice value;
	const struct header *headers;
	size_t n_headers;
	int64_t timestamp; /* ms since 1970 UTC, or RECORD_NO_TIMESTAMP */
	struct block *block; /* holds the value; the record doesn't own a reference */
	bool json;	     /* the value must be a JSON text */
};

/* Bytes of the smallest record batch (magic 2) that holds the record alone:
 * what a broker compares with max.message.bytes when nothing is compressed.
 * https://kafka.apache.org/documentation/#recordbatch */
uint64_t record_batch_size(const struct record *r);

/* A copy in memory of its own: one allocation that the caller frees with
 * free(). The copy's block is NULL. */
struct record *record_copy(const struct record *r);

#endif

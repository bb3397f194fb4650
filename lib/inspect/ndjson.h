/* Dead letters as lines of JSON: each as an envelope (record/envelope.h) that holds the
 * whole message, and beside it where it stands, and what its headers say.
 *
 *   {"v":1,"topic":"orders.dlq","key":...,"value":...,"headers":[...],"timestamp":...,
 *    "partition":0,"offset":17,"status":"pending",
 *    "dlq":{"system":"spring","topic":"orders","partition":3,...,"when":"...",
 *           "warnings":["..."],"older":[{"system":"connect",...}]},"crc32":"..."}
 *
 * A field that the headers don't tell is missing; "dlq" is null for a message without the
 * headers of any system. */
#ifndef REDRIVE_INSPECT_NDJSON_H
#define REDRIVE_INSPECT_NDJSON_H

#include "base/buf.h"
#include "inspect/example.h"
#include "letter/letter.h"

/* Zero-initialise. */
struct ndjson {
	struct buf members; /* scratch */
};

void ndjson_finish(struct ndjson *n);

/* Adds a line for the letter that d has read last. */
void ndjson_add(struct buf *out, struct ndjson *n, const char *topic, struct decoder *d,
		const struct letter *l);

/* The same for an example; where it isn't whole, without the value, but with
 * "value_bytes". */
void ndjson_add_example(struct buf *out, struct ndjson *n, const char *topic, struct decoder *d,
			const struct example *e);

#endif

/* The record that goes to the dead letter queue.
 *
 * Key, value, timestamp and headers of the original, byte for byte, and headers
 * that say what happened. A record that has the topic header of any family is a
 * dead letter already: its headers with a name of any family, or one of those
 * common to all, are replaced, so that they don't grow; only source-* stay where
 * the failure has no origin. Any other record keeps all of its own, a "job" too. */
#ifndef REDRIVE_DELIVER_DEADLETTER_H
#define REDRIVE_DELIVER_DEADLETTER_H

#include "base/buf.h"
#include "deliver/failure.h"

/* Whose names the headers have. The first is our own: original-topic,
 * error-timestamp, error-type, error-message, retry-count, error-class,
 * persisted and, where they apply, job, replay-count, source-file, source-line, source-offset,
 * source-format; of CSV that has a header row also source-columns, that row, and
 * source-delimiter, unless it is a comma. error-message tells the first 1,000 bytes.
 * The others have, in place of the first four, the names and encodings that consumers
 * of those systems expect:
 *   Kafka Connect, KIP-298    __connect.errors.*
 *   Spring Kafka              kafka_dlt-*
 *   Kafka Streams, KIP-1034   __streams.errors.* */
enum deadletter_names {
	DEADLETTER_REDRIVE,
	DEADLETTER_CONNECT,
	DEADLETTER_SPRING,
	DEADLETTER_STREAMS,
	DEADLETTER_NAMES_COUNT,
};

/* Zero-initialise; it can be made again and again with the same memory. */
struct dead_letter {
	struct record record; /* valid until the next deadletter_make */
	struct header *headers;
	size_t cap;
	struct buf text;
};

/* topic: where f should have gone. job may be NULL. */
void deadletter_make(struct dead_letter *letter, const struct failure *f,
		     enum deadletter_names names, const char *topic, const char *job);
/* How often r, as a dead letter, has been replayed; 0 when it is none, or says no number. */
int64_t deadletter_replays(const struct record *r);

void deadletter_finish(struct dead_letter *letter);

#endif

/* The ledger of a DLQ: what has become of each of its records.
 *
 * Kafka can't delete one message, so a DLQ looks as full after a replay as before. The
 * compacted topic DLQ.resolved, with as many partitions, says which are done with; an
 * entry (resolved/entry.h) is written in the transaction that does it. One thread. */
#ifndef REDRIVE_RESOLVED_RESOLVED_H
#define REDRIVE_RESOLVED_RESOLVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/properties.h"
#include "letter/status.h"

#define RESOLVED_SUFFIX ".resolved"

struct resolved_options {
	const char *dlq;
	const struct properties *properties; /* copied */
	int patience_ms;		     /* how long the cluster may be silent */
	bool whole;   /* transactions that are open are waited for: nothing of what was begun
		     * before may be missed */
	bool lenient; /* what is no entry is counted, and no error */
	const volatile int *stop;
	void (*idle)(void *ctx); /* or NULL */
	void *ctx;
	const struct event_sink *events;
};

struct resolved;

/* Connects to nothing. Strings in options must outlive it. NULL with *err (ERROR_USAGE). */
struct resolved *resolved_create(const struct resolved_options *options, struct error *err);
void resolved_destroy(struct resolved *r); /* NULL is fine */

/* "orders.dlq.resolved". */
const char *resolved_topic(const struct resolved *r);

/* Asks whether the topic is there, and how far it goes: 1, 0, or -1 with *err as
 * reader_ask. */
int resolved_ask(struct resolved *r, struct error *err) _must_check_;

/* Its partitions, as far as they were asked for: 0 when it isn't there. */
size_t resolved_partitions(const struct resolved *r);

/* Reads all entries of n partitions, in the place of what was known of these. Those that
 * the topic doesn't have are empty. 0, or -1 with *err: as reader_next, or ERROR_CONFIG
 * for what is no entry, with its place. *stop ends it early, with 0. */
int resolved_read(struct resolved *r, const int32_t *partitions, size_t n,
		  struct error *err) _must_check_;

/* How many were no entries (lenient). */
uint64_t resolved_strange(const struct resolved *r);

enum letter_status resolved_status(const struct resolved *r, int32_t partition, int64_t offset);

/* Notes what has become, or is about to become, of a record; it writes nothing. */
void resolved_set(struct resolved *r, int32_t partition, int64_t offset, enum letter_status status);

/* The first of a partition's offsets, from one on, that there is an entry of, or -1. */
int64_t resolved_next(const struct resolved *r, int32_t partition, int64_t from);

/* When the newest of the entries that were read for a partition was written, ms since 1970
 * UTC; -1 when there is none. */
int64_t resolved_latest(const struct resolved *r, int32_t partition);

/* How many records of a partition are done with, from an offset to below another. */
uint64_t resolved_count(const struct resolved *r, int32_t partition, int64_t from, int64_t to);

#endif

/* Reads a topic's partitions from given offsets to given ends, while others write to it.
 *
 * It is a consumer that joins no group and commits nothing. Use:
 *   r = reader_create(&options, &err);
 *   if (reader_ask(r, &err) > 0)            the topic exists: how far do partitions go?
 *       reader_start(r, parts, n);          perhaps not all of them, or not from the start
 *   while ((next = reader_next(r, &received, &err)) != READER_END) ...
 *
 * One thread calls all of it. */
#ifndef REDRIVE_KAFKA_READER_H
#define REDRIVE_KAFKA_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/properties.h"
#include "kafka/received.h"

/* A partition's records from an offset to below another. */
struct reader_part {
	int32_t partition;
	int64_t from, to; /* to: READER_NO_END reads on as records come */
};

#define READER_NO_END INT64_MAX

struct reader_options {
	const char *name; /* for events: "dlq" */
	const char *topic;
	const struct properties *properties; /* copied; our defaults are added */
	int patience_ms;		     /* how long the cluster may be silent */
	bool small; /* records are so small that it is their number that takes memory */
	bool whole; /* ends are behind transactions that are open, which are waited for */
	const volatile int *stop; /* or NULL */
	void (*idle)(void *ctx);  /* called now and then while it waits; may be NULL */
	void *ctx;
	const struct event_sink *events;
};

struct reader;

/* Connects to nothing. Strings in options must outlive it. NULL with *err (ERROR_USAGE)
 * for properties that can't be had. */
struct reader *reader_create(const struct reader_options *options, struct error *err);
void reader_destroy(struct reader *r); /* NULL is fine */

/* Ends what is being read, and asks how far each partition goes: from its first record to
 * its end, which is before the oldest transaction that is still open, unless `whole` is
 * set. 1; 0: there is no such topic; -1 with *err: ERROR_CONFIG, the cluster refuses;
 * ERROR_OUTPUT, it doesn't answer. */
int reader_ask(struct reader *r, struct error *err) _must_check_;

/* What it has answered, by partition. */
const struct reader_part *reader_parts(const struct reader *r, size_t *n);

/* Begins to read those parts, and nothing else any more. */
void reader_start(struct reader *r, const struct reader_part *parts, size_t n);

/* From now on the cluster may be silent for as long as it likes. */
void reader_be_patient(struct reader *r);

enum reader_next {
	READER_RECORD, /* *out is the next record; valid until the next call */
	READER_WAIT,   /* nothing is there for now, or *stop is set: call again, or don't */
	READER_END,    /* all parts are read */
	READER_FAILED, /* *err says why: as reader_ask, or the topic has gone (ERROR_CONFIG) */
};

/* Records come in order within each partition. */
enum reader_next reader_next(struct reader *r, struct received *out, struct error *err);

/* The part of a partition that is not read yet: 0 records long when all is. */
struct reader_part reader_left(const struct reader *r, int32_t partition);

/* Records ahead, as far as offsets tell: those of control records count, too. */
uint64_t reader_ahead(const struct reader *r);

#endif

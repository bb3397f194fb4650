/* How far a job is, in the form in which the broker keeps it: the metadata of a
 * committed offset, a JSON object of at most CHECKPOINT_MAX bytes. The offset
 * itself is the number of records that are done.
 *
 *   {"v":1,"job":"nightly","id":"5f0c...","run":"91ab...","at":1700000000000,
 *    "inputs":3,"input":1,"member":0,"offset":6001,"line":17,
 *    "file":"orders-2.ndjson","size":387973120,"head":"9ae0daaf","tail":"01f3b2c4",
 *    "done":["1a2b3c4d"],"chain":"5e6f7a8b","bytes":412000000,"bytes_total":1130000000,
 *    "damaged":0,"held":true,"reading":"77aa00b1"}
 *
 * "file", "size", "head" and "tail" are those of the input that is being read,
 * and missing when all are read; "held" is there when it is true, "rejected" when it isn't 0. Kafka, KIP-98 and OffsetCommit. */
#ifndef REDRIVE_JOB_CHECKPOINT_H
#define REDRIVE_JOB_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"
#include "source/identity.h"
#include "source/place.h"

/* The broker's offset.metadata.max.bytes, unless somebody has changed it. */
#define CHECKPOINT_MAX 4096
/* So many inputs that are done are told apart; those behind them only as a whole. */
#define CHECKPOINT_PRINTS 256

struct checkpoint {
	char *job;	  /* owned */
	uint64_t id;	  /* of the job since it was begun anew, random */
	uint64_t run;	  /* of the process that wrote it, random */
	uint64_t records; /* done: the offset */
	int64_t at;	  /* when it was written; ms since 1970 UTC */
	unsigned inputs;  /* how many the job has */
	struct source_place place;
	char *file; /* the input at place, as it was named then (perhaps cut); owned, or NULL */
	struct identity identity;	    /* of it */
	uint32_t prints[CHECKPOINT_PRINTS]; /* identity_print of the first inputs that are done */
	uint32_t chain;			    /* CRC-32 of the prints of all that are done */
	uint64_t bytes, bytes_total;	    /* of the files: read, and in all */
	uint64_t rejected; /* lines that were passed, and left to be mended; 0 where none can be */
	unsigned damaged;  /* inputs that could not be read to their end, and were passed */
	bool held;	   /* the input at place can't be read any further */
	uint32_t reading;  /* a checksum of the options that say how inputs are read */
};

/* Frees what is in it. */
void checkpoint_finish(struct checkpoint *c);

/* Adds the metadata; the file's name is cut where it would be too long. */
void checkpoint_write(struct buf *out, const struct checkpoint *c);

/* Reads metadata. 0, or -1 with *err (ERROR_INPUT): no checkpoint of ours, or of
 * a version that is not known. Call checkpoint_finish in both cases. */
int checkpoint_read(struct checkpoint *c, struct slice metadata, uint64_t offset,
		    struct error *err) _must_check_;

/* All inputs are read. */
static inline bool checkpoint_is_complete(const struct checkpoint *c)
{
	return c->place.input == c->inputs;
}

/* There is no more to do, as far as was known: also for a file that may grow. */
static inline bool checkpoint_is_at_end(const struct checkpoint *c)
{
	return checkpoint_is_complete(c) ||
	       (c->inputs == 1 && !c->place.member && c->place.offset == c->bytes_total &&
		c->identity.size == c->bytes_total);
}

/* How many of its inputs have a print. */
static inline unsigned checkpoint_prints(const struct checkpoint *c)
{
	return c->place.input < CHECKPOINT_PRINTS ? c->place.input : CHECKPOINT_PRINTS;
}

#endif

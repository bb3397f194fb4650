/* Deletes what nobody need care for any more from the beginning of a DLQ's partitions: the
 * records before the first that is neither replayed nor discarded. Then the ledger takes back
 * what it says of them, so that it doesn't grow for ever.
 *
 *   p = purge_create(&options, &err);
 *   if (purge_look(p, &err) == 0)           what could go?
 *       if (purge_delete(p, &err) == 0)     for good
 *           purge_forget(p, &err);
 *
 * Whoever dies between the last two leaves entries of records that aren't there: the next
 * purge_forget takes them back. Others may read, replay and discard meanwhile: what is done
 * with stays so. One thread. */
#ifndef REDRIVE_RESOLVED_PURGE_H
#define REDRIVE_RESOLVED_PURGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/properties.h"
#include "letter/status.h"

struct purge_options {
	const char *dlq;
	const struct properties *properties; /* copied */
	int patience_ms;		     /* how long the cluster may be silent */
	const volatile int *stop;	     /* ends it early */
	void (*idle)(void *ctx);	     /* called now and then while it reads */
	void *ctx;
	const struct event_sink *events;
};

/* A partition. Times are in ms since 1970 UTC, or -1 where none is told. */
struct purge_part {
	int32_t partition;
	int64_t from;		    /* its first offset */
	int64_t before;		    /* the first that stays, or its end at the start */
	uint64_t records;	    /* before that: they may go */
	int64_t first, last;	    /* when these failed */
	uint64_t kept;		    /* the others */
	enum letter_status held_by; /* why the first of these stays */
	bool deleted;		    /* they have gone */
};

struct purge;

/* Connects to nothing that must be waited for. Strings in options must outlive it. NULL with
 * *err (ERROR_USAGE). */
struct purge *purge_create(const struct purge_options *options, struct error *err);
void purge_destroy(struct purge *p); /* NULL is fine */

/* Reads the ledger, behind transactions that are open, and then the DLQ as far as it goes.
 * 0, or -1 with *err: ERROR_CONFIG, there is no such DLQ, the cluster refuses, or the ledger
 * can't be relied on; ERROR_OUTPUT, nobody answers, or *stop is set. */
int purge_look(struct purge *p, struct error *err) _must_check_;

/* The ledger's topic, or NULL: there is none. */
const char *purge_ledger(const struct purge *p);

/* By partition. */
const struct purge_part *purge_parts(const struct purge *p, size_t *n);

/* How many records have been read, and how many are ahead. */
uint64_t purge_read(const struct purge *p);
uint64_t purge_ahead(const struct purge *p);

/* How many entries there are of records that aren't there any more. */
uint64_t purge_entries(const struct purge *p);

/* 0, or -1 with *err as deletion_run has it: some may be deleted then. */
int purge_delete(struct purge *p, struct error *err) _must_check_;

/* Takes those entries back. 0, or -1 with *err as tombstones_flush has it. */
int purge_forget(struct purge *p, struct error *err) _must_check_;

/* How many have been taken back. */
uint64_t purge_forgotten(const struct purge *p);

#endif

/* An entry of a DLQ's ledger: what has become of one dead letter.
 *
 *   key    3:1042, the dead letter's partition and offset
 *   value  {"status":"replayed","to":"orders.created","at":"2026-01-02T03:04:05.678Z",
 *           "by":"host:4711","reason":"..."}
 *
 * An entry stands in the partition of the same number. A null value takes it back. */
#ifndef REDRIVE_RESOLVED_ENTRY_H
#define REDRIVE_RESOLVED_ENTRY_H

#include "base/buf.h"
#include "base/error.h"
#include "base/macros.h"
#include "letter/status.h"
#include "record/record.h"

enum resolution {
	RESOLUTION_REPLAYED,
	RESOLUTION_DISCARDED,
	RESOLUTION_PARKED,
	RESOLUTION_RETURNED, /* sent back, refused, and in the DLQ again as another record */
	RESOLUTIONS,
};

/* "replayed", "discarded", "parked", "returned". */
const char *resolution_name(enum resolution r);

/* A record that has returned is no concern any more: it counts as replayed. */
enum letter_status resolution_status(enum resolution r);

struct entry {
	int32_t partition;
	int64_t offset;
	enum resolution resolution;
	const char *to;	    /* the topic, or NULL */
	const char *by;	    /* who, or NULL */
	const char *reason; /* or NULL */
	int64_t at;	    /* ms since 1970 UTC */
};

/* Adds the key, the value. Bytes of texts that are no UTF-8 are shown as \xNN. */
void entry_key(struct buf *out, const struct entry *e);
void entry_value(struct buf *out, const struct entry *e);

/* What a record of the ledger says: place and resolution, nothing else. 1; 0: that it
 * is taken back; -1 with *err (ERROR_INPUT, no byte of it in the text): it is no entry. */
int entry_read(struct entry *e, const struct record *r, struct error *err) _must_check_;

#endif

/* The fallback file: where records go that no broker takes.
 *
 * NDJSON, a record a line (record/envelope.h), append-only, mode 0600, locked
 * against a second writer. A line counts as safe only once it is synced to
 * disk; lines are synced in groups. A torn last line that a crash left behind
 * is cut off before anything is appended, never joined to the next record. */
#ifndef REDRIVE_DELIVER_FALLBACK_H
#define REDRIVE_DELIVER_FALLBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/event.h"
#include "record/envelope.h"

/* Zero-initialise but for path and events. */
struct fallback {
	const char *path;
	const struct event_sink *events;
	int fd; /* -1 while not open */
	uint64_t safe_bytes; /* length of the file up to what is synced */
	struct buf buf;	     /* lines not yet written */
	uint64_t pending;    /* lines not yet safe */
	struct error failed; /* kind is set after the first error: nothing more is taken */
};

void fallback_init(struct fallback *f, const char *path, const struct event_sink *events);

/* Unwritten lines are lost: call fallback_sync before. */
void fallback_finish(struct fallback *f);

/* Can the file be written, as far as can be told without creating it? 0, or -1
 * with *err (kind ERROR_OUTPUT). */
int fallback_probe(const struct fallback *f, struct error *err) _must_check_;

/* Adds a line. 0, or -1 when the file can't take it: see f->failed. */
int fallback_add(struct fallback *f, const struct record *r, const struct envelope_notes *notes)
	_must_check_;

/* Writes and syncs all pending lines and returns how many became safe now; on
 * an error 0, and f->failed says why: of the pending lines none counts as safe,
 * and the file is cut back to the ones that do. */
uint64_t fallback_sync(struct fallback *f);

#endif

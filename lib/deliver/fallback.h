/* The fallback file: where records go that no broker takes.
 *
 * NDJSON, a record a line (record/envelope.h), append-only, mode 0600 (a file
 * with a looser one is made 0600 when it is opened), locked against a second
 * writer. A line counts as safe only once it is synced to disk, the name of a new
 * file with it; lines are synced in groups.
 *
 * The last line of a file that is there already must be an envelope or the
 * beginning of one, else the file is not a fallback file and isn't touched. When
 * a crash has torn it, it is cut off and reported before anything is appended;
 * when it only lacks its line feed, it gets one.
 *
 * A file that is moved away while it is in use keeps what it has, and a new one
 * is begun. When it is removed, what this run put there is put into a new one: a
 * move to another file system removes it, too, and then both hold the same. When
 * somebody cuts off its end, a torn last line goes the way of a crash's, and what
 * is missing counts as lost. All that is noticed at the next write or sync. */
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
	int fd;		      /* -1 while not open */
	uint64_t began_bytes; /* length of the file when this run opened it */
	uint64_t safe_bytes;  /* length of the file up to what is synced */
	uint64_t end_bytes;   /* length of the file up to what is written */
	struct buf buf;	      /* lines not yet written */
	uint64_t pending;     /* lines that no fallback_sync has returned yet */
	uint64_t unwritten;   /* how many of them are in buf */
	uint64_t unsynced;    /* lines of this run in the file that are not safe yet */
	uint64_t kept;	      /* lines of this run in the file that are safe */
	uint64_t lost;	      /* lines that fallback_sync has returned, in a file that was
			       * removed and can't come back, or in what was cut off. The owner
			       * takes them off what it counts, also when nothing has failed,
			       * and sets this to 0 */
	struct error failed;  /* kind is set after the first error: nothing more is taken */
};

void fallback_init(struct fallback *f, const char *path, const struct event_sink *events);

/* Unwritten lines are lost: call fallback_sync before. */
void fallback_finish(struct fallback *f);

/* Can the file be written, as far as can be told without creating or changing
 * it? 0, or -1 with *err (kind ERROR_OUTPUT): no permission, not a regular file,
 * not a fallback file, or in use by another process. */
int fallback_probe(const struct fallback *f, struct error *err) _must_check_;

/* Is a process writing the file at that path just now? */
bool fallback_is_in_use(const char *path);

/* Adds a line. 0, or -1 when the file can't take it: f->failed (ERROR_OUTPUT)
 * says why, and the file is cut back to what is safe. */
int fallback_add(struct fallback *f, const struct record *r,
		 const struct envelope_notes *notes) _must_check_;

/* Looks whether the file is still there, writes and syncs all pending lines and
 * returns how many became safe now: fewer when somebody has cut off some. On an
 * error 0, and f->failed says why: of the pending lines none counts as safe, and
 * the file is cut back to the ones that do. */
uint64_t fallback_sync(struct fallback *f);

#endif

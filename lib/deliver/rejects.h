/* The file that keeps lines which no sink may take, so that somebody can mend them: each
 * whole, as it was.
 *
 * Mode 0600, append-only. A line that stands there already is not added again: a run that
 * was killed, or has to go back, has perhaps kept what it comes to again. What is added
 * waits in memory until rejects_keep. */
#ifndef REDRIVE_DELIVER_REJECTS_H
#define REDRIVE_DELIVER_REJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/index.h"
#include "base/macros.h"

/* Zero-initialise but for fd, which is -1 while it isn't open. */
struct rejects {
	const char *path;
	int fd;
	struct index known; /* prints of the lines that stand there, */
	uint64_t seeds[2];  /* made with these */
	struct buf waiting;
};

/* Opens the file; one that isn't there is made when there is something to keep. 0, or -1 with
 * *err (ERROR_OUTPUT): it can't be written. path must outlive it. */
int rejects_open(struct rejects *r, const char *path, struct error *err) _must_check_;

/* What wasn't kept is dropped. Fine when it isn't open. */
void rejects_close(struct rejects *r);

/* Adds a line, without its line feed. */
void rejects_add(struct rejects *r, struct slice line);

/* Writes and syncs what was added. 0, or -1 with *err (ERROR_OUTPUT). */
int rejects_keep(struct rejects *r, struct error *err) _must_check_;

/* Forgets what was added since then: it comes again. */
void rejects_forget(struct rejects *r);

#endif

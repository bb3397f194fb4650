/* What becomes of a fallback file that was replayed. */
#ifndef REDRIVE_CMD_ARCHIVE_H
#define REDRIVE_CMD_ARCHIVE_H

#include <stdint.h>

#include "base/event.h"
#include "deliver/rejects.h"
#include "source/survey.h"

/* Renames a file that was replayed up to s->end to FILE.replayed-<UTC time>, and never over
 * another; says so, or why it doesn't: by its status lines of it were rejected, there is more
 * in it by now, or somebody is writing it. */
void archive_file(const char *path, const struct survey *s, int status,
		  const struct event_sink *events);

/* Keeps n bytes of the file, from `from` on, among the rejected lines. 0, or -1. */
int archive_keep_end(const char *path, uint64_t from, uint64_t n,
		     struct rejects *rejects) _must_check_;

#endif

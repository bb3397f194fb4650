/* What a run did, as a file for Prometheus (text exposition format 0.0.4). */
#ifndef REDRIVE_REPORT_METRICS_H
#define REDRIVE_REPORT_METRICS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "report/summary.h"

/* Adds the exposition. topic may be NULL: then there is no such label.
 * wall_ms is the end of the run, UTC. */
void metrics_render(struct buf *out, const struct summary *s, const char *topic, int64_t wall_ms);

/* Could metrics_write write there? 0, or -1 with ERROR_USAGE, also for what is
 * there and is no regular file. Makes a temporary
 * file beside path, and takes it away again. */
_must_check_ int metrics_check(const char *path, struct error *err);

/* Writes the exposition to path so that a reader sees the old file or the new
 * one, whole: temporary file beside it (mode 0644), fsync, rename. On failure
 * the temporary file is gone, the old one as it was. Returns 0, or -1 with
 * ERROR_OUTPUT. */
_must_check_ int metrics_write(const char *path, const struct summary *s, const char *topic,
			       int64_t wall_ms, struct error *err);

#endif

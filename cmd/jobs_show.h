/* Jobs as a table, as lines for one of them, and as JSON. */
#ifndef REDRIVE_CMD_JOBS_SHOW_H
#define REDRIVE_CMD_JOBS_SHOW_H

#include <stdint.h>

#include "base/buf.h"
#include "deliver/checkpoints.h"

/* How long the broker keeps a checkpoint is not known. */
#define JOBS_KEPT_UNKNOWN (-1)

/* Adds a table of at most `width` columns where that can be done. */
void jobs_table(struct buf *out, const struct checkpoints_list *list, int64_t kept_ms,
		unsigned width);

/* Adds what is known of one job, a line each. */
void jobs_details(struct buf *out, const struct checkpoints_job *job, int64_t kept_ms);

/* Adds a JSON list of objects. */
void jobs_json(struct buf *out, const struct checkpoints_list *list, int64_t kept_ms);

/* Adds "120,000 records done, 41.2 %". */
void jobs_progress(struct buf *out, const struct checkpoint *c);

#endif

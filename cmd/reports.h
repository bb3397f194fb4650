/* What a run says while it works: log lines, and a progress that knows what is waited for. */
#ifndef REDRIVE_CMD_REPORTS_H
#define REDRIVE_CMD_REPORTS_H

#include <stdint.h>

#include "base/event.h"
#include "groups.h"
#include "report/log.h"
#include "report/progress.h"

/* Zero-initialise. Must not move once it is open. */
struct reports {
	struct log *log;
	struct progress *progress;
	struct event_sink events; /* for the run: to the progress and the log */
	struct event_sink to_log;
	const char *topic;     /* whose pauses the progress shows; borrowed */
	const char *state;     /* "circuit open", or NULL */
	const char *pause;     /* "retrying in", until pause_ends */
	int64_t pause_ends_ms; /* monotonic */
};

/* On stderr, as the options say; common_resolve comes before. */
void reports_open(struct reports *r, const struct common_options *o, const char *topic);
void reports_close(struct reports *r); /* fine when it isn't open */

/* Draws the progress, as often as it likes to be drawn. */
void reports_show(struct reports *r, const struct ledger *ledger, const struct source_stats *stats);

#endif

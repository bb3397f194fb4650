/* How far the run is: a bar on a terminal, or a plain line every second. */
#ifndef REDRIVE_REPORT_PROGRESS_H
#define REDRIVE_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "deliver/ledger.h"
#include "report/log.h"
#include "source/source.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct progress_options {
	FILE *out; /* borrowed; must outlive the progress */
	enum progress_mode mode;
	bool terminal; /* out is a terminal that knows how to erase a line */
	bool color;
};

struct progress;

/* A bar where `terminal` is set; plain lines where it isn't and the mode is
 * ALWAYS; else an object that does nothing. Never NULL. */
struct progress *progress_create(const struct progress_options *options);

/* Clears the bar first. NULL is fine. */
void progress_destroy(struct progress *p);

/* Draws, at most ten times a second (plain lines: once). now_ms is monotonic;
 * the first call starts the clock of the rate. Cheap to call for every record. */
void progress_update(struct progress *p, const struct ledger *ledger,
		     const struct source_stats *stats, int64_t now_ms);

/* What the run waits for, "retrying in 2 s"; copied; NULL for nothing. A
 * change is drawn at the next update without waiting. */
void progress_set_state(struct progress *p, const char *state);

/* Takes the bar off the terminal until the next draw; draws the last one again. */
void progress_clear(struct progress *p);
void progress_redraw(struct progress *p);

/* Clears the bar for good: the summary has the final numbers. */
void progress_finish(struct progress *p);

/* Hooks that make room for log lines; they borrow p. */
struct log_hooks progress_log_hooks(struct progress *p);

#endif

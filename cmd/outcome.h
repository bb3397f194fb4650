/* How a load ended: the last words, the summary, the metrics, the exit status. */
#ifndef REDRIVE_CMD_OUTCOME_H
#define REDRIVE_CMD_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "groups.h"
#include "load.h"
#include "report/summary.h"
#include "resume.h"

/* All borrowed. */
struct outcome_info {
	const char *command;
	const char *topic, *dlq, *fallback; /* dlq may be NULL; topic, of metrics, too */
	const char *rejects; /* where lines are kept that no sink may take; NULL: nowhere */
	struct load *load;
	const struct common_options *common;
	bool dry_run;  /* nothing was sent: words and numbers say what would become of it */
	bool obstacle; /* of a dry run: nothing would be sent, nor go anywhere else */
	bool keeps_key_order;
	struct resume resume;
	int64_t duration_ms;
};

/* Nothing was read, because of *err. Says so and returns the exit status. */
int outcome_not_started(const struct outcome_info *info, const struct error *err);

/* Only says so, and returns the status. */
int outcome_say_not_started(const struct outcome_info *info, const struct error *err);

/* How the load's job stands. */
struct summary_job outcome_job(const struct job *j);

/* Says how the load ended, adds to `resume` how to go on, and returns the exit status. */
int outcome_say(const struct outcome_info *info, struct buf *resume);

/* Prints the summary and writes the metrics, of as many loads as it tells of; `info` is of
 * any. Returns the exit status, which output that is lost may change. */
int outcome_print(const struct outcome_info *info, struct summary *s);

/* Says how the load ended, with summary and metrics, and returns the exit status. */
int outcome_report(const struct outcome_info *info);

#endif

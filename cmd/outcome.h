/* How a load ended: the last words, the summary, the metrics, the exit status. */
#ifndef REDRIVE_CMD_OUTCOME_H
#define REDRIVE_CMD_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "groups.h"
#include "load.h"
#include "resume.h"

/* All borrowed. */
struct outcome_info {
	const char *command;
	const char *topic, *dlq, *fallback; /* dlq may be NULL */
	struct load *load;
	const struct common_options *common;
	bool dry_run; /* nothing was sent: words and numbers say what would become of it */
	bool keeps_key_order;
	struct resume resume;
	int64_t duration_ms;
};

/* Nothing was read, because of *err. Says so and returns the exit status. */
int outcome_not_started(const struct outcome_info *info, const struct error *err);

/* Says how the load ended, and returns the exit status. */
int outcome_report(const struct outcome_info *info);

#endif

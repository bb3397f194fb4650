/* How a run over dead letters ended: the last words, the summary, the exit status. */
#ifndef REDRIVE_CMD_RESOLVED_REPORT_H
#define REDRIVE_CMD_RESOLVED_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "deliver/ledger.h"
#include "groups.h"
#include "replay/rehearsal.h"

/* All borrowed. */
struct resolved_report {
	const char *command;
	const char *dlq;
	const struct common_options *common;
	const struct ledger *ledger;
	const struct error *failed;	   /* why it had to stop; NULL: it had not */
	const struct rehearsal *rehearsal; /* of a dry run; else NULL */
	bool begun;			   /* it had found out what there is to do */
	const volatile int *stop;
	int64_t duration_ms;
	const struct event_sink *events;
};

int resolved_report(const struct resolved_report *r);

#endif

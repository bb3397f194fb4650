/* The loop of every command that writes: from the source to the ledger. */
#ifndef REDRIVE_CMD_LOAD_H
#define REDRIVE_CMD_LOAD_H

#include <stdbool.h>

#include "check/check.h"
#include "deliver/deliver.h"
#include "deliver/mark.h"
#include "follow.h"
#include "inputs.h"
#include "resend.h"
#include "reports.h"
#include "route/route.h"
#include "source/source.h"

/* All borrowed, and all set by the caller. */
struct load {
	struct source *source;
	struct check *check;
	struct route *route;
	struct deliver *deliver;
	struct inputs *inputs;
	struct reports *reports;
	const volatile int *stop;
	struct resend *resend;	/* of what has failed before; or NULL */
	struct follow follow;	/* of a job; see load_run */
	uint64_t left_out;	/* members of archives that a warning was due for */
	bool stopping;		/* that a signal has come has been said */
	bool skip_damaged;	/* a job goes on behind what can't be read */
	bool held;		/* out: such a thing has ended the job's run */
	bool input_failed;	/* out: an input could not be read to its end */
	bool read_all;		/* out: all inputs were read to their ends */
	struct mark stopped_at; /* out: the last record that was read; the caller clears it */
};

/* Reads until the sources end, the signal comes or delivery halts, and settles
 * everything. */
void load_run(struct load *l);

/* Looks after deliveries while the input is silent; for the source's idle, with
 * the load as ctx. False when the run shall stop. */
bool load_idle(void *load);

/* Draws the progress; for deliver's on_wait, with the load as ctx. */
void load_show(void *load);

#endif

/* All records that fail for good pass here: they are named in the log, counted,
 * held against what the run puts up with, and go on to the sinks. */
#ifndef REDRIVE_DELIVER_FAILURES_H
#define REDRIVE_DELIVER_FAILURES_H

#include <stdbool.h>

#include "base/error.h"
#include "deliver/failure.h"
#include "deliver/key_order.h"
#include "deliver/ledger.h"
#include "deliver/sinks.h"

struct deliver_options;

struct failures {
	const struct deliver_options *options;
	struct ledger *ledger;
	struct sinks *sinks;
	struct key_order order;
	bool again;	       /* those that come now have been named before */
	struct error exceeded; /* kind is set once more have failed than the run puts up with */
};

/* All pointers must outlive it. */
void failures_init(struct failures *all, const struct deliver_options *options,
		   struct ledger *ledger, struct sinks *sinks);
void failures_finish(struct failures *all);

/* Takes f, whose cause is set, and which failed on its way to the topic. */
void failures_take(struct failures *all, struct failure *f);

/* Only names and counts f; the caller brings it to its end. */
void failures_note(struct failures *all, const struct failure *f);

/* Takes f, which failed before it was sent. topic_idle: nothing is on its way
 * to the topic. True when the topic shall be drained, and failures_release be
 * called then. */
bool failures_take_early(struct failures *all, struct failure *f, bool topic_idle) _must_check_;

/* To be called when nothing is on its way to the topic: what failed early may
 * go on to the sinks. */
void failures_release(struct failures *all);

/* A line that no sink may take. */
void failures_reject(struct failures *all, const struct position *p, uint64_t raw_len,
		     enum fault fault, const char *message);

#endif

/* Where records go that failed for good: the DLQ, and if that fails, the
 * fallback file. */
#ifndef REDRIVE_DELIVER_SINKS_H
#define REDRIVE_DELIVER_SINKS_H

#include <stdbool.h>
#include <stdint.h>

#include "deliver/alert.h"
#include "deliver/deadletter.h"
#include "deliver/fallback.h"
#include "deliver/job.h"
#include "deliver/ledger.h"
#include "deliver/mark.h"
#include "deliver/preflight.h"
#include "deliver/sender.h"

struct deliver_options;

struct sinks {
	const struct deliver_options *options;
	const struct preflight *preflight;
	struct ledger *ledger;
	struct job *job; /* sends the dead letters with its records; or NULL */
	struct sender dlq;
	bool dlq_open, dlq_broken;
	struct limits limits; /* of the DLQ */
	struct dead_letter letter;
	struct fallback fallback;
	struct alert alert;
	int64_t last_sync;
	struct mark unsafe_from; /* the first that is not synced yet */
	struct mark kept_from;	 /* the first that ever was */
	void (*idle)(void *ctx); /* called while the DLQ is waited for */
	void *ctx;
};

/* Opens nothing. All pointers must outlive the sinks. */
void sinks_init(struct sinks *s, const struct deliver_options *options,
		const struct preflight *preflight, struct ledger *ledger);
void sinks_finish(struct sinks *s);

/* Once the preflight has run. */
void sinks_start(struct sinks *s);

/* Takes f, whose cause is set. */
void sinks_take(struct sinks *s, struct failure *f);

/* The same without the DLQ, which `cause` and `why` have kept it from. */
void sinks_keep(struct sinks *s, struct failure *f, const char *cause, const char *why);

/* Serves what has come in. */
void sinks_serve(struct sinks *s);

/* Waits until every record taken is in the DLQ or in the fallback file. */
void sinks_drain(struct sinks *s);

/* Set once the fallback file can't be written: the run must stop. */
const struct error *sinks_failed(const struct sinks *s);

#endif

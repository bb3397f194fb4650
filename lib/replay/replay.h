/* Sends the records of a DLQ back to where they belong, each once, however often and on
 * however many machines it is run.
 *
 *   DLQ ─► selection ─► judge ─► outbox ──commit──► the next
 *            │ a record is refused, or the cluster is away
 *            └──► abort: read again from the last commit
 *
 * One transaction holds the records, their entries in the ledger (resolved/resolved.h) and
 * the group's offsets. Partitions are this process's while the group says so
 * (replay/member.h); what others have done meanwhile is read again with each new share.
 *
 * One thread. */
#ifndef REDRIVE_REPLAY_REPLAY_H
#define REDRIVE_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "deliver/ledger.h"
#include "deliver/tolerance.h"
#include "kafka/properties.h"
#include "letter/selection.h"
#include "mend/mend.h"

/* Pointers are borrowed, and must outlive the replay. */
struct replay_options {
	const char *dlq;
	const struct properties *properties;
	struct selection *selection;
	struct decoder *decoder;
	struct mend *mend;  /* changes values on their way; or NULL */
	bool transforms;    /* by a command: what it has answered is settled with each batch */
	const char *to;	    /* for all; NULL: where each belongs */
	bool discard;	    /* marks them as not to be sent, and sends nothing */
	const char *reason; /* of that, or NULL */
	bool no_ledger;	    /* only the group's offsets tell what is done with */
	bool keep_key_order;
	int64_t max_replays;
	uint64_t limit;	 /* so many are taken at most; 0: all */
	uint64_t rate;	 /* a second; 0: as fast as it goes */
	uint64_t canary; /* so many first, and the others only if none of them comes back; 0: no */
	int64_t canary_wait_ms;
	struct tolerance tolerance;
	uint64_t print; /* of all that decides what is sent, and where to: workers must agree */
	uint64_t commit_records; /* at most so many a transaction, */
	int64_t commit_ms;	 /* and so long */
	int retries;
	int64_t backoff_ms, backoff_max_ms;
	int patience_ms; /* how long the cluster may be silent */
	int64_t settle_ms;
	const volatile int *stop;
	struct ledger *ledger;	 /* filled */
	void (*idle)(void *ctx); /* now and then; or NULL */
	void *ctx;
	const struct event_sink *events;
};

struct replay;

/* Connects to nothing. NULL with *err (ERROR_USAGE). */
struct replay *replay_create(const struct replay_options *options, struct error *err);

/* Leaves the group; what is not committed is aborted. NULL is fine. */
void replay_destroy(struct replay *r);

/* Runs to the end of what is in the DLQ now, and until everybody else who works on it is
 * done, too; or until *stop is set, which is no error. -1 with *err when it had to stop:
 * ERROR_USAGE, ERROR_CONFIG, ERROR_OUTPUT, ERROR_FATAL. Nothing is lost either way: what is
 * not committed is pending, and the ledger's numbers are those of what is. */
int replay_run(struct replay *r, struct error *err) _must_check_;

/* Of the partitions that this process has now: records to read, and those that are left. */
void replay_progress(const struct replay *r, uint64_t *total, uint64_t *ahead);

/* Something was begun: what *err says is not all. */
bool replay_has_begun(const struct replay *r);

#endif

/* A load that is exactly once: records and the place up to which they are done
 * are committed together, in one transaction after the other.
 *
 *   read ─► transaction ──commit──► checkpoint ─► the next
 *              │ a record is refused, or the cluster is away
 *              └──► abort: read again from the last checkpoint
 *
 * The checkpoint is the metadata of an offset that the transaction commits for
 * the group "redrive.NAME" (job/checkpoint.h), so it lives in Kafka alone. What
 * fails before it is sent goes to the DLQ in the same transaction. While the
 * cluster is away for longer than the retries last, records go to the fallback
 * file, each with its place: a journal, which counts with the checkpoint.
 *
 * One thread. */
#ifndef REDRIVE_DELIVER_JOB_H
#define REDRIVE_DELIVER_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "deliver/culprits.h"
#include "deliver/ledger.h"
#include "deliver/producer.h"
#include "deliver/sender.h"
#include "deliver/stall.h"
#include "deliver/transaction.h"
#include "job/checkpoint.h"
#include "job/journal.h"
#include "job/manifest.h"

/* Pointers are borrowed and must outlive the job. */
struct job_options {
	const char *name;
	const char *origin;		     /* who wants it: as in kafka/objection.h */
	const struct properties *properties; /* of the cluster, for clients that only ask */
	const struct manifest *manifest;
	bool roams;		 /* its records go to several topics: it may be kept with any */
	bool resume;		 /* don't begin anew */
	uint64_t commit_records; /* at most so many records a transaction, */
	int64_t commit_ms;	 /* and so long */
	const char *fallback;
	int retries;
	int64_t backoff_ms, backoff_max_ms;
	int64_t patience_ms; /* for one answer of the cluster */
	bool breaks;	     /* the circuit may open */
	int64_t cooldown_ms;
	enum outage on_outage;
	int64_t settle_ms;
	const volatile int *stop;
	struct ledger *ledger; /* put back when a transaction is aborted */
	/* A batch was too large: asks what the topics take now. True when that is not
	 * what was known; *batch_size is for the producer then. */
	bool (*relearn)(void *ctx, int *batch_size);
	void (*idle)(void *ctx);
	void *ctx;
	const struct event_sink *events;
};

enum job_start { JOB_NEW, JOB_GOES_ON, JOB_COMPLETE };

/* What the reader is to do next. */
enum job_turn {
	JOB_READ,
	JOB_COMMIT, /* say how far it is (job_commit) */
	JOB_BACK,   /* go back to job->done.place, and read on from there */
	JOB_HALT,   /* see halted */
};

/* How far the reader is. */
struct job_point {
	struct source_place place;
	uint64_t bytes; /* of the files */
	unsigned damaged;
	uint64_t rejected; /* lines left to be mended */
	bool held;	   /* the input there can't be read any further */
};

struct job {
	struct job_options options;
	bool on;  /* otherwise all is zero */
	char *id; /* transactional id and consumer group */
	uint64_t run;
	struct properties properties;
	struct producer_options how;
	struct producer producer;
	struct transaction txn;
	const char *topic; /* on whose partition 0 checkpoints are committed */
	char *found_topic; /* where they were found, of a job that roams; or NULL */
	enum job_start start;
	uint64_t run_before;	 /* whose checkpoint was found, or 0 */
	bool announced;		 /* one of this run is committed */
	struct checkpoint first; /* the one that was found or made at the start */
	struct checkpoint done;	 /* the last that is committed */
	struct ledger saved;	 /* the ledger then */
	struct checkpoint next;	 /* what was to be committed last, */
	struct ledger meant;	 /* with this ledger */
	struct journal journal;
	struct culprits culprits;
	uint64_t taken;		     /* records since then, */
	uint64_t passed;	     /* of these, those that the journal has taken */
	uint64_t furthest;	     /* the most records that were ever done or taken */
	uint64_t most;		     /* records that a transaction may have now */
	struct source_place suspect; /* the last record that may be a culprit */
	int64_t began;		     /* the transaction; mono ms */
	unsigned turns;
	bool open;	/* a transaction */
	bool cut;	/* the run shall end, and what is on its way took too long */
	bool back;	/* the reader must go back */
	bool in_doubt;	/* whether `next` was committed is not known */
	bool out;	/* the circuit is open: records go to the fallback file */
	int64_t try_at; /* when to look whether the cluster is there; mono ms */
	int attempts;	/* in a row that failed */
	struct stall stall;
	uint64_t reports; /* of the producer, when the last of them was heard */
	int64_t heard;	  /* when that was, or nothing was on its way; mono ms */
	bool lost;	  /* of what is on its way nothing will ever be heard */
	rd_kafka_resp_err_t why;
	char reason[1024];
	struct error halted; /* kind is set once nothing more may be done, and why */
};

/* Connects to nothing. name NULL: no job. Call job_finish in any case. */
void job_init(struct job *j, const struct job_options *options);
void job_finish(struct job *j);

/* Makes this process the one that runs the job (fencing any other), finds out
 * how far it is, and begins. `how` is for the producer; `topic`: on whose
 * partition 0 checkpoints are kept. 0, or -1 with *err. */
int job_open(struct job *j, const struct producer_options *how, const char *topic,
	     struct error *err) _must_check_;

/* Sends a record of a block. NULL, or the record as a failure that the caller
 * owns: the client itself refuses it, and no transaction is harmed. */
struct failure *job_send(struct job *j, const struct record *r) _must_check_;

/* Sends f, whose cause is set, as the dead letter that `make` makes of it, and
 * takes f. False: the DLQ can't be had; f stays the caller's. */
bool job_send_letter(struct job *j, struct failure *f,
		     const struct record *(*make)(void *ctx, const struct failure *f), void *ctx);

/* Serves what has come in, for at most timeout_ms. */
void job_serve(struct job *j, int timeout_ms);

/* The same for room, which has been waited for since then (mono ms). False: it is
 * in vain, for something has failed, or the run shall end and that took too long. */
bool job_wait(struct job *j, int64_t since);

/* To be asked after each record. May wait long, to put things right. */
enum job_turn job_turn(struct job *j);

/* All records up to that point have been taken, and what of them went to the
 * fallback file is synced. JOB_READ: it is committed, unless j->out says that
 * the cluster is still away. After JOB_BACK it may be, too: see done. */
enum job_turn job_commit(struct job *j, const struct job_point *point);

/* These two are for claim.h and recovery.h: `next` is the last checkpoint now; and
 * the next transaction begins. */
void job_note_committed(struct job *j);
enum txn_answer job_begin(struct job *j) _must_check_;

/* The run ends: what is not committed is aborted, and the ledger put back. */
void job_abandon(struct job *j, bool fallback_failed);

/* Did the journal take that record earlier on, so that it must not be taken again? */
static inline bool job_is_past(const struct job *j, const struct source_place *place)
{
	return j->journal.n && journal_has(&j->journal, place);
}

/* Has that record been refused before? */
static inline const struct culprit *job_culprit(const struct job *j,
						const struct source_place *place)
{
	return j->culprits.n ? culprits_find(&j->culprits, place) : NULL;
}

/* Is there any record for which one of the two would answer? */
static inline bool job_watches(const struct job *j)
{
	return j->journal.n || j->culprits.n;
}

/* Has the reader been here before? */
static inline bool job_repeats(const struct job *j)
{
	return j->done.records + j->taken < j->furthest;
}

/* The input at that place, as it is named now; NULL behind the last. */
const char *job_input(const struct job *j, const struct source_place *place);

/* Adds "orders.tar, member 3, line 17", or "nothing more" behind the last. */
void job_place_text(struct buf *out, const struct job *j, const struct source_place *place);

/* That record is in the fallback file, or about to be. */
void job_note_fallback(struct job *j, const struct failure *f);

#endif

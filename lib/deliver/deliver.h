/* Brings every record to exactly one end: its topic, the DLQ, the fallback file.
 *
 *   record ─► topic ──fails──► DLQ ──fails──► fallback file ──fails──► the run stops
 *
 * Use:
 *   d = deliver_create(&options, &err);
 *   if (deliver_open(d, &err) < 0) ...            exit 5, nothing was read
 *   while (there is a record && !deliver_halted(d))
 *       deliver_record(d, &record) or deliver_fault(d, ...) or deliver_reject(d, ...)
 *   deliver_finish(d);                            all records have ended
 *
 * One thread calls all of it. */
#ifndef REDRIVE_DELIVER_DELIVER_H
#define REDRIVE_DELIVER_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "deliver/deadletter.h"
#include "deliver/job.h"
#include "deliver/ledger.h"
#include "deliver/mark.h"
#include "deliver/sender.h"
#include "deliver/tolerance.h"
#include "kafka/properties.h"
#include "record/record.h"

struct deliver_options {
	const char *topic;		     /* of several: the one that the job is kept with */
	const char *const *topics;	     /* a replay's, of which any record may go to one; see
				    * deliver_turn_to. Jobs and rehearsals only */
	size_t n_topics;		     /* 0: all go to `topic` */
	bool dlq_each;			     /* each has a DLQ of its own, TOPIC.dlq, not `dlq` */
	bool replay;			     /* dead letters count how often they were replayed */
	const struct properties *properties; /* of the topic's cluster */
	const char *dlq;		     /* NULL: failed records go to the fallback file */
	const struct properties *dlq_properties;
	enum deadletter_names dlq_names;
	bool dlq_elsewhere;		 /* the DLQ is on another cluster than the topic */
	const char *fallback;		 /* path */
	const char *alert_command;	 /* or NULL */
	const char *job;		 /* or NULL; then what follows doesn't count */
	const struct manifest *manifest; /* of the job's inputs */
	bool resume;			 /* the job has begun */
	uint64_t commit_records;	 /* a transaction, at most */
	int64_t commit_ms;		 /* the same in time */
	uint64_t max_record_bytes;
	bool create_topics;
	bool dry_run; /* nothing is sent or written; the ledger says what would become of each
		       * record. Without bootstrap.servers nobody is asked, either */
	bool keep_key_order;	    /* later records of a failed one's key follow it (KEY_HELD) */
	uint64_t rate;		    /* records a second to the topic; 0: as fast as it goes */
	struct tolerance tolerance; /* of failed records, before the run stops */
	int retries;
	int64_t backoff_ms, backoff_max_ms;
	unsigned breaker_threshold;
	int64_t breaker_cooldown_ms;
	enum outage on_outage;
	int64_t settle_ms;
	const volatile int *stop; /* set by a signal handler: settle and end */
	void (*on_delivered)(void *ctx, int32_t partition, int64_t offset); /* or NULL */
	void (*on_wait)(void *ctx); /* called now and then while it waits; may be NULL */
	void *ctx;
	const struct event_sink *events;
};

struct deliver;

/* Checks the properties; connects to nothing. Strings, properties and
 * everything else in options must outlive it. NULL with *err. */
struct deliver *deliver_create(const struct deliver_options *options, struct error *err);
void deliver_destroy(struct deliver *d); /* NULL is fine */

/* Asks the cluster for topics and limits (a cluster that is down is no error
 * here). 0, or -1 with *err: the client or the topic is refused, or the
 * fallback file can't be written. */
int deliver_open(struct deliver *d, struct error *err) _must_check_;

/* The records that come now are for that topic. False: it can't be had, and
 * deliver_halted says why. */
bool deliver_turn_to(struct deliver *d, const char *topic);

/* Where that is, and what is known of it; NULL before. */
const struct outlet *deliver_outlet(const struct deliver *d);

/* Each of these counts the record as read. A record in a block may wait for
 * room; the others are copied. */
void deliver_record(struct deliver *d, const struct record *r);
void deliver_fault(struct deliver *d, const struct record *r, const struct position *position,
		   enum fault fault, const char *message);

/* A line that no sink may take, for that fault: named in an event, and counted. */
void deliver_reject(struct deliver *d, const struct position *position, uint64_t raw_len,
		    enum fault fault, const char *message);

/* Looks after what has come in, without waiting: call it now and then. */
void deliver_serve(struct deliver *d);

/* Waits a little for something to settle: call it when no block is free. */
void deliver_wait(struct deliver *d);

/* Nothing more may be sent, for that reason: what a job has not committed is abandoned. */
void deliver_halt(struct deliver *d, const struct error *why);

/* Why nothing more may be sent, or NULL. */
const struct error *deliver_halted(const struct deliver *d);

/* For jobs, after each record; others always JOB_READ. See deliver/job.h. */
enum job_turn deliver_turn(struct deliver *d);

/* For jobs: all up to that point has been handed over, and is committed now; see
 * job_commit. Nothing is, and JOB_HALT is the answer, once something has gone
 * wrong that only the end of the run can mend. */
enum job_turn deliver_commit(struct deliver *d, const struct job_point *point);

/* Of a rehearsal of a replay: would it begin? As preflight_check_outlets. */
int deliver_check_outlets(const struct deliver *d, struct error *err) _must_check_;

/* How the job is doing; NULL when there is none. */
const struct job *deliver_job(const struct deliver *d);

/* Settles all that is on its way: every record has ended, but for those that
 * the ledger says are unsettled, and those of a job that were never committed:
 * they don't count as read. */
void deliver_finish(struct deliver *d);

/* The first record that is not safe because the fallback file failed, or NULL. */
const struct mark *deliver_unsafe(const struct deliver *d);

struct ledger *deliver_ledger(struct deliver *d);

/* The first record that was read but not sent because the run stopped, or NULL. */
const struct mark *deliver_unsent(const struct deliver *d);

#endif

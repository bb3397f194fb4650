/* Who runs a job: the last process that said so. */
#ifndef REDRIVE_DELIVER_CLAIM_H
#define REDRIVE_DELIVER_CLAIM_H

#include "deliver/job.h"

/* For job_open: claims the job, finds out whether and where it goes on, and
 * begins its first transaction. 0, or -1 with *err. */
int claim_begin(struct job *j, struct error *err) _must_check_;

/* Makes this process, with a producer that has just been made, the one that runs
 * the job, and reads the checkpoint into *found (owned by the caller). 1, 0 when
 * there is none, or -1 with *answer and words in j->txn.why. */
int claim(struct job *j, struct checkpoint *found, enum txn_answer *answer);

/* After TXN_REFUSED: fills *err with what to grant or to change. Returns -1. */
int claim_refused(const struct job *j, struct error *err);

/* The broker has given this process up: has another one taken its place, or was
 * it only silent for too long? 0 when it may claim the job again; -1 with *err. */
int claim_dispute(struct job *j, struct error *err) _must_check_;

#endif

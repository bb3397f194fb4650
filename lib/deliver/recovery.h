/* What to do when a job's transaction has failed. */
#ifndef REDRIVE_DELIVER_RECOVERY_H
#define REDRIVE_DELIVER_RECOVERY_H

#include "deliver/job.h"

/* Finds out why, aborts, waits and tries again as the options say, and begins
 * anew: j->back is set. Or j->halted, or j->out. Returns early once *stop is set. */
void recover(struct job *j);

/* The same for an answer that is not TXN_DONE, while nothing else has failed. */
void recover_from(struct job *j, enum txn_answer answer);

/* The circuit is open and it is time: is the cluster there again? */
void recovery_probe(struct job *j);

/* What was taken since the last checkpoint counts for nothing, but for what is in
 * the fallback file. */
void recovery_roll_back(struct job *j);

/* A transaction was committed: the next may hold more records again. */
void recovery_widen(struct job *j);

#endif

/* What is done about a transaction that has failed. */
#ifndef REDRIVE_REPLAY_RECOVER_H
#define REDRIVE_REPLAY_RECOVER_H

#include "deliver/transaction.h"

struct replay;

/* Finds out why, ends the transaction and waits: sets halted when that is in vain. The
 * reader is where the batch began. */
void recover_batch(struct replay *r, enum txn_answer answer);

/* Opens the outbox with a new client, to batches of at most so many bytes (0: as before);
 * waits for the cluster. reopen is unset when it could. */
void recover_outbox(struct replay *r, int batch_size);

#endif

/* What is done in one transaction: records sent, letters put back, entries of the ledger, and
 * how far the group is. It is done whole, or it is as if it had never begun. */
#ifndef REDRIVE_REPLAY_BATCH_H
#define REDRIVE_REPLAY_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "letter/letter.h"
#include "replay/judge.h"

struct replay;

/* Begins one where none is open; false when that is not possible now. */
bool batch_begin(struct replay *r);

/* Takes a letter as it was judged. False: the batch has failed, and everything is as it was
 * before it. */
bool batch_take(struct replay *r, const struct letter *l, const struct judgement *j);

/* Commits what was taken, and how far it is. False: as batch_take. */
bool batch_commit(struct replay *r);

/* Gives up what is open. */
void batch_abort(struct replay *r);

/* Counts what becomes of a letter: which one of its code, or fate, from 1. */
uint64_t batch_count(struct replay *r, const struct judgement *j);

/* It can't take any more; or has also been open for long enough, for which the clock is read. */
bool batch_is_full(const struct replay *r);
bool batch_is_due(const struct replay *r);

/* What is now is what there is to go back to; the same, and it is counted, with no
 * transaction open; what was taken is done; everything is as it was before. */
void batch_save(struct replay *r);
void batch_keep(struct replay *r);
void batch_settle(struct replay *r);
void batch_roll_back(struct replay *r);

#endif

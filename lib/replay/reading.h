/* What is read of the DLQ: who it is for, and what becomes of it. */
#ifndef REDRIVE_REPLAY_READING_H
#define REDRIVE_REPLAY_READING_H

#include <stdbool.h>

#include "kafka/received.h"
#include "letter/status.h"
#include "replay/track.h"

struct replay;

/* Reads on from where the tracks are; and those that are being read are. */
void reading_start(struct replay *r);
void reading_end_tracks(struct replay *r);

/* Takes some of what is there to read. */
void reading_take_some(struct replay *r);

/* What the ledger says of a letter. */
enum letter_status reading_status(const struct replay *r, const struct received *received);

/* Is it of the DLQ that the ledger is about? Nobody can have resolved what had not failed yet.
 * False: halted. */
bool reading_is_of_this(struct replay *r, const struct track *t, const struct received *received);

#endif

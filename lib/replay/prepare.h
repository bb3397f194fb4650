/* What is found out, and set up, before a replay begins. */
#ifndef REDRIVE_REPLAY_PREPARE_H
#define REDRIVE_REPLAY_PREPARE_H

#include "base/error.h"
#include "base/macros.h"
#include "kafka/limits.h"

struct replay;

/* What there is, and how far it goes; the same, and what is needed to send. 0, or -1 with
 * *err. */
int prepare_to_look(struct replay *r, struct error *err) _must_check_;
int prepare_to_send(struct replay *r, struct error *err) _must_check_;

/* Unless there shall be none. */
int prepare_ledger_reader(struct replay *r, struct error *err) _must_check_;

/* The ledger isn't there: 0 when nothing is lost with it, else -1 with *err. */
int prepare_check_ledger_lost(struct replay *r, struct error *err) _must_check_;

/* Bytes that a batch for such a topic may have. */
int prepare_batch_size(const struct limits *l);

#endif

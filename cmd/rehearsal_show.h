/* What a dry run has found out, for people and as JSON. */
#ifndef REDRIVE_CMD_REHEARSAL_SHOW_H
#define REDRIVE_CMD_REHEARSAL_SHOW_H

#include "base/buf.h"
#include "replay/rehearsal.h"

/* Adds lines. */
void rehearsal_text(struct buf *out, const struct rehearsal *p);

/* Adds members of an object: "plan":[...],"destinations":[...],"examples":[...]. */
void rehearsal_json(struct buf *out, const struct rehearsal *p);

/* Messages that something would become of. */
uint64_t rehearsal_total(const struct rehearsal *p);

/* Adds "22,990 to orders.created, 10 to orders.paid". */
void rehearsal_where(struct buf *out, const struct rehearsal *p);

#endif

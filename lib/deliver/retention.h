/* How long a broker keeps the offsets of a group that nobody is a member of. */
#ifndef REDRIVE_DELIVER_RETENTION_H
#define REDRIVE_DELIVER_RETENTION_H

#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "deliver/checkpoints.h"

/* In ms since they were committed. 0, or -1 with *err as checkpoints_read has it. */
int retention_of_offsets(const struct checkpoints *k, int64_t *ms, struct error *err) _must_check_;

#endif

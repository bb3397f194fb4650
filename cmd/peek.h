/* Counts what is in a topic, for the demo. */
#ifndef REDRIVE_CMD_PEEK_H
#define REDRIVE_CMD_PEEK_H

#include <stdint.h>

#include "base/error.h"

/* Reads it from its beginning to its end as it is now. Returns how many messages there
 * are, or -1 with *err. */
int64_t peek_count(const char *brokers, const char *topic, struct error *err);

#endif

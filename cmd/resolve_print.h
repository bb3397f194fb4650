/* A number for all that decides what a replay does: workers on one DLQ must agree in it. It
 * is the same on every machine. */
#ifndef REDRIVE_CMD_RESOLVE_PRINT_H
#define REDRIVE_CMD_RESOLVE_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "resolve_options.h"

uint64_t resolve_print(const struct resolve_options *o, bool discard);

#endif

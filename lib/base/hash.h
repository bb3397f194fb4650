/* A number for bytes, for tables in memory: it differs from process to process. */
#ifndef REDRIVE_BASE_HASH_H
#define REDRIVE_BASE_HASH_H

#include <stdint.h>

#include "base/slice.h"

/* Random: so that nobody can choose bytes which all fall into one slot. */
uint64_t hash_seed(void);

/* null counts as empty. */
uint64_t hash_bytes(uint64_t seed, struct slice bytes);

#endif

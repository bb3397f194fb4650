/* The CRC-32 (IEEE 802.3) by which an envelope's line guards itself. */
#ifndef REDRIVE_RECORD_CHECKSUM_H
#define REDRIVE_RECORD_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define CHECKSUM_DIGITS 8

uint32_t checksum_of(struct slice bytes);

/* Is `told` what a line must have as its last member "crc32"? */
bool checksum_fits(struct slice line, struct slice told);

/* Does the line end with that member, as it must be? */
bool checksum_seals(struct slice line);

#endif

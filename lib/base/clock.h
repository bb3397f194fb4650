/* Time: instants in milliseconds since 1970 UTC, durations in milliseconds. */
#ifndef REDRIVE_BASE_CLOCK_H
#define REDRIVE_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Milliseconds that never run backwards; only differences mean anything. */
int64_t clock_mono_ms(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

/* "2026-01-02T03:04:05.678Z", ISO 8601 in UTC. */
#define CLOCK_ISO_SIZE 80
char *clock_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE]);

/* ISO 8601 date and time ("2026-01-02T03:04:05Z", ".678", "+02:00", a space
 * for the T, a date alone; no zone means UTC). False when it is none, or
 * outside the years 1 to 9999. */
bool clock_parse_iso(struct slice text, int64_t *wall_ms);

/* "250ms", "1s", "1.5m", "2h", "7d"; a bare number is milliseconds. False for
 * anything else, and for more than 1,000 years. */
bool clock_parse_duration(const char *text, int64_t *ms);

#endif

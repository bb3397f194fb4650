/* A circuit breaker: after so many failures in a row, don't try for a while.
 *
 * closed ──threshold failures in a row──► open ──cool-down──► half-open
 *    ▲                                      ▲                     │
 *    └────────── the probe succeeds ────────┼─── it fails ────────┘
 *
 * Times are milliseconds of clock_mono_ms(). */
#ifndef REDRIVE_DELIVER_BREAKER_H
#define REDRIVE_DELIVER_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct breaker {
	unsigned threshold; /* failures in a row that open it; 0: never */
	int64_t cooldown_ms;
	enum breaker_state state;
	unsigned failures; /* in a row */
	int64_t opened_at;
};

void breaker_init(struct breaker *b, unsigned threshold, int64_t cooldown_ms);

/* The state now: an open breaker becomes half-open when its cool-down is over. */
enum breaker_state breaker_state(struct breaker *b, int64_t now);

/* Milliseconds until an open breaker is half-open; 0 in other states. */
int64_t breaker_wait_ms(const struct breaker *b, int64_t now);

/* A record was delivered: closes it. True when it was not closed before. */
bool breaker_success(struct breaker *b);

/* A record failed for good. True when that opened it. */
bool breaker_failure(struct breaker *b, int64_t now);

#endif

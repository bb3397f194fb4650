#include "deliver/breaker.h"

void breaker_init(struct breaker *b, unsigned threshold, int64_t cooldown_ms)
{
	*b = (struct breaker){.threshold = threshold, .cooldown_ms = cooldown_ms};
}

enum breaker_state breaker_state(struct breaker *b, int64_t now)
{
	if (b->state == BREAKER_OPEN && !breaker_wait_ms(b, now))
		b->state = BREAKER_HALF_OPEN;
	return b->state;
}

int64_t breaker_wait_ms(const struct breaker *b, int64_t now)
{
	int64_t left = b->opened_at + b->cooldown_ms - now;

	return b->state == BREAKER_OPEN && left > 0 ? left : 0;
}

bool breaker_success(struct breaker *b)
{
	bool was_closed = b->state == BREAKER_CLOSED;

	b->failures = 0;
	b->state = BREAKER_CLOSED;
	return !was_closed;
}

bool breaker_failure(struct breaker *b, int64_t now)
{
	if (!b->threshold || b->state == BREAKER_OPEN)
		return false;
	b->failures++;
	if (b->state == BREAKER_CLOSED && b->failures < b->threshold)
		return false;
	b->state = BREAKER_OPEN;
	b->opened_at = now;
	return true;
}

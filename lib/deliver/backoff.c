#include "deliver/backoff.h"

int64_t backoff_ms(int attempt, int64_t first_ms, int64_t most_ms)
{
	int64_t ms = first_ms;

	while (--attempt > 0 && ms < most_ms)
		ms *= 2;
	return ms < most_ms ? ms : most_ms;
}

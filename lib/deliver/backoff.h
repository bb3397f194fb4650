/* How long to wait before the next try: longer each time. */
#ifndef REDRIVE_DELIVER_BACKOFF_H
#define REDRIVE_DELIVER_BACKOFF_H

#include <stdint.h>

/* Before the attempt, which counts from 1: first_ms, doubled for each further one,
 * most_ms at most. */
int64_t backoff_ms(int attempt, int64_t first_ms, int64_t most_ms);

#endif

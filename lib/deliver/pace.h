/* So many records a second, evenly: what a pause held up is not made up for in
 * a burst afterwards. Times are milliseconds of clock_mono_ms(). */
#ifndef REDRIVE_DELIVER_PACE_H
#define REDRIVE_DELIVER_PACE_H

#include <stdint.h>

struct pace {
	uint64_t per_second; /* 0: as fast as it goes */
	int64_t since;	     /* when the present count began */
	uint64_t taken;	     /* since then */
};

void pace_init(struct pace *p, uint64_t per_second);

/* How long the next record has to wait: 0, it may go now. */
int64_t pace_wait_ms(struct pace *p, int64_t now);

/* A record goes. */
void pace_take(struct pace *p);

#endif

#include "deliver/pace.h"

/* What timers and the scheduler lose is caught up with; what is longer is a
 * pause, and is not. */
#define SLACK_MS 100
/* Counting begins anew after so long, so that nothing overflows. */
#define PERIOD_MS 60000

void pace_init(struct pace *p, uint64_t per_second)
{
	*p = (struct pace){.per_second = per_second};
}

static void begin(struct pace *p, int64_t since)
{
	p->since = since;
	p->taken = 0;
}

/* When the next record is due, in ms after `since`. */
static int64_t due(const struct pace *p)
{
	return (int64_t)((double)p->taken * 1000 / (double)p->per_second);
}

int64_t pace_wait_ms(struct pace *p, int64_t now)
{
	int64_t at;

	if (!p->per_second)
		return 0;
	if (!p->since)
		begin(p, now);
	at = p->since + due(p);
	if (now - at > SLACK_MS)
		begin(p, now - SLACK_MS);
	else if (now - p->since >= PERIOD_MS)
		begin(p, at);
	return at > now ? at - now : 0;
}

void pace_take(struct pace *p)
{
	p->taken++;
}

#include "replay/work.h"

#include "base/clock.h"

void work_halt(struct replay *r, const struct error *why)
{
	if (!r->halted.kind)
		r->halted = *why;
}

bool work_is_over(const struct replay *r)
{
	return r->halted.kind || *r->options.stop;
}

void work_idle(void *ctx)
{
	struct replay *r = ctx;

	if (r->options.idle)
		r->options.idle(r->options.ctx);
}

void work_wait(struct replay *r, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while ((left = until - clock_mono_ms()) > 0 && !*r->options.stop)
		outbox_serve(&r->outbox, left < 50 ? (int)left : 50);
}

#include "replay/silence.h"

#include "base/clock.h"

/* Shorter ones are nobody's concern. */
#define LONG_MS 5000

void silence_begin(struct silence *s)
{
	s->since = clock_mono_ms();
}

void silence_break(struct silence *s, const struct event_sink *events)
{
	int64_t now = clock_mono_ms();

	if (s->said)
		event_emit(events, EVENT_INFO, "resumed",
			   EVENT_FIELDS(EVENT_NUMBER("after_ms", now - s->first)),
			   "The cluster answers again after %lld s",
			   (long long)(now - s->first) / 1000);
	s->since = now;
	s->said = false;
}

int64_t silence_look(struct silence *s, const struct client *c, const struct event_sink *events)
{
	int64_t lasted = clock_mono_ms() - s->since;
	const char *last = client_last_error(c);

	if (s->said || lasted < LONG_MS)
		return lasted;
	s->said = true;
	s->first = s->since;
	event_emit(events, EVENT_WARNING, "waiting", EVENT_NO_FIELDS,
		   "The cluster has not answered for %d s: waiting for it%s%s", LONG_MS / 1000,
		   *last ? "; last error: " : "", last);
	return lasted;
}

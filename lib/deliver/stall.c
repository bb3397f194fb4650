#include "deliver/stall.h"

/* Silence of the cluster that is worth a word. */
#define STALL_MS 5000

void stall_init(struct stall *s, int64_t now)
{
	*s = (struct stall){.since = now};
}

static void say_stalled(struct stall *s, const struct producer *p)
{
	const struct client *c = &p->client;

	s->said = true;
	event_emit(p->options.events, EVENT_WARNING, "stalled",
		   EVENT_FIELDS(EVENT_TEXT("topic", p->options.topic),
				EVENT_NUMBER("records", p->inflight)),
		   "Nothing has been acknowledged on %s for %d s, waiting%s%s", p->options.topic,
		   STALL_MS / 1000, *c->last_text ? ": " : "", c->last_text);
}

static void say_resumed(struct stall *s, const struct producer *p, int64_t now)
{
	s->said = false;
	event_emit(p->options.events, EVENT_INFO, "resumed",
		   EVENT_FIELDS(EVENT_TEXT("topic", p->options.topic),
				EVENT_NUMBER("after_ms", now - s->since)),
		   "Acknowledged again on %s after %lld s", p->options.topic,
		   (long long)(now - s->since) / 1000);
}

bool stall_look(struct stall *s, const struct producer *p, int64_t now)
{
	const uint64_t *letters = p->options.dead_lettered;
	uint64_t delivered = *p->options.delivered + (letters ? *letters : 0);

	/* A job that is put back has not delivered what it counted. */
	if (delivered < s->seen)
		s->seen = delivered;
	if (delivered == s->seen) {
		if (!p->inflight)
			s->since = now;
		if (!s->said && p->inflight && now - s->since >= STALL_MS)
			say_stalled(s, p);
		return false;
	}
	if (s->said)
		say_resumed(s, p, now);
	s->seen = delivered;
	s->since = now;
	return true;
}

/* How long the cluster has been silent while it was waited for. One thread. */
#ifndef REDRIVE_REPLAY_SILENCE_H
#define REDRIVE_REPLAY_SILENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "kafka/client.h"

/* Zero-initialise it. */
struct silence {
	int64_t since; /* mono ms */
	bool said;     /* that it is long, */
	int64_t first; /* and since when it was then */
};

/* Something is waited for, from now on. */
void silence_begin(struct silence *s);

/* The cluster has answered; a silence that was told of is over. */
void silence_break(struct silence *s, const struct event_sink *events);

/* Tells of a long silence, once, with what the client has heard last; for how many ms it has
 * lasted. */
int64_t silence_look(struct silence *s, const struct client *c, const struct event_sink *events);

#endif

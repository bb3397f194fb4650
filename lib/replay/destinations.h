/* The topics that dead letters go back to: each is asked about once, when the first letter
 * for it comes. One thread. */
#ifndef REDRIVE_REPLAY_DESTINATIONS_H
#define REDRIVE_REPLAY_DESTINATIONS_H

#include <stdint.h>

#include "base/error.h"
#include "base/event.h"
#include "base/index.h"
#include "base/macros.h"
#include "kafka/client.h"
#include "kafka/cluster.h"
#include "replay/outbox.h"

struct destination {
	char *name;
	struct topic_info info;
	struct outbox_topic topic; /* for whoever sends */
};

struct destinations {
	struct client *client; /* that asks; borrowed */
	int patience_ms;
	const volatile int *stop;
	struct index index;
	struct destination **items; /* by number, in the order of their first letters */
	size_t n, cap;
	struct destination *last; /* that was asked for; or NULL */
};

/* Nothing is asked yet. */
void destinations_init(struct destinations *d, struct client *client, int patience_ms,
		       const volatile int *stop);
void destinations_finish(struct destinations *d);

/* The destination of that name; it stays the set's. NULL with *err: ERROR_CONFIG, the cluster
 * refuses us or the topic; ERROR_OUTPUT, nobody answers. One that isn't there is answered,
 * too: see info.state. */
struct destination *destinations_get(struct destinations *d, const char *name, struct error *err);

#endif

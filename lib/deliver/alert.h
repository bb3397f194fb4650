/* Runs the user's alert command: once a cause, with a line of JSON on its
 * standard input. */
#ifndef REDRIVE_DELIVER_ALERT_H
#define REDRIVE_DELIVER_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/event.h"

/* What the command is told. */
struct alert_info {
	const char *cause; /* error code: the command is run once for each */
	const char *message;
	const char *topic;
	const char *dlq;
	const char *fallback;
};

struct alert {
	const char *command; /* run by /bin/sh -c; NULL: none */
	const struct event_sink *events;
	char **seen; /* causes */
	size_t n_seen, cap_seen;
	pid_t *children;
	size_t n_children, cap_children;
};

/* Strings must outlive it. */
void alert_init(struct alert *a, const char *command, const struct event_sink *events);

/* Waits a few seconds for commands that still run, then leaves them alone. */
void alert_finish(struct alert *a);

/* True when this cause is new; the command, if there is one, has been started.
 * It gets {"event":"fallback","cause":...,"message":...,"topic":...,"dlq":...,
 * "fallback":...,"at":...} and a line feed. */
bool alert_raise(struct alert *a, const struct alert_info *info);

#endif

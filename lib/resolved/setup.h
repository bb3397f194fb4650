/* Sees to it that the topic of a ledger is there, and fit to be one. */
#ifndef REDRIVE_RESOLVED_SETUP_H
#define REDRIVE_RESOLVED_SETUP_H

#include "base/error.h"
#include "base/event.h"
#include "base/macros.h"
#include "kafka/client.h"

/* Creates `topic`, compacted, with so many partitions, or gives it as many, where it has
 * fewer. 0, or -1 with *err: ERROR_CONFIG, when it may not be created, or forgets entries;
 * the text has the command for whoever may mend that. ERROR_OUTPUT: nobody answers. */
int setup_ledger(struct client *c, const char *topic, int partitions, int patience_ms,
		 const volatile int *stop, const struct event_sink *events,
		 struct error *err) _must_check_;

#endif

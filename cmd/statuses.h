/* What has become of the dead letters that somebody looks at. A ledger that can't be read is
 * no reason not to look at them. */
#ifndef REDRIVE_CMD_STATUSES_H
#define REDRIVE_CMD_STATUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/event.h"
#include "kafka/reader.h"
#include "letter/letter.h"
#include "resolved/resolved.h"

/* Zero-initialise. */
struct statuses {
	struct resolved *resolved;
	const struct event_sink *events;
	bool unknown;
};

/* Connects to nothing. As resolved_create, whose strings must outlive it. */
int statuses_init(struct statuses *s, const struct resolved_options *options,
		  struct error *err) _must_check_;
void statuses_finish(struct statuses *s);

/* Reads the ledger's partitions of those parts of the DLQ. What is wrong with it is warned of,
 * and if it can't be read, nothing is known; needed: then that is an error. 0, or -1. */
int statuses_read(struct statuses *s, const struct reader_part *parts, size_t n, bool needed,
		  struct error *err) _must_check_;

/* Does the ledger speak of messages behind the DLQ's ends, as far as they were asked for? They
 * may have come since. If not, the DLQ is another than it was: one that is deleted and created
 * again begins with offset 0. */
bool statuses_go_beyond(const struct statuses *s, const struct reader *dlq,
			const struct reader_part *parts, size_t n);
void statuses_warn_beyond(const struct statuses *s);

/* The ledger's topic, or NULL: there is none. */
const char *statuses_ledger(const struct statuses *s);

enum letter_status statuses_of(const struct statuses *s, const struct received *r);

#endif

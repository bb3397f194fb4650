/* What a purge deletes, or would, for people and for machines. */
#ifndef REDRIVE_CMD_PURGE_SHOW_H
#define REDRIVE_CMD_PURGE_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "resolved/purge.h"

struct purge_totals {
	uint64_t deletable, deleted, kept;
};

struct purge_totals purge_totals(const struct purge *p);

/* Adds a table: a line for each partition that something could be deleted from, or that holds
 * messages. */
void purge_table(struct buf *out, const struct purge *p);

/* Adds "12,000 messages of orders.dlq, which failed from 2026-01-02 03:04 to 2026-01-03 04:05
 * UTC and are all replayed or discarded". */
void purge_summary(struct buf *out, const struct purge *p, const char *dlq);

/* Adds an object and a line feed; err is NULL where nothing has gone wrong. */
void purge_json(struct buf *out, const struct purge *p, const char *dlq, bool dry_run,
		const struct error *err, int status);

#endif

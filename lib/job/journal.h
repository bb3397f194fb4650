/* Which records of a job stand in its fallback file although Kafka's checkpoint
 * is not behind them yet: they are done, and must not be sent.
 *
 * Records that stand on lines which follow each other take no more room than one. */
#ifndef REDRIVE_JOB_JOURNAL_H
#define REDRIVE_JOB_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "source/place.h"

/* First and last record of an unbroken run; offsets are those of the records'
 * first bytes. */
struct journal_run {
	struct source_place first;
	uint64_t last_line, last_offset;
};

/* Zero-initialise. */
struct journal {
	struct journal_run *runs; /* in the order of the input */
	size_t n, cap;
	uint64_t records; /* that were ever added */
};

void journal_finish(struct journal *j);

/* Notes a record. */
void journal_add(struct journal *j, const struct source_place *at);

bool journal_has(const struct journal *j, const struct source_place *at);

/* Forgets all records before `until`. */
void journal_forget(struct journal *j, const struct source_place *until);

/* Notes the records of that job which the fallback file at `path` has at or
 * behind `from`; a file that isn't there has none. Lines that are damaged or of
 * other origin are passed over. 0, or -1 with *err (ERROR_OUTPUT): it can't be read. */
int journal_read(struct journal *j, const char *path, uint64_t job_id,
		 const struct source_place *from, struct error *err) _must_check_;

#endif

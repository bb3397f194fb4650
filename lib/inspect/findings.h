/* What was found in a dead letter queue: everything that a report says. */
#ifndef REDRIVE_INSPECT_FINDINGS_H
#define REDRIVE_INSPECT_FINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "inspect/groups.h"
#include "inspect/histogram.h"
#include "inspect/span.h"
#include "letter/letter.h"

struct findings {
	const char *topic; /* borrowed; set by the caller, as are the next two */
	size_t partitions;
	bool complete;	    /* all was read that was to be read, */
	bool partial;	    /* but that was a part of the topic alone, by offsets or a limit */
	int64_t now;	    /* ms since 1970 UTC: what is later has no place in the histogram */
	uint64_t read;	    /* messages, those that were not selected among them */
	const char *ledger; /* its topic, borrowed; NULL: there is none */
	uint64_t corrupt;   /* what stands there and is no entry */
	uint64_t passed[STATUSES + 1]; /* not selected for what has become of them alone */
	uint64_t messages;	       /* selected, as are all that follow */
	uint64_t statuses[STATUSES + 1];
	uint64_t headless; /* without the headers of any system */
	uint64_t strange;  /* with headers that are not what their names promise */
	struct span span;  /* by letter_time */
	struct histogram histogram;
	struct groups *groups;
};

/* by: as groups_create has it. 0, or -1 with *err (ERROR_USAGE); call findings_finish in
 * both cases. */
int findings_init(struct findings *f, const char *const *by, size_t n_by,
		  struct error *err) _must_check_;
void findings_finish(struct findings *f);

/* Counts a letter that is selected. */
void findings_add(struct findings *f, const struct letter *l);

/* Counts one that would be, if something else had become of it. */
void findings_pass(struct findings *f, const struct letter *l);

/* How many of both there are of which that has become. */
uint64_t findings_status(const struct findings *f, enum letter_status status);

/* Something has become of some of them. */
bool findings_differ(const struct findings *f);

/* All that were read are void. */
void findings_restart(struct findings *f);

/* All has been added: what is left is to report it. */
void findings_end(struct findings *f);

#endif

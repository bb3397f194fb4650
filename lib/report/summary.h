/* What a run did, as a text block and as one JSON object. */
#ifndef REDRIVE_REPORT_SUMMARY_H
#define REDRIVE_REPORT_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "deliver/ledger.h"

/* One input's share, for runs over several. */
struct summary_input {
	const char *name;
	uint64_t records;  /* read from it: good, bad and large */
	uint64_t bytes;	   /* after decompression */
	const char *error; /* why it could not be read to its end; NULL when it was */
};

/* All is borrowed. */
struct summary {
	const char *command;
	const struct ledger *ledger;
	double duration_s;
	const char *resume; /* the command that goes on; NULL when there is nothing to go on with */
	int exit_status;
	const struct summary_input *inputs; /* may be NULL */
	size_t n_inputs;
};

/* Adds lines for a person. Lines that would say 0 are left out, but for the
 * six that are always there. The success rate of nothing is "-". */
void summary_text(struct buf *out, const struct summary *s);

/* Adds one object on one line, with its line feed. records.unsettled is there
 * only when it isn't 0, inputs only when there are any. */
void summary_json(struct buf *out, const struct summary *s);

#endif

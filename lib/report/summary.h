/* What a run did, as a text block and as one JSON object. */
#ifndef REDRIVE_REPORT_SUMMARY_H
#define REDRIVE_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "deliver/ledger.h"

/* A member's share of an archive. */
struct summary_member {
	const char *name;
	const char *format;	 /* "csv"; NULL when it was not read at all */
	uint64_t records, bytes; /* as below */
	const char *left_out;	 /* why it was passed over; NULL when it was not */
	const char *error;	 /* as below */
};

/* Those members of an archive that are not named, in sum. */
struct summary_more {
	uint64_t members, records, bytes;
	uint64_t left_out, failed; /* of the members */
};

/* One input's share, for runs over several, and for archives. */
struct summary_input {
	const char *name;
	uint64_t records;  /* read from it: good, bad and large */
	uint64_t bytes;	   /* after decompression */
	const char *error; /* why it, or the first such member, could not be read to its end;
			    * NULL when all was */
	const struct summary_member *members; /* NULL for what is no archive */
	size_t n_members;
	struct summary_more more;
};

/* How an exactly-once job stands. */
struct summary_job {
	const char *name;
	bool resumed;	  /* it went on, */
	const char *file; /* with this input (NULL: with none, all were done), */
	unsigned member;  /* of an archive: the number of its member, from 0 */
	uint64_t line, offset;
	uint64_t before;  /* behind so many records of earlier runs */
	uint64_t records; /* done now, all told */
	bool complete;	  /* all inputs are done */
};

/* All is borrowed. */
struct summary {
	const char *command;
	const struct ledger *ledger;
	double duration_s;
	const char *resume; /* the command that goes on; NULL when there is nothing to go on with.
			     * Of a job, "resume" in JSON is the place where this run went on */
	const struct summary_job *job; /* NULL when there is none */
	int exit_status;
	bool letters;			    /* they are those of a DLQ, */
	bool replay;			    /* or of fallback files */
	bool dry_run;			    /* the numbers are what would have been */
	const struct summary_input *inputs; /* may be NULL */
	size_t n_inputs;
	struct slice members; /* further ones of the JSON object, "\"a\":1", or null */
};

/* Adds lines for a person. Lines that would say 0 are left out, but for the
 * six that are always there. The success rate of nothing is "-". */
void summary_text(struct buf *out, const struct summary *s);

/* Adds one object on one line, with its line feed. records.unsettled is there
 * only when it isn't 0, inputs only when there are any. */
void summary_json(struct buf *out, const struct summary *s);

#endif

/* What a replay would do, without doing any of it: it joins no group, and writes nothing. */
#ifndef REDRIVE_REPLAY_REHEARSAL_H
#define REDRIVE_REPLAY_REHEARSAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/index.h"
#include "base/macros.h"
#include "replay/judge.h"
#include "replay/replay.h"

/* So many texts are told apart; what comes then is counted with the last one. */
#define REHEARSAL_ROWS_MAX 1000
#define REHEARSAL_EXAMPLES 3

/* Letters for one destination, of one error, that would have one fate for one cause. */
struct rehearsal_row {
	char *to;    /* the topic; NULL: none is known */
	char *error; /* what they failed with; NULL: nothing says so */
	enum fate fate;
	const char *code; /* of what is in the way, or NULL */
	char *message;	  /* of the first */
	uint64_t count;
};

struct rehearsal_topic {
	char *name;
	bool exists;
	int partitions;
	uint64_t max_bytes; /* of a record alone in its batch; UINT64_MAX: not known */
	uint64_t largest;   /* of those for it */
	uint64_t count;	    /* that would be sent */
};

/* What mending changes. */
struct rehearsal_example {
	int32_t partition;
	int64_t offset;
	char *before, *after; /* values, escaped */
};

/* Zero-initialise. */
struct rehearsal {
	struct index index;
	struct rehearsal_row *rows; /* by number: in the order of their first letters */
	size_t n_rows, cap_rows;
	struct index names;
	struct rehearsal_topic *topics;
	size_t n_topics, cap_topics;
	struct rehearsal_example examples[REHEARSAL_EXAMPLES];
	size_t n_examples;
	bool unsure; /* a transform command has mixed up its answers: values may be others' */
};

void rehearsal_finish(struct rehearsal *p);

/* Adds a letter as it was judged. */
void rehearsal_add(struct rehearsal *p, const struct letter *l, const struct judgement *j);

/* Judges what r would take; the numbers go into its ledger. 0 or -1 as replay_run. r can't be
 * run any more. */
int replay_rehearse(struct replay *r, struct rehearsal *p, struct error *err) _must_check_;

/* "sent", "discarded", "parked", "pending", "returned", "moved". */
const char *rehearsal_fate_name(enum fate fate);

#endif

/* What became of every record: the numbers that prove that nothing was lost.
 *
 *   read = delivered + dead_lettered + fallback + rejected + parked + discarded + pending
 *
 * A record is counted as read when the pipeline takes it, and once more where
 * it ends. Used from the thread that runs the pipeline. */
#ifndef REDRIVE_DELIVER_LEDGER_H
#define REDRIVE_DELIVER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outcome {
	OUTCOME_DELIVERED,     /* acknowledged by the topic's broker */
	OUTCOME_DEAD_LETTERED, /* acknowledged by the DLQ's broker */
	OUTCOME_FALLBACK,      /* in the fallback file, and synced to disk */
	OUTCOME_REJECTED,      /* taken by no sink; named in a log event */
	OUTCOME_PARKED,	       /* of a DLQ: replayed too often, and left where it is; */
	OUTCOME_DISCARDED,     /* marked as not to be replayed; */
	OUTCOME_PENDING,       /* can't be replayed now, and left where it is */
	OUTCOME_COUNT,
};

struct ledger_error {
	const char *code; /* "INVALID_JSON", "MSG_SIZE_TOO_LARGE" */
	uint64_t count;
};

struct ledger {
	uint64_t read;
	uint64_t outcome[OUTCOME_COUNT];
	uint64_t skipped;	      /* blank lines, and letters that are not selected: not read */
	uint64_t already_resolved;    /* what earlier runs are done with; not read */
	uint64_t retries;	      /* outer retries: rounds, not records */
	uint64_t possible_duplicates; /* sent again or failed, although an earlier try may have
				       * arrived */
	uint64_t bytes;		      /* of input, after decompression */
	struct ledger_error *errors;  /* one a code, in order of first appearance */
	size_t n_errors, cap_errors;
	uint64_t errors_total; /* the sum of their counts */
};

void ledger_init(struct ledger *l);
void ledger_finish(struct ledger *l);

/* Makes `to`, which was initialised, a copy of `from`. */
void ledger_copy(struct ledger *to, const struct ledger *from);

/* Adds what another has counted. */
void ledger_add(struct ledger *to, const struct ledger *from);

static inline void ledger_read(struct ledger *l)
{
	l->read++;
}

static inline void ledger_settle(struct ledger *l, enum outcome outcome)
{
	l->outcome[outcome]++;
}

/* Counts a record that failed for good, under its error's code (a literal, or
 * any string that outlives the ledger). Returns how many there are of it now. */
uint64_t ledger_error(struct ledger *l, const char *code);

/* Records counted by ledger_error: those too that no sink has taken yet. */
uint64_t ledger_errors(const struct ledger *l);

/* Records that failed for good and have ended, whatever sink took them, or none. */
uint64_t ledger_failed(const struct ledger *l);

/* Records read that have not ended anywhere: 0 after a run that could settle all. */
uint64_t ledger_unsettled(const struct ledger *l);

/* delivered / read; 1 when nothing was read. */
double ledger_success_rate(const struct ledger *l);

#endif

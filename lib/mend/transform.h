/* The user's command that changes values: reads a line of JSON, and answers with a line of
 * JSON.
 *
 * One process takes record after record (mend/process.h). That each answer is that of its
 * record is seen with the next one or when the process is settled: then it must say nothing
 * more, and end well. Only a process for each record, the exact mode, leaves no doubt; nor
 * any time, since starting one takes from one millisecond to fifty (jq). */
#ifndef REDRIVE_MEND_TRANSFORM_H
#define REDRIVE_MEND_TRANSFORM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "mend/result.h"

/* No record would pass, or not in this life: so many failures before the first success (one,
 * when there is no such command), */
#define TRANSFORM_FAILURES_MAX 100
/* so many in a row that took the whole timeout, */
#define TRANSFORM_HANGS_MAX 5
/* so many answers in a row that were kept back until the input ended. */
#define TRANSFORM_LATE_MAX 3

struct transform;

struct transform_options {
	const char *command; /* for `/bin/sh -c`; copied */
	int64_t timeout_ms;  /* for the answer to one record, and for the end when it is settled */
	uint64_t max_bytes;  /* of an answer */
	const volatile int *stop; /* not 0: nothing is waited for any more. NULL: no such thing */
};

/* Nothing is started before there is a record. */
struct transform *transform_create(const struct transform_options *options);

/* Kills what runs. NULL is fine. */
void transform_destroy(struct transform *t);

/* Asks for the value, a valid JSON text, to be changed; raw line feeds in it become blanks.
 * MEND_DONE: *answer is valid JSON without blanks around it, BLOCK_PADDING bytes behind its
 * end are readable, and it is there until the next call. MEND_REFUSED: transform_message
 * says why; when *stop was set, the record has no fault. MEND_BROKEN: *err (ERROR_SYSTEM). */
enum mend_result transform_run(struct transform *t, struct slice value, struct slice *answer,
			       struct error *err);

/* Whether the answers since the last settling stand at the right records: MEND_DONE, or
 * MEND_UNSURE with transform_message. Ends the process, for which it waits at most for the
 * timeout, whatever *stop says; the next record starts another. */
enum mend_result transform_settle(struct transform *t);

/* True when transform_settle will say MEND_UNSURE. */
bool transform_is_unsure(const struct transform *t);

/* True when each record has a process of its own though nobody wanted it exact: the command
 * is several processes side by side. Known once a record has been asked for. */
bool transform_is_slow(const struct transform *t);

/* A process for each record from now on, or no longer. Nothing is unsure after it, and no
 * failures are counted. */
void transform_set_exact(struct transform *t, bool exact);

/* Without any of the record; valid until the next call. */
const char *transform_message(struct transform *t);

#endif

/* What a child of the transform command is told of one record, and what it says to that. */
#ifndef REDRIVE_MEND_EXCHANGE_H
#define REDRIVE_MEND_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "mend/child.h"
#include "mend/complaint.h"
#include "mend/result.h"
#include "mend/talk.h"

struct exchange {
	int64_t timeout_ms;	  /* these three are set before anything else, by whoever has it */
	uint64_t max_bytes;	  /* of an answer */
	const volatile int *stop; /* or NULL */

	struct child child;
	struct buf line; /* what it is told */
	struct buf said;
	bool hung;   /* the last refusal was for nothing but the timeout */
	bool absent; /* or because there is no such command */
	struct complaint complaint;
};

/* Everything else but the three. */
void exchange_init(struct exchange *x);
void exchange_finish(struct exchange *x);

/* The value, which must be valid JSON, as a line; null: there is nothing to tell. */
void exchange_set_line(struct exchange *x, struct slice value);

/* A talk about the line, which begins now. *stop doesn't end one that has nothing to tell. */
struct talk exchange_talk(struct exchange *x, enum talk_aim aim);

/* For an end of the talk that nobody wanted, while the child still runs: says why. */
enum mend_result exchange_refuse(struct exchange *x, const struct talk *talk, enum talk_end end);

/* The child has closed its output. MEND_DONE when it ends, and well, before the deadline; it
 * doesn't run any more in any case. */
enum mend_result exchange_see_off(struct exchange *x, const struct talk *talk);

/* Tells the child what is left, and that there is no more, and sees it off. When it is
 * refused the child may still run. */
enum mend_result exchange_hear_out(struct exchange *x, struct talk *talk);

/* What it has said is the beginning of the line, or nothing. */
bool exchange_is_echo(const struct exchange *x);

/* What it has said doesn't end with its first line. */
bool exchange_has_more_lines(const struct exchange *x);

#endif

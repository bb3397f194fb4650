/* A process of the transform command: it is told a line, and answers with a line.
 *
 * Which line an answer belongs to shows only in that there is one for each: two for one line
 * and none for the next would pass unseen. So the end of a line is kept back until the
 * process has read all before it. A program that is done with a line before it reads on has
 * said by then whatever it had to say of the last one: a line that is heard now is one too
 * many, and the first one behind the line's end is its answer.
 *
 * Of `a | b` the first reads on while the second has not spoken. So processes that run side
 * by side are told one line only, and their input is closed. Of a program that reads on
 * before it is done, `ssh` to another host, say, nothing is known but how many lines it says
 * in all. */
#ifndef REDRIVE_MEND_PROCESS_H
#define REDRIVE_MEND_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "mend/exchange.h"

struct process {
	const char *command; /* set before anything else, as in the exchange, by whoever has it */
	struct exchange exchange; /* its complaint is why something was refused */
	bool several;		  /* processes side by side */
	unsigned answered;	  /* lines, by the child that runs */
	int64_t patience_ms;	  /* for an answer after it has read the line; then it must end */
	unsigned late;		/* answers in a row that came when its input was closed, at once */
	bool unsure;		/* since the last settling a line more than the answers has come, */
	struct complaint doubt; /* or so it may be: why */
};

/* Everything else but those. Starts nothing. */
void process_init(struct process *p);
void process_finish(struct process *p);

/* Tells it the value, which must be valid JSON, and starts it if it doesn't run. MEND_DONE:
 * what it has answered is in exchange.said, a line or several, not looked into. MEND_REFUSED:
 * it doesn't run any more. MEND_BROKEN: *err. */
enum mend_result process_ask(struct process *p, struct slice value, struct error *err);

/* The same, by a process that is told nothing else and must end: nothing can be in doubt. */
enum mend_result process_ask_alone(struct process *p, struct slice value, struct error *err);

/* Ends it. MEND_REFUSED when it doesn't end well, or says more, or something was in doubt
 * already: forgets that. */
enum mend_result process_settle(struct process *p);

/* Kills it, and forgets what is in doubt. */
void process_reset(struct process *p);

#endif

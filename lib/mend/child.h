/* A command that runs beside us, with its input and its output in our hands. It has a
 * process group of its own, so that it dies with all that it has started; its errors go to
 * where ours go. */
#ifndef REDRIVE_MEND_CHILD_H
#define REDRIVE_MEND_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macros.h"

/* child_init before all else. */
struct child {
	pid_t pid;   /* 0: none runs */
	int in, out; /* our ends of its input and output, which don't block; -1: closed */
};

void child_init(struct child *c);

/* Runs `/bin/sh -c command`. 0, or -1 with errno and nothing started. */
int child_start(struct child *c, const char *command) _must_check_;

/* There is nothing more for it to read. */
void child_close_input(struct child *c);

/* True when no two processes of it run side by side, as those of `a | b` do; a shell that
 * waits for one does no harm. False, too, where the system doesn't tell. */
bool child_is_alone(const struct child *c);

/* Waits until `deadline` (clock_mono_ms) for it to end, and kills what is left of its
 * group. True with *status as waitpid has it; false when it had to be killed, too. Either
 * way none runs any more, and nothing of it is left open. */
bool child_end(struct child *c, int64_t deadline, int *status);

/* Ends it at once; fine when none runs. */
void child_kill(struct child *c);

#endif

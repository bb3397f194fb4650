/* Keeps what a load reads and how far its job is together: the job says when to
 * commit, and when to read again from the last checkpoint. */
#ifndef REDRIVE_CMD_FOLLOW_H
#define REDRIVE_CMD_FOLLOW_H

#include <stdbool.h>

#include "source/source.h"

struct load;

/* Zero-initialise. */
struct follow {
	bool on;
	struct source_stats saved; /* the figures at the last checkpoint */
	struct source_stats asked; /* and at the place that was to be committed last */
	struct source_place place;
};

/* Goes to where the job goes on, and says so; nothing when there is no job. */
void follow_begin(struct load *l);

/* After each item of the source. True when it goes on from another place, also
 * when it had come to its end. */
bool follow_item(struct load *l, enum source_type type);

/* The only input was read to its end, and has grown, as the manifest says by now: goes on
 * there. */
void follow_on(struct load *l);

/* Once no more is read: commits what there is, if that is possible. */
void follow_end(struct load *l);

#endif

/* What a replay does with each record before it is sent: where does it go, or must it be
 * left to be mended? And what it does at the end of a file that still grows. */
#ifndef REDRIVE_CMD_RESEND_H
#define REDRIVE_CMD_RESEND_H

#include <stdbool.h>

#include "base/event.h"
#include "deliver/deliver.h"
#include "deliver/rejects.h"
#include "job/manifest.h"
#include "plan.h"
#include "source/source.h"
#include "source/survey.h"

struct load;

/* All borrowed, and set by the caller. */
struct resend {
	const char *to; /* the topic of all records; NULL: each has its own */
	struct deliver *deliver;
	struct rejects *rejects; /* NULL: bad lines are only reported */
	struct plan *plan;	 /* of a rehearsal: counts what goes where; or NULL */
	bool sends_nothing;	 /* though it is no rehearsal: no line was seen to name a topic */
	bool follow;		 /* the file's end is not the end */
	const char *path;	 /* of the file; this and the next two for that */
	struct survey *survey;
	struct manifest *manifest;
	uint64_t max_line;
	const volatile int *stop;
	const struct event_sink *events;
	bool refused; /* out: something can't be passed: nothing more may be committed */
};

/* Can that be a topic's name? */
bool resend_is_topic(const char *name);

/* True when the record is to be sent, to the topic that delivery is turned to now. */
bool resend_prepare(struct resend *r, struct source_item *item);

/* A line that no sink may take: reported, counted, and kept. */
void resend_reject(struct resend *r, const struct source_item *item, enum fault fault,
		   const char *why);

/* Before a commit: what is passed by it is kept first. False when it can't be. */
bool resend_keep(struct resend *r);

/* The load is to read again from an earlier place. */
void resend_go_back(struct resend *r);

/* All is read: waits for more, if that is wanted. True when the load goes on. */
bool resend_wait(struct resend *r, struct load *l);

#endif

/* What dlq-inspect shows, and where it goes. */
#ifndef REDRIVE_CMD_VIEW_H
#define REDRIVE_CMD_VIEW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/publish.h"
#include "inspect/findings.h"
#include "inspect/ndjson.h"
#include "inspect_options.h"

struct view_ops;

struct view {
	const struct inspect_options *o;
	const struct view_ops *ops;
	struct decoder *decoder; /* borrowed */
	struct findings findings;
	struct ndjson lines;
	struct buf out;	     /* that is not written yet */
	const char *path;    /* of --output; NULL: stdout */
	struct publish file; /* that will be, unless it grows while it is read */
	int fd;		     /* -1: there is no such */
	bool following;
	bool closed;	     /* nobody reads stdout any more */
	struct error failed; /* kind is set once it can't be written */
};

/* 0, or -1 with *err. Call view_finish in both cases. */
int view_init(struct view *v, const struct inspect_options *o, struct decoder *decoder,
	      struct error *err) _must_check_;
void view_finish(struct view *v);

/* The ledger that is there, or NULL; once it is known how many partitions there are. */
void view_ledger(struct view *v, const char *topic, uint64_t corrupt);
void view_begin(struct view *v, size_t partitions);

/* All that were read are void: it is begun anew, and none has been added. */
void view_restart(struct view *v);

/* A message was read; one that is not selected for its status alone; one that is. */
void view_count(struct view *v);
void view_pass(struct view *v, const struct letter *l);
void view_add(struct view *v, const struct letter *l);

/* Whoever reads the output has gone: nothing more is wanted. */
bool view_is_closed(const struct view *v);

/* All is read that was there: what follows comes one by one. */
void view_follow(struct view *v);

/* Nothing more comes; complete: all that was to be read was. A file that would hold a part of
 * the messages, and wouldn't say so, is not written. 0, or -1 with *err. */
int view_end(struct view *v, bool complete, struct error *err) _must_check_;

#endif

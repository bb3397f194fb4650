/* Tells a child something and hears what it has to say, both at once, so that neither waits
 * for the other with a full pipe. */
#ifndef REDRIVE_MEND_TALK_H
#define REDRIVE_MEND_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "mend/child.h"

/* Until when. */
enum talk_aim {
	TALK_TO_BE_READ, /* it has read all that it was told, and all before */
	TALK_TO_A_LINE,	 /* it has been told all, and has said a line */
	TALK_TO_THE_END, /* it has closed its output, with nothing more to read */
};

enum talk_end {
	TALK_READ,    /* as TALK_TO_BE_READ wants it; no line was said meanwhile */
	TALK_LINE,    /* it has said a line, at least */
	TALK_MUTE,    /* it has read all, and has said no line in patience_ms after that */
	TALK_ENDED,   /* it has closed its output */
	TALK_SILENT,  /* the deadline has come */
	TALK_LONG,    /* it has said more than it may */
	TALK_STOPPED, /* *stop was set */
	TALK_FAILED,  /* errno says why */
};

struct talk {
	struct child *child;
	enum talk_aim aim;
	struct slice words;	  /* what it has not been told yet */
	struct buf *said;	  /* what it says is added here, */
	uint64_t max;		  /* so many bytes at most, and what one read has brought */
	int64_t deadline;	  /* clock_mono_ms */
	int64_t patience_ms;	  /* of TALK_TO_A_LINE; 0: none but the deadline */
	const volatile int *stop; /* or NULL */
};

/* SIGPIPE is kept from the process. A child that doesn't want to hear the rest has its input
 * closed, and may still speak. */
enum talk_end talk_run(struct talk *t);

/* These don't wait. True when the child has said something that was not heard yet. */
bool talk_is_due(const struct child *c);

/* Bytes that it was told and has not read. */
size_t talk_unread(const struct child *c);

#endif

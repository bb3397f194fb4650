/* What a file of envelopes holds, told at a glance: how far its whole lines go, how many
 * there are, and which topics they name. What is wrong in a line shows when it is read. */
#ifndef REDRIVE_SOURCE_SURVEY_H
#define REDRIVE_SOURCE_SURVEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "base/slice.h"
#include "record/envelope.h"

struct survey_topic {
	char *name; /* owned */
	uint64_t records;
};

/* Zero-initialise. */
struct survey {
	uint64_t end;	   /* bytes up to the end of the last whole line, which may lack its line
			   * feed if it is an envelope */
	uint64_t torn;	   /* bytes behind that: a line that somebody has not finished */
	uint64_t lines;	   /* whole ones, blank ones too */
	uint64_t records;  /* of these, those that are not blank */
	uint64_t nameless; /* of these, those without a topic, or that can't be read */
	uint64_t first;	   /* a number for the first line that isn't blank: the same on every
			   * machine; 0: there is none */
	struct survey_topic *topics;
	size_t n, cap;
	bool brief; /* set before: `end`, `torn` and `first` are wanted, and whether there is any
		     * record: what a file with a line feed at its end is not read further for */
	/* What goes on from line to line. */
	struct survey_topic *last;
	uint64_t dropped;  /* bytes of a line that is far too long */
	struct buf prefix; /* what lines of the last topic begin with */
	struct envelope envelope;
};

/* Looks at the file from s->end on, and adds what is there: again and again, while it
 * grows. 0, or -1 with *err (ERROR_USAGE), whose text follows the name: it can't be read,
 * is no regular file, or is shorter than it was. Lines over max_line bytes are nameless.
 * whole: a last line without a line feed is not taken, for somebody may be writing it. */
int survey_look(struct survey *s, const char *path, uint64_t max_line, bool whole,
		struct error *err) _must_check_;
void survey_finish(struct survey *s);

#endif

/* The files a run reads: may they be read, and what came out of each. */
#ifndef REDRIVE_CMD_INPUTS_H
#define REDRIVE_CMD_INPUTS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/event.h"
#include "options.h"
#include "record/block.h"
#include "report/summary.h"
#include "source/source.h"

/* So many members of an archive are counted one by one, the others in sum. */
#define INPUTS_MEMBERS 100

/* The numbers of an archive's members that were met: from first to below end. */
struct seen_members {
	unsigned first, end;
};

/* Zero-initialise. */
struct inputs {
	/* What the summary tells: nothing of a single input that is no archive. */
	const struct summary_input *items;
	size_t n;

	struct summary_input *all;
	size_t n_all;
	struct origin *member;	   /* the one that is read, a reference; or NULL */
	uint64_t *member_count;	   /* counts its records */
	uint64_t bytes_before;	   /* of its input, when it began */
	uint64_t n_failed;	   /* members */
	struct seen_members *seen; /* of each input */
	bool measured;		   /* member's bytes were counted before: it is met again */
	struct origin *unfinished; /* the member that was read when the source went back; a
				    * reference, or NULL */
};

/* Are these files that can be read ("-" always is), none of them the fallback
 * file, which the run appends to, and no pipe twice? 0, or -1 with ERROR_USAGE. */
int inputs_check(const struct option_list *paths, const char *fallback,
		 struct error *err) _must_check_;

/* Warns of files that are named twice. */
void inputs_warn(const struct inputs *in, const struct event_sink *events);

/* True when both names lead to one file, or would once it exists; "-" is
 * standard input. */
bool files_same(const char *a, const char *b);

/* Borrows the paths. */
void inputs_init(struct inputs *in, const struct option_list *paths);
void inputs_finish(struct inputs *in);

/* Counts a record of that input; origin may be NULL. */
static inline void inputs_count(struct inputs *in, const struct origin *origin)
{
	if (!origin)
		return;
	in->all[origin->input].records++;
	if (origin == in->member)
		++*in->member_count;
}

/* A member of an archive begins, perhaps again. */
void inputs_begin(struct inputs *in, struct origin *origin, const struct source *source);

/* One is left out; the text is copied. */
void inputs_leave_out(struct inputs *in, struct origin *origin, const char *why,
		      const struct source *source);

/* The input, or the member, could not be read to its end; the text is copied.
 * Tells how many members were so before. */
uint64_t inputs_fail(struct inputs *in, struct origin *origin, const char *text,
		     const struct source *source);

/* True for a member that was begun or left out before, and is met again. */
bool inputs_has_seen(const struct inputs *in, const struct origin *origin);

/* The source is about to go back to an earlier place. */
void inputs_go_back(struct inputs *in);

/* How many could not be read to their end. */
unsigned inputs_damaged(const struct inputs *in);

/* Takes over how many bytes came out of each. */
void inputs_measure(struct inputs *in, const struct source *source);

#endif

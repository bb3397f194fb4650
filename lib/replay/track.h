/* How far a partition of the DLQ is: what is done with, what was read. */
#ifndef REDRIVE_REPLAY_TRACK_H
#define REDRIVE_REPLAY_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct track {
	int32_t partition;
	bool ours;	  /* this process works on it */
	int64_t low;	  /* the first record that there is */
	int64_t from, to; /* only records from there to before that are meant */
	int64_t at;	  /* the next offset */
	int64_t open;	  /* the first that is not done with, or -1: all before `at` are */
	int64_t seen;	  /* before that, this process has decided already, and counted */
	int64_t told;	  /* before that, warnings have been given */
	int64_t newest;	  /* when its ledger was written last, while it isn't certain that that
			   * is about this DLQ, and not one of its name that is no more; else -1 */
	bool reading;	  /* it is read now */
	bool ended;	  /* all is read */
};

/* Work begins: all before `committed` is done with, and `from` is read first. */
static inline void track_begin(struct track *t, int64_t committed, int64_t from)
{
	t->ours = true;
	t->ended = from >= t->to;
	t->open = from > committed ? committed : -1;
	t->at = from;
}

/* The record at that offset is done with, or it stays. */
static inline void track_pass(struct track *t, int64_t offset, bool done)
{
	if (!done && t->open < 0)
		t->open = offset;
	t->at = offset + 1;
}

/* The end of what is done with: what the group commits. */
static inline int64_t track_prefix(const struct track *t)
{
	return t->open < 0 ? t->at : t->open;
}

/* What is left is read: there was nothing more before `to`. */
static inline void track_end(struct track *t)
{
	if (t->at < t->to)
		t->at = t->to;
	t->ended = true;
}

#endif

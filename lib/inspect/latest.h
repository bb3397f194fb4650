/* The last dead letters of many, by when they failed. */
#ifndef REDRIVE_INSPECT_LATEST_H
#define REDRIVE_INSPECT_LATEST_H

#include <stddef.h>
#include <stdint.h>

#include "letter/letter.h"

/* No more are ever kept. */
#define LATEST_MAX 100000

struct latest_item {
	int64_t time; /* letter_time */
	struct received received;
	enum letter_status status;
	struct record *copy;
};

struct latest {
	struct latest_item *items; /* a heap whose first is the oldest, until latest_sort */
	size_t n, cap, most;
};

/* Of the latest `most`, 1 to LATEST_MAX. */
void latest_init(struct latest *l, size_t most);
void latest_finish(struct latest *l);

/* Forgets all that were added. */
void latest_clear(struct latest *l);

/* Copies the letter's record, where it is one of the last. */
void latest_add(struct latest *l, const struct letter *letter);

/* The oldest first; none may be added any more. */
void latest_sort(struct latest *l);

#endif

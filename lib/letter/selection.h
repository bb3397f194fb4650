/* Which dead letters are meant. */
#ifndef REDRIVE_LETTER_SELECTION_H
#define REDRIVE_LETTER_SELECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "kafka/reader.h"
#include "letter/letter.h"

/* Strings, which stay the caller's and are not kept. */
struct selection_options {
	const char *const *where; /* all must hold; see letter/where.h */
	size_t n_where;
	const char *since, *until;  /* of letter_time: not before, and before; or NULL */
	const char *const *offsets; /* "PARTITION", "PARTITION:FROM", "PARTITION:FROM:TO", to
				     * below TO: only these are read */
	size_t n_offsets;
	int status; /* enum letter_status, or -1: any */
};

struct selection;

/* NULL with *err (ERROR_USAGE), which names the option. now: ms since 1970 UTC. */
struct selection *selection_create(const struct selection_options *options, int64_t now,
				   struct error *err);
void selection_destroy(struct selection *s); /* NULL is fine */

/* Cuts n parts of a topic down to those that are to be read; returns how many are left.
 * -1 with *err (ERROR_USAGE): a partition that there is not. */
int selection_cut(const struct selection *s, struct reader_part *parts, size_t n,
		  struct error *err) _must_check_;

/* Is it one of those? */
bool selection_has(struct selection *s, const struct letter *l);

/* It would be, if something else had become of it. */
bool selection_has_but_for_status(struct selection *s, const struct letter *l);

/* Every letter is, whatever it holds: nothing but offsets was asked for. */
bool selection_takes_all(const struct selection *s);

#endif

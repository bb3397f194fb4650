/* The files a run reads: may they be read, and what came out of each. */
#ifndef REDRIVE_CMD_INPUTS_H
#define REDRIVE_CMD_INPUTS_H

#include <stdbool.h>

#include "base/error.h"
#include "options.h"
#include "record/block.h"
#include "report/summary.h"
#include "source/source.h"

/* Zero-initialise. */
struct inputs {
	struct summary_input *items; /* NULL: there is only one, and nothing is counted */
	size_t n;
};

/* Are these files that can be read ("-" always is), and is none of them the
 * fallback file, which the run appends to? 0, or -1 with ERROR_USAGE. */
int inputs_check(const struct option_list *paths, const char *fallback,
		 struct error *err) _must_check_;

/* True when both names lead to one file; "-" is standard input. */
bool files_same(const char *a, const char *b);

/* Borrows the paths. */
void inputs_init(struct inputs *in, const struct option_list *paths);
void inputs_finish(struct inputs *in);

/* Counts a record of that input; origin may be NULL. */
static inline void inputs_count(struct inputs *in, const struct origin *origin)
{
	if (in->items && origin)
		in->items[origin->input].records++;
}

/* The input could not be read to its end; the text is copied. */
void inputs_fail(struct inputs *in, const struct origin *origin, const char *text);

/* Takes over how many bytes came out of each. */
void inputs_measure(struct inputs *in, const struct source *source);

#endif

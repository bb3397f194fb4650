/* One condition on a dead letter: TERM OPERATOR VALUE.
 *
 *   =  !=            the same text, or the same number or time
 *   ~  !~            a POSIX extended regular expression is found in it
 *   <  <=  >  >=     by number or time where both are one, else by bytes
 *
 * Of a term that has several values one must fit; with != and !~ none may. */
#ifndef REDRIVE_LETTER_WHERE_H
#define REDRIVE_LETTER_WHERE_H

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "letter/term.h"

struct where_operator;

struct where {
	const struct where_operator *operator;
	size_t term;
	char *value;
	bool is_number, is_time;
	double number;
	int64_t time; /* ms since 1970 UTC */
	regex_t regex;
	bool has_regex;
	struct buf copy; /* of the value that is looked at */
};

/* Adds its term to `terms`. 0, or -1 with *err (ERROR_USAGE). Call where_finish in both
 * cases. now: ms since 1970 UTC, for times like -2h. */
int where_init(struct where *w, struct terms *terms, const char *text, int64_t now,
	       struct error *err) _must_check_;
void where_finish(struct where *w);

/* Does it hold of the letter that terms_begin has set? */
bool where_holds(const struct where *w, struct terms *terms);

/* "2026-01-02T03:04:05Z", or "-2h": so long before now. */
bool where_parse_time(const char *text, int64_t now, int64_t *ms);

#endif

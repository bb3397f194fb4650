/* How to go on with a load that stopped early. */
#ifndef REDRIVE_CMD_RESUME_H
#define REDRIVE_CMD_RESUME_H

#include <stdbool.h>

#include "base/buf.h"
#include "deliver/mark.h"
#include "options.h"

/* What was asked for. All borrowed. */
struct resume {
	const char *command; /* "produce" */
	char **args;	     /* as they were given, behind the command; ends with NULL */
	const struct option_list *paths; /* of the inputs */
	bool limited;			 /* not all was to be read */
	bool format_given;
	bool secrets; /* args must not be shown: see resume_has_secrets */
};

/* True when the command line has headers, an alert's command or a property with
 * a password, however they are spelt. `properties` are those of -X. */
bool resume_has_secrets(const struct options *o, const struct option_list *properties);

/* How one goes on behind that place, which the text of the mark must follow:
 * "begin after". A row of CSV may have several lines. */
const char *resume_behind(const struct mark *m);

/* Adds the command that begins with that line of the input, or behind it: for
 * one plain file of NDJSON. For other inputs, words: "begin with orders.csv, line
 * 17". A command line with secrets, or with bytes that no log shows as they are,
 * is not repeated in full. True when it is a command. */
bool resume_at(struct buf *out, const struct resume *r, const struct mark *m, bool behind);

/* Adds the command as it was given: nothing of the input was read. */
void resume_anew(struct buf *out, const struct resume *r);

#endif

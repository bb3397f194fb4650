/* One option's value: from text into its member. */
#ifndef REDRIVE_CMD_OPTION_VALUE_H
#define REDRIVE_CMD_OPTION_VALUE_H

#include "base/buf.h"
#include "options.h"

/* Reads text as spec's kind says into member. STRING keeps the pointer; LIST is
 * not for here. False when text is no such value; member is then untouched. */
_must_check_ bool option_value_read(const struct option_spec *spec, void *member, const char *text);

/* Adds what the option expects, for a message: "a whole number from 0 to 9". */
void option_value_describe(struct buf *out, const struct option_spec *spec);

#endif

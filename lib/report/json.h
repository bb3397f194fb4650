/* Text of any kind as a JSON string. */
#ifndef REDRIVE_REPORT_JSON_H
#define REDRIVE_REPORT_JSON_H

#include "base/buf.h"

/* Adds text as a JSON string. Valid UTF-8 goes in as it is, but for what a terminal would
 * obey, which is \uXXXX; bytes of other text are shown as \xNN. NULL becomes null. */
void json_add_text(struct buf *out, const char *text);
void json_add_slice(struct buf *out, struct slice s);

#endif

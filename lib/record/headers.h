/* Lists of headers, in the forms that we and other tools give them. */
#ifndef REDRIVE_RECORD_HEADERS_H
#define REDRIVE_RECORD_HEADERS_H

#include "record/envelope.h"

/* The headers that e's record has from now on: none. */
void headers_begin(struct envelope *e);

/* Adds one. */
void headers_add(struct envelope *e, struct slice name, struct slice value);

/* Adds those of `[[name,value],...]`: a name is a string or {"base64":"..."}, a value may
 * be null, too. False: it is something else. */
bool headers_read(struct envelope *e, const struct part *list);

/* The same for what other tools print: `[name,value,...]`, `[{"key":...,"value":...},...]`
 * and `{name:value,...}`, whose values may be null, or null for none. */
bool headers_read_any(struct envelope *e, const struct part *list);

/* Decodes base64 in its place, which is longer than what it stands for. False when it is
 * none. */
bool headers_decode(struct slice *base64);

#endif

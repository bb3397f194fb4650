/* Walks JSON that is known to be valid, without building anything from it. */
#ifndef REDRIVE_CHECK_SCAN_H
#define REDRIVE_CHECK_SCAN_H

#include "base/buf.h"
#include "base/slice.h"

/* One step: the member `name` of the object, or the item with the number that
 * `name` spells of the array, that `json` holds; its exact text, without
 * blanks around it. SLICE_NULL when there is none. Of members that share a
 * name it is the first. json must be a valid JSON text. */
struct slice scan_step(struct slice json, struct slice name);

/* json without the blanks around it. */
struct slice scan_trim(struct slice json);

/* Adds what a JSON string stands for; `raw` is the text between its quotes. */
void scan_unescape(struct buf *out, struct slice raw);

#endif

/* Records as other tools print them, a line of JSON each.
 *
 * Where a tool doesn't tell null from empty, a key or value is null, a header's value
 * empty. Where it doesn't tell which bytes there were, the line is refused. */
#ifndef REDRIVE_RECORD_FOREIGN_H
#define REDRIVE_RECORD_FOREIGN_H

#include "record/envelope.h"
#include "record/shape.h"

/* False when such a line can't hold bytes that are not UTF-8, but these parts do. */
bool foreign_may_hold(const struct shape *shape, const struct parts *parts);

/* Takes the members that e has the parts of. 0, or -1 with *err as envelope_read. */
int foreign_read(struct envelope *e, const struct shape *shape, struct error *err);

#endif

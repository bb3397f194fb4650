/* The last words of a load that stopped early. */
#ifndef REDRIVE_CMD_STOPPED_H
#define REDRIVE_CMD_STOPPED_H

#include "base/buf.h"
#include "outcome.h"

/* Says why it stopped, which records are not safe, and how to go on, which is
 * also added to `resume`. Nothing, when it went to its end. */
void stopped_say(const struct outcome_info *info, struct buf *resume);

#endif

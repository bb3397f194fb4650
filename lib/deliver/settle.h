/* What a sender does with records that failed: again, smaller, or to their end. */
#ifndef REDRIVE_DELIVER_SETTLE_H
#define REDRIVE_DELIVER_SETTLE_H

#include "deliver/sender.h"

/* Brings every record in s->producer.failed, and all that is in flight, to an
 * end. Nothing new may be sent meanwhile. */
void settle(struct sender *s);

#endif

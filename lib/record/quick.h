/* Envelopes of ours that can be read at a glance, which is a twentieth of the work.
 * What isn't certain is left to record/thorough.h: it decides, and says what is wrong. */
#ifndef REDRIVE_RECORD_QUICK_H
#define REDRIVE_RECORD_QUICK_H

#include "record/envelope.h"

/* Takes the members that e has the parts of. True: all is as thorough_read would have
 * read it from the line. False: e is half filled. */
bool quick_read(struct envelope *e, struct slice line);

#endif

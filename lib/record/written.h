/* A line just as envelope_write has made it, read from its beginning to where the record ends. */
#ifndef REDRIVE_RECORD_WRITTEN_H
#define REDRIVE_RECORD_WRITTEN_H

#include "record/envelope.h"

/* Fills topic and record of an envelope in which there is room for the line. False: it was
 * made otherwise, or has base64, and somebody slower has to look; *e may hold anything then.
 * Notes, and whatever else stands behind the record, are not looked at. */
bool written_read(struct envelope *e, struct slice line);

#endif

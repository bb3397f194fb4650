/* Envelopes of ours, read by a JSON parser that says what is wrong. */
#ifndef REDRIVE_RECORD_THOROUGH_H
#define REDRIVE_RECORD_THOROUGH_H

#include "record/envelope.h"

/* As envelope_read; e is empty but for memory, of which its bytes have room for line.len. */
int thorough_read(struct envelope *e, struct slice line, struct error *err);

#endif

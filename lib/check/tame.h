/* Numbers that no double can hold, made small enough for a parser that minds. */
#ifndef REDRIVE_CHECK_TAME_H
#define REDRIVE_CHECK_TAME_H

#include "base/buf.h"
#include "base/slice.h"

/* Adds text with every exponent's digits turned to 0 and every run of digits
 * outside strings cut to 18: valid JSON stays valid, and what is invalid stays
 * invalid, but no number overflows. RFC 8259, section 6, sets no limit. */
void tame_numbers(struct buf *out, struct slice text);

#endif

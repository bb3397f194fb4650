/* JSON that a parser minds though it is valid, changed into JSON that it takes. */
#ifndef REDRIVE_CHECK_TAME_H
#define REDRIVE_CHECK_TAME_H

#include <stddef.h>

/* Changes text in place so that no number overflows a double and no string has
 * a NUL: every exponent's digits turn to 0, an integer's digits behind the 18th
 * into decimals, \u0000 into \u0020. What is valid stays valid, what is invalid
 * stays so at the same place, and nothing moves. RFC 8259 sets numbers no limit
 * (section 6) and allows \u0000 in names (section 7). */
void tame_text(char *text, size_t len);

#endif

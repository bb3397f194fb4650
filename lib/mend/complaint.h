/* What the transform command did wrong, in words that follow "the transform command", with
 * nothing in them of what it has printed. */
#ifndef REDRIVE_MEND_COMPLAINT_H
#define REDRIVE_MEND_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "mend/result.h"

struct complaint {
	char what[256]; /* "ended with status 3" */
};

/* All return MEND_REFUSED, so that a function can end with them. */
enum mend_result complaint_set(struct complaint *c, const char *fmt, ...) _printf_(2, 3);

/* what: "printed nothing", within the timeout. */
enum mend_result complaint_set_delay(struct complaint *c, const char *what, int64_t timeout_ms);

/* It closed its output, and ended within the timeout, or didn't; status as waitpid has it. */
enum mend_result complaint_set_end(struct complaint *c, bool ended, int status, int64_t timeout_ms);

/* It printed more than that. */
enum mend_result complaint_set_size(struct complaint *c, uint64_t max_bytes);

#endif

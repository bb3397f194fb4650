/* What the dlq-inspect command takes. */
#ifndef REDRIVE_CMD_INSPECT_OPTIONS_H
#define REDRIVE_CMD_INSPECT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "groups.h"
#include "options.h"
#include "selection_options.h"

enum inspect_format { INSPECT_TABLE, INSPECT_JSON, INSPECT_NDJSON, INSPECT_CSV, INSPECT_HTML };

struct inspect_options {
	struct common_options common;
	struct selection_choice selection;
	int status;	    /* 0: all, else enum letter_status and 1 */
	int format;	    /* enum inspect_format */
	const char *output; /* NULL: stdout */
	const char *group_by;
	uint64_t top;
	uint64_t tail; /* 0: no */
	bool show_values, follow;
	const char *export; /* or NULL */
};

#define INSPECT_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.common = COMMON_OPTIONS_DEFAULT, .top = 20                                        \
	}

extern const struct option_use inspect_uses[]; /* into a struct inspect_options */

#endif

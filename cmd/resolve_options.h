/* What the commands take that resolve dead letters: replay-dlq and dlq-discard. */
#ifndef REDRIVE_CMD_RESOLVE_OPTIONS_H
#define REDRIVE_CMD_RESOLVE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "groups.h"
#include "mend_options.h"
#include "options.h"
#include "selection_options.h"

struct resolve_options {
	struct common_options common;
	struct selection_choice selection;
	struct mend_choice mend;
	const char *to; /* NULL: where each belongs */
	uint64_t max_replays;
	bool keep_key_order;
	bool no_ledger;
	const char *reason; /* of dlq-discard, or NULL */
	bool dry_run, yes;
	uint64_t rate, canary;
	int64_t canary_wait_ms;
	const char *max_failures; /* or NULL */
};

#define RESOLVE_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.common = COMMON_OPTIONS_DEFAULT, .mend = MEND_CHOICE_DEFAULT, .max_replays = 3,   \
		.keep_key_order = true, .canary_wait_ms = 10000                                    \
	}

extern const struct option_use replay_dlq_uses[]; /* into a struct resolve_options */
extern const struct option_use dlq_discard_uses[];

#endif

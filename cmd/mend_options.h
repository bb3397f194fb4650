/* What is to be changed in values on their way: options that several commands share. */
#ifndef REDRIVE_CMD_MEND_OPTIONS_H
#define REDRIVE_CMD_MEND_OPTIONS_H

#include <stdint.h>

#include "mend/mend.h"
#include "options.h"

struct mend_choice {
	struct option_list set, unset, rename, require;
	const char *transform; /* or NULL */
	int64_t transform_timeout_ms;
};

#define MEND_CHOICE_DEFAULT                                                                        \
	{                                                                                          \
		.transform_timeout_ms = 30000                                                      \
	}

extern const struct option_group mend_group;

/* The choice as the library takes it; its strings stay those of the choice. max_bytes and stop
 * as in struct mend_options. */
struct mend_options mend_options_from(const struct mend_choice *o, uint64_t max_bytes,
				      const volatile int *stop);

#endif

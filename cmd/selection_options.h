/* Which dead letters a command is about: options that several commands share. */
#ifndef REDRIVE_CMD_SELECTION_OPTIONS_H
#define REDRIVE_CMD_SELECTION_OPTIONS_H

#include <stdint.h>

#include "base/error.h"
#include "letter/selection.h"
#include "options.h"

struct selection_choice {
	const char *topic; /* the DLQ */
	struct option_list where, offsets;
	const char *since, *until;
	uint64_t limit; /* 0: none */
	const char *header_map;
};

extern const struct option_group selection_group;

/* NULL with *err. status: enum letter_status, or -1. */
struct selection *selection_from(const struct selection_choice *o, int status, struct error *err);

/* A decoder with the header map, if there is one; NULL with *err. */
struct decoder *decoder_from(const struct selection_choice *o, struct error *err);

#endif

/* From the command line to the command. */
#ifndef REDRIVE_CMD_DISPATCH_H
#define REDRIVE_CMD_DISPATCH_H

#include <stdio.h>

#include "cmd.h"

struct program {
	const char *summary;		   /* one line for --help */
	const char *version;		   /* what --version prints after the name */
	const struct cmd *const *commands; /* ended by NULL */
};

/* Runs the command that argv[1] names, or answers --help, --version and
 * `help [COMMAND]` on out; complaints go to err. Names count only in full.
 * Returns the exit status. */
int dispatch(const struct program *program, int argc, char **argv, FILE *out, FILE *err);

/* Refuses keys that begin with "redrive." and that no command knows, so that a
 * slip of the fingers in a config file isn't silently without effect; a key of
 * another command is fine. Returns 0, or -1 with ERROR_USAGE. */
_must_check_ int dispatch_check_config(const struct cmd *const *commands,
				       const struct config_entry *entries, size_t n,
				       const char *file, struct error *err);

#endif

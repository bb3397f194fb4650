/* The run of a command that resolves dead letters. */
#ifndef REDRIVE_CMD_RESOLVE_H
#define REDRIVE_CMD_RESOLVE_H

#include "cmd.h"

/* discard: marks them, and sends nothing. Returns the exit status. */
int resolve_run(const struct cmd *cmd, bool discard, int argc, char **argv);

#endif

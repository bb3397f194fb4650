/* Help texts, out of the same tables that parse. */
#ifndef REDRIVE_CMD_HELP_H
#define REDRIVE_CMD_HELP_H

#include "base/buf.h"
#include "cmd.h"
#include "dispatch.h"

/* Adds what `redrive --help` prints, wrapped to so many columns. */
void help_program(struct buf *out, const struct program *program, unsigned width);

/* Adds what `redrive COMMAND --help` prints. */
void help_command(struct buf *out, const struct cmd *cmd, unsigned width);

/* The width for a text on this stream: its terminal's, within reason, or 80. */
unsigned help_width(FILE *out);

#endif

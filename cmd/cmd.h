/* A command: one const descriptor at the bottom of the command's own file. */
#ifndef REDRIVE_CMD_CMD_H
#define REDRIVE_CMD_CMD_H

#include <stdio.h>

#include "base/error.h"
#include "options.h"

struct cmd {
	const char *name;
	const char *summary;		   /* one line, no full stop, for the list of commands */
	const char *usage;		   /* what follows the name: "[OPTIONS] FILE...", or "" */
	const char *details;		   /* paragraphs for --help, or NULL; wrapped */
	const struct option_use *options;  /* ended by {0}; NULL: none but --help */
	const char *examples;		   /* lines as they are, or NULL */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit
					    * status */
};

/* Each is at the bottom of its file; main.c has the table, ended by NULL. */
extern const struct cmd cmd_demo;
extern const struct cmd cmd_dlq_discard;
extern const struct cmd cmd_dlq_inspect;
extern const struct cmd cmd_dlq_purge;
extern const struct cmd cmd_errors;
extern const struct cmd cmd_jobs;
extern const struct cmd cmd_produce;
extern const struct cmd cmd_replay_dlq;
extern const struct cmd cmd_replay_fallback;
extern const struct cmd cmd_sandbox;
extern const struct cmd *const cmd_table[];

/* Parses the command line and the environment into target (see options.h). NULL
 * when the command is done: --help was printed to stdout, or the usage error to
 * stderr, and *status is the exit status. The caller calls options_destroy. */
_must_check_ struct options *cmd_options(const struct cmd *cmd, int argc, char **argv, void *target,
					 int *status);

/* Prints "redrive NAME: TEXT" on a line, control bytes escaped; name may be NULL. */
void cmd_say(FILE *out, const char *name, const char *text);

/* Prints "redrive NAME: TEXT" and where to find help to stderr; returns EXIT_USAGE. */
int cmd_usage(const struct cmd *cmd, const char *fmt, ...) _printf_(2, 3);

/* Prints "redrive NAME: TEXT" to stderr, for ERROR_USAGE where to find help, too;
 * returns the exit status for that kind of error. */
int cmd_fail(const struct cmd *cmd, const struct error *err);

#endif

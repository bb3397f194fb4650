#include <stddef.h>
#include <stdio.h>

#include "dispatch.h"
#include "output.h"
#include "signals.h"

#ifndef REDRIVE_VERSION
#define REDRIVE_VERSION "0.0.0"
#endif

const struct cmd *const cmd_table[] = {
	&cmd_produce, &cmd_errors, &cmd_sandbox, &cmd_demo, NULL,
};

static const struct program program = {
	.summary = "load order files into Kafka, and get failed messages back to where they belong",
	.version = REDRIVE_VERSION,
	.commands = cmd_table,
};

int main(int argc, char **argv)
{
	output_open();
	signals_ignore_failures();
	return output_close(dispatch(&program, argc, argv, stdout, stderr));
}

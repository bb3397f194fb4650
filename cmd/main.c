#include <locale.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "dispatch.h"
#include "output.h"
#include "signals.h"

#ifndef REDRIVE_VERSION
#define REDRIVE_VERSION "0.0.0"
#endif

const struct cmd *const cmd_table[] = {
	&cmd_produce,
	&cmd_dlq_inspect,
	&cmd_replay_dlq,
	&cmd_dlq_discard,
	&cmd_dlq_purge,
	&cmd_replay_fallback,
	&cmd_jobs,
	&cmd_errors,
	&cmd_sandbox,
	&cmd_demo,
	NULL,
};

static const struct program program = {
	.summary = "load order files into Kafka, and get failed messages back to where they belong",
	.version = REDRIVE_VERSION,
	.commands = cmd_table,
};

/* librdkafka takes and frees a buffer of a megabyte for each batch: let it be
 * the same one again, rather than pages that are mapped and cleared anew. */
static void tune_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

int main(int argc, char **argv)
{
	/* libarchive reads names of members only into the locale's characters. */
	setlocale(LC_CTYPE, "C.UTF-8");
	tune_memory();
	output_open();
	signals_ignore_failures();
	return output_close(dispatch(&program, argc, argv, stdout, stderr));
}

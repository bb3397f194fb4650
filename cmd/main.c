#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dispatch.h"
#include "exit.h"

/* More than any help or list has. */
#define OUT_BYTES (256 * 1024)

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

/* A file that gets the number of a closed stream would receive its output, the
 * log for one. What stands in fails each use, as the closed stream would. */
static void open_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_FATAL);
}

static int close_stdout(int status)
{
	bool failed = ferror(stdout);
	int reason = 0;

	errno = 0;
	if (fclose(stdout) != 0) {
		failed = true;
		reason = errno;
	}
	if (!failed)
		return status;
	fprintf(stderr, "redrive: cannot write to standard output%s%s\n", reason ? ": " : "",
		reason ? strerror(reason) : "");
	return status ? status : EXIT_FATAL;
}

int main(int argc, char **argv)
{
	static char out[OUT_BYTES];

	open_closed_streams();
	signal(SIGPIPE, SIG_IGN);
	/* One write at the end, which says why when it fails. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, out, _IOFBF, sizeof(out));
	return close_stdout(dispatch(&program, argc, argv, stdout, stderr));
}

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include "exit.h"

/* More than any help or list has. */
#define OUT_BYTES (256 * 1024)

/* A file that gets the number of a closed stream would receive its output, the
 * log for one. What stands in fails each use, as the closed stream would. */
static void open_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_FATAL);
}

void output_open(void)
{
	static char out[OUT_BYTES];

	open_closed_streams();
	/* One write at the end, which says why when it fails. */
	if (!isatty(STDOUT_FILENO))
		setvbuf(stdout, out, _IOFBF, sizeof(out));
}

/* 0, or why what waits could not be written. */
static int flush(void)
{
	int why;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	why = errno ? errno : EIO;
	__fpurge(stdout);
	clearerr(stdout);
	return why;
}

static int lost; /* errno of what output_add could not write, or 0 */

bool output_add(const char *data, size_t len, bool now)
{
	errno = 0;
	if (!lost && (fwrite(data, 1, len, stdout) != len || (now && fflush(stdout) != 0))) {
		lost = errno ? errno : EIO;
		__fpurge(stdout);
		clearerr(stdout);
	}
	return !lost;
}

int output_flush(void)
{
	int why = flush();

	return why == EPIPE || why == EBADF ? 0 : why;
}

int output_close(int status)
{
	int why = flush();

	if (lost)
		why = lost;
	if (fclose(stdout) != 0 && !why)
		why = errno;
	if (!why || why == EPIPE)
		return status;
	fprintf(stderr, "redrive: cannot write to standard output: %s\n", strerror(why));
	return status ? status : EXIT_FATAL;
}

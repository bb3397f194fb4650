#include "report/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PATIENCE_MS 1000

/* Somebody else may have set a shared terminal to non-blocking. */
static bool may_go_on(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	if (errno == EINTR)
		return true;
	return errno == EAGAIN && poll(&ready, 1, PATIENCE_MS) == 1 && ready.revents & POLLOUT;
}

void terminal_write(FILE *out, struct slice text)
{
	int fd = fileno(out);

	fflush(out);
	while (text.len) {
		ssize_t n = write(fd, text.data, text.len);

		if (n < 0 && !may_go_on(fd))
			return;
		if (n > 0) {
			text.data += n;
			text.len -= (size_t)n;
		}
	}
}

unsigned terminal_width(FILE *out, unsigned unknown)
{
	struct winsize size;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || !size.ws_col)
		return unknown;
	return size.ws_col;
}

#include "base/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

int publish_check(const char *path)
{
	struct publish p = {0};
	struct stat st;

	/* What is renamed over a link, a pipe or a device takes its place. */
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (publish_begin(&p, path, 0600) < 0)
		return -1;
	publish_drop(&p);
	return 0;
}

int publish_begin(struct publish *p, const char *path, mode_t mode)
{
	char *temporary = mem_printf("%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC), saved;

	if (fd < 0) {
		saved = errno;
		free(temporary);
		errno = saved;
		return -1;
	}
	*p = (struct publish){mem_strdup(path), temporary, fd, 0, p->keeps};
	if (fchmod(fd, mode) < 0)
		p->failed = errno;
	return 0;
}

void publish_write(struct publish *p, struct slice bytes)
{
	while (bytes.len && !p->failed) {
		ssize_t n = write(p->fd, bytes.data, bytes.len);

		if (n < 0 && errno != EINTR)
			p->failed = errno;
		if (n > 0) {
			bytes.data += n;
			bytes.len -= (size_t)n;
		}
	}
}

static void forget(struct publish *p)
{
	free(p->path);
	free(p->temporary);
	*p = (struct publish){0};
}

/* A second name and the loss of the first are what a rename is, but fail where there is
 * something already. */
static int put(const struct publish *p)
{
	if (!p->keeps)
		return rename(p->temporary, p->path);
	if (link(p->temporary, p->path) < 0)
		return -1;
	unlink(p->temporary);
	return 0;
}

int publish_end(struct publish *p)
{
	int failed;

	if (!p->failed && fsync(p->fd) < 0)
		p->failed = errno;
	if (close(p->fd) < 0 && !p->failed)
		p->failed = errno;
	if (!p->failed && put(p) < 0)
		p->failed = errno;
	if (p->failed)
		unlink(p->temporary);
	failed = p->failed;
	forget(p);
	errno = failed;
	return failed ? -1 : 0;
}

void publish_drop(struct publish *p)
{
	if (!p->path)
		return;
	close(p->fd);
	unlink(p->temporary);
	forget(p);
}

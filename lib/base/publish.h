/* A file that others see whole or not at all: it is written beside its place, under a name
 * of its own, and takes that place in the end. */
#ifndef REDRIVE_BASE_PUBLISH_H
#define REDRIVE_BASE_PUBLISH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/macros.h"
#include "base/slice.h"

/* Zero-initialise. */
struct publish {
	char *path, *temporary;
	int fd;
	int failed; /* errno of the first failure, or 0 */
	bool keeps; /* set before publish_begin: what is there already is not replaced */
};

/* Could a file be written there? 0, or -1 with errno: EEXIST when there is something that
 * is no regular file. */
int publish_check(const char *path) _must_check_;

/* 0, or -1 with errno; then there is nothing to end. */
int publish_begin(struct publish *p, const char *path, mode_t mode) _must_check_;

/* Failures show in publish_end. */
void publish_write(struct publish *p, struct slice bytes);

/* Syncs it and puts it into its place, over what is there, unless it keeps that: then it is
 * EEXIST. 0, or -1 with errno: the
 * place is as it was, and nothing is left beside it. */
int publish_end(struct publish *p) _must_check_;

/* Leaves nothing; fine after publish_end, too. */
void publish_drop(struct publish *p);

#endif

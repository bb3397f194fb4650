/* A stream over a file, a pipe or stdin, read straight into the reader's memory. */
#ifndef REDRIVE_SOURCE_FILE_H
#define REDRIVE_SOURCE_FILE_H

#include <stdbool.h>

#include "source/stream.h"

/* "-" is stdin, which is not closed. `idle`, unless NULL, is called while a
 * pipe is silent, with ctx; when it answers false the stream fails. NULL with
 * *err (without the path): no such file, no permission, a directory. */
struct stream *file_open(const char *path, bool (*idle)(void *ctx), void *ctx, struct error *err);

/* Goes over up to n bytes without reading them: how many, fewer only before the
 * file's end; -1 where that can't be done. They count as given and as taken. */
int64_t file_skip(struct stream *s, uint64_t n);

/* Bytes read from it so far, a regular file's size at most. */
uint64_t file_taken(const struct stream *s);

#endif

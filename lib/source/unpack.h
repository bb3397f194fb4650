/* libarchive over a stream: a decompressor, or a walk through an archive. */
#ifndef REDRIVE_SOURCE_UNPACK_H
#define REDRIVE_SOURCE_UNPACK_H

#include "source/stream.h"

/* What one libarchive filter code makes of `in`, which must outlive it and
 * stays the caller's; name is for messages and not copied. NULL with *err. */
struct stream *unpack_filter(struct stream *in, int filter, const char *name, struct error *err);

/* The members of a zip, 7z or tar archive: the stream yields nothing before
 * unpack_next. The rest as above. */
struct stream *unpack_archive(struct stream *in, const char *name, struct error *err);

/* Goes to the next regular file of an archive: 1 with its name, valid until
 * the next call; 0 at the end; -1 with *err. stream_restart comes before it. */
int unpack_next(struct stream *s, const char **name, struct error *err);

#endif

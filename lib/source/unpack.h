/* libarchive over a stream: a decompressor, or a walk through an archive. */
#ifndef REDRIVE_SOURCE_UNPACK_H
#define REDRIVE_SOURCE_UNPACK_H

#include <stdbool.h>

#include "source/stream.h"

/* What one libarchive filter code makes of `in`, which must outlive it and
 * stays the caller's; name is for messages and not copied. NULL with *err. */
struct stream *unpack_filter(struct stream *in, int filter, const char *name, struct error *err);

/* The members of a zip, 7z or tar archive: the stream yields nothing before
 * unpack_next. The rest as above. */
struct stream *unpack_archive(struct stream *in, const char *name, struct error *err);

#define UNPACK_FILE 1
#define UNPACK_LINK 2 /* to a file, within the archive or not: it has no bytes of its own */

/* Goes to the next file or link of an archive: which, with its name, valid
 * until the next call; 0 at the end; -1 with *err, and then no further call.
 * stream_restart comes before it. */
int unpack_next(struct stream *s, const char **name, struct error *err);

/* `idle`, unless NULL, is called now and then while unpack_next passes over much;
 * when it returns false, unpack_next fails, and no way leads further. */
void unpack_set_idle(struct stream *s, bool (*idle)(void *ctx), void *ctx);

/* False when what failed leaves no way to the members behind it. */
bool unpack_goes_on(const struct stream *s);

#endif

/* A stream of what a gzip stream holds.
 *
 * zlib itself rather than libarchive, which (as of 3.6) neither checks gzip's
 * CRC nor gives out the bytes before a cut. */
#ifndef REDRIVE_SOURCE_GUNZIP_H
#define REDRIVE_SOURCE_GUNZIP_H

#include "source/stream.h"

/* `in` must outlive it and stays the caller's. NULL with *err when memory is short. */
struct stream *gunzip_create(struct stream *in, struct error *err);

#endif

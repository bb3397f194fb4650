/* The bytes of one input, decompressed, member by member.
 *
 * A file is told by its first bytes, never by its name: plain, compressed
 * (gzip, zstd, xz, bzip2, lz4), an archive (zip, 7z, tar, compressed or not),
 * or an archive of compressed files. Nothing is ever written to disk. */
#ifndef REDRIVE_SOURCE_BYTES_H
#define REDRIVE_SOURCE_BYTES_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "source/stream.h"

struct bytes;

enum bytes_next {
	BYTES_MEMBER, /* bytes_read yields a new member */
	BYTES_LINK,   /* a link stands in the archive, and has no bytes of its own */
	BYTES_END,    /* there is none */
	BYTES_AGAIN,  /* a pipe has nothing to give yet: call again */
	BYTES_FAILED, /* *err says why */
};

/* NULL with *err when it can't be opened. Errors name the input. For idle and
 * ctx see file_open. */
struct bytes *bytes_open(const char *path, bool (*idle)(void *ctx), void *ctx, struct error *err);

void bytes_close(struct bytes *b); /* NULL is fine */

/* Goes to the next member, whose name is valid until the next call, and NULL
 * for what is no archive. Names beyond ASCII need a LC_CTYPE that has UTF-8.
 * Folders and devices are no members; what is left of the current one is
 * passed over. */
enum bytes_next bytes_next_member(struct bytes *b, const char **name, struct error *err);

/* As bytes_next_member, but on to the member of that number, counted from 0 among
 * files and links; what lies before it isn't told, and nor are failures there as
 * long as they leave a way. BYTES_AGAIN also when many were passed over. BYTES_END
 * when the archive has just so many members, BYTES_FAILED when it has fewer, and
 * when it is none and the number is not 0. */
enum bytes_next bytes_find_member(struct bytes *b, unsigned number, const char **name,
				  struct error *err);

/* How many of an archive's members have begun; 0 for what is no archive. */
unsigned bytes_members(const struct bytes *b);

/* The member's first bytes, before any is read: at least the first line, or
 * STREAM_HEAD bytes, or all there is. */
struct slice bytes_peek(struct bytes *b);

/* Up to n bytes of the member: how many, 0 at its end, STREAM_FAILED with *err
 * (cut off, damaged), STREAM_AGAIN. All that could be read before a damage is
 * given out before the failure. */
ssize_t bytes_read(struct bytes *b, char *to, size_t n, struct error *err);

/* Passes over some of the next n bytes of the member, those of a plain file without
 * reading them: how many, or as bytes_read. */
int64_t bytes_skip(struct bytes *b, uint64_t n, struct error *err);

/* After a failure: can the members behind the one that failed be read? Then
 * bytes_next_member goes to the next. */
bool bytes_goes_on(const struct bytes *b);

/* Puts the name of the input, and of the member, before err's text, which is
 * what is wrong with it ("is a directory"). Returns -1. */
int bytes_name_error(const struct bytes *b, struct error *err);

/* Bytes taken from the file as it is, and bytes given out. */
uint64_t bytes_taken(const struct bytes *b);
uint64_t bytes_given(const struct bytes *b);

/* Of those given out, the ones of members that are over. */
uint64_t bytes_given_before(const struct bytes *b);

#endif

/* What a file is, told by its content and not by its name: its size, and the
 * checksums of its beginning and its end. */
#ifndef REDRIVE_SOURCE_IDENTITY_H
#define REDRIVE_SOURCE_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"

/* So many bytes at either end are looked at. */
#define IDENTITY_BYTES (64u << 10)

struct identity {
	uint64_t size;	     /* bytes */
	uint32_t head, tail; /* CRC-32 of the first and of the last IDENTITY_BYTES */
};

/* 0, or -1 with *err (ERROR_USAGE), whose text follows the name: not a regular
 * file ("is a pipe, which can't be read again"), or it can't be read. "-" is
 * stdin, which is never taken. */
int identity_of(struct identity *id, const char *path, struct error *err) _must_check_;

/* The same of the first `size` bytes of a file, as if it had no more. */
int identity_of_first(struct identity *id, const char *path, uint64_t size,
		      struct error *err) _must_check_;

/* Does the file at path begin with what that was, as far as identities tell? */
bool identity_begins(const struct identity *id, const char *path);

/* Could the file at path be that one, which was cut off then, and is whole now? It
 * begins alike, and is longer. */
bool identity_continues(const struct identity *id, const char *path);

static inline bool identity_same(const struct identity *a, const struct identity *b)
{
	return a->size == b->size && a->head == b->head && a->tail == b->tail;
}

/* One number for all of it; the same on every machine. */
uint32_t identity_print(const struct identity *id);

#endif

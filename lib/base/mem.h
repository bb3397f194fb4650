/* Small allocations that can't fail: see the folder's README for the policy. */
#ifndef REDRIVE_BASE_MEM_H
#define REDRIVE_BASE_MEM_H

#include <stddef.h>

#include "base/slice.h"

/* Zeroed memory; the caller frees it with free(). Aborts when there is none,
 * and when count * size would overflow. */
void *mem_alloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* Grows an array to hold at least `want` items, doubling *cap; items beyond
 * the old size are not zeroed. Returns the array, which the caller owns. */
void *mem_grow(void *array, size_t *cap, size_t want, size_t size)
	__attribute__((returns_nonnull));

/* A terminated copy of a string or of bytes; NULL stays NULL. The caller frees
 * it with free(). */
char *mem_strdup(const char *text);
char *mem_dup(struct slice bytes);

/* printf into new memory; the caller frees it with free(). */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

#endif

/* A growable run of bytes. */
#ifndef REDRIVE_BASE_BUF_H
#define REDRIVE_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Zero-initialise it, or call buf_init. data is terminated by a NUL that len
 * does not count, once anything has been added. */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_init(struct buf *b);
void buf_finish(struct buf *b);

/* Forgets the content and keeps the memory. */
void buf_clear(struct buf *b);

/* Makes room for `more` further bytes and returns where they go; the caller
 * adds to len what it wrote. Aborts when there is no memory: callers bound
 * sizes that come from input. */
char *buf_reserve(struct buf *b, size_t more);

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_slice(struct buf *b, struct slice s);
void buf_add_str(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

static inline struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->data ? b->data : "", b->len};
}

#endif

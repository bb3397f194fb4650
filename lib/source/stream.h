/* Bytes that come one after the other, and can be looked at before they are
 * read. Files, decompressors and archive members are streams; a decompressor
 * reads from the stream below it, which its maker keeps alive longer. */
#ifndef REDRIVE_SOURCE_STREAM_H
#define REDRIVE_SOURCE_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/slice.h"

/* As many bytes as can be looked at. */
#define STREAM_HEAD 4096

#define STREAM_FAILED (-1) /* damaged or unreadable; stays so */
#define STREAM_AGAIN  (-2) /* a pipe has nothing to give yet, or a signal came */

struct stream;

struct stream_ops {
	/* Up to n bytes: how many, 0 at the end, STREAM_FAILED with *err (without
	 * the name of the input), STREAM_AGAIN. Never called again after the end or
	 * a failure. */
	ssize_t (*read)(struct stream *s, char *to, size_t n, struct error *err);
	/* As lseek(2); NULL where it can't be done. */
	int64_t (*seek)(struct stream *s, int64_t offset, int whence);
	void (*destroy)(struct stream *s);
};

/* The first member of every kind of stream. */
struct stream {
	const struct stream_ops *ops;
	enum { STREAM_OPEN, STREAM_ENDED, STREAM_BROKEN } state;
	struct error error; /* of STREAM_BROKEN */
	uint64_t given;	    /* bytes handed out */
	size_t head_at, head_len;
	char head[STREAM_HEAD];
};

void stream_init(struct stream *s, const struct stream_ops *ops);

/* Forgets what was seen and read: a new member begins. */
void stream_restart(struct stream *s);

/* As the read operation; *err is set each time that a broken stream is read. */
ssize_t stream_read(struct stream *s, char *to, size_t n, struct error *err);

/* The bytes that come next, without reading them: a full head, or less when it
 * holds a line feed or is all there is. 0, or STREAM_AGAIN. A failure shows in
 * stream_read, behind the bytes before it. */
int stream_peek(struct stream *s, struct slice *head);

/* As lseek(2); -1 where it can't be done. */
int64_t stream_seek(struct stream *s, int64_t offset, int whence);

void stream_destroy(struct stream *s); /* NULL is fine */

#endif

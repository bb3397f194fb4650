#include "source/gunzip.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"

#define GZIP_WINDOW (15 + 16) /* the largest window, and gzip's frame only */

struct gunzip {
	struct stream stream;
	struct stream *in;
	z_stream z;
	bool between; /* a gzip member has ended, none has begun */
	unsigned char bytes[128 * 1024];
};

/* 1, or what stream_read says when there are no bytes. */
static ssize_t refill(struct gunzip *g, struct error *err)
{
	ssize_t got;

	if (g->z.avail_in)
		return 1;
	got = stream_read(g->in, (char *)g->bytes, sizeof(g->bytes), err);
	if (got <= 0)
		return got;
	g->z.next_in = g->bytes;
	g->z.avail_in = (uInt)got;
	return 1;
}

/* gzip files may follow each other, and zeros may fill up the end. */
static int begin_member(struct gunzip *g, struct error *err)
{
	while (g->z.avail_in && !*g->z.next_in) {
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (!g->z.avail_in)
		return 0;
	if (*g->z.next_in != 0x1f)
		return error_set(err, ERROR_INPUT, "has bytes behind the end of its gzip data");
	inflateReset(&g->z);
	g->between = false;
	return 0;
}

/* Bytes made, or STREAM_FAILED. inflate() repeats a failure, so bytes made
 * before it can be handed out first. */
static ssize_t inflate_some(struct gunzip *g, char *to, size_t n, struct error *err)
{
	uInt room = n > UINT32_MAX ? UINT32_MAX : (uInt)n;
	int rc;

	g->z.next_out = (Bytef *)to;
	g->z.avail_out = room;
	rc = inflate(&g->z, Z_NO_FLUSH);
	if (rc == Z_STREAM_END)
		g->between = true;
	if (g->z.avail_out < room)
		return (ssize_t)(room - g->z.avail_out);
	if (rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR)
		return 0;
	return error_set(err, ERROR_INPUT, "is damaged: its gzip data is wrong (%s)",
			 g->z.msg ? g->z.msg : zError(rc));
}

static ssize_t gunzip_read(struct stream *s, char *to, size_t n, struct error *err)
{
	struct gunzip *g = (struct gunzip *)s;
	ssize_t got;

	for (;;) {
		got = refill(g, err);
		if (got == 0 && !g->between)
			return error_set(err, ERROR_INPUT, "is cut off: its gzip data ends early");
		if (got <= 0)
			return got;
		if (g->between && begin_member(g, err) < 0)
			return STREAM_FAILED;
		if (g->between)
			continue;
		got = inflate_some(g, to, n, err);
		if (got)
			return got;
	}
}

static void gunzip_destroy(struct stream *s)
{
	struct gunzip *g = (struct gunzip *)s;

	inflateEnd(&g->z);
	free(g);
}

static const struct stream_ops gunzip_ops = {gunzip_read, NULL, gunzip_destroy};

struct stream *gunzip_create(struct stream *in, struct error *err)
{
	struct gunzip *g = mem_alloc(1, sizeof(*g));

	stream_init(&g->stream, &gunzip_ops);
	g->in = in;
	if (inflateInit2(&g->z, GZIP_WINDOW) == Z_OK)
		return &g->stream;
	error_set(err, ERROR_INPUT, "can't be decompressed: no memory");
	gunzip_destroy(&g->stream);
	return NULL;
}

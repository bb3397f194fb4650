#include "source/stream.h"

#include <unistd.h>

void stream_init(struct stream *s, const struct stream_ops *ops)
{
	s->ops = ops;
	stream_restart(s);
}

void stream_restart(struct stream *s)
{
	s->state = STREAM_OPEN;
	s->given = 0;
	s->head_at = s->head_len = 0;
}

static ssize_t pull(struct stream *s, char *to, size_t n)
{
	ssize_t got;

	if (s->state != STREAM_OPEN)
		return s->state == STREAM_ENDED ? 0 : STREAM_FAILED;
	got = s->ops->read(s, to, n, &s->error);
	if (got == 0)
		s->state = STREAM_ENDED;
	else if (got == STREAM_FAILED)
		s->state = STREAM_BROKEN;
	return got;
}

ssize_t stream_read(struct stream *s, char *to, size_t n, struct error *err)
{
	size_t ready = s->head_len - s->head_at;
	ssize_t got;

	if (ready) {
		got = (ssize_t)(ready < n ? ready : n);
		memcpy(to, s->head + s->head_at, (size_t)got);
		s->head_at += (size_t)got;
	} else {
		got = pull(s, to, n);
	}
	if (got > 0)
		s->given += (uint64_t)got;
	else if (got == STREAM_FAILED)
		*err = s->error;
	return got;
}

int stream_peek(struct stream *s, struct slice *head)
{
	ssize_t got = 1;

	if (!s->given)
		while (got > 0 && s->head_len < STREAM_HEAD &&
		       !memchr(s->head, '\n', s->head_len)) {
			got = pull(s, s->head + s->head_len, STREAM_HEAD - s->head_len);
			if (got > 0)
				s->head_len += (size_t)got;
		}
	*head = (struct slice){s->head + s->head_at, s->head_len - s->head_at};
	return got == STREAM_AGAIN ? STREAM_AGAIN : 0;
}

int64_t stream_seek(struct stream *s, int64_t offset, int whence)
{
	int64_t at;

	if (!s->ops->seek)
		return -1;
	/* The head was read ahead of what the reader has seen. */
	if (whence == SEEK_CUR)
		offset -= (int64_t)(s->head_len - s->head_at);
	at = s->ops->seek(s, offset, whence);
	if (at < 0)
		return -1;
	stream_restart(s);
	return at;
}

void stream_destroy(struct stream *s)
{
	if (s)
		s->ops->destroy(s);
}

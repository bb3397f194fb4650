#include "record/record.h"

#include "base/mem.h"

/* Base offset, length, leader epoch, magic, CRC, attributes, last offset
 * delta, two timestamps, producer id, epoch, sequence and record count. */
#define BATCH_HEADER_BYTES 61

static unsigned varint_size(int64_t value)
{
	uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
	unsigned n = 1;

	while (zigzag >>= 7)
		n++;
	return n;
}

/* A length and the bytes; null has the length -1. */
static uint64_t field_size(struct slice s)
{
	return varint_size(s.data ? (int64_t)s.len : -1) + (uint64_t)s.len;
}

uint64_t record_batch_size(const struct record *r)
{
	/* Attributes, timestamp delta 0, offset delta 0. */
	uint64_t body = 3 + field_size(r->key) + field_size(r->value) +
			varint_size((int64_t)r->n_headers);

	for (size_t i = 0; i < r->n_headers; i++)
		body += field_size(r->headers[i].name) + field_size(r->headers[i].value);
	return BATCH_HEADER_BYTES + varint_size((int64_t)body) + body;
}

/* Copies s to *at and moves *at behind it. Empty stays different from null. */
static struct slice copy_slice(char **at, struct slice s)
{
	struct slice copy = {*at, s.len};

	if (!s.data)
		return SLICE_NULL;
	if (s.len)
		memcpy(*at, s.data, s.len);
	*at += s.len;
	return copy;
}

struct record *record_copy(const struct record *r)
{
	size_t bytes = r->key.len + r->value.len;
	struct header *headers;
	struct record *copy;
	char *at;

	for (size_t i = 0; i < r->n_headers; i++)
		bytes += r->headers[i].name.len + r->headers[i].value.len;
	copy = mem_alloc(1, sizeof(*copy) + r->n_headers * sizeof(*headers) + bytes + 1);
	headers = (struct header *)(copy + 1);
	at = (char *)(headers + r->n_headers);
	*copy = *r;
	copy->block = NULL;
	copy->headers = headers;
	copy->key = copy_slice(&at, r->key);
	copy->value = copy_slice(&at, r->value);
	for (size_t i = 0; i < r->n_headers; i++)
		headers[i] = (struct header){copy_slice(&at, r->headers[i].name),
					     copy_slice(&at, r->headers[i].value)};
	return copy;
}

#include "deliver/round.h"

#include <stdlib.h>

/* One batch of librdkafka's default size, in bytes and in records. */
#define ROUND_BYTES   900000
#define ROUND_RECORDS 9000
#define ROUND_MS      200
#define SHRINKS_BY    16

/* Less than the property says, where it is set. */
static uint64_t at_most(const struct properties *p, const char *name, uint64_t usual)
{
	const char *text = properties_get(p, name);
	uint64_t value = text ? strtoull(text, NULL, 10) : usual;

	return value < usual ? value : usual;
}

/* librdkafka counts the bytes of a batch roughly. */
static uint64_t batch_bytes(const struct producer_options *p)
{
	uint64_t usual = ROUND_BYTES, batch = (uint64_t)p->batch_size;

	if (batch && batch - batch / 10 < usual)
		usual = batch - batch / 10;
	return at_most(p->properties, "batch.size", usual);
}

void round_init(struct round *r, bool on, const struct producer_options *producer)
{
	*r = (struct round){
		.on = on,
		.usual = batch_bytes(producer),
		.max_records = (unsigned)at_most(producer->properties, "batch.num.messages",
						 ROUND_RECORDS),
	};
	r->limit = r->usual;
}

bool round_has_room(const struct round *r, uint64_t bytes)
{
	return !r->closed && r->bytes + bytes <= r->limit && r->records < r->max_records;
}

void round_add(struct round *r, const struct record *record, int64_t now)
{
	if (!r->records++)
		r->since = now;
	r->bytes += record_batch_size(record);
}

void round_end(struct round *r)
{
	r->bytes = 0;
	r->records = 0;
	r->closed = false;
}

bool round_is_old(const struct round *r, int64_t now)
{
	return now - r->since >= ROUND_MS;
}

bool round_takes_alone(const struct round *r, const struct record *record)
{
	return r->on && record_batch_size(record) >= r->limit;
}

void round_narrow(struct round *r, bool alone)
{
	uint64_t smaller = r->limit / SHRINKS_BY;

	r->limit = alone || !smaller ? 1 : smaller;
	if (!alone)
		r->usual = r->limit;
}

void round_widen(struct round *r)
{
	r->limit = r->usual;
}

#include "kafka/received.h"

#include <stdlib.h>

#include "base/mem.h"

void received_headers_finish(struct received_headers *h)
{
	free(h->items);
	*h = (struct received_headers){0};
}

/* librdkafka gives lengths beside pointers, and NULL for null. */
static size_t read_headers(const rd_kafka_message_t *m, struct received_headers *h)
{
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	size_t n, len;

	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	n = rd_kafka_header_cnt(headers);
	if (n > h->cap)
		h->items = mem_grow(h->items, &h->cap, n, sizeof(*h->items));
	for (size_t i = 0; i < n; i++) {
		rd_kafka_header_get_all(headers, i, &name, &value, &len);
		h->items[i] = (struct header){slice_of(name), {value, value ? len : 0}};
	}
	return n;
}

void received_read(struct received *r, const rd_kafka_message_t *m, struct received_headers *h)
{
	rd_kafka_timestamp_type_t type;
	struct record *record = &r->record;

	*record = (struct record){0};
	record->key = (struct slice){m->key, m->key_len};
	record->value = (struct slice){m->payload, m->len};
	record->n_headers = read_headers(m, h);
	record->headers = h->items;
	record->timestamp = rd_kafka_message_timestamp(m, &type);
	if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE)
		record->timestamp = RECORD_NO_TIMESTAMP;
	r->append_time = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
	r->partition = m->partition;
	r->offset = m->offset;
}

#include "deliver/message.h"

#include <stdlib.h>

#include "base/mem.h"

/* librdkafka answers -1 for a message that failed. */
static int64_t timestamp_of_message(const rd_kafka_message_t *m)
{
	rd_kafka_message_t *sent = (rd_kafka_message_t *)m;
	rd_kafka_resp_err_t err = sent->err;
	int64_t timestamp;

	sent->err = RD_KAFKA_RESP_ERR_NO_ERROR;
	timestamp = rd_kafka_message_timestamp(sent, NULL);
	sent->err = err;
	return timestamp;
}

/* The caller frees *headers. */
static struct record record_of_message(const rd_kafka_message_t *m, struct header **headers)
{
	struct record r = {{m->key, m->key_len},
			   {m->payload, m->len},
			   NULL,
			   0,
			   timestamp_of_message(m),
			   NULL,
			   false};
	rd_kafka_headers_t *list = NULL;

	*headers = NULL;
	if (rd_kafka_message_headers(m, &list) || !list)
		return r;
	r.n_headers = rd_kafka_header_cnt(list);
	r.headers = *headers = mem_alloc(r.n_headers, sizeof(**headers));
	for (size_t i = 0; i < r.n_headers; i++) {
		const char *name = NULL;
		const void *value = NULL;
		size_t len = 0;

		rd_kafka_header_get_all(list, i, &name, &value, &len);
		(*headers)[i] = (struct header){slice_of(name), {value, len}};
	}
	return r;
}

struct failure *message_failure(const rd_kafka_message_t *m)
{
	struct failure *f = message_tagged(m->_private);
	struct header *headers;
	struct record r;

	if (f)
		return f;
	r = record_of_message(m, &headers);
	f = failure_from_block(&r, m->_private);
	free(headers);
	return f;
}

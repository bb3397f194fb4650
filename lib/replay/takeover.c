#include "replay/takeover.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"

#define SLICE_MS 500
#define PAUSE_MS 50

static bool may_pass(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT ||
	       err == RD_KAFKA_RESP_ERR__WAIT_COORD || err == RD_KAFKA_RESP_ERR__IN_PROGRESS ||
	       contract_of_kafka(err).class == CLASS_TRANSIENT;
}

static rd_kafka_resp_err_t error_of(const rd_kafka_topic_partition_list_t *parts)
{
	for (int i = 0; i < parts->cnt; i++)
		if (parts->elems[i].err)
			return parts->elems[i].err;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static int give_up(struct member *m, rd_kafka_resp_err_t code, struct error *err)
{
	const struct client *c = member_client(m);
	char *grant;

	if (contract_of_kafka(code).class != CLASS_CONFIGURATION)
		return error_set(err, ERROR_OUTPUT,
				 "the cluster doesn't say how far the group %s is: %s%s%s",
				 member_group(m), rd_kafka_err2str(code),
				 *client_last_error(c) ? ": " : "", client_last_error(c));
	grant = refusal_grant_on(c->properties, "Read", REFUSAL_GROUP, member_group(m));
	error_set(err, ERROR_CONFIG, "no permission for the group %s: %s (grant it: %s)",
		  member_group(m), rd_kafka_err2str(code), grant);
	free(grant);
	return -1;
}

int takeover_committed(struct member *m, rd_kafka_topic_partition_list_t *parts, int patience_ms,
		       const volatile int *stop, enum member_news *news, struct error *err)
{
	int64_t deadline = clock_mono_ms() + patience_ms;
	rd_kafka_resp_err_t code;

	for (;;) {
		code = rd_kafka_committed(member_client(m)->rk, parts, SLICE_MS);
		if (!code)
			code = error_of(parts);
		if (!code)
			return 0;
		if (!may_pass(code) || clock_mono_ms() >= deadline)
			return give_up(m, code, err);
		*news = member_poll(m, PAUSE_MS, err);
		if (*news == MEMBER_FAILED)
			return -1;
		if (*news != MEMBER_NOTHING || *stop)
			return 1;
	}
}

char *takeover_note(uint64_t print, int64_t scanned)
{
	return mem_printf("redrive;%016" PRIx64 ";%" PRId64, print, scanned);
}

bool takeover_read_note(const rd_kafka_topic_partition_t *part, uint64_t *print, int64_t *scanned)
{
	char text[64];

	if (!part->metadata || part->metadata_size >= sizeof(text))
		return false;
	memcpy(text, part->metadata, part->metadata_size);
	text[part->metadata_size] = '\0';
	return sscanf(text, "redrive;%16" SCNx64 ";%" SCNd64, print, scanned) == 2;
}

#include "kafka/deletion.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "kafka/admin.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"

/* For one try, and between two; how often *stop is looked at. */
#define REQUEST_MS 10000
#define PAUSE_MS   200
#define LOOK_MS	   50

struct request {
	struct client *client;
	const char *topic;
	struct deletion *parts;
	size_t n;
	int64_t deadline;
	const volatile int *stop;
};

static bool is_over(const struct request *r)
{
	return clock_mono_ms() >= r->deadline || r->client->misconfigured || (r->stop && *r->stop);
}

static rd_kafka_event_t *wait_for(const struct request *r, rd_kafka_queue_t *queue)
{
	rd_kafka_event_t *answer;

	do {
		answer = rd_kafka_queue_poll(queue, LOOK_MS);
		client_poll(r->client, 0);
	} while (!answer && !is_over(r));
	return answer;
}

static struct deletion *find(const struct request *r, int32_t partition)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->parts[i].partition == partition)
			return &r->parts[i];
	return NULL;
}

/* What is refused for good comes before what may pass. */
static rd_kafka_resp_err_t graver(rd_kafka_resp_err_t a, rd_kafka_resp_err_t b)
{
	return !a || (b && contract_of_kafka(a).class == CLASS_TRANSIENT) ? b : a;
}

static rd_kafka_resp_err_t take(const struct request *r, rd_kafka_event_t *answer)
{
	const rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (!answer || rd_kafka_event_error(answer))
		return answer ? rd_kafka_event_error(answer) : RD_KAFKA_RESP_ERR__TIMED_OUT;
	list = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer));
	for (int i = 0; i < list->cnt; i++) {
		struct deletion *part = find(r, list->elems[i].partition);

		if (part && !list->elems[i].err)
			part->begins = list->elems[i].offset;
		code = graver(code, list->elems[i].err);
	}
	return code;
}

/* Asks for all that are not done. */
static rd_kafka_resp_err_t ask(const struct request *r)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)r->n);
	rd_kafka_DeleteRecords_t *records;
	rd_kafka_resp_err_t code;
	rd_kafka_event_t *answer;
	struct admin a;

	for (size_t i = 0; i < r->n; i++)
		if (r->parts[i].begins < 0)
			rd_kafka_topic_partition_list_add(list, r->topic, r->parts[i].partition)
				->offset = r->parts[i].before;
	records = rd_kafka_DeleteRecords_new(list);
	admin_init(&a, r->client->rk, RD_KAFKA_ADMIN_OP_DELETERECORDS, REQUEST_MS);
	rd_kafka_AdminOptions_set_operation_timeout(a.options, REQUEST_MS, NULL, 0);
	rd_kafka_DeleteRecords(r->client->rk, &records, 1, a.options, a.queue);
	answer = wait_for(r, a.queue);
	code = take(r, answer);
	if (answer)
		rd_kafka_event_destroy(answer);
	admin_finish(&a);
	rd_kafka_DeleteRecords_destroy(records);
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

static int refuse(const struct request *r, rd_kafka_resp_err_t code, struct error *err)
{
	struct contract c = contract_of_kafka(code);
	char *grant;

	if (code == RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
		return error_set(err, ERROR_CONFIG,
				 "nothing can be deleted from the beginning of %s, for its "
				 "cleanup.policy is compact alone",
				 r->topic);
	if (code != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		return error_set(err, ERROR_CONFIG, "the cluster deletes nothing of %s: %s (%s)",
				 r->topic, c.meaning, c.code);
	grant = refusal_grant(r->client->properties, "Delete", r->topic);
	error_set(err, ERROR_CONFIG, "no permission to delete records of %s (grant it: %s)",
		  r->topic, grant);
	free(grant);
	return -1;
}

static int give_up(const struct request *r, rd_kafka_resp_err_t last, struct error *err)
{
	const char *said = client_last_error(r->client);

	if (r->client->misconfigured)
		return refusal_of_client(r->client, err);
	if (r->stop && *r->stop)
		return error_set(err, ERROR_OUTPUT, "stopped while records of %s were deleted",
				 r->topic);
	return error_set(
		err, ERROR_OUTPUT,
		"the cluster has not deleted all that it was asked to delete of %s: %s%s%s",
		r->topic, rd_kafka_err2str(last), *said ? "; last error: " : "", said);
}

static void pause_for(const struct request *r)
{
	int64_t until = clock_mono_ms() + PAUSE_MS;

	while (clock_mono_ms() < until && !is_over(r))
		client_poll(r->client, LOOK_MS);
}

int deletion_run(struct client *c, const char *topic, struct deletion *parts, size_t n,
		 int patience_ms, const volatile int *stop, struct error *err)
{
	const struct request r = {c, topic, parts, n, clock_mono_ms() + patience_ms, stop};

	for (size_t i = 0; i < n; i++)
		parts[i].begins = -1;
	for (;;) {
		rd_kafka_resp_err_t code = ask(&r);

		if (!code)
			return 0;
		if (contract_of_kafka(code).class != CLASS_TRANSIENT)
			return refuse(&r, code, err);
		pause_for(&r);
		if (is_over(&r))
			return give_up(&r, code, err);
	}
}

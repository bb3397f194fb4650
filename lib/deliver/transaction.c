#include "deliver/transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "kafka/contract.h"

/* librdkafka's calls can be repeated after a timeout, and then go on. */
#define SLICE_MS 500

typedef rd_kafka_error_t *call_fn(struct transaction *t, const void *with, int timeout_ms);

/* One that has been silent for longer than transaction.timeout.ms gets the same
 * answers as one that another has taken the place of. */
bool transaction_is_fence(rd_kafka_resp_err_t err)
{
	static const rd_kafka_resp_err_t fences[] = {RD_KAFKA_RESP_ERR__FENCED,
						     RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
						     RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH};

	for (size_t i = 0; i < ARRAY_SIZE(fences); i++)
		if (fences[i] == err)
			return true;
	return false;
}

static void note(struct transaction *t, const rd_kafka_error_t *error)
{
	const struct client *c = t->client;
	char *text = secrets_hide(&c->secrets, rd_kafka_error_string(error)), fatal[256];

	t->err = rd_kafka_error_code(error);
	if (t->err == RD_KAFKA_RESP_ERR__TIMED_OUT && *client_last_error(c))
		snprintf(t->why, sizeof(t->why), "no answer in time; last error of the client: %s",
			 client_last_error(c));
	else
		snprintf(t->why, sizeof(t->why), "%s", text);
	if (t->err == RD_KAFKA_RESP_ERR__FATAL)
		t->err = rd_kafka_fatal_error(c->rk, fatal, sizeof(fatal));
	free(text);
}

static enum txn_answer judge(struct transaction *t, rd_kafka_error_t *error)
{
	enum txn_answer answer = TXN_UNKNOWN;
	struct contract c;

	if (!error)
		return TXN_DONE;
	note(t, error);
	c = contract_of_kafka(t->err);
	if (c.class == CLASS_CONFIGURATION)
		answer = TXN_REFUSED;
	else if (transaction_is_fence(t->err))
		answer = TXN_FENCED;
	else if (rd_kafka_error_txn_requires_abort(error))
		answer = TXN_ABORT;
	rd_kafka_error_destroy(error);
	return answer;
}

static bool is_late(const struct transaction *t, int64_t since)
{
	int64_t waited = clock_mono_ms() - since;

	return waited >= t->patience_ms || (*t->stop && waited >= t->settle_ms);
}

/* Why the cluster doesn't answer may be that it refuses us. */
static bool is_hopeless(const struct transaction *t)
{
	return t->client->misconfigured && !t->client->ever_up;
}

static enum txn_answer call(struct transaction *t, call_fn *fn, const void *with)
{
	int64_t since = clock_mono_ms();
	rd_kafka_error_t *error;

	while ((error = fn(t, with, SLICE_MS)) && rd_kafka_error_is_retriable(error) &&
	       !rd_kafka_error_is_fatal(error) && !is_hopeless(t) && !is_late(t, since)) {
		rd_kafka_error_destroy(error);
		t->poll(t->ctx);
		if (t->idle)
			t->idle(t->ctx);
	}
	return judge(t, error);
}

static rd_kafka_error_t *init(struct transaction *t, const void *with, int timeout_ms)
{
	(void)with;
	return rd_kafka_init_transactions(t->client->rk, timeout_ms);
}

enum txn_answer transaction_init(struct transaction *t)
{
	enum txn_answer answer = call(t, init, NULL);

	if (answer == TXN_DONE)
		client_set_up(t->client);
	else if (is_hopeless(t))
		answer = TXN_REFUSED;
	return answer;
}

enum txn_answer transaction_begin(struct transaction *t)
{
	return judge(t, rd_kafka_begin_transaction(t->client->rk));
}

/* Beginning another one answers with what has spoilt this one. */
enum txn_answer transaction_why(struct transaction *t)
{
	enum txn_answer answer = judge(t, rd_kafka_begin_transaction(t->client->rk));

	return t->err == RD_KAFKA_RESP_ERR__STATE ? TXN_DONE : answer;
}

static rd_kafka_error_t *send_offsets(struct transaction *t, const void *with, int timeout_ms)
{
	const struct txn_offsets *o = with;

	return rd_kafka_send_offsets_to_transaction(t->client->rk, o->parts, o->group, timeout_ms);
}

static rd_kafka_error_t *commit(struct transaction *t, const void *with, int timeout_ms)
{
	(void)with;
	return rd_kafka_commit_transaction(t->client->rk, timeout_ms);
}

enum txn_answer transaction_commit(struct transaction *t, const struct txn_offsets *offsets)
{
	enum txn_answer answer = call(t, send_offsets, offsets);

	/* Before the commit is asked for, nothing can have been committed. */
	t->asked = answer == TXN_DONE;
	if (answer == TXN_UNKNOWN)
		return TXN_ABORT;
	return t->asked ? call(t, commit, NULL) : answer;
}

static rd_kafka_error_t *abort_it(struct transaction *t, const void *with, int timeout_ms)
{
	(void)with;
	return rd_kafka_abort_transaction(t->client->rk, timeout_ms);
}

enum txn_answer transaction_abort(struct transaction *t)
{
	return call(t, abort_it, NULL);
}

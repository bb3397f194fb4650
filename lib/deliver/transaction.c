#include "deliver/transaction.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/macros.h"
#include "kafka/contract.h"

/* librdkafka's calls can be repeated after a timeout, and then go on. */
#define SLICE_MS 500
/* Whether a call in another thread is over is looked at after so long, and less and less often. */
#define ERRAND_NS_MIN 100000
#define ERRAND_NS_MAX 100000000

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

/* One call of librdkafka in a thread of its own. */
struct errand {
	rd_kafka_t *rk;
	const struct txn_offsets *offsets;
	int timeout_ms;
	rd_kafka_error_t *error;
	atomic_bool done;
};

static void *run_errand(void *arg)
{
	struct errand *e = arg;

	e->error = rd_kafka_send_offsets_to_transaction(e->rk, e->offsets->parts, e->offsets->group,
							e->timeout_ms);
	atomic_store(&e->done, true);
	return NULL;
}

/* Calls back meanwhile. As a rule it takes a millisecond or two. */
static void await_errand(struct transaction *t, struct errand *e)
{
	struct timespec pause = {.tv_nsec = ERRAND_NS_MIN};

	while (!atomic_load(&e->done)) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < ERRAND_NS_MAX) {
			pause.tv_nsec *= 2;
			continue;
		}
		t->poll(t->ctx);
		if (t->idle)
			t->idle(t->ctx);
	}
}

/* While a group's coordinator shuts down, librdkafka, 2.0 at least, answers only when there is
 * one again, whatever its timeout. It serves no callbacks there: they are ours. */
static rd_kafka_error_t *send_offsets(struct transaction *t, const void *with, int timeout_ms)
{
	struct errand e = {.rk = t->client->rk, .offsets = with, .timeout_ms = timeout_ms};
	sigset_t all, before;
	pthread_t thread;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, run_errand, &e);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		run_errand(&e);
		return e.error;
	}
	await_errand(t, &e);
	pthread_join(thread, NULL);
	return e.error;
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

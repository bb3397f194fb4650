#include "kafka/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "kafka/contract.h"
#include "kafka/objection.h"

/* Closed connections in a row that are no accident, and how long a listener may
 * go on so: it may be a load balancer's, or a tunnel's, whose brokers start. */
#define CLOSED_ENOUGH	   3
#define CLOSED_PATIENCE_MS 5000
/* Of the protocol: what a Produce request is called there. */
#define API_PRODUCE 0
/* For a client that only asks. */
#define STATISTICS_MS "50"

/* librdkafka's text has one of these when TLS or SASL settings differ from the
 * listener's, or either side refuses the other's certificate; the code may be
 * only _TRANSPORT. */
static bool hints_at_configuration(const char *text)
{
	static const char *const hints[] = {
		"security.protocol", "broker listener?", "certificate verify failed",
		"SSL alert number",  "unexpected eof",	 "connection closed by peer"};

	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (strstr(text, hints[i]))
			return true;
	return false;
}

/* A listener for something else may close the connection without a word, but so
 * does one that has no broker behind it. */
static bool is_closing(const char *text)
{
	static const char *const closings[] = {"Disconnected", "unexpected eof",
					       "connection closed by peer", "Connection reset"};

	for (size_t i = 0; i < ARRAY_SIZE(closings); i++)
		if (strstr(text, closings[i]))
			return true;
	return false;
}

static void note_closing(struct client *c, unsigned closed)
{
	c->closed = closed;
	if (!c->closed_since)
		c->closed_since = clock_mono_ms();
}

/* What a closing looks like from the other side ("Broken pipe") says less, and
 * may come later. */
static void keep_words(struct client *c)
{
	c->closed_err = c->last_err;
	memcpy(c->closed_text, c->last_text, sizeof(c->closed_text));
}

static void forget_closings(struct client *c)
{
	c->closed = 0;
	c->closed_since = 0;
}

/* "... (after 0ms in state CONNECT, 1 identical error(s) suppressed)" varies
 * from call to call and tells nobody anything. */
static void set_last_text(struct client *c, const char *reason)
{
	const char *tail = strstr(reason, " (after ");

	snprintf(c->last_text, sizeof(c->last_text), "%.*s",
		 tail ? (int)(tail - reason) : (int)strlen(reason), reason);
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct client *c = opaque;
	rd_kafka_resp_err_t err = code;
	char fatal[256], *text;
	bool refused;

	if (err == RD_KAFKA_RESP_ERR__FATAL)
		err = rd_kafka_fatal_error(rk, fatal, sizeof(fatal));
	if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		c->down_said = true;
		if (c->last_err)
			return;
	}
	c->last_err = err;
	text = secrets_hide(&c->secrets, reason);
	set_last_text(c, text);
	refused = contract_of_kafka(err).class == CLASS_CONFIGURATION ||
		  (!c->ever_up && hints_at_configuration(text));
	if (!c->ever_up && is_closing(text)) {
		note_closing(c, refused ? CLOSED_ENOUGH : c->closed);
		if (refused)
			keep_words(c);
	} else if (refused) {
		c->misconfigured = true;
	}
	event_emit(c->events, EVENT_DEBUG, "client_error",
		   EVENT_FIELDS(EVENT_TEXT("client", c->name),
				EVENT_TEXT("code", contract_of_kafka(err).code)),
		   "%s", text);
	free(text);
}

static const struct {
	const char *state, *meaning;
} closings[] = {
	{"in state APIVERSION_QUERY", CLIENT_CLOSED_ON_HELLO},
	{"in state UP", CLIENT_CLOSED_ON_REQUEST},
};

/* Newer versions of librdkafka only log that a broker closes the connection,
 * and report that all are down. One that isn't there refuses it instead. */
static void watch_closings(struct client *c, const char *text)
{
	const char *broker = strstr(text, "]: "), *end = strstr(text, ": Disconnected");

	if (strstr(text, "in state CONNECT"))
		forget_closings(c);
	if (!end || c->ever_up)
		return;
	broker = broker && broker < end ? broker + 3 : text;
	for (size_t i = 0; i < ARRAY_SIZE(closings); i++) {
		if (!strstr(end, closings[i].state))
			continue;
		note_closing(c, c->closed + 1);
		if (c->closed < CLOSED_ENOUGH)
			continue;
		c->last_err = RD_KAFKA_RESP_ERR__TRANSPORT;
		snprintf(c->last_text, sizeof(c->last_text), "%.*s: %s", (int)(end - broker),
			 broker, closings[i].meaning);
		keep_words(c);
	}
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	struct client *c = rd_kafka_opaque(rk);
	char *shown = secrets_hide(&c->secrets, text);

	(void)level;
	/* A client that asks may have a producer's properties, and the other way round. */
	if (strcmp(facility, "CONFWARN") == 0 &&
	    (strstr(shown, "is a producer property") || strstr(shown, "is a consumer property"))) {
		free(shown);
		return;
	}
	if (strcmp(facility, "FAIL") == 0)
		watch_closings(c, shown);
	event_emit(c->events, EVENT_DEBUG, "librdkafka",
		   EVENT_FIELDS(EVENT_TEXT("client", c->name), EVENT_TEXT("facility", facility)),
		   "%s", shown);
	free(shown);
}

/* The only place that tells when an idempotent producer has got its identity. */
static int on_statistics(rd_kafka_t *rk, char *json, size_t len, void *opaque)
{
	static const char assigned[] = "\"idemp_state\": \"Assigned\"";
	struct client *c = opaque;

	(void)rk;
	if (memmem(json, len, assigned, sizeof(assigned) - 1))
		c->identified = true;
	return 0;
}

/* Only listens: OpenSSL's verdict stands. Called by librdkafka's threads. */
static int on_certificate(rd_kafka_t *rk, const char *broker, int32_t id, int *x509_error,
			  int depth, const char *der, size_t size, char *reason, size_t reason_size,
			  void *opaque)
{
	struct client *c = opaque;

	(void)rk, (void)broker, (void)id, (void)depth, (void)der, (void)size;
	if (*x509_error == 0)
		return 1;
	atomic_store(&c->certificate_error, *x509_error);
	snprintf(reason, reason_size, "OpenSSL's error %d", *x509_error);
	return 0;
}

static rd_kafka_resp_err_t on_request_sent(rd_kafka_t *rk, int sockfd, const char *broker,
					   int32_t id, int16_t api, int16_t version, int32_t number,
					   size_t size, void *opaque)
{
	struct client *c = opaque;

	(void)rk, (void)sockfd, (void)broker, (void)id, (void)version, (void)number, (void)size;
	if (api == API_PRODUCE)
		atomic_store(&c->produced_at, clock_mono_ms());
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque,
				  char *reason, size_t size)
{
	(void)conf, (void)reason, (void)size;
	return rd_kafka_interceptor_add_on_request_sent(rk, "redrive", on_request_sent, opaque);
}

static void watch_delivery(rd_kafka_conf_t *conf, struct client *c, client_delivery_fn *on_delivery)
{
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_interceptor_add_on_new(conf, "redrive", on_new, c);
}

static rd_kafka_conf_t *make_conf(const struct properties *properties,
				  const struct event_sink *events, struct error *err)
{
	struct properties used = {0};
	rd_kafka_conf_t *conf;

	if (objection_check(properties, err) < 0)
		return NULL;
	properties_copy(&used, properties);
	objection_leave_out(&used, events);
	conf = properties_conf(&used, err);
	properties_finish(&used);
	return conf;
}

int client_check(const struct properties *properties, struct error *err)
{
	rd_kafka_conf_t *conf = make_conf(properties, NULL, err);
	char reason[512];
	rd_kafka_t *rk;

	if (!conf)
		return -1;
	rd_kafka_conf_set(conf, "bootstrap.servers", "", NULL, 0);
	rd_kafka_conf_set_log_cb(conf, NULL);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
	if (!rk) {
		rd_kafka_conf_destroy(conf);
		return objection_set(properties, reason, err);
	}
	rd_kafka_destroy(rk);
	return 0;
}

static void watch_identity(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set(conf, "statistics.interval.ms", STATISTICS_MS, NULL, 0);
	rd_kafka_conf_set_stats_cb(conf, on_statistics);
}

static bool verifies(const struct properties *p)
{
	const char *value = properties_get(p, "enable.ssl.certificate.verification");

	return !value || strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

/* Takes conf. */
static int start(struct client *c, rd_kafka_type_t type, rd_kafka_conf_t *conf, struct error *err)
{
	char reason[512];

	secrets_init(&c->secrets, c->properties);
	rd_kafka_conf_set_opaque(conf, c);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_log_cb(conf, on_log);
	/* Logs come from librdkafka's threads; the queue brings them to ours. */
	rd_kafka_conf_set(conf, "log.queue", "true", NULL, 0);
	if (verifies(c->properties))
		rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
	c->rk = rd_kafka_new(type, conf, reason, sizeof(reason));
	if (!c->rk) {
		rd_kafka_conf_destroy(conf);
		return objection_set(c->properties, reason, err);
	}
	rd_kafka_set_log_queue(c->rk, NULL);
	return 0;
}

int client_init(struct client *c, const char *name, const struct properties *properties,
		client_delivery_fn *on_delivery, const struct event_sink *events, struct error *err)
{
	/* The clients that ask come first: they tell of it, the others needn't. */
	rd_kafka_conf_t *conf = make_conf(properties, on_delivery ? NULL : events, err);

	*c = (struct client){.name = name, .events = events, .properties = properties};
	if (!conf)
		return -1;
	if (on_delivery)
		watch_delivery(conf, c, on_delivery);
	else
		watch_identity(conf);
	return start(c, RD_KAFKA_PRODUCER, conf, err);
}

int client_init_consumer(struct client *c, const char *name, const struct properties *properties,
			 client_rebalance_fn *on_rebalance, const struct event_sink *events,
			 struct error *err)
{
	rd_kafka_conf_t *conf = make_conf(properties, events, err);

	*c = (struct client){.name = name, .events = events, .properties = properties};
	if (conf && on_rebalance)
		rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	return conf ? start(c, RD_KAFKA_CONSUMER, conf, err) : -1;
}

void client_finish(struct client *c)
{
	if (c->rk)
		rd_kafka_destroy(c->rk);
	c->rk = NULL;
	secrets_finish(&c->secrets);
}

/* librdkafka tells of closings that go on only once, and of what ends them. */
static void weigh_closings(struct client *c)
{
	int64_t since = c->closed_since;

	if (since && !c->ever_up && c->closed >= CLOSED_ENOUGH &&
	    clock_mono_ms() - since >= CLOSED_PATIENCE_MS && !c->misconfigured) {
		c->misconfigured = true;
		c->last_err = c->closed_err;
		memcpy(c->last_text, c->closed_text, sizeof(c->last_text));
	}
	c->all_down = c->down_said && !since;
}

int client_poll(struct client *c, int timeout_ms)
{
	int served = rd_kafka_poll(c->rk, timeout_ms);

	weigh_closings(c);
	return served;
}

void client_set_up(struct client *c)
{
	c->ever_up = true;
	c->all_down = c->down_said = false;
	forget_closings(c);
}

/* Within a millisecond it is taken for sent. */
bool client_may_have_sent(const struct client *c, const rd_kafka_message_t *message)
{
	int64_t now = clock_mono_ms(), produced_at = atomic_load(&c->produced_at);

	return produced_at && now - rd_kafka_message_latency(message) / 1000 <= produced_at + 1;
}

const char *client_last_error(const struct client *c)
{
	return c->last_text;
}

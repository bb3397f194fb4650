#include "deliver/client.h"

#include <stdio.h>
#include <string.h>

#include "deliver/contract.h"

/* librdkafka ends its text so when TLS or SASL settings differ from the
 * listener's; the code is only _TRANSPORT. */
static bool hints_at_protocol(const char *text)
{
	return strstr(text, "security.protocol") != NULL;
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
	char fatal[256];

	if (err == RD_KAFKA_RESP_ERR__FATAL)
		err = rd_kafka_fatal_error(rk, fatal, sizeof(fatal));
	if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		c->all_down = true;
		if (c->last_err)
			return;
	}
	c->last_err = err;
	set_last_text(c, reason);
	if (contract_of_kafka(err).class == CLASS_CONFIGURATION ||
	    (!c->ever_up && hints_at_protocol(reason)))
		c->misconfigured = true;
	event_emit(c->events, EVENT_DEBUG, "client_error",
		   EVENT_FIELDS(EVENT_TEXT("client", c->name),
				EVENT_TEXT("code", contract_of_kafka(err).code)),
		   "%s", reason);
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	const struct client *c = rd_kafka_opaque(rk);

	(void)level;
	event_emit(c->events, EVENT_DEBUG, "librdkafka",
		   EVENT_FIELDS(EVENT_TEXT("client", c->name), EVENT_TEXT("facility", facility)),
		   "%s", text);
}

int client_init(struct client *c, const char *name, const struct properties *properties,
		client_delivery_fn *on_delivery, const struct event_sink *events, struct error *err)
{
	rd_kafka_conf_t *conf = properties_conf(properties, err);
	char reason[512];

	*c = (struct client){.name = name, .events = events};
	if (!conf)
		return -1;
	rd_kafka_conf_set_opaque(conf, c);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_log_cb(conf, on_log);
	/* Logs come from librdkafka's threads; the queue brings them to ours. */
	rd_kafka_conf_set(conf, "log.queue", "true", NULL, 0);
	if (on_delivery)
		rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	c->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
	if (!c->rk) {
		rd_kafka_conf_destroy(conf);
		return error_set(err, ERROR_USAGE, "librdkafka refuses its configuration: %s",
				 reason);
	}
	rd_kafka_set_log_queue(c->rk, NULL);
	return 0;
}

void client_finish(struct client *c)
{
	if (c->rk)
		rd_kafka_destroy(c->rk);
	c->rk = NULL;
}

int client_poll(struct client *c, int timeout_ms)
{
	return rd_kafka_poll(c->rk, timeout_ms);
}

void client_set_up(struct client *c)
{
	c->ever_up = true;
	c->all_down = false;
}

const char *client_last_error(const struct client *c)
{
	return c->last_text;
}

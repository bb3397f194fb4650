#include "kafka/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "kafka/contract.h"

/* The first librdkafka whose SCRAM recent brokers accept (librdkafka#4895). */
#define SCRAM_WORKS 0x020601ff

static const char *value_of(const struct properties *p, const char *name, const char *otherwise)
{
	const char *value = properties_get(p, name);

	return value && *value ? value : otherwise;
}

static const char *protocol_of(const struct client *c)
{
	return value_of(c->properties, "security.protocol", "PLAINTEXT");
}

static const char *mechanism_of(const struct client *c)
{
	return value_of(c->properties, "sasl.mechanism", "GSSAPI");
}

static char *no_tls(const struct client *c)
{
	return mem_printf("check security.protocol, now %s: this listener seems to have no TLS",
			  protocol_of(c));
}

static char *wants_tls(const struct client *c)
{
	return mem_printf("check security.protocol, now %s: this listener seems to want SSL or "
			  "SASL_SSL",
			  protocol_of(c));
}

static char *wants_sasl(const struct client *c)
{
	return mem_printf("check security.protocol, now %s: this listener seems to want "
			  "SASL_PLAINTEXT or SASL_SSL",
			  protocol_of(c));
}

static char *no_sasl(const struct client *c)
{
	return mem_printf("check security.protocol, now %s: this listener has no SASL",
			  protocol_of(c));
}

static char *other_mechanism(const struct client *c)
{
	return mem_printf("set sasl.mechanism, now %s, to one that the broker has",
			  mechanism_of(c));
}

static char *wants_certificate(const struct client *c)
{
	(void)c;
	return mem_strdup("the broker wants another certificate of the client: check "
			  "ssl.keystore.location, or ssl.certificate.location and "
			  "ssl.key.location");
}

/* OpenSSL's numbers of what may be wrong with a certificate. */
static const struct {
	int code;
	const char *remedy;
} certificates[] = {
	{9, "the broker's certificate is not valid yet: check the clocks"},
	{10, "the broker's certificate has expired: renew it"},
	{18, "the broker's certificate is not signed by a CA in ssl.ca.location: put it, or its "
	     "CA, there"},
	{62, "the broker's certificate is for another host name: use one that is in it, or set "
	     "ssl.endpoint.identification.algorithm=none"},
	{64, "the broker's certificate is for another address: use a name that is in it, or set "
	     "ssl.endpoint.identification.algorithm=none"},
};

static char *bad_certificate(const struct client *c)
{
	int code = atomic_load(&c->certificate_error);

	for (size_t i = 0; i < ARRAY_SIZE(certificates); i++)
		if (certificates[i].code == code)
			return mem_strdup(certificates[i].remedy);
	return mem_strdup("the broker's certificate is not signed by a CA that is known here: set "
			  "ssl.ca.location to that CA's certificate");
}

static char *bad_login(const struct client *c)
{
	const char *mechanism = mechanism_of(c);
	bool broken = strncasecmp(mechanism, "SCRAM", 5) == 0 && rd_kafka_version() < SCRAM_WORKS;

	return mem_printf("check sasl.username and sasl.password, and that the user is one for "
			  "sasl.mechanism %s%s%s%s",
			  mechanism, broken ? "; but librdkafka " : "",
			  broken ? rd_kafka_version_str() : "",
			  broken ? " fails SCRAM on recent brokers with the right password, too "
				   "(librdkafka#4895): use 2.6.1 or newer, or sasl.mechanism=PLAIN"
				 : "");
}

/* librdkafka has few codes: the text tells. The first that matches counts. */
static const struct {
	const char *mark;
	char *(*remedy)(const struct client *c);
} remedies[] = {
	{"certificate required", wants_certificate},
	{"alert bad certificate", wants_certificate},
	{"alert unknown ca", wants_certificate},
	{"certificate verify failed", bad_certificate},
	{"Unsupported SASL mechanism", other_mechanism},
	{"current SASL state", no_sasl},
	{"require SASL", wants_sasl},
	{CLIENT_CLOSED_ON_REQUEST, wants_sasl},
	{"PLAINTEXT broker listener", no_tls},
	{"unexpected eof", no_tls},
	{"wrong version number", no_tls},
	{"connection closed by peer", no_tls},
	{"connecting to a SSL listener", wants_tls},
	{CLIENT_CLOSED_ON_HELLO, wants_tls},
	{"SASL authentication error", bad_login},
};

char *refusal_remedy(const struct client *c)
{
	struct contract what = contract_of_kafka(c->last_err);

	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (strstr(c->last_text, remedies[i].mark))
			return remedies[i].remedy(c);
	return mem_strdup(what.class == CLASS_CONFIGURATION ? what.remedy
							    : "check security.protocol");
}

int refusal_of_client(const struct client *c, struct error *err)
{
	char *remedy = refusal_remedy(c);
	int rc = error_set(err, ERROR_CONFIG, "the cluster refuses the connection: %s (%s)",
			   c->last_text, remedy);

	free(remedy);
	return rc;
}

static bool is_plain_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-@+/";

	return *text && !text[strspn(text, plain)];
}

/* "User:alice"; NULL when only the broker knows. The caller frees it. */
static char *principal(const struct properties *p)
{
	const char *protocol = value_of(p, "security.protocol", "PLAINTEXT");
	const char *mechanism = value_of(p, "sasl.mechanism", "GSSAPI");
	const char *user = properties_get(p, "sasl.username");

	if (strncasecmp(protocol, "SASL", 4) != 0)
		return strcasecmp(protocol, "PLAINTEXT") == 0 ? mem_strdup("User:ANONYMOUS") : NULL;
	if (!user || (strcasecmp(mechanism, "PLAIN") != 0 && strncasecmp(mechanism, "SCRAM", 5)))
		return NULL;
	return is_plain_word(user) ? mem_printf("User:%s", user) : NULL;
}

static const char *const resources[] = {
	[REFUSAL_TOPIC] = "--topic",
	[REFUSAL_GROUP] = "--group",
	[REFUSAL_TRANSACTIONAL_ID] = "--transactional-id",
	[REFUSAL_TRANSACTIONAL_IDS] = "--resource-pattern-type prefixed --transactional-id",
	[REFUSAL_CLUSTER] = "--cluster",
};

/* As a shell takes it. */
static void add_word(struct buf *out, const char *word)
{
	if (is_plain_word(word)) {
		buf_add_str(out, word);
		return;
	}
	buf_add_char(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *word);
	buf_add_char(out, '\'');
}

char *refusal_grant_on(const struct properties *p, const char *operation,
		       enum refusal_resource resource, const char *name)
{
	char *who = principal(p);
	struct buf command = {0};

	buf_addf(&command, "kafka-acls --add --allow-principal %s --operation %s %s",
		 who ? who : "PRINCIPAL", operation, resources[resource]);
	if (resource != REFUSAL_CLUSTER) {
		buf_add_char(&command, ' ');
		add_word(&command, name);
	}
	free(who);
	return command.data;
}

char *refusal_grant(const struct properties *p, const char *operation, const char *topic)
{
	return refusal_grant_on(p, operation, topic ? REFUSAL_TOPIC : REFUSAL_CLUSTER, topic);
}

static char *grant_it(char *command)
{
	char *text = mem_printf("grant it: %s", command);

	free(command);
	return text;
}

char *refusal_of_error(const struct properties *p, rd_kafka_resp_err_t err, const char *topic)
{
	switch (err) {
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		return grant_it(refusal_grant(p, "Write", topic));
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
		return grant_it(refusal_grant(p, "IdempotentWrite", NULL));
	default:
		return mem_strdup(contract_of_kafka(err).remedy);
	}
}

/* Committing an offset takes Read on the topic that it is for. */
char *refusal_of_job(const struct properties *p, rd_kafka_resp_err_t err, const char *id,
		     const char *topic)
{
	switch (err) {
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
		return grant_it(refusal_grant_on(p, "Read", REFUSAL_GROUP, id));
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
		return grant_it(refusal_grant_on(p, "Write", REFUSAL_TRANSACTIONAL_ID, id));
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		return grant_it(refusal_grant_on(p, "Read", REFUSAL_TOPIC, topic));
	default:
		return refusal_of_error(p, err, topic);
	}
}

char *refusal_of_replay(const struct properties *p, rd_kafka_resp_err_t err, const char *group,
			const char *topic)
{
	char *ids, *remedy;

	if (err != RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
		return refusal_of_job(p, err, group, topic);
	ids = mem_printf("%s.", group);
	remedy = grant_it(refusal_grant_on(p, "Write", REFUSAL_TRANSACTIONAL_IDS, ids));
	free(ids);
	return remedy;
}

#include "kafka/java.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "kafka/jaas.h"
#include "kafka/pem.h"
#include "kafka/property_names.h"

/* While one set is made from another. */
struct java {
	const struct property *item; /* the one at hand */
	struct properties out;
};

/* Nobody need be told. */
#define MEANINGLESS ""

static void put(struct java *j, const char *name, const char *value)
{
	if (!properties_get(&j->out, name))
		properties_set_at(&j->out, name, value, j->item);
}

static void keep(struct java *j)
{
	put(j, j->item->name, j->item->value);
}

static void drop(struct java *j, const char *why)
{
	keep(j);
	properties_set_unused(&j->out, j->item->name, why);
}

static const struct {
	const char *module, *option, *property;
} logins[] = {
	{"PlainLoginModule", "username", "sasl.username"},
	{"PlainLoginModule", "password", "sasl.password"},
	{"ScramLoginModule", "username", "sasl.username"},
	{"ScramLoginModule", "password", "sasl.password"},
	{"OAuthBearerLoginModule", "clientId", "sasl.oauthbearer.client.id"},
	{"OAuthBearerLoginModule", "clientSecret", "sasl.oauthbearer.client.secret"},
	{"OAuthBearerLoginModule", "scope", "sasl.oauthbearer.scope"},
	{"Krb5LoginModule", "keyTab", "sasl.kerberos.keytab"},
	{"Krb5LoginModule", "principal", "sasl.kerberos.principal"},
	{"Krb5LoginModule", "serviceName", "sasl.kerberos.service.name"},
};

/* How many of the module's options librdkafka has. */
static unsigned put_login(struct java *j, const struct jaas *jaas)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(logins); i++) {
		const char *value = jaas_get(jaas, logins[i].option);

		if (!value || strcmp(jaas_module(jaas), logins[i].module) != 0)
			continue;
		put(j, logins[i].property, value);
		n++;
	}
	return n;
}

/* What stands in its place may be a secret. */
static bool is_login_module(const char *name)
{
	static const char end[] = "LoginModule";
	size_t len = strlen(name), n_end = strlen(end);

	for (size_t i = 0; i < len; i++)
		if (!isascii(name[i]) || !(isalnum(name[i]) || name[i] == '_' || name[i] == '$'))
			return false;
	return len > n_end && strcmp(name + len - n_end, end) == 0;
}

static void set_login(struct java *j)
{
	struct jaas jaas;
	char *why = NULL;

	if (!jaas_parse(&jaas, j->item->value) || !is_login_module(jaas_module(&jaas)))
		drop(j, "it is not of the form MODULE required NAME=\"VALUE\" ...;");
	else if (!put_login(j, &jaas))
		why = mem_printf("librdkafka has nothing for the login module %s and its options: "
				 "set sasl.mechanism, sasl.username and sasl.password",
				 jaas_module(&jaas));
	if (why)
		drop(j, why);
	free(why);
	jaas_finish(&jaas);
}

static void set_trust_store(struct java *j)
{
	const char *path = j->item->value;
	enum store_kind kind = pem_store_kind(path);
	char *why;

	if (kind == STORE_PEM || kind == STORE_UNREADABLE) {
		put(j, "ssl.ca.location", path);
		return;
	}
	why = mem_printf("librdkafka reads PEM only: make it with \"keytool -list -rfc -keystore "
			 "%s > ca.pem\", and set ssl.ca.location=ca.pem",
			 path);
	drop(j, why);
	free(why);
}

static void set_key_store(struct java *j)
{
	const char *path = j->item->value;
	enum store_kind kind = pem_store_kind(path);
	char *why;

	if (kind == STORE_PEM) {
		put(j, "ssl.certificate.location", path);
		put(j, "ssl.key.location", path);
	} else if (kind == STORE_JKS) {
		why = mem_printf(
			"librdkafka reads PKCS12 and PEM only: make one with \"keytool "
			"-importkeystore -srckeystore %s -destkeystore client.p12 "
			"-deststoretype PKCS12\", and set ssl.keystore.location=client.p12",
			path);
		drop(j, why);
		free(why);
	} else {
		keep(j);
	}
}

static void set_pem(struct java *j, const char *name)
{
	char *pem = pem_rewrap(j->item->value);

	put(j, name, pem ? pem : j->item->value);
	free(pem);
}

static void set_ca_pem(struct java *j)
{
	set_pem(j, "ssl.ca.pem");
}

static void set_certificate_pem(struct java *j)
{
	set_pem(j, "ssl.certificate.pem");
}

static void set_key_pem(struct java *j)
{
	set_pem(j, "ssl.key.pem");
}

static void set_identification(struct java *j)
{
	put(j, j->item->name, *j->item->value ? j->item->value : "none");
}

/* Java's names of cipher suites, which OpenSSL doesn't know. */
static void set_ciphers(struct java *j)
{
	if (strstr(j->item->value, "_WITH_"))
		drop(j, "OpenSSL names cipher suites otherwise");
	else
		keep(j);
}

/* -1 leaves it to the system. */
static void set_buffer(struct java *j, const char *name)
{
	put(j, name, strcmp(j->item->value, "-1") == 0 ? "0" : j->item->value);
}

static void set_send_buffer(struct java *j)
{
	set_buffer(j, "socket.send.buffer.bytes");
}

static void set_receive_buffer(struct java *j)
{
	set_buffer(j, "socket.receive.buffer.bytes");
}

static void set_memory(struct java *j)
{
	unsigned long long kbytes = strtoull(j->item->value, NULL, 10) / 1024;
	char text[24];

	snprintf(text, sizeof(text), "%llu", kbytes ? kbytes : 1);
	put(j, "queue.buffering.max.kbytes", text);
}

static void set_serializer(struct java *j)
{
	drop(j, strstr(j->item->value, "apache.kafka.common.serialization")
			? MEANINGLESS
			: "records are sent as they are in the input");
}

static void set_partitioner(struct java *j)
{
	drop(j, strstr(j->item->value, "DefaultPartitioner")
			? MEANINGLESS
			: "redrive can't run it; partitioner=murmur2_random puts keys where Java's "
			  "own does");
}

static void set_compression_level(struct java *j)
{
	const char *codec = properties_get(&j->out, "compression.type");
	const char *own = j->item->name + strlen("compression.");

	if (codec && strncasecmp(codec, own, strcspn(own, ".")) == 0)
		put(j, "compression.level", j->item->value);
	else
		drop(j, MEANINGLESS);
}

#define TOO_OLD	 "this librdkafka doesn't have it yet"
#define CALLBACK "redrive can't run Java's classes"
#define OPENSSL	 "librdkafka leaves it to OpenSSL"
#define REGISTRY "redrive sends records as they are, and asks no schema registry"

/* What librdkafka knows by the same name isn't here, unless its values differ.
 * A name that ends with a dot stands for all that begin with it. */
static const struct java_name {
	const char *name;
	const char *to;		     /* librdkafka's name */
	void (*set)(struct java *j); /* or more than a name */
	const char *why;	     /* or why it can't be had */
} names[] = {
	{"sasl.jaas.config", NULL, set_login, NULL},
	{"ssl.truststore.location", NULL, set_trust_store, NULL},
	{"ssl.truststore.certificates", NULL, set_ca_pem, NULL},
	{"ssl.truststore.password", NULL, NULL, MEANINGLESS},
	{"ssl.truststore.type", NULL, NULL, MEANINGLESS},
	{"ssl.keystore.location", NULL, set_key_store, NULL},
	{"ssl.keystore.certificate.chain", NULL, set_certificate_pem, NULL},
	{"ssl.keystore.key", NULL, set_key_pem, NULL},
	{"ssl.keystore.type", NULL, NULL, MEANINGLESS},
	{"ssl.endpoint.identification.algorithm", NULL, set_identification, NULL},
	{"ssl.cipher.suites", NULL, set_ciphers, NULL},
	{"ssl.protocol", NULL, NULL, OPENSSL},
	{"ssl.enabled.protocols", NULL, NULL, OPENSSL},
	{"ssl.provider", NULL, NULL, OPENSSL},
	{"ssl.engine.factory.class", NULL, NULL, CALLBACK},
	{"ssl.keymanager.algorithm", NULL, NULL, MEANINGLESS},
	{"ssl.trustmanager.algorithm", NULL, NULL, MEANINGLESS},
	{"ssl.secure.random.implementation", NULL, NULL, MEANINGLESS},
	{"security.providers", NULL, NULL, CALLBACK},
	{"sasl.client.callback.handler.class", NULL, NULL, CALLBACK},
	{"sasl.login.callback.handler.class", NULL, NULL, CALLBACK},
	{"sasl.login.class", NULL, NULL, CALLBACK},
	{"sasl.login.", NULL, NULL, MEANINGLESS},
	{"sasl.kerberos.ticket.renew.", NULL, NULL, MEANINGLESS},
	{"sasl.oauthbearer.clock.skew.seconds", NULL, NULL, MEANINGLESS},
	{"sasl.oauthbearer.expected.", NULL, NULL, MEANINGLESS},
	{"sasl.oauthbearer.header.urlencode", NULL, NULL, "librdkafka doesn't have it"},
	{"sasl.oauthbearer.jwks.", NULL, NULL, MEANINGLESS},
	{"sasl.oauthbearer.jwt.", NULL, NULL, CALLBACK},
	{"sasl.oauthbearer.scope.claim.name", NULL, NULL, "librdkafka doesn't have it"},
	{"sasl.oauthbearer.sub.claim.name", NULL, NULL, "librdkafka doesn't have it"},

	{"max.request.size", "message.max.bytes", NULL, NULL},
	{"buffer.memory", NULL, set_memory, NULL},
	{"send.buffer.bytes", NULL, set_send_buffer, NULL},
	{"receive.buffer.bytes", NULL, set_receive_buffer, NULL},
	{"fetch.max.wait.ms", "fetch.wait.max.ms", NULL, NULL},
	{"compression.gzip.level", NULL, set_compression_level, NULL},
	{"compression.lz4.level", NULL, set_compression_level, NULL},
	{"compression.zstd.level", NULL, set_compression_level, NULL},
	{"key.serializer", NULL, set_serializer, NULL},
	{"value.serializer", NULL, set_serializer, NULL},
	{"key.deserializer", NULL, set_serializer, NULL},
	{"value.deserializer", NULL, set_serializer, NULL},
	{"partitioner.class", NULL, set_partitioner, NULL},
	{"partitioner.ignore.keys", NULL, NULL, "a record's key says where it goes"},
	{"partitioner.", NULL, NULL, MEANINGLESS},
	{"interceptor.classes", NULL, NULL, CALLBACK},
	{"client.dns.lookup", NULL, NULL, MEANINGLESS},
	{"retry.backoff.max.ms", NULL, NULL, TOO_OLD},
	{"metadata.recovery.", NULL, NULL, TOO_OLD},
	{"bootstrap.controllers", NULL, NULL, "redrive talks to brokers only"},
	{"config.providers", NULL, NULL, "values are taken as they stand in the file"},
	{"config.providers.", NULL, NULL, MEANINGLESS},
	{"schema.registry.", NULL, NULL, REGISTRY},
	{"basic.auth.", NULL, NULL, REGISTRY},
	{"bearer.auth.", NULL, NULL, REGISTRY},
	{"auto.register.schemas", NULL, NULL, REGISTRY},
	{"use.latest.version", NULL, NULL, REGISTRY},

	{"max.block.ms", NULL, NULL, MEANINGLESS}, /* redrive waits */
	{"metadata.max.idle.ms", NULL, NULL, MEANINGLESS},
	{"socket.connection.setup.timeout.max.ms", NULL, NULL, MEANINGLESS},
	{"metric.reporters", NULL, NULL, MEANINGLESS},
	{"metrics.", NULL, NULL, MEANINGLESS},
	{"enable.metrics.push", NULL, NULL, MEANINGLESS},
	{"auto.include.jmx.reporter", NULL, NULL, MEANINGLESS},
	{"confluent.", NULL, NULL, MEANINGLESS},
	{"transaction.two.phase.commit.enable", NULL, NULL, TOO_OLD},

	{"default.api.timeout.ms", NULL, NULL, MEANINGLESS},
	{"max.poll.records", NULL, NULL, MEANINGLESS},
	{"exclude.internal.topics", NULL, NULL, MEANINGLESS},
	{"allow.auto.create.topics", NULL, NULL, MEANINGLESS},
	{"group.protocol", NULL, NULL, MEANINGLESS},
	{"group.remote.assignor", NULL, NULL, MEANINGLESS},
	{"share.acknowledgement.mode", NULL, NULL, MEANINGLESS},
};

static const struct java_name *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i].name);

		if (strcmp(name, names[i].name) == 0 ||
		    (names[i].name[len - 1] == '.' && strncmp(name, names[i].name, len) == 0))
			return &names[i];
	}
	return NULL;
}

/* Its own names it understands itself, unless their values differ. */
static bool is_java(const struct property *item, const char *const *own, size_t n_own)
{
	const struct java_name *name = find(item->name);

	if (!name || name->set)
		return name != NULL;
	for (size_t i = 0; i < n_own; i++)
		if (strcmp(item->name, own[i]) == 0)
			return false;
	return true;
}

static void translate(struct java *j)
{
	const struct java_name *name = find(j->item->name);

	if (name->set)
		name->set(j);
	else if (name->to)
		put(j, name->to, j->item->value);
	else
		drop(j, name->why);
}

void java_translate(struct properties *p)
{
	struct property_names own = property_names_load();
	struct java j = {0};

	for (size_t i = 0; i < p->n; i++)
		if (!is_java(&p->items[i], own.names, own.n))
			properties_set_at(&j.out, p->items[i].name, p->items[i].value,
					  &p->items[i]);
	for (size_t i = 0; i < p->n; i++) {
		j.item = &p->items[i];
		if (is_java(j.item, own.names, own.n))
			translate(&j);
	}
	property_names_finish(&own);
	properties_finish(p);
	*p = j.out;
}

size_t java_names(const char ***out)
{
	size_t n = 0;

	*out = mem_alloc(ARRAY_SIZE(names), sizeof(**out));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].name[strlen(names[i].name) - 1] != '.')
			(*out)[n++] = names[i].name;
	return n;
}

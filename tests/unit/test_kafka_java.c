/* Java's properties: logins, stores, certificates, and what can't be had. */
#include "expect.h"

#include "kafka/jaas.h"
#include "kafka/java.h"
#include "kafka/pem.h"

#define PLAIN "org.apache.kafka.common.security.plain.PlainLoginModule required "
#define SCRAM "org.apache.kafka.common.security.scram.ScramLoginModule required "

static const struct {
	const char *text, *username, *password;
} logins[] = {
	{PLAIN "username=\"alice\" password=\"secret\";", "alice", "secret"},
	{SCRAM "username=\"alice\" password=\"secret\";", "alice", "secret"},
	{PLAIN "username='alice' password='se\"cret' ;", "alice", "se\"cret"},
	{PLAIN "username=alice password=secret;", "alice", "secret"},
	{PLAIN "username = \"alice\"  password =\"secret\"", "alice", "secret"},
	{PLAIN "\n\tpassword=\"secret\"\n\tusername=\"alice\";", "alice", "secret"},
	{PLAIN "username=\"alice\" password=\"a=b;c d\";", "alice", "a=b;c d"},
	{PLAIN "username=\"alice\" password=\"q\\\"\\\\s\";", "alice", "q\"\\s"},
	{PLAIN "username=\"alice\" password=\"\\101\\tB\";", "alice", "A\tB"},
	{PLAIN "serviceName=\"kafka\" username=\"alice\" password=\"\";", "alice", ""},
	{"shaded.PlainLoginModule required username=\"alice\" password=\"x\";", "alice", "x"},
	{"PlainLoginModule sufficient username=\"alice\" password=\"x\";", "alice", "x"},
};

static struct properties translated(const char *const *pairs, size_t n)
{
	struct properties p = {0};

	for (size_t i = 0; i < n; i++)
		assert_int_equal(properties_set_pair(&p, pairs[i], "client.properties:7", NULL), 0);
	java_translate(&p);
	return p;
}

static struct properties translated_one(const char *name, const char *value)
{
	struct properties p = {0};

	properties_set(&p, name, value, "client.properties:7");
	java_translate(&p);
	return p;
}

static void expect_property(const struct properties *p, const char *name, const char *want)
{
	const struct property *item = properties_find(p, name);

	EXPECT(item || !want, "%s is not set", name);
	EXPECT(!item || want, "%s is set", name);
	if (item)
		assert_string_equal(item->value, want);
	if (item)
		assert_string_equal(item->origin, "client.properties:7");
}

static void test_logins_become_user_and_password(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logins); i++) {
		struct properties p = translated_one("sasl.jaas.config", logins[i].text);

		expect_property(&p, "sasl.username", logins[i].username);
		expect_property(&p, "sasl.password", logins[i].password);
		expect_property(&p, "sasl.jaas.config", NULL);
		properties_finish(&p);
	}
}

static void test_logins_that_can_t_be_used_are_told_without_their_secrets(void **state)
{
	static const char *const texts[] = {
		"software.amazon.msk.auth.iam.IAMLoginModule required awsSecret=\"hunter2\";",
		PLAIN "username=\"alice\" password=\"hunter2",
		PLAIN "username=\"alice\" password",
		PLAIN "username=\"alice\" =hunter2;",
		"hunter2",
		"hunter2 required;",
		"x.hunter2 required username=\"alice\";",
		"x.hunter2-LoginModule required;",
		"LoginModule required;",
		"",
		";",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct properties p = translated_one("sasl.jaas.config", texts[i]);

		assert_int_equal(p.n, 1);
		EXPECT(p.items[0].unused && *p.items[0].unused, "%s", texts[i]);
		EXPECT(!strstr(p.items[0].unused, "hunter2"), "%s", p.items[0].unused);
		assert_non_null(strstr(p.items[0].unused, i ? "MODULE" : "IAMLoginModule"));
		properties_finish(&p);
	}
}

static void test_other_modules_options(void **state)
{
	struct properties p = translated_one("sasl.jaas.config",
					     "x.OAuthBearerLoginModule required clientId='id' "
					     "clientSecret='s' scope='a b';");

	(void)state;
	expect_property(&p, "sasl.oauthbearer.client.id", "id");
	expect_property(&p, "sasl.oauthbearer.client.secret", "s");
	expect_property(&p, "sasl.oauthbearer.scope", "a b");
	properties_finish(&p);
	p = translated_one("sasl.jaas.config",
			   "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true "
			   "keyTab=\"/etc/k.keytab\" principal=\"a@B\";");
	expect_property(&p, "sasl.kerberos.keytab", "/etc/k.keytab");
	expect_property(&p, "sasl.kerberos.principal", "a@B");
	properties_finish(&p);
}

static const struct {
	const char *name, *value, *as, *becomes;
} mapped[] = {
	{"max.request.size", "2000000", "message.max.bytes", "2000000"},
	{"buffer.memory", "33554432", "queue.buffering.max.kbytes", "32768"},
	{"buffer.memory", "10", "queue.buffering.max.kbytes", "1"},
	{"send.buffer.bytes", "-1", "socket.send.buffer.bytes", "0"},
	{"receive.buffer.bytes", "65536", "socket.receive.buffer.bytes", "65536"},
	{"ssl.endpoint.identification.algorithm", "", "ssl.endpoint.identification.algorithm",
	 "none"},
	{"ssl.endpoint.identification.algorithm", "https", "ssl.endpoint.identification.algorithm",
	 "https"},
	{"acks", "-1", "acks", "-1"},
	{"retries", "2147483647", "message.send.max.retries", "2147483647"},
	{"delivery.timeout.ms", "120000", "message.timeout.ms", "120000"},
	{"enable.idempotence", "TRUE", "enable.idempotence", "TRUE"},
	{"sasl.mechanisms", "PLAIN", "sasl.mechanism", "PLAIN"},
	{"security.protocol", "SASL_SSL", "security.protocol", "SASL_SSL"},
	{"ssl.truststore.location", "missing.pem", "ssl.ca.location", "missing.pem"},
	{"ssl.keystore.location", "missing.p12", "ssl.keystore.location", "missing.p12"},
	{"no.such.property", "1", "no.such.property", "1"},
};

static void test_names_and_values_are_translated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mapped); i++) {
		struct properties p = translated_one(mapped[i].name, mapped[i].value);

		assert_int_equal(p.n, 1);
		expect_property(&p, mapped[i].as, mapped[i].becomes);
		properties_finish(&p);
	}
}

static const struct {
	const char *name, *value;
	bool told;
} unused[] = {
	{"interceptor.classes", "org.example.Audit", true},
	{"key.serializer", "org.apache.kafka.common.serialization.StringSerializer", false},
	{"value.serializer", "io.confluent.kafka.serializers.KafkaAvroSerializer", true},
	{"partitioner.class", "org.example.Mine", true},
	{"partitioner.adaptive.partitioning.enable", "true", false},
	{"metrics.recording.level", "INFO", false},
	{"metric.reporters", "", false},
	{"max.block.ms", "60000", false},
	{"ssl.truststore.type", "JKS", false},
	{"ssl.truststore.password", "changeit", false},
	{"ssl.enabled.protocols", "TLSv1.3", true},
	{"ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true},
	{"sasl.login.callback.handler.class", "org.example.Login", true},
	{"sasl.login.refresh.window.factor", "0.8", false},
	{"schema.registry.url", "http://schemas.example", true},
	{"config.providers", "file", true},
	{"config.providers.file.class", "org.example.File", false},
};

static void test_what_can_t_be_had_has_no_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(unused); i++) {
		struct properties p = translated_one(unused[i].name, unused[i].value), copy = {0};
		rd_kafka_conf_t *conf = properties_conf(&p, NULL);

		EXPECT(conf, "%s", unused[i].name);
		rd_kafka_conf_destroy(conf);
		assert_null(properties_get(&p, unused[i].name));
		EXPECT(p.items[0].unused && !*p.items[0].unused == !unused[i].told, "%s",
		       unused[i].name);
		properties_copy(&copy, &p);
		assert_string_equal(copy.items[0].unused, p.items[0].unused);
		properties_finish(&copy);
		properties_finish(&p);
	}
}

static void test_librdkafka_s_own_names_win(void **state)
{
	static const char *const pairs[] = {
		"sasl.jaas.config=" PLAIN "username=\"alice\" password=\"java\";",
		"sasl.password=own", "max.request.size=5000", "message.max.bytes=6000"};
	struct properties p = translated(pairs, ARRAY_SIZE(pairs));

	(void)state;
	expect_property(&p, "sasl.username", "alice");
	expect_property(&p, "sasl.password", "own");
	expect_property(&p, "message.max.bytes", "6000");
	properties_finish(&p);
}

static void test_a_compression_level_is_its_codec_s(void **state)
{
	static const char *const pairs[] = {"compression.type=zstd", "compression.zstd.level=5",
					    "compression.gzip.level=9"};
	struct properties p = translated(pairs, ARRAY_SIZE(pairs));

	(void)state;
	expect_property(&p, "compression.level", "5");
	properties_finish(&p);
}

static const struct {
	const char *content;
	size_t len;
	enum store_kind kind;
} stores[] = {
	{"-----BEGIN CERTIFICATE-----\n", 28, STORE_PEM},
	{"Bag Attributes\n    localKeyID: 01\n-----BEGIN CERTIFICATE-----\n", 62, STORE_PEM},
	{"\xfe\xed\xfe\xed\0\0\0\2", 8, STORE_JKS},
	{"\xce\xce\xce\xce\0\0\0\2", 8, STORE_JKS},
	{"\x30\x82\x05\x00", 4, STORE_PKCS12},
	{"", 0, STORE_UNREADABLE},
};

static void test_stores_are_told_by_content(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
		write_whole("store.jks", stores[i].content, stores[i].len);
		assert_int_equal(pem_store_kind("store.jks"), stores[i].kind);
	}
	assert_int_equal(pem_store_kind("missing"), STORE_UNREADABLE);
}

static void test_stores_that_are_pem_are_used(void **state)
{
	struct properties p;

	(void)state;
	write_whole("store", stores[0].content, stores[0].len);
	p = translated_one("ssl.truststore.location", "store");
	expect_property(&p, "ssl.ca.location", "store");
	properties_finish(&p);
	p = translated_one("ssl.keystore.location", "store");
	expect_property(&p, "ssl.certificate.location", "store");
	expect_property(&p, "ssl.key.location", "store");
	properties_finish(&p);
}

static void test_stores_that_are_not_are_told_with_the_command(void **state)
{
	struct properties p;

	(void)state;
	write_whole("store", stores[2].content, stores[2].len);
	p = translated_one("ssl.truststore.location", "store");
	assert_non_null(strstr(p.items[0].unused, "keytool -list -rfc -keystore store"));
	properties_finish(&p);
	p = translated_one("ssl.keystore.location", "store");
	assert_non_null(strstr(p.items[0].unused, "-deststoretype PKCS12"));
	properties_finish(&p);
}

#define BODY64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
	const char *text, *want;
} pems[] = {
	{"-----BEGIN X-----\nAAAA\n-----END X-----", "-----BEGIN X-----\nAAAA\n-----END X-----\n"},
	{"-----BEGIN X-----\\nAA\\nAA\\n-----END X-----\\n",
	 "-----BEGIN X-----\nAAAA\n-----END X-----\n"},
	{"-----BEGIN X----- AA AA -----END X-----", "-----BEGIN X-----\nAAAA\n-----END X-----\n"},
	{"-----BEGIN X-----" BODY64 "BB==-----END X-----",
	 "-----BEGIN X-----\n" BODY64 "\nBB==\n-----END X-----\n"},
	{"-----BEGIN X-----" BODY64 "-----END X-----",
	 "-----BEGIN X-----\n" BODY64 "\n-----END X-----\n"},
	{"note -----BEGIN X-----AA-----END X----- -----BEGIN Y-----BB-----END Y-----",
	 "-----BEGIN X-----\nAA\n-----END X-----\n-----BEGIN Y-----\nBB\n-----END Y-----\n"},
	{"-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAA\n-----END X-----",
	 "-----BEGIN X-----\n\nProc-Type: 4,ENCRYPTED\n\nAA\n-----END X-----\n"},
	{"-----BEGIN X-----AA", NULL},
	{"-----BEGIN X", NULL},
	{"AA", NULL},
	{"", NULL},
};

static void test_pem_is_rewrapped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pems); i++) {
		char *got = pem_rewrap(pems[i].text);

		EXPECT(!got == !pems[i].want, "%s", pems[i].text);
		if (got)
			assert_string_equal(got, pems[i].want);
		free(got);
	}
}

static void test_certificates_in_the_file(void **state)
{
	static const char *const names[][2] = {
		{"ssl.truststore.certificates", "ssl.ca.pem"},
		{"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
		{"ssl.keystore.key", "ssl.key.pem"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct properties p = translated_one(names[i][0], pems[2].text);

		expect_property(&p, names[i][1], pems[2].want);
		properties_finish(&p);
	}
}

static void test_names_for_the_nearest_are_whole(void **state)
{
	const char **names;
	size_t n = java_names(&names);

	(void)state;
	assert_true(n > 40);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(names[i][strlen(names[i]) - 1], '.');
	free(names);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logins_become_user_and_password),
		cmocka_unit_test(test_logins_that_can_t_be_used_are_told_without_their_secrets),
		cmocka_unit_test(test_other_modules_options),
		cmocka_unit_test(test_names_and_values_are_translated),
		cmocka_unit_test(test_what_can_t_be_had_has_no_effect),
		cmocka_unit_test(test_librdkafka_s_own_names_win),
		cmocka_unit_test(test_a_compression_level_is_its_codec_s),
		IN_SCRATCH(test_stores_are_told_by_content),
		IN_SCRATCH(test_stores_that_are_pem_are_used),
		IN_SCRATCH(test_stores_that_are_not_are_told_with_the_command),
		cmocka_unit_test(test_pem_is_rewrapped),
		cmocka_unit_test(test_certificates_in_the_file),
		cmocka_unit_test(test_names_for_the_nearest_are_whole),
	};

	return RUN_TESTS(tests);
}

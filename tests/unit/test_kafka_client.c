/* What is known of a client without a cluster: addresses, secrets, objections, remedies. */
#include "expect.h"

#include "kafka/brokers.h"
#include "kafka/client.h"
#include "kafka/refusal.h"
#include "kafka/secrets.h"

static void test_addresses_of_brokers(void **state)
{
	static const char *const right[] = {
		"localhost:9092", "a:1,b:65535", " a:1 , b:2 ",	 "[::1]:9092",
		"127.0.0.1:9092", "a_b-c.d:9",	 "SSL://a:9093", "sasl_plaintext://a:1,b:2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct error err = {0};

		EXPECT(brokers_check(right[i], "-b", &err) == 0, "%s", err.text);
	}
}

static const struct {
	const char *list, *said;
} wrong[] = {
	{"http://host:9092", "-b: http://host:9092: it is no URL; write HOST:PORT,..., here "
			     "host:9092"},
	{"https://host", "here host:9092"},
	{"host", "the port is missing; write HOST:PORT,..., here host:9092"},
	{"a:1,host", "-b: host: the port is missing"},
	{"host:99999", "a port is a number from 1 to 65535"},
	{"host:0", "a port is"},
	{"host:", "a port is"},
	{"host:9092/", "it is no URL; write HOST:PORT,..., here host:9092"},
	{"host:kafka", "a port is"},
	{":9092", "that is no host"},
	{"a b:9092", "that is no host"},
	{"::1:9092", "into brackets"},
	{"[::1]", "the port is missing"},
	{"a:1,", "an entry is empty"},
	{",a:1", "an entry is empty"},
	{"a:1,,b:2", "an entry is empty"},
	{" ", "an entry is empty"},
};

static void test_other_addresses_are_refused_with_the_right_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct error err = {0};

		EXPECT(brokers_check(wrong[i].list, "-b", &err) < 0, "%s", wrong[i].list);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strstr(err.text, wrong[i].said), "%s: %s", wrong[i].list, err.text);
	}
}

static void test_an_address_with_a_password_is_not_shown(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(brokers_check("sasl://alice:hunter2@host:9092", "-b", &err), -1);
	assert_null(strstr(err.text, "hunter2"));
}

static void test_secrets_are_hidden(void **state)
{
	static const char *const texts[][2] = {
		{"the password hunter2 is wrong", "the password **** is wrong"},
		{"hunter2hunter2-long!", "********!"},
		{"hunter", "hunter"},
		{"ab alice", "ab alice"},
		{"", ""},
	};
	struct properties p = {0};
	struct secrets s;

	(void)state;
	properties_set(&p, "sasl.password", "hunter2", "-X");
	properties_set(&p, "ssl.key.password", "hunter2-long", "-X");
	properties_set(&p, "ssl.keystore.password", "ab", "-X");
	properties_set(&p, "sasl.username", "alice", "-X");
	secrets_init(&s, &p);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char *got = secrets_hide(&s, texts[i][0]);

		assert_string_equal(got, texts[i][1]);
		free(got);
	}
	secrets_finish(&s);
	properties_finish(&p);
}

/* Pairs of a name and a value, ended by NULL. */
static void set_all(struct properties *p, const char *const *pairs, const char *origin)
{
	for (; *pairs; pairs += 2)
		properties_set(p, pairs[0], pairs[1], origin);
}

static const struct {
	const char *given[7], *said[1];
} objections[] = {
	{{"acks", "1"}, {"(acks=1, from -X; enable.idempotence=true, redrive's default"}},
	{{"message.send.max.retries", "0"}, {"message.send.max.retries=0, from -X"}},
	{{"max.in.flight", "9"}, {"max.in.flight.requests.per.connection=9, from -X"}},
	{{"acks", "1"}, {"with enable.idempotence=false too it is allowed"}},
	{{"acks", "banana"}, {"-X: property acks=banana: "}},
	{{"sasl.mechanism", "PLAINX", "security.protocol", "SASL_SSL"}, {"sasl.mechanism=PLAINX"}},
	{{"security.protocol", "SASL_SSL"}, {"sasl.mechanism is GSSAPI unless it is set"}},
	{{"security.protocol", "SSL", "ssl.ca.location", "none.pem"},
	 {"ssl.ca.location=none.pem, from -X"}},
};

static void test_librdkafka_s_objections_name_the_properties(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(objections); i++) {
		struct properties p = {0};
		struct error err = {0};

		set_all(&p, objections[i].given, "-X");
		properties_default(&p, "enable.idempotence", "true");
		EXPECT(client_check(&p, &err) < 0, "%s", objections[i].given[0]);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strstr(err.text, objections[i].said[0]), "%s", err.text);
		properties_finish(&p);
	}
}

static const struct {
	const char *name, *value, *origin, *said; /* said NULL: it is taken */
} relied_on[] = {
	{"delivery.report.only.error", "true", "-X",
	 "-X: property delivery.report.only.error=true: "},
	{"delivery.report.only.error", "1", "a.conf:3", "a.conf:3: property delivery."},
	{"delivery.report.only.error", "false", "-X", NULL},
	{"enabled_events", "2", "-X", "-X: property enabled_events=2: "},
	{"enabled_events", "0", "-X", NULL},
	{"transactional.id", "a", "-X", "--job sets it; remove it"},
	{"transactional.id", "a", "a.conf:3", NULL},
};

static void test_what_redrive_relies_on_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(relied_on); i++) {
		const char *said = relied_on[i].said;
		struct properties p = {0};
		struct error err = {0};

		properties_set(&p, relied_on[i].name, relied_on[i].value, relied_on[i].origin);
		properties_default(&p, "enable.idempotence", "true");
		EXPECT(client_check(&p, &err) == (said ? -1 : 0), "%zu: %s", i, err.text);
		EXPECT(!said || (err.kind == ERROR_USAGE && strstr(err.text, said)), "%s",
		       err.text);
		properties_finish(&p);
	}
}

/* A file may be another program's, too. */
static void test_a_transactional_id_of_a_file_is_left_out(void **state)
{
	struct buf log = {0};
	struct event_sink sink = EVENTS_INTO(&log);
	struct properties p = {0};
	struct client c;
	char value[8] = "";
	size_t size = sizeof(value);

	(void)state;
	properties_set(&p, "transactional.id", "a", "a.conf:3");
	properties_default(&p, "enable.idempotence", "true");
	assert_int_equal(client_init(&c, "topic", &p, NULL, &sink, NULL), 0);
	assert_true(rd_kafka_conf_get(rd_kafka_conf(c.rk), "transactional.id", value, &size) !=
			    RD_KAFKA_CONF_OK ||
		    !*value);
	assert_non_null(strstr(log.data, "property_unused: a.conf:3: transactional.id has no"));
	client_finish(&c);
	properties_finish(&p);
	buf_finish(&log);
}

static void test_what_librdkafka_takes_is_taken(void **state)
{
	struct properties p = {0};

	(void)state;
	properties_set(&p, "bootstrap.servers", "127.0.0.1:1", "-b");
	properties_default(&p, "enable.idempotence", "true");
	assert_int_equal(client_check(&p, NULL), 0);
	properties_finish(&p);
}

static const struct {
	const char *given[7], *text;
	rd_kafka_resp_err_t err;
	int certificate;
	const char *remedy;
} refusals[] = {
	{{"security.protocol", "SSL"},
	 "x: certificate verify failed",
	 RD_KAFKA_RESP_ERR__SSL,
	 62,
	 "for another host name"},
	{{"security.protocol", "SSL"},
	 "x: certificate verify failed",
	 RD_KAFKA_RESP_ERR__SSL,
	 10,
	 "has expired"},
	{{"security.protocol", "SSL"},
	 "x: certificate verify failed",
	 RD_KAFKA_RESP_ERR__SSL,
	 20,
	 "set ssl.ca.location"},
	{{NULL},
	 "x: " CLIENT_CLOSED_ON_HELLO,
	 RD_KAFKA_RESP_ERR__TRANSPORT,
	 0,
	 "security.protocol, now PLAINTEXT: this listener seems to want SSL"},
	{{"sasl.mechanism", "PLAIN"},
	 "x: SASL authentication error: no",
	 RD_KAFKA_RESP_ERR__AUTHENTICATION,
	 0,
	 "for sasl.mechanism PLAIN"},
	{{NULL}, "something else", RD_KAFKA_RESP_ERR__SSL, 0, "ssl.ca.location"},
	{{NULL}, "something else", RD_KAFKA_RESP_ERR__TRANSPORT, 0, "check security.protocol"},
};

static void test_remedies_name_the_property(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct properties p = {0};
		struct client c = {.properties = &p, .last_err = refusals[i].err};
		char *remedy;

		set_all(&p, refusals[i].given, "-X");
		snprintf(c.last_text, sizeof(c.last_text), "%s", refusals[i].text);
		atomic_store(&c.certificate_error, refusals[i].certificate);
		remedy = refusal_remedy(&c);
		EXPECT(strstr(remedy, refusals[i].remedy), "%s", remedy);
		free(remedy);
		properties_finish(&p);
	}
}

static void test_scram_of_old_versions_is_told(void **state)
{
	struct properties p = {0};
	struct client c = {.properties = &p,
			   .last_err = RD_KAFKA_RESP_ERR__AUTHENTICATION,
			   .last_text = "SASL authentication error: no"};
	bool old = rd_kafka_version() < 0x020601ff;
	char *remedy;

	(void)state;
	properties_set(&p, "sasl.mechanism", "SCRAM-SHA-512", "-X");
	remedy = refusal_remedy(&c);
	EXPECT(!strstr(remedy, "2.6.1") == !old, "%s", remedy);
	free(remedy);
	properties_finish(&p);
}

static const struct {
	const char *given[7], *topic, *command;
} grants[] = {
	{{NULL},
	 "t",
	 "kafka-acls --add --allow-principal User:ANONYMOUS --operation Write --topic t"},
	{{"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.username", "alice"},
	 "t",
	 "kafka-acls --add --allow-principal User:alice --operation Write --topic t"},
	{{"security.protocol", "SASL_SSL", "sasl.mechanism", "OAUTHBEARER"},
	 "t",
	 "kafka-acls --add --allow-principal PRINCIPAL --operation Write --topic t"},
	{{"security.protocol", "SSL"},
	 NULL,
	 "kafka-acls --add --allow-principal PRINCIPAL --operation Write --cluster"},
	{{"security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN", "sasl.username", "a; rm b"},
	 "t",
	 "kafka-acls --add --allow-principal PRINCIPAL --operation Write --topic t"},
};

static void test_grants_name_the_principal_if_it_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
		struct properties p = {0};
		char *command;

		set_all(&p, grants[i].given, "-X");
		command = refusal_grant(&p, "Write", grants[i].topic);
		assert_string_equal(command, grants[i].command);
		free(command);
		properties_finish(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_of_brokers),
		cmocka_unit_test(test_other_addresses_are_refused_with_the_right_form),
		cmocka_unit_test(test_an_address_with_a_password_is_not_shown),
		cmocka_unit_test(test_secrets_are_hidden),
		cmocka_unit_test(test_librdkafka_s_objections_name_the_properties),
		cmocka_unit_test(test_what_redrive_relies_on_is_kept),
		cmocka_unit_test(test_a_transactional_id_of_a_file_is_left_out),
		cmocka_unit_test(test_what_librdkafka_takes_is_taken),
		cmocka_unit_test(test_remedies_name_the_property),
		cmocka_unit_test(test_scram_of_old_versions_is_told),
		cmocka_unit_test(test_grants_name_the_principal_if_it_is_known),
	};

	return RUN_TESTS(tests);
}

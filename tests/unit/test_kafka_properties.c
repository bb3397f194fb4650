/* Properties: files of three families, origins, near misses, and secrets. */
#include "expect.h"

#include "kafka/properties.h"

#define PATH "client.properties"

static int read_text(struct properties *p, const char *text, struct error *err)
{
	write_whole(PATH, text, strlen(text));
	return properties_read(p, PATH, err);
}

static const struct {
	const char *line, *name, *value;
} lines[] = {
	{"acks=all", "acks", "all"},
	{"acks = all", "acks", "all"},
	{"\t acks\t=\tall \t", "acks", "all"},
	{"acks=all\r", "acks", "all"},
	{"acks=", "acks", ""},
	{"acks= ", "acks", ""},
	{"sasl.password=a=b==", "sasl.password", "a=b=="},
	{"sasl.password=#not!comment", "sasl.password", "#not!comment"},
	{"topic.acks=1", "acks", "1"},
	{" topic.acks = 1", "acks", "1"},
	{"redrive.format=csv", "redrive.format", "csv"},
	{"acks:all", "acks", "all"},
	{"acks : all", "acks", "all"},
	{"acks all", "acks", "all"},
	{"acks\tall", "acks", "all"},
	{"acks:", "acks", ""},
	{"sasl.password= :=a\\=b\\:c\\d", "sasl.password", ":=a=b:c\\d"},
	{"bootstrap.servers=a.b.cloud\\:9092", "bootstrap.servers", "a.b.cloud:9092"},
	{"sasl.password=a\\\\", "sasl.password", "a\\\\"},
	{"bootstrap.servers=a:1,\\\n   b:2,\\\r\n\tc:3", "bootstrap.servers", "a:1,b:2,c:3"},
	{"acks=\\\n#all", "acks", "#all"},
	{"# acks=1 \\\nacks=all", "acks", "all"},
};

static void test_lines_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct properties p = {0};
		struct buf text = {0};
		char origin[64];

		buf_addf(&text, "# a comment\n\n%s\n! another\n  # a third\r\n\r\n", lines[i].line);
		assert_int_equal(read_text(&p, text.data, NULL), 0);
		assert_int_equal(p.n, 1);
		assert_string_equal(properties_get(&p, lines[i].name), lines[i].value);
		assert_int_equal(p.items[0].line, lines[i].line[0] == '#' ? 4 : 3);
		snprintf(origin, sizeof(origin), PATH ":%u", p.items[0].line);
		assert_string_equal(p.items[0].origin, origin);
		properties_finish(&p);
		buf_finish(&text);
	}
}

static void test_the_last_line_needs_no_line_feed(void **state)
{
	struct properties p = {0};

	(void)state;
	assert_int_equal(read_text(&p, "client.id=a\nacks=all", NULL), 0);
	assert_string_equal(properties_get(&p, "acks"), "all");
	properties_finish(&p);
}

static void test_a_byte_order_mark_is_skipped(void **state)
{
	struct properties p = {0};

	(void)state;
	assert_int_equal(read_text(&p,
				   "\xef\xbb\xbf"
				   "acks=all\r\n",
				   NULL),
			 0);
	assert_non_null(properties_get(&p, "acks"));
	properties_finish(&p);
}

static void test_the_later_value_wins_with_its_origin(void **state)
{
	struct properties p = {0}, copy = {0};

	(void)state;
	properties_default(&p, "acks", "all");
	assert_int_equal(properties_set_pair(&p, "topic.acks=1", "-X", NULL), 0);
	properties_default(&p, "acks", "0");
	assert_int_equal(p.n, 1);
	assert_string_equal(properties_get(&p, "acks"), "1");
	assert_string_equal(p.items[0].origin, "-X");
	assert_int_equal(read_text(&p, "acks=-1", NULL), 0);
	assert_string_equal(p.items[0].origin, PATH ":1");
	properties_set(&copy, "acks", "0", "default");
	properties_copy(&copy, &p);
	assert_int_equal(copy.n, 1);
	assert_string_equal(copy.items[0].value, "-1");
	assert_int_equal(copy.items[0].line, 1);
	assert_ptr_not_equal(copy.items[0].value, p.items[0].value);
	properties_finish(&p);
	assert_null(properties_get(&p, "acks"));
	properties_finish(&copy);
}

static void test_what_has_no_effect_is_set_but_not_used(void **state)
{
	struct properties p = {0}, copy = {0};
	rd_kafka_conf_t *conf;

	(void)state;
	properties_set(&p, "no.such", "1", "-X");
	properties_set_unused(&p, "no.such", "because");
	assert_null(properties_get(&p, "no.such"));
	assert_true(properties_has(&p, "no.such", "-X"));
	assert_false(properties_has(&p, "no.such", "default"));
	properties_copy(&copy, &p);
	assert_true(properties_same(&copy, &p));
	assert_string_equal(copy.items[0].unused, "because");
	conf = properties_conf(&copy, NULL);
	assert_non_null(conf);
	rd_kafka_conf_destroy(conf);
	properties_set(&copy, "no.such", "2", "-X");
	assert_string_equal(properties_get(&copy, "no.such"), "2");
	assert_false(properties_same(&copy, &p));
	properties_finish(&copy);
	properties_finish(&p);
}

static void test_a_line_that_is_no_pair_is_named(void **state)
{
	struct properties p = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(read_text(&p, "acks=all\n\nnonsense\n", &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, PATH ":3"));
	properties_finish(&p);
}

static void test_a_file_that_cannot_be_read_is_named(void **state)
{
	static const char *const paths[] = {"missing.properties", "."};
	struct properties p = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct error err = {0};

		assert_int_equal(properties_read(&p, paths[i], &err), -1);
		assert_non_null(strstr(err.text, paths[i]));
	}
	properties_finish(&p);
}

/* Java takes a colon or a blank for the equals sign, so people write them. */
static void test_a_line_that_is_no_pair_does_not_show_its_secret(void **state)
{
	static const char *const secrets[] = {"sasl.password: hunter2", "sasl.password hunter2",
					      "ssl.key.password\thunter2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		struct properties p = {0};
		struct error err = {0};
		rd_kafka_conf_t *conf;

		if (read_text(&p, secrets[i], &err) == 0) {
			conf = properties_conf(&p, &err);
			if (conf)
				rd_kafka_conf_destroy(conf);
		}
		EXPECT(!strstr(err.text, "hunter2"), "%s", err.text);
		properties_finish(&p);
	}
}

static void test_what_is_no_pair_is_shown_only_when_it_is_a_name(void **state)
{
	static const char *const secrets[] = {"sasl.password:hunter2", "hunter2", "=hunter2",
					      "sasl.password hunter2", "linger.ms hunter2"};
	struct properties p = {0};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
		assert_int_equal(properties_set_pair(&p, secrets[i], "-X", &err), -1);
		EXPECT(!strstr(err.text, "hunter2"), "%s", err.text);
	}
	assert_int_equal(properties_set_pair(&p, "linger.ms", "-X", &err), -1);
	assert_string_equal(err.text, "-X: linger.ms is not of the form name=value");
	assert_int_equal(read_text(&p, "HUNTER2+/= 1", &err), 0);
	assert_null(properties_conf(&p, &err));
	assert_string_equal(err.text, PATH ":1: unknown property");
	properties_finish(&p);
}

static void test_secrets_are_never_in_a_message(void **state)
{
	static const char *const pairs[] = {
		"ssl.key.pem=hunter2",
		"sasl.jaas.config=... required password=\"hunter2\";",
		"ssl.keystore.password.typo=hunter2",
		"sasl.pasword=hunter2",
		"enable.ssl.certificate.verification.secret=hunter2",
		"basic.auth.user.info=user:hunter2",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct properties p = {0};
		struct error err = {0};
		rd_kafka_conf_t *conf;

		assert_int_equal(properties_set_pair(&p, pairs[i], "-X", NULL), 0);
		conf = properties_conf(&p, &err);
		EXPECT(!strstr(err.text, "hunter2"), "%s", err.text);
		if (conf)
			rd_kafka_conf_destroy(conf);
		properties_finish(&p);
	}
}

static const struct {
	const char *typo, *meant;
} typos[] = {
	{"bootstrap.server", "bootstrap.servers"},
	{"security.protocoll", "security.protocol"},
	{"lingr.ms", "linger.ms"},
	{"sasl.pasword", "sasl.password"},
	{"sasl.usrname", "sasl.username"},
	{"ssl.ca.locaton", "ssl.ca.location"},
	{"message.timeout.m", "message.timeout.ms"},
	{"partitoner", "partitioner"},
	{"ack", "acks"},
	{"acsk", "acks"},
	{"sasl.passwrd", "sasl.password"},
};

static void test_an_unknown_property_is_named_with_the_nearest(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(typos); i++) {
		struct properties p = {0};
		struct error err = {0};
		struct buf want = {0};

		buf_addf(&want, "did you mean %s?", typos[i].meant);
		properties_set(&p, typos[i].typo, "1", "orders.conf:3");
		assert_null(properties_conf(&p, &err));
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_non_null(strstr(err.text, typos[i].typo));
		assert_non_null(strstr(err.text, "orders.conf:3"));
		if (!strstr(err.text, want.data)) {
			print_error("%s\n", err.text);
			wrong++;
		}
		properties_finish(&p);
		buf_finish(&want);
	}
	assert_int_equal(wrong, 0);
}

static void test_a_bad_value_is_named_with_its_origin(void **state)
{
	struct properties p = {0};
	struct error err = {0};

	(void)state;
	properties_set(&p, "linger.ms", "soon", "-X");
	assert_null(properties_conf(&p, &err));
	assert_non_null(strstr(err.text, "linger.ms"));
	assert_non_null(strstr(err.text, "-X"));
	properties_finish(&p);
}

static void test_a_configuration_has_what_was_set(void **state)
{
	struct properties p = {0};
	char value[64];
	size_t size = sizeof(value);
	rd_kafka_conf_t *conf;

	(void)state;
	properties_set(&p, "client.id", "redrive", "default");
	properties_set(&p, "redrive.format", "csv", PATH ":1");
	assert_int_equal(properties_set_pair(&p, "topic.acks=1", "-X", NULL), 0);
	conf = properties_conf(&p, NULL);
	assert_non_null(conf);
	assert_int_equal(rd_kafka_conf_get(conf, "client.id", value, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(value, "redrive");
	size = sizeof(value);
	assert_int_equal(rd_kafka_conf_get(conf, "acks", value, &size), RD_KAFKA_CONF_OK);
	assert_string_equal(value, "1");
	rd_kafka_conf_destroy(conf);
	properties_finish(&p);
}

static void test_secrets_are_known(void **state)
{
	static const char *const secret[] = {
		"sasl.password",	   "ssl.key.password",
		"SSL.KEYSTORE.PASSWORD",   "ssl.key.pem",
		"sasl.jaas.config",	   "sasl.oauthbearer.client.secret",
		"sasl.oauthbearer.config", "ssl.keystore.key",
		"basic.auth.user.info",	   "sasl.oauthbearer.assertion.private.key.passphrase"};
	static const char *const open_ones[] = {"sasl.username", "bootstrap.servers",
						"ssl.ca.location", "client.id"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secret); i++)
		EXPECT(properties_is_secret(secret[i]), "%s", secret[i]);
	for (size_t i = 0; i < ARRAY_SIZE(open_ones); i++)
		EXPECT(!properties_is_secret(open_ones[i]), "%s", open_ones[i]);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_lines_are_read),
		IN_SCRATCH(test_the_last_line_needs_no_line_feed),
		IN_SCRATCH(test_a_byte_order_mark_is_skipped),
		IN_SCRATCH(test_the_later_value_wins_with_its_origin),
		IN_SCRATCH(test_what_has_no_effect_is_set_but_not_used),
		IN_SCRATCH(test_a_line_that_is_no_pair_is_named),
		IN_SCRATCH(test_a_file_that_cannot_be_read_is_named),
		IN_SCRATCH(test_a_line_that_is_no_pair_does_not_show_its_secret),
		IN_SCRATCH(test_what_is_no_pair_is_shown_only_when_it_is_a_name),
		IN_SCRATCH(test_secrets_are_never_in_a_message),
		IN_SCRATCH(test_an_unknown_property_is_named_with_the_nearest),
		IN_SCRATCH(test_a_bad_value_is_named_with_its_origin),
		IN_SCRATCH(test_a_configuration_has_what_was_set),
		IN_SCRATCH(test_secrets_are_known),
	};

	return RUN_TESTS(tests);
}

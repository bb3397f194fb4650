/* The command that goes on: what a shell makes of it, and what it doesn't tell. */
#include "expect.h"

#include "cmd/resume.h"

#define ORDERS "may orders.ndjson"

struct target {
	bool quiet;
	const char *topic, *key, *alert_command;
	struct option_list headers, headers_from, properties;
};

#define AT(member) .offset = offsetof(struct target, member)
static const struct option_spec specs[] = {
	{'q', "quiet", NULL, "", OPTION_FLAG, AT(quiet)},
	{'t', "topic", "TOPIC", "", OPTION_STRING, AT(topic)},
	{'k', "key", "KEY", "", OPTION_STRING, AT(key)},
	{'H', "header", "NAME=VALUE", "", OPTION_LIST, AT(headers)},
	{0, "header-from", "NAME=KEY", "", OPTION_LIST, AT(headers_from)},
	{'X', "property", "NAME=VALUE", "", OPTION_LIST, AT(properties)},
	{0, "alert-command", "COMMAND", "", OPTION_STRING, AT(alert_command)},
	{0},
};
#undef AT

static const struct option_group group = {"All", specs};
static const struct option_use uses[] = {{&group, 0}, {0}};

static bool has_secrets(char **args)
{
	struct target target = {0};
	struct options *o = options_create(uses, &target);
	char *argv[16] = {"produce"};
	struct error err = {0};
	int argc = 1;
	bool has;

	for (; *args; args++)
		argv[argc++] = *args;
	EXPECT(options_parse(o, argc, argv, &err) == 0, "%s", err.text);
	has = resume_has_secrets(o, &target.properties);
	options_destroy(o);
	return has;
}

/* resume_at for line 17 of the last argument. */
static char *resumed(char **args, const char *member, const char *format, bool behind)
{
	const char *path = ORDERS;
	const struct option_list paths = {&path, 1};
	const struct resume r = {
		.command = "produce", .args = args, .paths = &paths, .secrets = has_secrets(args)};
	struct origin *o = origin_create(0, ORDERS, member, format);
	struct buf out = {0};
	struct mark m = {0};

	mark_note(&m, o, 17);
	resume_at(&out, &r, &m, behind);
	mark_clear(&m);
	origin_unref(o);
	return out.data;
}

#define EXPECT_RESUME(want, member, format, behind, ...)                                           \
	do {                                                                                       \
		char *got =                                                                        \
			resumed((char *[]){__VA_ARGS__, ORDERS, NULL}, member, format, behind);    \
		assert_string_equal(got, want);                                                    \
		free(got);                                                                         \
	} while (0)

static void write_orders(const char *content)
{
	write_whole(ORDERS, content, strlen(content));
}

static void test_a_plain_file_has_a_command(void **state)
{
	(void)state;
	write_orders("\xef\xbb\xbf\n{\"orderId\":1}\n");
	EXPECT_RESUME("tail -n +17 'may orders.ndjson' | "
		      "redrive produce --format ndjson -t orders -k 'it'\"'\"'s' -",
		      NULL, "ndjson", false, "-t", "orders", "-k", "it's");
	EXPECT_RESUME("tail -n +18 'may orders.ndjson' | "
		      "redrive produce --format ndjson --header-from '' -X linger.ms=1 -",
		      NULL, "ndjson", true, "--header-from", "", "-X", "linger.ms=1");
}

static void test_secrets_are_not_repeated(void **state)
{
	static const char want[] = "tail -n +17 'may orders.ndjson' | "
				   "redrive produce --format ndjson ... -";

	(void)state;
	write_orders("{");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-Xsasl.password=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-X", "ssl.key.password=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-H", "authorization=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "--header=authorization=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "--alert-command", "mail x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-qHauthorization=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-qXsasl.password=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-qX", "sasl.password=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-qH", "authorization=x");
	EXPECT_RESUME(want, NULL, "ndjson", false, "--alert-command=mail x");
}

/* What escapes the line would make other words of them. */
static void test_words_that_are_not_shown_as_they_are(void **state)
{
	static const char want[] = "tail -n +17 'may orders.ndjson' | "
				   "redrive produce --format ndjson ... -";

	(void)state;
	write_orders("{");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-k", "a\\b");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-k", "a\nb");
	EXPECT_RESUME(want, NULL, "ndjson", false, "-k", "\xff");
	EXPECT_RESUME("tail -n +17 'may orders.ndjson' | "
		      "redrive produce --format ndjson -k 'M\xc3\xbcller' -",
		      NULL, "ndjson", false, "-k", "M\xc3\xbcller");
}

static void test_other_inputs_have_words(void **state)
{
	(void)state;
	write_orders("{");
	EXPECT_RESUME("begin with may orders.ndjson, line 17", NULL, "csv", false, "-q");
	EXPECT_RESUME("begin after the row that begins in may orders.ndjson, line 17", NULL, "csv",
		      true, "-q");
	EXPECT_RESUME("begin after may orders.ndjson, a, line 17", "a", "ndjson", true, "-q");
	/* Which of the two is the file? */
	EXPECT_RESUME("begin with may orders.ndjson, line 17", NULL, "ndjson", false, "-t", ORDERS);
	write_orders("\x1f\x8b{");
	EXPECT_RESUME("begin with may orders.ndjson, line 17", NULL, "ndjson", false, "-q");
	assert_int_equal(unlink(ORDERS), 0);
	EXPECT_RESUME("begin with may orders.ndjson, line 17", NULL, "ndjson", false, "-q");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_a_plain_file_has_a_command),
		IN_SCRATCH(test_secrets_are_not_repeated),
		IN_SCRATCH(test_words_that_are_not_shown_as_they_are),
		IN_SCRATCH(test_other_inputs_have_words),
	};

	return RUN_TESTS(tests);
}

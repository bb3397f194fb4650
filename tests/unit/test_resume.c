/* The command that goes on: what a shell makes of it, and what it doesn't tell. */
#include "expect.h"

#include "cmd/resume.h"

#define ORDERS "may orders.ndjson"

/* resume_at for line 17 of the last argument. */
static char *resumed(char **args, const char *member, const char *format, bool behind)
{
	const char *path = ORDERS;
	const struct option_list paths = {&path, 1};
	const struct resume r = {.command = "produce", .args = args, .paths = &paths};
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
		      "redrive produce --format ndjson -t orders -k 'it'\\''s' -",
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
}

static void test_other_inputs_have_words(void **state)
{
	(void)state;
	write_orders("{");
	EXPECT_RESUME("begin with may orders.ndjson, line 17", NULL, "csv", false, "-q");
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
		IN_SCRATCH(test_other_inputs_have_words),
	};

	return RUN_TESTS(tests);
}

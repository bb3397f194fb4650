#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd.h"
#include "exit.h"
#include "mock.h"
#include "peek.h"
#include "signals.h"
#include "story.h"

#define FALLBACK    "held.fallback.ndjson"
#define LARGE_BYTES 2000000
#define MAX_WORDS   24

struct demo {
	struct mock *mock;
	char *dir;  /* absolute; NULL: it is not made yet */
	int failed; /* steps that ended otherwise than the story says */
	const volatile int *stop;
};

static void say(const char *text)
{
	printf("\n%s\n", text);
	fflush(stdout);
}

static int write_file(const char *name, struct slice text, size_t large)
{
	FILE *file = fopen(name, "we");

	if (!file)
		return -1;
	fwrite(text.data, 1, text.len, file);
	if (large) {
		fputs("{\"orderId\":\"ORD-0014\",\"customerId\":\"customer-A\",\"note\":\"", file);
		while (large--)
			fputc('x', file);
		fputs("\"}\n", file);
	}
	return fclose(file);
}

static int make_folder(struct demo *d, struct error *err)
{
	const char *parent = getenv("TMPDIR");
	char *path = mem_printf("%s/redrive-demo.XXXXXX", parent && *parent ? parent : "/tmp");

	if (mkdtemp(path))
		d->dir = realpath(path, NULL);
	if (!d->dir)
		error_set(err, ERROR_FATAL, "can't make the demo's folder %s: %s", path,
			  strerror(errno));
	free(path);
	return d->dir ? 0 : -1;
}

static int write_files(struct demo *d)
{
	if (chdir(d->dir) < 0)
		return -1;
	if (write_file("orders.ndjson", story_orders(), 0) < 0 ||
	    write_file("trouble.ndjson", story_trouble(), LARGE_BYTES) < 0)
		return -1;
	return write_file("late.ndjson", story_late(), 0);
}

static void remove_files(const struct demo *d)
{
	static const char *const names[] = {"orders.ndjson", "trouble.ndjson", "late.ndjson",
					    FALLBACK, "orders.created.fallback.ndjson"};

	if (!d->dir || chdir(d->dir) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlink(names[i]);
	if (chdir("/") == 0)
		rmdir(d->dir);
}

/* Splits at single blanks: the demo's commands have no others. */
static void split(char *line, char **words)
{
	size_t n = 0;

	for (char *word = strtok(line, " "); word && n < MAX_WORDS; word = strtok(NULL, " "))
		words[n++] = word;
	words[n] = NULL;
}

static void run_child(char **words)
{
	dup2(STDOUT_FILENO, STDERR_FILENO);
	execv("/proc/self/exe", words);
	printf("can't run itself: %s\n", strerror(errno));
	fflush(stdout);
	_exit(127);
}

/* Shows the command as a user would type it, and runs this program with it. */
static void step(struct demo *d, const char *command, int expected)
{
	char *line = mem_strdup(command), *words[MAX_WORDS + 1];
	int status = -1;
	pid_t pid;

	if (*d->stop) {
		free(line);
		return;
	}
	split(line, words);
	printf("\n  $ %s\n", command);
	fflush(stdout);
	pid = signals_fork();
	if (pid == 0)
		run_child(words);
	if (pid > 0)
		status = signals_wait();
	status = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	printf("  (exit status %d)\n", status);
	d->failed += status != expected;
	free(line);
}

static void show_header(const rd_kafka_headers_t *headers, const char *name)
{
	const void *value;
	struct buf text = {0};
	size_t len;

	if (rd_kafka_header_get_last(headers, name, &value, &len))
		return;
	text_add_escaped(&text, (struct slice){value, len});
	printf("      %-15s %s\n", name, text.data ? text.data : "");
	buf_finish(&text);
}

static void show_dead_letter(const rd_kafka_message_t *m)
{
	static const char *const names[] = {"original-topic", "error-type",  "error-message",
					    "retry-count",    "source-file", "source-line"};
	rd_kafka_headers_t *headers;

	printf("    partition %d, offset %" PRId64 ", %zu bytes:\n", m->partition, m->offset,
	       m->len);
	if (rd_kafka_message_headers(m, &headers))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		show_header(headers, names[i]);
}

static int64_t count_lines(const char *path)
{
	FILE *file = fopen(path, "re");
	int64_t n = 0;

	for (int c; file && (c = fgetc(file)) != EOF;)
		n += c == '\n';
	if (file)
		fclose(file);
	return n;
}

static void expect(struct demo *d, const char *where, int64_t n, int64_t expected)
{
	printf("  %-46s %" PRId64 "\n", where, n);
	d->failed += n != expected;
}

static void show_where(struct demo *d, int64_t topic, int64_t fallback)
{
	const char *brokers = mock_brokers(d->mock);
	struct error err;

	say("What landed where:\n");
	expect(d, "topic orders.created", peek_topic(brokers, "orders.created", NULL, &err), topic);
	expect(d, "DLQ orders.dlq", peek_topic(brokers, "orders.dlq", NULL, &err), 1);
	expect(d, "fallback file " FALLBACK, count_lines(FALLBACK), fallback);
}

#define PRODUCE "redrive produce -t orders.created --dlq orders.dlq -k customerId"

static void tell(struct demo *d)
{
	struct error err;

	say("1. Ten good orders. Orders of one customer share a key, and so stay in order.");
	step(d, PRODUCE " orders.ndjson", EXIT_DONE);

	say("2. Trouble: the second of these orders is not JSON, the last has 2 MB, and topic and\n"
	    "   DLQ take 1 MB. The two good ones are delivered all the same; the broken one goes\n"
	    "   to the DLQ, and what the DLQ doesn't take goes to the fallback file.");
	step(d, PRODUCE " --fallback " FALLBACK " -X message.max.bytes=1000000 trouble.ndjson",
	     EXIT_FALLBACK);

	say("3. An outage: every broker is down. (Fewer and shorter retries than the default of\n"
	    "   1, 2, 4 s, for the story's sake.)");
	mock_set_down(d->mock, true);
	step(d, PRODUCE " --fallback " FALLBACK " --retries 2 --retry-backoff 100ms late.ndjson",
	     EXIT_FALLBACK);
	mock_set_down(d->mock, false);
	show_where(d, 12, 6);

	say("   The dead letter says why, and where it came from:");
	peek_topic(mock_brokers(d->mock), "orders.dlq", show_dead_letter, &err);

	say("4. The brokers are back, and take 2 MB now. The fallback file holds each record byte\n"
	    "   for byte, with its key and headers, so it can be loaded as it is:");
	step(d, "redrive produce -t orders.created --dlq orders.dlq --format envelope " FALLBACK,
	     EXIT_DONE);
	unlink(FALLBACK);
	show_where(d, 18, 0);
}

static const char next[] =
	"18 orders are delivered, one waits in the DLQ for somebody to mend it: 19 were read, 19\n"
	"are accounted for. What to type next:\n\n"
	"  redrive errors INVALID_JSON        what an error code means, and how to mend the cause\n"
	"  redrive sandbox -- sh              a shell with such a cluster, to try things on\n"
	"  redrive produce -b localhost:9092 -t orders.created --dlq orders.dlq \\\n"
	"      -k customerId --create-topics YOUR-ORDERS.ndjson\n"
	"  redrive produce --help             everything else\n";

static int demo(struct demo *d)
{
	struct error err;

	d->stop = signals_install();
	d->mock = mock_create(1, 4, &err);
	if (!d->mock || mock_create_topic(d->mock, "orders.created:6", &err) < 0 ||
	    mock_create_topic(d->mock, "orders.dlq:6", &err) < 0)
		return cmd_fail(&cmd_demo, &err);
	if (make_folder(d, &err) < 0)
		return cmd_fail(&cmd_demo, &err);
	if (write_files(d) < 0) {
		error_set(&err, ERROR_FATAL, "can't write the demo's files in %s: %s", d->dir,
			  strerror(errno));
		return cmd_fail(&cmd_demo, &err);
	}
	/* The story has nothing to do with the user's own cluster. */
	unsetenv("REDRIVE_CONFIG");
	unsetenv("REDRIVE_TOPIC");
	unsetenv("REDRIVE_DLQ");
	setenv("REDRIVE_BROKERS", mock_brokers(d->mock), 1);
	printf("A Kafka cluster runs inside this process (REDRIVE_BROKERS=%s), with the topics\n"
	       "orders.created and orders.dlq. The commands below are the ones you would type.\n",
	       mock_brokers(d->mock));
	tell(d);
	if (*d->stop)
		return EXIT_SIGNAL + *d->stop;
	if (d->failed) {
		say("Something went otherwise than the story says: see above.");
		return EXIT_FATAL;
	}
	say(next);
	return EXIT_DONE;
}

static int demo_run(int argc, char **argv)
{
	struct demo d = {0};
	struct options *options;
	const struct option_list *args;
	int status;

	options = cmd_options(&cmd_demo, argc, argv, NULL, &status);
	if (!options)
		return status;
	args = options_args(options);
	if (args->n)
		status = cmd_usage(&cmd_demo, "takes no arguments: '%s'", args->items[0]);
	else
		status = demo(&d);
	remove_files(&d);
	free(d.dir);
	mock_destroy(d.mock);
	options_destroy(options);
	return status;
}

const struct cmd cmd_demo = {
	.name = "demo",
	.summary = "the whole story on a cluster inside this process",
	.usage = "",
	.details = "Loads ten good orders; then one that is not JSON, one that is too large, and "
		   "some that meet an outage; shows what landed where, and brings back what the "
		   "outage held up. It needs no server and leaves nothing behind.",
	.examples = "redrive demo\n",
	.run = demo_run,
};

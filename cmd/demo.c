#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd.h"
#include "demo_folder.h"
#include "exit.h"
#include "mock.h"
#include "peek.h"
#include "signals.h"

#define FALLBACK  "held.fallback.ndjson"
#define EXPORT	  DEMO_FOLDER_EXPORT
#define MAX_WORDS 24

struct demo {
	struct mock *mock;
	struct demo_folder folder;
	int failed; /* steps that ended otherwise than the story says */
	const volatile int *stop;
};

static void say(const char *text)
{
	printf("\n%s\n", text);
	fflush(stdout);
}

/* As a shell does: at single blanks, and not within single quotes. The demo's commands
 * have nothing else that is special to one. */
static void split(char *line, char **words)
{
	size_t n = 0;

	for (char *to = line; *line && n < MAX_WORDS; *to++ = '\0') {
		bool quoted = false;

		words[n++] = to;
		for (; *line && (quoted || *line != ' '); line++) {
			if (*line == '\'')
				quoted = !quoted;
			else
				*to++ = *line;
		}
		line += *line == ' ';
	}
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

static void show_where(struct demo *d, int64_t topic, int64_t dlq, int64_t fallback)
{
	const char *brokers = mock_brokers(d->mock);
	struct error err;

	say("What landed where:\n");
	expect(d, "topic orders.created", peek_count(brokers, "orders.created", &err), topic);
	expect(d, "DLQ orders.dlq", peek_count(brokers, "orders.dlq", &err), dlq);
	expect(d, "fallback file " FALLBACK, count_lines(FALLBACK), fallback);
}

#define PRODUCE "redrive produce -t orders.created --dlq orders.dlq -k customerId"
#define INSPECT "redrive dlq-inspect -t orders.dlq"
#define REPLAY                                                                                     \
	"redrive replay-dlq -t orders.dlq --where error-type=MISSING_FIELD "                       \
	"--set currency='\"EUR\"'"

static void tell_load(struct demo *d)
{
	say("1. Ten good orders. Orders of one customer share a key, and so stay in order.");
	step(d, PRODUCE " orders.ndjson", EXIT_DONE);

	say("2. Trouble: of these six orders one is not JSON, two lack the currency, and one has\n"
	    "   2 MB, where topic and DLQ take 1 MB. The good ones are delivered all the same;\n"
	    "   the bad ones go to the DLQ, and what it doesn't take goes to the fallback file.");
	step(d,
	     PRODUCE " --require currency --fallback " FALLBACK
		     " -X message.max.bytes=1000000 trouble.ndjson",
	     EXIT_FALLBACK);
}

static void tell_outage(struct demo *d)
{
	say("3. An outage: every broker is down. (Fewer and shorter retries than the default of\n"
	    "   1, 2, 4 s, for the story's sake.)");
	mock_set_down(d->mock, true);
	step(d, PRODUCE " --fallback " FALLBACK " --retries 2 --retry-backoff 100ms late.ndjson",
	     EXIT_FALLBACK);
	mock_set_down(d->mock, false);
	show_where(d, 12, 3, 6);

	say("4. The brokers are back, and take 2 MB now. The fallback file holds each record byte\n"
	    "   for byte, with its key and headers. Each goes to its topic, and the file aside:");
	step(d, "redrive replay-fallback --archive " FALLBACK, EXIT_DONE);
	show_where(d, 18, 3, 0);
}

static void tell_replay(struct demo *d)
{
	say("5. And the DLQ? What is in it, why, and from where:");
	step(d, INSPECT, EXIT_DONE);

	say("6. Two orders lack the currency. They come from a shop that sells in euros alone, so\n"
	    "   they can be given it on their way back. First a look at what that would do:");
	step(d, REPLAY " --dry-run", EXIT_DONE);
	say("   Just so. Now in earnest: the same command without --dry-run.");
	step(d, REPLAY, EXIT_DONE);
}

static void tell_rest(struct demo *d)
{
	say("7. The last one takes a human: its total is missing. What is pending, as a file:");
	step(d, INSPECT " --status pending --export " EXPORT, EXIT_DONE);
	say("   Somebody looks it up, writes 15.0 into the file, and loads that:");
	d->failed += !*d->stop && demo_folder_mend() < 0;
	step(d, PRODUCE " --require currency " EXPORT "/trouble.ndjson", EXIT_DONE);
	say("   So the broken one in the DLQ is not to be sent any more:");
	step(d,
	     "redrive dlq-discard -t orders.dlq --where error-type=INVALID_JSON "
	     "--reason 'mended by hand and loaded'",
	     EXIT_DONE);

	say("8. Kafka deletes no single message: the three are in the DLQ as before. But its\n"
	    "   ledger, the topic orders.dlq.resolved, knows what has become of each:");
	step(d, INSPECT, EXIT_DONE);
	show_where(d, 21, 3, 0);
}

static const char next[] =
	"21 orders were read, 21 are delivered, and nothing is pending. What to type next:\n\n"
	"  redrive errors MISSING_FIELD       what an error code means, and how to mend the cause\n"
	"  redrive sandbox -- sh              a shell with such a cluster, to try things on\n"
	"  redrive produce -b localhost:9092 -t orders.created --dlq orders.dlq \\\n"
	"      -k customerId --create-topics YOUR-ORDERS.ndjson\n"
	"  redrive dlq-inspect -b localhost:9092 -t YOUR-DLQ\n"
	"                                     what is in a DLQ, whoever wrote it; changes nothing\n"
	"  redrive replay-dlq --help          everything else\n";

/* The story has nothing to do with the user's own cluster. */
static void set_environment(const struct demo *d)
{
	unsetenv("REDRIVE_TOPIC");
	unsetenv("REDRIVE_DLQ");
	setenv("REDRIVE_CONFIG", DEMO_FOLDER_CONFIG, 1);
	setenv("REDRIVE_BROKERS", mock_brokers(d->mock), 1);
}

static int demo(struct demo *d)
{
	struct error err;

	d->stop = signals_install();
	/* Four: with so many the ledger will appear, and it needs as many as the DLQ. */
	d->mock = mock_create(1, 4, &err);
	if (!d->mock || mock_create_topic(d->mock, "orders.created", &err) < 0 ||
	    mock_create_topic(d->mock, "orders.dlq", &err) < 0)
		return cmd_fail(&cmd_demo, &err);
	if (demo_folder_make(&d->folder, &err) < 0)
		return cmd_fail(&cmd_demo, &err);
	set_environment(d);
	printf("A Kafka cluster runs inside this process (REDRIVE_BROKERS=%s), with the topics\n"
	       "orders.created and orders.dlq. The commands below are the ones you would type.\n",
	       mock_brokers(d->mock));
	tell_load(d);
	tell_outage(d);
	tell_replay(d);
	tell_rest(d);
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
	demo_folder_remove(&d.folder);
	mock_destroy(d.mock);
	options_destroy(options);
	return status;
}

const struct cmd cmd_demo = {
	.name = "demo",
	.summary = "the whole story on a cluster inside this process",
	.usage = "",
	.details = "Loads ten good orders; then one that is not JSON, two that lack a field, one "
		   "that is too large, and some that meet an outage; shows what landed where, "
		   "brings back what the outage held up, and looks into the DLQ, mends what is "
		   "there and replays it, until nothing is pending. It needs no server and leaves "
		   "nothing behind.",
	.examples = "redrive demo\n",
	.run = demo_run,
};

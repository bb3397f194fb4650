#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd.h"
#include "exit.h"
#include "mock.h"
#include "signals.h"

struct sandbox_options {
	uint64_t brokers, partitions;
	struct option_list topics;
};

#define AT(member) .offset = offsetof(struct sandbox_options, member)
static const struct option_spec sandbox_specs[] = {
	{0, "nodes", "N", "how many brokers", OPTION_UINT, AT(brokers), .default_text = "1",
	 .min = 1, .max = 10},
	{0, "partitions", "N", "partitions of a --topic that doesn't say", OPTION_UINT,
	 AT(partitions), .default_text = "4", .min = 1, .max = 1000},
	{0, "topic", "NAME:N", "create a topic with N partitions", OPTION_LIST, AT(topics)},
	{0},
};
#undef AT

static const struct option_group sandbox_group = {"Cluster", sandbox_specs};
static const struct option_use sandbox_uses[] = {{&sandbox_group, 0}, {0}};

static int run_command(const struct option_list *args)
{
	char **command = mem_alloc(args->n + 1, sizeof(char *));
	pid_t pid;
	int status;

	memcpy(command, args->items, args->n * sizeof(char *));
	pid = signals_fork();
	if (pid == 0) {
		execvp(command[0], command);
		fprintf(stderr, "redrive sandbox: can't run %s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	free(command);
	if (pid < 0)
		return EXIT_FATAL;
	status = signals_wait();
	if (status < 0)
		return EXIT_FATAL;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL + WTERMSIG(status);
}

static int wait_for_signal(const volatile int *stop)
{
	printf("Ctrl-C ends it, and everything in it is gone.\n");
	fflush(stdout);
	/* A signal between a look and a pause would be missed for ever. */
	while (!*stop)
		poll(NULL, 0, 100);
	return EXIT_DONE;
}

static int create_topics(struct mock *mock, const struct option_list *topics, struct error *err)
{
	for (size_t i = 0; i < topics->n; i++)
		if (mock_create_topic(mock, topics->items[i], err) < 0)
			return -1;
	return 0;
}

static int run(const struct sandbox_options *o, const struct option_list *args)
{
	const volatile int *stop = signals_install();
	struct error err;
	struct mock *mock = mock_create((int)o->brokers, (int)o->partitions, &err);
	int status;

	if (!mock || create_topics(mock, &o->topics, &err) < 0) {
		status = cmd_fail(&cmd_sandbox, &err);
	} else if (*stop) {
		status = EXIT_SIGNAL + *stop;
	} else {
		unsetenv("REDRIVE_CONFIG"); /* it may name another cluster, or an alert command */
		setenv("REDRIVE_BROKERS", mock_brokers(mock), 1);
		if (args->n) {
			status = run_command(args);
		} else {
			printf("export REDRIVE_BROKERS=%s\n", mock_brokers(mock));
			status = wait_for_signal(stop);
		}
	}
	mock_destroy(mock);
	return status;
}

static int sandbox_run(int argc, char **argv)
{
	struct sandbox_options o = {.brokers = 1, .partitions = 4};
	struct options *options;
	int status;

	options = cmd_options(&cmd_sandbox, argc, argv, &o, &status);
	if (!options)
		return status;
	status = run(&o, options_args(options));
	options_destroy(options);
	return status;
}

const struct cmd cmd_sandbox = {
	.name = "sandbox",
	.summary = "a Kafka cluster inside this process, to try things on",
	.usage = "[OPTIONS] [-- COMMAND...]",
	.details =
		"Starts librdkafka's mock cluster on this machine, with REDRIVE_BROKERS set for "
		"COMMAND, and ends with it; without a command it runs until it is interrupted. "
		"Topics appear when they are used. Everything is in memory: about 5 MB and 100,000 "
		"messages a partition are kept, older ones are dropped. Good for trying and for "
		"tests; it does not keep transactions as a real broker does.",
	.options = sandbox_uses,
	.examples = "redrive sandbox -- sh\n"
		    "redrive sandbox --topic orders.created:6 -- \\\n"
		    "    redrive produce -t orders.created orders.ndjson\n",
	.run = sandbox_run,
};

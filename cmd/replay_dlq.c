#include "resolve.h"
#include "resolve_options.h"

static int replay_dlq_run(int argc, char **argv)
{
	return resolve_run(&cmd_replay_dlq, false, argc, argv);
}

const struct cmd cmd_replay_dlq = {
	.name = "replay-dlq",
	.summary = "messages of a dead letter queue back to their topics, each once",
	.usage = "[OPTIONS] -t DLQ",
	.details =
		"Sends what is pending in a dead letter queue, or what is selected of it, back to "
		"the topics where it came from: key, value, headers and timestamp as they were. "
		"The topic DLQ.resolved remembers what is done with, so that nothing is sent "
		"twice, however often this is run; several processes share the work.",
	.options = replay_dlq_uses,
	.examples = "redrive replay-dlq -t orders.dlq --dry-run\n"
		    "redrive replay-dlq -t orders.dlq --where error-type=_MSG_TIMED_OUT\n"
		    "redrive replay-dlq -t orders.dlq --canary 20 --rate 500\n",
	.run = replay_dlq_run,
};

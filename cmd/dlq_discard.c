#include "resolve.h"
#include "resolve_options.h"

static int dlq_discard_run(int argc, char **argv)
{
	return resolve_run(&cmd_dlq_discard, true, argc, argv);
}

const struct cmd cmd_dlq_discard = {
	.name = "dlq-discard",
	.summary = "mark messages of a dead letter queue as not to be replayed",
	.usage = "[OPTIONS] -t DLQ",
	.details = "Notes in the topic DLQ.resolved that messages are done with, though they were "
		   "not sent: replay-dlq leaves them out from then on. They stay in the DLQ until "
		   "dlq-purge or its retention deletes them.",
	.options = dlq_discard_uses,
	.examples = "redrive dlq-discard -t orders.dlq --where header:tenant=test --reason tests\n",
	.run = dlq_discard_run,
};

#include "replay/rights.h"

#include <stdlib.h>

#include "base/buf.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"
#include "replay/work.h"

/* Of topics in a command: there must be room for the rest of the message. */
#define NAMES_MAX 600

static char *remedy_of(const struct replay *r, rd_kafka_resp_err_t code)
{
	return refusal_of_replay(&r->outbox.properties, code, member_group(r->member),
				 r->options.dlq);
}

void rights_transaction(struct replay *r)
{
	char *remedy = remedy_of(r, r->outbox.txn.err);

	if (!r->halted.kind)
		error_set(&r->halted, ERROR_CONFIG, "the cluster refuses a transaction: %s (%s)",
			  r->outbox.txn.why, remedy);
	free(remedy);
}

void rights_failure(struct replay *r, rd_kafka_resp_err_t code, const char *topic)
{
	const char *name = contract_of_kafka(code).code, *why = rd_kafka_err2str(code);
	bool of_topic = code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
	char *remedy = of_topic ? refusal_of_error(&r->outbox.properties, code, topic)
				: remedy_of(r, code);

	if (!r->halted.kind && of_topic)
		error_set(&r->halted, ERROR_CONFIG, "%s: the topic %s: %s (%s)", name, topic, why,
			  remedy);
	else if (!r->halted.kind)
		error_set(&r->halted, ERROR_CONFIG, "%s: %s (%s)", name, why, remedy);
	free(remedy);
}

/* More of them than a message can hold are only counted. */
struct names {
	struct buf command;
	const char *first;
	size_t n, left_out;
};

static void add(const struct replay *r, struct names *names, const struct outbox_topic *topic)
{
	char *grant;

	if (!outbox_uses(&r->outbox, topic))
		return;
	if (names->command.len > NAMES_MAX) {
		names->left_out++;
	} else if (names->n++) {
		buf_addf(&names->command, " --topic %s", topic->name);
	} else {
		names->first = topic->name;
		grant = refusal_grant(&r->outbox.properties, "Write", topic->name);
		buf_add_str(&names->command, grant);
		free(grant);
	}
}

static struct names names_of(const struct replay *r)
{
	struct names names = {0};

	for (size_t i = 0; i < r->destinations.n; i++)
		add(r, &names, &r->destinations.items[i]->topic);
	add(r, &names, &r->dlq_topic);
	add(r, &names, &r->ledger_topic);
	if (names.left_out)
		buf_addf(&names.command, ", and on %zu topics more", names.left_out);
	return names;
}

/* librdkafka doesn't tell which of them it is. */
void rights_topics(struct replay *r)
{
	struct names names = names_of(r);

	if (!r->halted.kind && names.n)
		error_set(&r->halted, ERROR_CONFIG,
			  "no permission to write to %s: %s (grant it: %s)",
			  names.n == 1 ? "a topic" : "one of these topics, or some",
			  rd_kafka_err2str(r->outbox.txn.err), names.command.data);
	buf_finish(&names.command);
}

#include "resolved/setup.h"

#include <stdlib.h>

#include "base/mem.h"
#include "kafka/cluster.h"
#include "kafka/refusal.h"

/* Not all brokers have heard at once of what is new. */
#define NEW_LOOKS    50
#define NEW_PAUSE_MS 100

static const char *brokers_of(const struct client *c)
{
	return properties_get(c->properties, "bootstrap.servers");
}

/* " (grant it: ...)", where that is what is missing. The caller frees it. */
static char *grant_of(const struct client *c, const struct topic_info *t, const char *operation)
{
	char *grant, *text;

	if (!t->unauthorized)
		return mem_strdup("");
	grant = refusal_grant(c->properties, operation, t->name);
	text = mem_printf(" (grant it: %s)", grant);
	free(grant);
	return text;
}

static int no_permission(const struct client *c, const struct topic_info *t, int partitions,
			 struct error *err)
{
	char *grant = grant_of(c, t, "Create");

	error_set(err, ERROR_CONFIG,
		  "the ledger %s is not there, and can't be created: %s%s. Whoever may creates it: "
		  "kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions %d "
		  "--config cleanup.policy=compact; or, without a ledger, --no-ledger replays all "
		  "that is there",
		  t->name, t->refusal, grant, brokers_of(c), t->name, partitions);
	free(grant);
	return -1;
}

static int cannot_grow(const struct client *c, const struct topic_info *t, int partitions,
		       struct error *err)
{
	char *grant = grant_of(c, t, "Alter");

	error_set(err, ERROR_CONFIG,
		  "the ledger %s has %d partitions, the DLQ %d, and it can't be given more: %s%s. "
		  "Whoever may does it: kafka-topics.sh --bootstrap-server %s --alter --topic %s "
		  "--partitions %d",
		  t->name, t->partitions, partitions, t->refusal, grant, brokers_of(c), t->name,
		  partitions);
	free(grant);
	return -1;
}

static int forgets(const struct client *c, const struct topic_info *t, struct error *err)
{
	return error_set(
		err, ERROR_CONFIG,
		"the ledger %s forgets entries, for its cleanup.policy is not compact alone: what "
		"it has forgotten would be sent again. kafka-configs.sh --bootstrap-server %s "
		"--alter --entity-type topics --entity-name %s --add-config cleanup.policy=compact",
		t->name, brokers_of(c), t->name);
}

static int unreachable(const struct client *c, const struct topic_info *t, struct error *err)
{
	const char *last = client_last_error(c);

	return error_set(err, ERROR_OUTPUT, "nobody tells of the ledger %s: no broker answers%s%s",
			 t->name, *last ? ": " : "", last);
}

/* Until it is there with as many partitions as were asked for. */
static void wait_for(struct client *c, struct topic_info *t, int partitions,
		     const volatile int *stop)
{
	struct error unused;

	for (int i = 0; i < NEW_LOOKS && !(stop && *stop); i++) {
		cluster_ask_topic(c, t, NEW_PAUSE_MS, stop, &unused);
		if (t->state == TOPIC_EXISTS && t->partitions >= partitions)
			return;
		client_poll(c, NEW_PAUSE_MS);
	}
}

static int create(struct client *c, struct topic_info *t, int partitions, const volatile int *stop,
		  const struct event_sink *events, struct error *err)
{
	if (cluster_create_topic(c, t, partitions, "cleanup.policy", "compact") < 0)
		return no_permission(c, t, partitions, err);
	wait_for(c, t, partitions, stop);
	event_emit(events, EVENT_INFO, "ledger_created", EVENT_FIELDS(EVENT_TEXT("topic", t->name)),
		   "Created the ledger %s: what is done with a message of the DLQ stands there",
		   t->name);
	return 0;
}

static int grow(struct client *c, struct topic_info *t, int partitions, const volatile int *stop,
		struct error *err)
{
	if (t->partitions >= partitions)
		return 0;
	if (cluster_grow_topic(c, t, partitions) < 0)
		return cannot_grow(c, t, partitions, err);
	wait_for(c, t, partitions, stop);
	return 0;
}

int setup_ledger(struct client *c, const char *topic, int partitions, int patience_ms,
		 const volatile int *stop, const struct event_sink *events, struct error *err)
{
	struct topic_info t = {.name = topic};

	limits_init(&t.limits);
	switch (cluster_ask(c, &t, 1, patience_ms, stop, err)) {
	case CLUSTER_UP:
		break;
	case CLUSTER_DOWN:
		return unreachable(c, &t, err);
	case CLUSTER_MISCONFIGURED:
		return -1;
	}
	if (t.state == TOPIC_MISSING)
		return create(c, &t, partitions, stop, events, err);
	if (t.state == TOPIC_REFUSED)
		return no_permission(c, &t, partitions, err);
	if (t.limits.known && (!t.limits.needs_key || t.limits.expires))
		return forgets(c, &t, err);
	return grow(c, &t, partitions, stop, err);
}

#include "deliver/preflight.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "deliver/deliver.h"
#include "kafka/refusal.h"

/* How long a cluster may take to answer at the start. */
#define PATIENCE_MS 10000
/* And until it knows of a topic that it has made. */
#define CREATED_LOOKS	 10
#define CREATED_PAUSE_MS 100
/* librdkafka's default, and room under a topic's limit for its rough count. */
#define BATCH_BYTES  1000000
#define BATCH_MARGIN 512
/* Of a record's key, headers and framing, beside its value. */
#define RECORD_MARGIN (1u << 20)
#define MESSAGE_MAX   1000000000 /* the most that message.max.bytes may be */

static const struct {
	const char *name, *value;
} defaults[] = {
	{"client.id", "redrive"},
	{"acks", "all"},
	{"enable.idempotence", "true"},
	{"max.in.flight.requests.per.connection", "5"},
	{"partitioner", "murmur2_random"}, /* where Java's producer puts a key */
	{"message.send.max.retries", "3"},
	{"retry.backoff.ms", "1000"},
	{"reconnect.backoff.max.ms", "1000"},
	{"linger.ms", "20"},
};

static void add_defaults(struct properties *p, uint64_t max_record_bytes)
{
	uint64_t largest = max_record_bytes + RECORD_MARGIN;
	char text[24];

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(p, defaults[i].name, defaults[i].value);
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)(largest < MESSAGE_MAX ? largest : MESSAGE_MAX));
	/* Not the topic's limit, which batch.size keeps; only what may be tried. */
	properties_default(p, "message.max.bytes", text);
}

/* The DLQ's properties are the topic's, and some more: what was said of those
 * isn't said again. */
static void warn_unused(const struct preflight *pf, const struct properties *p,
			const struct properties *said)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct property *item = &p->items[i];

		if (!item->unused || !*item->unused ||
		    (said && properties_has(said, item->name, item->origin)))
			continue;
		event_emit(pf->options->events, EVENT_WARNING, "property_unused",
			   EVENT_FIELDS(EVENT_TEXT("property", item->name),
					EVENT_TEXT("origin", item->origin)),
			   "%s: %s has no effect: %s", item->origin, item->name, item->unused);
	}
}

int preflight_init(struct preflight *p, const struct deliver_options *options, struct error *err)
{
	*p = (struct preflight){.options = options};
	p->topic.name = options->topic;
	p->dlq.name = options->dlq;
	limits_init(&p->topic.limits);
	limits_init(&p->dlq.limits);
	properties_copy(&p->topic_properties, options->properties);
	properties_copy(&p->dlq_properties, options->dlq_properties);
	add_defaults(&p->topic_properties, options->max_record_bytes);
	add_defaults(&p->dlq_properties, options->max_record_bytes);
	warn_unused(p, &p->topic_properties, NULL);
	if (client_check(&p->topic_properties, err) < 0)
		return -1;
	if (!options->dlq || properties_same(&p->dlq_properties, &p->topic_properties))
		return 0;
	warn_unused(p, &p->dlq_properties, &p->topic_properties);
	return client_check(&p->dlq_properties, err);
}

void preflight_finish(struct preflight *p)
{
	outlets_finish(&p->others);
	properties_finish(&p->topic_properties);
	properties_finish(&p->dlq_properties);
}

static void create(const struct preflight *p, struct client *c, struct topic_info *topic,
		   int partitions, uint64_t limit)
{
	const struct event_sink *events = p->options->events;
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, limit);
	if (topic->state != TOPIC_MISSING ||
	    cluster_create_topic(c, topic, partitions, limit ? "max.message.bytes" : NULL, text) <
		    0)
		return;
	topic->state = TOPIC_EXISTS;
	/* Not all brokers have heard of it at once. */
	for (int i = 0; i < CREATED_LOOKS && !topic->limits.known; i++) {
		client_poll(c, i ? CREATED_PAUSE_MS : 0);
		cluster_ask_limits(c, topic, 1);
	}
	event_emit(events, EVENT_INFO, "topic_created",
		   EVENT_FIELDS(EVENT_TEXT("topic", topic->name)), "Created the topic %s",
		   topic->name);
}

/* Either may be NULL. */
static void create_both(const struct preflight *p, struct client *c, struct topic_info *topic,
			struct topic_info *dlq, int partitions)
{
	if (!p->options->create_topics || p->options->dry_run)
		return;
	if (topic)
		create(p, c, topic, -1, 0);
	if (dlq && dlq->name)
		create(p, c, dlq, partitions ? partitions : -1,
		       p->options->max_record_bytes + RECORD_MARGIN);
}

static void create_topics(struct preflight *p, struct client *c, bool topic, bool dlq)
{
	create_both(p, c, topic ? &p->topic : NULL, dlq ? &p->dlq : NULL, p->topic.partitions);
}

/* What would mend it; the caller frees it. */
static char *remedy_of(const struct preflight *p, const struct topic_info *topic,
		       const struct properties *properties)
{
	char *grant, *remedy;

	if (topic->state == TOPIC_MISSING && !p->options->create_topics)
		return mem_strdup("create it, or pass --create-topics");
	if (!topic->unauthorized)
		return mem_strdup(topic->state == TOPIC_MISSING ? "create it" : "choose another");
	grant = refusal_grant(properties, topic->state == TOPIC_MISSING ? "Create" : "Write",
			      topic->name);
	remedy = mem_printf("grant it: %s", grant);
	free(grant);
	return remedy;
}

static const char *trouble_of(const struct topic_info *topic)
{
	if (topic->state == TOPIC_REFUSED)
		return "can't be used: ";
	return *topic->refusal ? "does not exist and can't be created: " : "does not exist";
}

static void warn_missing(const struct preflight *p, const struct topic_info *topic,
			 const struct properties *properties, const char *what,
			 const char *where_to)
{
	char *remedy;

	if (topic->state != TOPIC_MISSING && topic->state != TOPIC_REFUSED)
		return;
	remedy = remedy_of(p, topic, properties);
	event_emit(p->options->events, EVENT_WARNING, "topic_missing",
		   EVENT_FIELDS(EVENT_TEXT("topic", topic->name)),
		   "%s %s %s%s: its records will go to %s (%s)", what, topic->name,
		   trouble_of(topic), topic->refusal, where_to, remedy);
	free(remedy);
}

static void warn_limit(const struct preflight *p, const struct topic_info *topic)
{
	if (topic->state != TOPIC_EXISTS || topic->limits.known)
		return;
	event_emit(
		p->options->events, *topic->limit_error ? EVENT_INFO : EVENT_DEBUG, "limit_unknown",
		EVENT_FIELDS(EVENT_TEXT("topic", topic->name)),
		"The configuration of %s can't be read (%s): records are sent in small rounds, so "
		"that none overtakes another",
		topic->name, *topic->limit_error ? topic->limit_error : "not given");
}

/* A topic that we may not use, or may not create though asked to. */
static int refuse_topic(const struct preflight *p, struct error *err)
{
	const struct topic_info *topic = &p->topic;
	bool not_created = topic->state == TOPIC_MISSING && *topic->refusal;
	char *remedy;
	int rc;

	if (!not_created && !(topic->state == TOPIC_REFUSED && topic->unauthorized))
		return 0;
	remedy = remedy_of(p, topic, &p->topic_properties);
	rc = error_set(err, ERROR_CONFIG, "%s topic %s: %s (%s)",
		       not_created ? "can't create the" : "no permission on", topic->name,
		       topic->refusal, remedy);
	free(remedy);
	return rc;
}

/* Asks for the topic and, when it is on the same cluster, the DLQ. */
static int ask_topic_cluster(struct preflight *p, struct error *err)
{
	bool both = p->options->dlq && !p->options->dlq_elsewhere;
	struct topic_info topics[2] = {p->topic, p->dlq};
	enum cluster_state state;
	struct client c;

	if (client_init(&c, "preflight", &p->topic_properties, NULL, p->options->events, err) < 0)
		return -1;
	state = cluster_ask(&c, topics, both ? 2 : 1, PATIENCE_MS, p->options->stop, err);
	p->topic_up = state == CLUSTER_UP;
	p->dlq_up = both && p->topic_up;
	p->topic = topics[0];
	p->dlq = topics[1];
	if (p->topic_up)
		create_topics(p, &c, true, both);
	else if (state == CLUSTER_DOWN)
		event_emit(p->options->events, EVENT_ERROR, "cluster_down", EVENT_NO_FIELDS,
			   "No broker answers at %s: %s",
			   properties_get(&p->topic_properties, "bootstrap.servers"),
			   client_last_error(&c));
	client_finish(&c);
	return state == CLUSTER_MISCONFIGURED ? -1 : 0;
}

/* Compression changes what the broker measures. */
static struct limits comparable(const struct topic_info *topic, const struct properties *properties)
{
	const char *codec = properties_get(properties, "compression.codec");
	const char *most = properties_get(properties, "message.max.bytes");
	struct limits limits = topic->limits;

	if (most)
		limits.client_bytes = strtoull(most, NULL, 10);
	if (codec && strcmp(codec, "none") != 0)
		limits.batch_bytes = UINT64_MAX;
	return limits;
}

/* Of a replay a topic that isn't there is no reason to move its records to the DLQ: they
 * are safe where they are. */
static int refuse_outlet(const struct preflight *p, const struct outlet *to, struct error *err)
{
	const struct topic_info *topic = &to->topic;
	char *remedy;
	int rc;

	if (outlet_is_there(to))
		return 0;
	remedy = remedy_of(p, topic, &p->topic_properties);
	rc = error_set(err, ERROR_CONFIG,
		       "topic %s, which records are for, %s%s (%s; or send them "
		       "elsewhere with --to)",
		       topic->name, trouble_of(topic), topic->refusal, remedy);
	free(remedy);
	return rc;
}

int preflight_check_outlets(const struct preflight *p, struct error *err)
{
	for (size_t i = 0; i < p->others.n; i++)
		if (refuse_outlet(p, p->others.items[i], err) < 0)
			return -1;
	return 0;
}

/* A rehearsal takes topics that it would create for there. */
static void rehearse_creation(struct topic_info *topic)
{
	if (topic->state == TOPIC_MISSING)
		topic->state = TOPIC_EXISTS;
}

static int settle_outlet(struct preflight *p, struct outlet *to, struct error *err)
{
	if (p->options->dry_run && p->options->create_topics) {
		rehearse_creation(&to->topic);
		rehearse_creation(&to->dlq);
	}
	if (!p->options->dry_run && refuse_outlet(p, to, err) < 0)
		return -1;
	if (to->dlq.name)
		warn_missing(p, &to->dlq, &p->dlq_properties, "DLQ topic", "the fallback file");
	to->limits = comparable(&to->topic, &p->topic_properties);
	to->dlq_limits = comparable(&to->dlq, &p->dlq_properties);
	return 0;
}

static int ask_outlet(struct preflight *p, struct client *c, struct outlet *to, struct error *err)
{
	struct topic_info topics[2] = {to->topic, to->dlq};
	enum cluster_state state =
		cluster_ask(c, topics, to->dlq.name ? 2 : 1, PATIENCE_MS, p->options->stop, err);

	to->topic = topics[0];
	to->dlq = topics[1];
	if (state == CLUSTER_MISCONFIGURED)
		return -1;
	if (state == CLUSTER_UP)
		create_both(p, c, &to->topic, &to->dlq, to->topic.partitions);
	return settle_outlet(p, to, err);
}

static struct outlet *add_outlet(struct preflight *p, const char *topic)
{
	const struct deliver_options *o = p->options;
	char *own = o->dlq_each ? mem_printf("%s.dlq", topic) : NULL;
	struct outlet *to = outlets_add(&p->others, topic, own ? own : o->dlq);

	free(own);
	return to;
}

struct outlet *preflight_outlet(struct preflight *p, const char *topic, struct error *err)
{
	struct outlet *to = outlets_find(&p->others, topic);
	struct client c;
	int rc;

	if (to)
		return to;
	to = add_outlet(p, topic);
	if (!properties_get(p->options->properties, "bootstrap.servers"))
		return to;
	if (client_init(&c, "preflight", &p->topic_properties, NULL, p->options->events, err) < 0)
		return NULL;
	rc = ask_outlet(p, &c, to, err);
	client_finish(&c);
	return rc < 0 ? NULL : to;
}

/* The DLQ's own cluster: whatever is wrong with it, there is the fallback file. */
static void ask_dlq_cluster(struct preflight *p)
{
	enum cluster_state state = CLUSTER_MISCONFIGURED;
	struct client c = {0};
	struct error err;

	if (client_init(&c, "dlq preflight", &p->dlq_properties, NULL, p->options->events, &err) ==
	    0)
		state = cluster_ask(&c, &p->dlq, 1, PATIENCE_MS / 5, p->options->stop, &err);
	p->dlq_up = state == CLUSTER_UP;
	if (p->dlq_up)
		create_topics(p, &c, false, true);
	else
		event_emit(p->options->events, EVENT_WARNING, "dlq_down",
			   EVENT_FIELDS(EVENT_TEXT("dlq", p->options->dlq)),
			   "The DLQ's brokers can't be used: %s; records that fail will go to the "
			   "fallback file %s",
			   state == CLUSTER_MISCONFIGURED ? err.text : client_last_error(&c),
			   p->options->fallback);
	client_finish(&c);
}

static int ask_outlets(struct preflight *p, struct error *err)
{
	for (size_t i = 0; i < p->options->n_topics; i++)
		if (!preflight_outlet(p, p->options->topics[i], err))
			return -1;
	return 0;
}

int preflight_run(struct preflight *p, struct error *err)
{
	const struct deliver_options *o = p->options;

	if (o->dry_run && !properties_get(o->properties, "bootstrap.servers"))
		return 0;
	if (ask_topic_cluster(p, err) < 0 || refuse_topic(p, err) < 0)
		return -1;
	if (o->n_topics)
		return p->topic_up ? ask_outlets(p, err) : 0;
	if (o->dlq && o->dlq_elsewhere)
		ask_dlq_cluster(p);
	if (o->dry_run && o->create_topics) {
		rehearse_creation(&p->topic);
		rehearse_creation(&p->dlq);
	}
	warn_missing(p, &p->topic, &p->topic_properties, "Topic",
		     o->dlq ? "the DLQ" : "the fallback file");
	if (o->dlq)
		warn_missing(p, &p->dlq, &p->dlq_properties, "DLQ topic", "the fallback file");
	warn_limit(p, &p->topic);
	/* A topic that isn't there now won't be in 30 s; one that is may vanish
	 * for a moment while its broker starts. */
	if (p->topic.state == TOPIC_MISSING)
		properties_default(&p->topic_properties, "topic.metadata.propagation.max.ms", "0");
	if (p->dlq.state == TOPIC_MISSING)
		properties_default(&p->dlq_properties, "topic.metadata.propagation.max.ms", "0");
	return 0;
}

static bool relearn(struct topic_info *topic, const struct topic_info *now)
{
	bool changed = now->limits.known && now->limits.batch_bytes != topic->limits.batch_bytes;

	if (changed)
		topic->limits = now->limits;
	return changed;
}

/* Of one of several topics: which is not known. */
static bool relearn_outlets(struct preflight *p, struct client *c)
{
	bool changed = false;

	for (size_t i = 0; i < p->others.n; i++) {
		struct outlet *to = p->others.items[i];
		struct topic_info now[2] = {{.name = to->topic.name}, {.name = to->dlq.name}};
		struct error err;

		limits_init(&now[0].limits);
		limits_init(&now[1].limits);
		if (cluster_ask(c, now, to->dlq.name ? 2 : 1, PATIENCE_MS, p->options->stop,
				&err) != CLUSTER_UP)
			continue;
		changed = relearn(&to->topic, &now[0]) || changed;
		changed = relearn(&to->dlq, &now[1]) || changed;
		to->limits = comparable(&to->topic, &p->topic_properties);
		to->dlq_limits = comparable(&to->dlq, &p->dlq_properties);
	}
	return changed;
}

bool preflight_relearn(struct preflight *p)
{
	struct topic_info now[2] = {{.name = p->topic.name}, {.name = p->dlq.name}};
	bool topic = false, dlq = false;
	struct error err;
	struct client c;

	limits_init(&now[0].limits);
	limits_init(&now[1].limits);
	if (client_init(&c, "preflight", &p->topic_properties, NULL, p->options->events, &err) ==
		    0 &&
	    cluster_ask(&c, now, p->options->dlq ? 2 : 1, PATIENCE_MS, p->options->stop, &err) ==
		    CLUSTER_UP) {
		topic = relearn(&p->topic, &now[0]);
		dlq = relearn(&p->dlq, &now[1]);
		topic = relearn_outlets(p, &c) || topic;
	}
	client_finish(&c);
	return topic || dlq;
}

/* batch.size, unless the user has set a smaller one: 0. */
static int batch_size(const struct topic_info *topic, const struct properties *properties)
{
	const char *set = properties_get(properties, "batch.size");
	uint64_t limit = topic->limits.batch_bytes;
	uint64_t want = set ? strtoull(set, NULL, 10) : BATCH_BYTES;
	uint64_t most = limit > 2 * BATCH_MARGIN ? limit - BATCH_MARGIN : limit / 2 + 1;

	if (want <= most)
		return set ? 0 : BATCH_BYTES;
	return (int)most;
}

struct producer_options preflight_topic(const struct preflight *p)
{
	return (struct producer_options){
		.name = "topic",
		.topic = p->options->topic,
		.properties = &p->topic_properties,
		.batch_size = batch_size(&p->topic, &p->topic_properties),
		.ordered = true,
		.events = p->options->events,
	};
}

struct producer_options preflight_dlq(const struct preflight *p)
{
	return (struct producer_options){
		.name = "dlq",
		.topic = p->options->dlq,
		.properties = &p->dlq_properties,
		.batch_size = batch_size(&p->dlq, &p->dlq_properties),
		.events = p->options->events,
	};
}

/* Below the limits of all that it sends to. */
static void keep_below(struct producer_options *job, int size)
{
	if (size && (!job->batch_size || size < job->batch_size))
		job->batch_size = size;
}

struct producer_options preflight_job(const struct preflight *p)
{
	struct producer_options job = preflight_topic(p), dlq = preflight_dlq(p);

	job.name = "job";
	keep_below(&job, dlq.batch_size);
	for (size_t i = 0; i < p->others.n; i++) {
		keep_below(&job, batch_size(&p->others.items[i]->topic, &p->topic_properties));
		keep_below(&job, batch_size(&p->others.items[i]->dlq, &p->dlq_properties));
	}
	if (!preflight_dlq_refused(p) && !preflight_dlq_missing(p))
		job.dlq = p->options->dlq;
	return job;
}

bool preflight_topic_up(const struct preflight *p)
{
	return p->topic_up;
}

bool preflight_dlq_up(const struct preflight *p)
{
	return p->dlq_up;
}

bool preflight_topic_missing(const struct preflight *p)
{
	return p->topic.state == TOPIC_MISSING;
}

bool preflight_dlq_missing(const struct preflight *p)
{
	return p->dlq.state == TOPIC_MISSING;
}

bool preflight_in_rounds(const struct preflight *p)
{
	return !p->topic.limits.known;
}

bool preflight_dlq_refused(const struct preflight *p)
{
	return p->dlq.state == TOPIC_REFUSED;
}

struct limits preflight_topic_limits(const struct preflight *p)
{
	return comparable(&p->topic, &p->topic_properties);
}

struct limits preflight_dlq_limits(const struct preflight *p)
{
	return comparable(&p->dlq, &p->dlq_properties);
}

#include "replay/prepare.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "replay/recover.h"
#include "replay/takeover.h"
#include "replay/work.h"
#include "resolved/setup.h"

/* Under a topic's limit, for librdkafka's rough count; and librdkafka's default. */
#define BATCH_MARGIN 512
#define BATCH_BYTES  1000000

static int ask_dlq(struct replay *r, struct error *err)
{
	int found = reader_ask(r->reader, err);

	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERROR_CONFIG, "there is no topic %s at %s", r->options.dlq,
				 properties_get(r->options.properties, "bootstrap.servers"));
	return 0;
}

static int cut(struct replay *r, const struct reader_part *all, struct error *err)
{
	struct reader_part *parts = mem_alloc(r->n + 1, sizeof(*parts));
	int left;

	memcpy(parts, all, r->n * sizeof(*parts));
	left = selection_cut(r->options.selection, parts, r->n, err);
	for (int i = 0; i < left; i++) {
		r->tracks[parts[i].partition].from = parts[i].from;
		r->tracks[parts[i].partition].to = parts[i].to;
	}
	free(parts);
	return left < 0 ? -1 : 0;
}

/* What isn't selected has nothing before its end. */
static int make_tracks(struct replay *r, struct error *err)
{
	const struct reader_part *all = reader_parts(r->reader, &r->n);

	r->tracks = mem_alloc(r->n + 1, sizeof(*r->tracks));
	r->saved.tracks = mem_alloc(r->n + 1, sizeof(*r->tracks));
	r->ends = mem_alloc(r->n + 1, sizeof(*r->ends));
	for (size_t i = 0; i < r->n; i++) {
		r->tracks[i] =
			(struct track){.partition = (int32_t)i, .low = all[i].from, .open = -1};
		r->ends[i] = all[i];
	}
	return cut(r, all, err);
}

/* Has something been sent beyond what the group has committed? 1, 0, or -1 with *err. */
static int ask_beyond(struct replay *r, struct error *err)
{
	rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new((int)r->n + 1);
	enum member_news news;
	uint64_t print;
	int64_t scanned;
	int rc;

	for (size_t i = 0; i < r->n; i++)
		rd_kafka_topic_partition_list_add(parts, r->options.dlq, (int32_t)i);
	rc = takeover_committed(r->member, parts, r->options.patience_ms, r->options.stop, &news,
				err);
	for (int i = 0; i < parts->cnt && rc == 0; i++)
		if (takeover_read_note(&parts->elems[i], &print, &scanned) &&
		    scanned > parts->elems[i].offset)
			rc = 2;
	rd_kafka_topic_partition_list_destroy(parts);
	return rc < 0 ? -1 : rc == 2;
}

/* A ledger that has gone since the group has committed can't tell what must not be sent. */
int prepare_check_ledger_lost(struct replay *r, struct error *err)
{
	int beyond = ask_beyond(r, err);

	if (beyond <= 0)
		return beyond;
	return error_set(
		err, ERROR_CONFIG,
		"%s was replayed before, but its ledger %s has gone: what was sent beyond the "
		"group's offsets would be sent again. If that may be, create the ledger, "
		"empty: kafka-topics.sh --bootstrap-server %s --create --topic %s "
		"--partitions %zu --config cleanup.policy=compact",
		r->options.dlq, resolved_topic(r->resolved),
		properties_get(r->options.properties, "bootstrap.servers"),
		resolved_topic(r->resolved), r->n);
}

/* A ledger that isn't asked can't tell either. Whoever may not see it finds out by what the
 * group has noted. */
static int check_no_ledger(struct replay *r, struct error *err)
{
	char *name = mem_printf("%s" RESOLVED_SUFFIX, r->options.dlq);
	struct topic_info t = {.name = name};
	enum cluster_state state =
		cluster_ask_topic(&r->client, &t, r->options.patience_ms, r->options.stop, err);
	int beyond = 1;

	if (state == CLUSTER_UP && t.state != TOPIC_EXISTS)
		beyond = ask_beyond(r, err);
	free(name);
	if (state != CLUSTER_UP)
		return state == CLUSTER_MISCONFIGURED
			       ? -1
			       : error_set(err, ERROR_OUTPUT, "no broker answers: %s",
					   client_last_error(&r->client));
	if (beyond <= 0)
		return beyond;
	return error_set(
		err, ERROR_CONFIG,
		"--no-ledger: %s has a ledger, or had one, by which some messages are done "
		"with that would be sent again: replay it with the ledger",
		r->options.dlq);
}

int prepare_ledger_reader(struct replay *r, struct error *err)
{
	const struct resolved_options options = {
		.dlq = r->options.dlq,
		.properties = r->options.properties,
		.patience_ms = r->options.patience_ms,
		.whole = true,
		.stop = r->options.stop,
		.idle = work_idle,
		.ctx = r,
		.events = r->options.events,
	};

	if (r->options.no_ledger)
		return 0;
	r->resolved = resolved_create(&options, err);
	return r->resolved ? 0 : -1;
}

static int prepare_ledger(struct replay *r, struct error *err)
{
	int found = resolved_ask(r->resolved, err);

	if (found < 0 || (found == 0 && prepare_check_ledger_lost(r, err) < 0))
		return -1;
	if (setup_ledger(&r->client, resolved_topic(r->resolved), (int)r->n, r->options.patience_ms,
			 r->options.stop, r->options.events, err) < 0)
		return -1;
	/* A client keeps to the partitions that it has heard of first. */
	resolved_destroy(TAKE_PTR(r->resolved));
	if (prepare_ledger_reader(r, err) < 0)
		return -1;
	r->ledger_topic.alike = true;
	r->ledger_topic.name = resolved_topic(r->resolved);
	return 0;
}

static int ask_limits(struct replay *r, struct error *err)
{
	r->dlq = (struct topic_info){.name = r->options.dlq};
	limits_init(&r->dlq.limits);
	switch (cluster_ask(&r->client, &r->dlq, 1, r->options.patience_ms, r->options.stop, err)) {
	case CLUSTER_UP:
		return 0;
	case CLUSTER_MISCONFIGURED:
		return -1;
	case CLUSTER_DOWN:
		break;
	}
	return error_set(err, ERROR_OUTPUT, "no broker answers: %s", client_last_error(&r->client));
}

int prepare_batch_size(const struct limits *l)
{
	if (l->batch_bytes == UINT64_MAX || l->batch_bytes >= BATCH_BYTES + BATCH_MARGIN)
		return BATCH_BYTES;
	/* Below, each record goes alone. */
	return l->batch_bytes > 2 * BATCH_MARGIN ? (int)l->batch_bytes - BATCH_MARGIN : 1;
}

int prepare_to_look(struct replay *r, struct error *err)
{
	return ask_dlq(r, err) < 0 || make_tracks(r, err) < 0 ? -1 : ask_limits(r, err);
}

int prepare_to_send(struct replay *r, struct error *err)
{
	if (prepare_to_look(r, err) < 0)
		return -1;
	if ((r->resolved ? prepare_ledger(r, err) : check_no_ledger(r, err)) < 0)
		return -1;
	recover_outbox(r, prepare_batch_size(&r->dlq.limits));
	if (!r->halted.kind)
		return 0;
	*err = r->halted;
	return -1;
}

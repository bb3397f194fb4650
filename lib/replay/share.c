#include "replay/share.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "replay/batch.h"
#include "replay/reading.h"
#include "replay/takeover.h"
#include "replay/work.h"

/* What has been given up may have to be waited for, until the brokers end it. */
#define PATIENCE_MIN_MS 60000
/* Whether the cluster is there is asked so often, and so long. */
#define LOOK_MS 1000

static int patience(const struct replay *r)
{
	return r->options.patience_ms > PATIENCE_MIN_MS ? r->options.patience_ms : PATIENCE_MIN_MS;
}

static void look_at_silence(struct replay *r)
{
	const char *last = client_last_error(&r->client);

	if (silence_look(&r->outbox.silence, &r->client, r->options.events) < patience(r))
		return;
	error_set(&r->halted, ERROR_OUTPUT, "no broker answers at %s%s%s",
		  properties_get(&r->properties, "bootstrap.servers"), *last ? ": " : "", last);
}

/* A client waits for its group without end, whatever has become of the brokers. */
void share_await(struct replay *r)
{
	int64_t now = clock_mono_ms();
	struct error why;

	if (now - r->outbox.silence.since < LOOK_MS || now - r->looked < LOOK_MS)
		return;
	switch (cluster_reach(&r->client, LOOK_MS, r->options.stop, &why)) {
	case CLUSTER_UP:
		silence_break(&r->outbox.silence, r->options.events);
		break;
	case CLUSTER_MISCONFIGURED:
		r->halted = why;
		break;
	case CLUSTER_DOWN:
		look_at_silence(r);
		break;
	}
	r->looked = clock_mono_ms();
}

static rd_kafka_topic_partition_list_t *list_parts(const struct replay *r, bool ours)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)r->n + 1);

	for (size_t i = 0; i < r->n; i++)
		if (r->tracks[i].ours == ours)
			rd_kafka_topic_partition_list_add(list, r->options.dlq,
							  r->tracks[i].partition);
	return list;
}

/* Partitions that came after the start are left for another run. */
static void set_ours(struct replay *r)
{
	const int32_t *numbers;
	size_t n;

	share_drop(r);
	numbers = member_partitions(r->member, &n);
	for (size_t i = 0; i < n; i++)
		if ((size_t)numbers[i] < r->n) {
			r->tracks[numbers[i]].ours = true;
			r->n_ours++;
		}
}

void share_drop(struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->tracks[i].ours = r->saved.tracks[i].ours = false;
	r->n_ours = 0;
	r->held = false;
}

static int read_ledger(struct replay *r, const rd_kafka_topic_partition_list_t *parts)
{
	int32_t *numbers = mem_alloc((size_t)parts->cnt + 1, sizeof(*numbers));
	int rc;

	for (int i = 0; i < parts->cnt; i++)
		numbers[i] = parts->elems[i].partition;
	rc = resolved_read(r->resolved, numbers, (size_t)parts->cnt, &r->halted);
	free(numbers);
	if (rc == 0 && !resolved_partitions(r->resolved))
		rc = error_set(&r->halted, ERROR_CONFIG,
			       "the ledger %s has gone: nobody knows any more what was replayed; "
			       "nothing more is sent",
			       resolved_topic(r->resolved));
	return rc;
}

/* Of the batch whose commit got no answer: is it there? */
static bool was_committed(struct replay *r)
{
	const struct slip *slip = &r->slips[0];
	rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new(1);
	enum member_news news;
	bool found = false;

	if (!r->n_slips) {
		rd_kafka_topic_partition_list_destroy(parts);
		return false;
	}
	rd_kafka_topic_partition_list_add(parts, r->options.dlq, slip->partition);
	if (r->resolved)
		found = read_ledger(r, parts) == 0 &&
			resolved_status(r->resolved, slip->partition, slip->offset) !=
				STATUS_PENDING;
	else if (takeover_committed(r->member, parts, patience(r), r->options.stop, &news,
				    &r->halted) == 0)
		found = parts->elems[0].offset > slip->offset;
	rd_kafka_topic_partition_list_destroy(parts);
	return found;
}

void share_settle(struct replay *r)
{
	if (!r->doubt || *r->options.stop)
		return;
	if (was_committed(r))
		batch_settle(r);
	else
		batch_roll_back(r);
	r->doubt = r->halted.kind;
}

void share_begin_part(struct replay *r, const rd_kafka_topic_partition_t *part)
{
	struct track *t = &r->tracks[part->partition];
	int64_t committed = part->offset > t->low ? part->offset : t->low;

	/* What a group has committed goes with the topic, and with time; the ledger stays. */
	t->newest =
		part->offset < 0 && r->resolved ? resolved_latest(r->resolved, t->partition) : -1;
	track_begin(t, committed, t->from > committed ? t->from : committed);
	r->total += t->at < t->to ? (uint64_t)(t->to - t->at) : 0;
}

/* Somebody else may have seen more of the DLQ; nobody has seen what isn't there. */
static int check_end(struct replay *r, int32_t partition)
{
	int64_t low, end = r->ends[partition].to;

	if (!resolved_count(r->resolved, partition, end, INT64_MAX))
		return 0;
	if (rd_kafka_query_watermark_offsets(member_client(r->member)->rk, r->options.dlq,
					     partition, &low, &end, LOOK_MS) ||
	    !resolved_count(r->resolved, partition, end, INT64_MAX))
		return 0;
	return error_set(
		&r->halted, ERROR_CONFIG,
		"the ledger %s speaks of messages that aren't there: it must be that of a "
		"topic %s that was deleted. Delete it: kafka-topics.sh --bootstrap-server %s "
		"--delete --topic %s",
		resolved_topic(r->resolved), r->options.dlq,
		properties_get(r->options.properties, "bootstrap.servers"),
		resolved_topic(r->resolved));
}

int share_check_ends(struct replay *r, const rd_kafka_topic_partition_list_t *parts)
{
	for (int i = 0; i < parts->cnt; i++)
		if (check_end(r, parts->elems[i].partition) < 0)
			return -1;
	return 0;
}

static bool take_over(struct replay *r, const rd_kafka_topic_partition_list_t *parts)
{
	if (r->resolved && (read_ledger(r, parts) < 0 || share_check_ends(r, parts) < 0))
		return false;
	r->total = 0;
	for (int i = 0; i < parts->cnt; i++)
		share_begin_part(r, &parts->elems[i]);
	batch_save(r);
	r->held = true;
	r->begun = true;
	reading_start(r);
	return true;
}

/* News of the group that come meanwhile are told by the next poll, too. */
bool share_take(struct replay *r)
{
	rd_kafka_topic_partition_list_t *parts;
	enum member_news news = MEMBER_NOTHING;
	bool taken = false;
	int rc = 0;

	share_settle(r);
	if (r->halted.kind)
		return false;
	set_ours(r);
	parts = list_parts(r, true);
	if (parts->cnt)
		rc = takeover_committed(r->member, parts, patience(r), r->options.stop, &news,
					&r->halted);
	if (rc == 0)
		taken = take_over(r, parts);
	rd_kafka_topic_partition_list_destroy(parts);
	return taken;
}

static bool is_done(const struct replay *r, const rd_kafka_topic_partition_t *part)
{
	const struct track *t = &r->tracks[part->partition];
	int64_t scanned;
	uint64_t print;

	if (t->from >= t->to || part->offset >= t->to)
		return true;
	return takeover_read_note(part, &print, &scanned) && print == r->options.print &&
	       scanned >= t->to;
}

/* Whoever leaves too early can't take over from one that dies. */
bool share_all_done(struct replay *r)
{
	rd_kafka_topic_partition_list_t *parts = list_parts(r, false);
	enum member_news news;
	bool done = true;

	if (parts->cnt)
		done = takeover_committed(r->member, parts, patience(r), r->options.stop, &news,
					  &r->halted) == 0;
	for (int i = 0; i < parts->cnt && done; i++)
		done = is_done(r, &parts->elems[i]);
	rd_kafka_topic_partition_list_destroy(parts);
	return done;
}

bool share_is_read(const struct replay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->tracks[i].ours && !r->tracks[i].ended)
			return false;
	return true;
}

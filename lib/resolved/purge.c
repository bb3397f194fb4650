#include "resolved/purge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kafka/client.h"
#include "kafka/deletion.h"
#include "kafka/reader.h"
#include "letter/letter.h"
#include "resolved/resolved.h"
#include "resolved/tombstones.h"

struct purge {
	struct purge_options options;
	struct resolved *resolved;
	struct reader *reader;
	struct tombstones *tombstones;
	struct client client; /* that deletes */
	struct properties properties;
	struct decoder *decoder;
	struct purge_part *parts; /* by partition */
	size_t n;
	uint64_t read;
};

static int open_ledger(struct purge *p, struct error *err)
{
	const struct resolved_options options = {
		.dlq = p->options.dlq,
		.properties = p->options.properties,
		.patience_ms = p->options.patience_ms,
		.whole = true,
		.stop = p->options.stop,
		.events = p->options.events,
	};

	p->resolved = resolved_create(&options, err);
	if (!p->resolved)
		return -1;
	p->tombstones = tombstones_create(resolved_topic(p->resolved), p->options.properties,
					  p->options.stop, p->options.events, err);
	return p->tombstones ? 0 : -1;
}

/* It writes nothing: nobody need permit it to. */
static int open_client(struct purge *p, struct error *err)
{
	properties_copy(&p->properties, p->options.properties);
	properties_default(&p->properties, "client.id", "redrive");
	properties_default(&p->properties, "reconnect.backoff.max.ms", "1000");
	properties_set(&p->properties, "enable.idempotence", "false", "default");
	return client_init(&p->client, "purge", &p->properties, NULL, p->options.events, err);
}

struct purge *purge_create(const struct purge_options *options, struct error *err)
{
	struct purge *p = mem_alloc(1, sizeof(*p));
	const struct reader_options reader = {
		.name = "dlq",
		.topic = options->dlq,
		.properties = options->properties,
		.patience_ms = options->patience_ms,
		.stop = options->stop,
		.idle = options->idle,
		.ctx = options->ctx,
		.events = options->events,
	};

	p->options = *options;
	p->decoder = decoder_create();
	if (open_ledger(p, err) == 0 && (p->reader = reader_create(&reader, err)) &&
	    open_client(p, err) == 0)
		return p;
	purge_destroy(p);
	return NULL;
}

void purge_destroy(struct purge *p)
{
	if (!p)
		return;
	reader_destroy(p->reader);
	tombstones_destroy(p->tombstones);
	resolved_destroy(p->resolved);
	client_finish(&p->client);
	properties_finish(&p->properties);
	decoder_destroy(p->decoder);
	free(p->parts);
	free(p);
}

static bool is_stopped(const struct purge *p)
{
	return p->options.stop && *p->options.stop;
}

/* Of a ledger that isn't there nothing is known. */
static int read_ledger(struct purge *p, struct error *err)
{
	int found = resolved_ask(p->resolved, err), rc;
	size_t n = resolved_partitions(p->resolved);
	int32_t *partitions;

	if (found <= 0)
		return found;
	partitions = mem_alloc(n, sizeof(*partitions));
	for (size_t i = 0; i < n; i++)
		partitions[i] = (int32_t)i;
	rc = resolved_read(p->resolved, partitions, n, err);
	free(partitions);
	return rc;
}

/* The ledger was read before: of a record that it speaks of, the DLQ had to have it. */
static int check_ends(const struct purge *p, const struct reader_part *ends, size_t n,
		      struct error *err)
{
	for (size_t i = 0; i < resolved_partitions(p->resolved); i++) {
		int64_t end = i < n ? ends[i].to : 0;

		if (!resolved_count(p->resolved, (int32_t)i, end, INT64_MAX))
			continue;
		return error_set(err, ERROR_CONFIG,
				 "the ledger %s speaks of messages of partition %zu from offset "
				 "%" PRId64 " on, which %s doesn't have yet: it seems to have been "
				 "deleted and created again, and then the ledger speaks of others. "
				 "Nothing is deleted; delete the ledger, too: kafka-topics.sh "
				 "--bootstrap-server %s --delete --topic %s",
				 resolved_topic(p->resolved), i, end, p->options.dlq,
				 properties_get(p->options.properties, "bootstrap.servers"),
				 resolved_topic(p->resolved));
	}
	return 0;
}

static void init_parts(struct purge *p, const struct reader_part *parts, size_t n)
{
	free(p->parts);
	p->parts = mem_alloc(n + 1, sizeof(*p->parts));
	p->n = n;
	for (size_t i = 0; i < n; i++)
		p->parts[i] = (struct purge_part){
			.partition = parts[i].partition,
			.from = parts[i].from,
			.before = parts[i].to,
			.first = -1,
			.last = -1,
		};
}

static void add_time(struct purge_part *part, int64_t at)
{
	if (at < 0)
		return;
	if (part->first < 0 || at < part->first)
		part->first = at;
	if (at > part->last)
		part->last = at;
}

/* What no record comes of, a marker or what compaction has left out, holds nobody up. */
static void take(struct purge *p, const struct received *r)
{
	struct purge_part *part = &p->parts[r->partition];
	enum letter_status status = resolved_status(p->resolved, r->partition, r->offset);
	struct letter l;

	p->read++;
	if (!part->kept && !status_is_done(status)) {
		part->before = r->offset;
		part->held_by = status;
	}
	if (part->kept || !status_is_done(status)) {
		part->kept++;
		return;
	}
	part->records++;
	letter_read(&l, p->decoder, r);
	add_time(part, letter_time(&l));
}

static int read_dlq(struct purge *p, const struct reader_part *parts, struct error *err)
{
	enum reader_next next = READER_WAIT;
	struct received received;

	reader_start(p->reader, parts, p->n);
	while (next != READER_END && !is_stopped(p)) {
		next = reader_next(p->reader, &received, err);
		if (next == READER_RECORD)
			take(p, &received);
		else if (next == READER_FAILED)
			return -1;
	}
	return next == READER_END ? 0 : error_set(err, ERROR_OUTPUT, "stopped before the end");
}

int purge_look(struct purge *p, struct error *err)
{
	const struct reader_part *parts;
	int found;
	size_t n;

	if (read_ledger(p, err) < 0)
		return -1;
	if (is_stopped(p))
		return error_set(err, ERROR_OUTPUT, "stopped before the end");
	found = reader_ask(p->reader, err);
	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERROR_CONFIG, "there is no topic %s at %s", p->options.dlq,
				 properties_get(p->options.properties, "bootstrap.servers"));
	parts = reader_parts(p->reader, &n);
	init_parts(p, parts, n);
	return check_ends(p, parts, n, err) < 0 ? -1 : read_dlq(p, parts, err);
}

const char *purge_ledger(const struct purge *p)
{
	return resolved_partitions(p->resolved) ? resolved_topic(p->resolved) : NULL;
}

const struct purge_part *purge_parts(const struct purge *p, size_t *n)
{
	*n = p->n;
	return p->parts;
}

uint64_t purge_read(const struct purge *p)
{
	return p->read;
}

uint64_t purge_ahead(const struct purge *p)
{
	return reader_ahead(p->reader);
}

uint64_t purge_entries(const struct purge *p)
{
	uint64_t entries = 0;

	for (size_t i = 0; i < p->n; i++)
		entries += resolved_count(p->resolved, p->parts[i].partition, 0, p->parts[i].from);
	return entries;
}

static void take_deletions(struct purge *p, const struct deletion *deletions, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct purge_part *part = &p->parts[deletions[i].partition];

		part->deleted = deletions[i].begins >= 0;
		if (part->deleted)
			part->from = deletions[i].begins;
	}
}

int purge_delete(struct purge *p, struct error *err)
{
	struct deletion *deletions = mem_alloc(p->n + 1, sizeof(*deletions));
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->parts[i].records)
			deletions[n++] =
				(struct deletion){p->parts[i].partition, p->parts[i].before, -1};
	if (n)
		rc = deletion_run(&p->client, p->options.dlq, deletions, n, p->options.patience_ms,
				  p->options.stop, err);
	take_deletions(p, deletions, n);
	free(deletions);
	return rc;
}

int purge_forget(struct purge *p, struct error *err)
{
	for (size_t i = 0; i < p->n; i++)
		if (tombstones_add(p->tombstones, p->resolved, p->parts[i].partition,
				   p->parts[i].from, err) < 0)
			return -1;
	return tombstones_flush(p->tombstones, err);
}

uint64_t purge_forgotten(const struct purge *p)
{
	return tombstones_written(p->tombstones);
}

#include "resolved/resolved.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kafka/reader.h"
#include "resolved/entry.h"
#include "resolved/marks.h"

/* So many are remembered. */
#define STRAYS_MAX 1000

/* What is no entry, until a later record with its key takes its place, as it does for good
 * when the topic is compacted. */
struct stray {
	char *key;
	size_t len;
	bool no_key;
	int32_t partition;
	int64_t offset;
	struct error why;
};

struct resolved {
	struct resolved_options options;
	char *topic;
	struct reader *reader;
	size_t partitions; /* of the topic */
	struct marks *marks;
	int64_t *latest;
	size_t n, cap; /* of marks, by partition */
	struct stray *strays;
	size_t n_strays, cap_strays;
};

struct resolved *resolved_create(const struct resolved_options *options, struct error *err)
{
	struct resolved *r = mem_alloc(1, sizeof(*r));
	struct reader_options reader = {
		.name = "ledger",
		.properties = options->properties,
		.patience_ms = options->patience_ms,
		.small = true,
		.whole = options->whole,
		.stop = options->stop,
		.idle = options->idle,
		.ctx = options->ctx,
		.events = options->events,
	};

	r->options = *options;
	reader.topic = r->topic = mem_printf("%s" RESOLVED_SUFFIX, options->dlq);
	r->reader = reader_create(&reader, err);
	if (r->reader)
		return r;
	resolved_destroy(r);
	return NULL;
}

static void forget_strays(struct resolved *r)
{
	while (r->n_strays)
		free(r->strays[--r->n_strays].key);
}

void resolved_destroy(struct resolved *r)
{
	if (!r)
		return;
	reader_destroy(r->reader);
	forget_strays(r);
	free(r->strays);
	for (size_t i = 0; i < r->n; i++)
		marks_finish(&r->marks[i]);
	free(r->marks);
	free(r->latest);
	free(r->topic);
	free(r);
}

const char *resolved_topic(const struct resolved *r)
{
	return r->topic;
}

int resolved_ask(struct resolved *r, struct error *err)
{
	int found = reader_ask(r->reader, err);

	r->partitions = 0;
	if (found > 0)
		reader_parts(r->reader, &r->partitions);
	return found;
}

size_t resolved_partitions(const struct resolved *r)
{
	return r->partitions;
}

uint64_t resolved_strange(const struct resolved *r)
{
	return r->n_strays;
}

static struct marks *marks_of(struct resolved *r, int32_t partition)
{
	size_t want = (size_t)partition + 1;

	if (want > r->n) {
		size_t cap = r->cap;

		r->latest = mem_grow(r->latest, &cap, want, sizeof(*r->latest));
		r->marks = mem_grow(r->marks, &r->cap, want, sizeof(*r->marks));
		for (; r->n < want; r->n++) {
			r->marks[r->n] = (struct marks){0};
			r->latest[r->n] = -1;
		}
	}
	return &r->marks[partition];
}

static int refuse(const struct resolved *r, const struct stray *stray, struct error *err)
{
	return error_set(err, ERROR_CONFIG,
			 "the ledger %s holds at partition %d offset %" PRId64 " what is no entry "
			 "of it: %s. While it is there nobody knows what else is missing: find out "
			 "who writes into that topic, and take it back with a record of the same "
			 "key and no value",
			 r->topic, stray->partition, stray->offset, stray->why.text);
}

static bool has_key(const struct stray *stray, struct slice key)
{
	return stray->no_key == !key.data && slice_equal((struct slice){stray->key, stray->len},
							 (struct slice){key.data, key.len});
}

static void replace_strays(struct resolved *r, const struct received *received)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_strays; i++) {
		struct stray *stray = &r->strays[i];

		if (stray->partition == received->partition && has_key(stray, received->record.key))
			free(stray->key);
		else
			r->strays[n++] = *stray;
	}
	r->n_strays = n;
}

static void add_stray(struct resolved *r, const struct received *received, const struct error *why)
{
	struct slice key = received->record.key;

	if (r->n_strays == STRAYS_MAX)
		return;
	r->strays = mem_grow(r->strays, &r->cap_strays, r->n_strays + 1, sizeof(*r->strays));
	r->strays[r->n_strays++] = (struct stray){
		.key = mem_dup((struct slice){key.data ? key.data : "", key.len}),
		.len = key.len,
		.no_key = !key.data,
		.partition = received->partition,
		.offset = received->offset,
		.why = *why,
	};
}

static void mark(struct resolved *r, const struct entry *e, bool there, int64_t at)
{
	marks_set(marks_of(r, e->partition), e->offset,
		  there ? resolution_status(e->resolution) : STATUS_PENDING);
	if (at > r->latest[e->partition])
		r->latest[e->partition] = at;
}

/* An entry in a partition that isn't its own was written by nobody of us. */
static void take(struct resolved *r, const struct received *received)
{
	struct error why = {.text = "it belongs into another partition"};
	struct entry e;
	int n = entry_read(&e, &received->record, &why);

	if (r->n_strays)
		replace_strays(r, received);
	if (n >= 0 && e.partition == received->partition)
		mark(r, &e, n, received->record.timestamp);
	else if (received->record.value.data)
		add_stray(r, received, &why);
}

static int read_parts(struct resolved *r, const struct reader_part *parts, size_t n,
		      struct error *err)
{
	enum reader_next next = READER_WAIT;
	struct received received;

	reader_start(r->reader, parts, n);
	while (next != READER_END && !(r->options.stop && *r->options.stop)) {
		next = reader_next(r->reader, &received, err);
		if (next == READER_RECORD)
			take(r, &received);
		else if (next == READER_FAILED)
			return -1;
	}
	return r->n_strays && !r->options.lenient ? refuse(r, &r->strays[0], err) : 0;
}

static void forget(struct resolved *r, int32_t partition)
{
	marks_finish(marks_of(r, partition));
	r->latest[partition] = -1;
}

int resolved_read(struct resolved *r, const int32_t *partitions, size_t n, struct error *err)
{
	const struct reader_part *all;
	struct reader_part *parts;
	size_t n_all, wanted = 0;
	int rc;

	forget_strays(r);
	for (size_t i = 0; i < n; i++)
		forget(r, partitions[i]);
	rc = resolved_ask(r, err);
	if (rc <= 0)
		return rc;
	all = reader_parts(r->reader, &n_all);
	parts = mem_alloc(n_all, sizeof(*parts));
	for (size_t i = 0; i < n; i++)
		if ((size_t)partitions[i] < n_all)
			parts[wanted++] = all[partitions[i]];
	rc = read_parts(r, parts, wanted, err);
	free(parts);
	return rc;
}

enum letter_status resolved_status(const struct resolved *r, int32_t partition, int64_t offset)
{
	return (size_t)partition < r->n ? marks_get(&r->marks[partition], offset) : STATUS_PENDING;
}

void resolved_set(struct resolved *r, int32_t partition, int64_t offset, enum letter_status status)
{
	marks_set(marks_of(r, partition), offset, status);
}

int64_t resolved_next(const struct resolved *r, int32_t partition, int64_t from)
{
	return (size_t)partition < r->n ? marks_next(&r->marks[partition], from) : -1;
}

int64_t resolved_latest(const struct resolved *r, int32_t partition)
{
	return (size_t)partition < r->n ? r->latest[partition] : -1;
}

uint64_t resolved_count(const struct resolved *r, int32_t partition, int64_t from, int64_t to)
{
	return (size_t)partition < r->n ? marks_count(&r->marks[partition], from, to) : 0;
}

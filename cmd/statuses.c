#include "statuses.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"

int statuses_init(struct statuses *s, const struct resolved_options *options, struct error *err)
{
	s->events = options->events;
	s->resolved = resolved_create(options, err);
	return s->resolved ? 0 : -1;
}

void statuses_finish(struct statuses *s)
{
	resolved_destroy(s->resolved);
	s->resolved = NULL;
}

static int read_ledger(struct statuses *s, const struct reader_part *parts, size_t n,
		       struct error *err)
{
	int32_t *partitions = mem_alloc(n + 1, sizeof(*partitions));
	int rc;

	for (size_t i = 0; i < n; i++)
		partitions[i] = parts[i].partition;
	rc = resolved_read(s->resolved, partitions, n, err);
	free(partitions);
	return rc;
}

static void say_strange(const struct statuses *s)
{
	uint64_t n = resolved_strange(s->resolved);

	if (n)
		event_emit(s->events, EVENT_WARNING, "ledger_corrupt",
			   EVENT_FIELDS(EVENT_TEXT("topic", resolved_topic(s->resolved)),
					EVENT_NUMBER("entries", n)),
			   "%" PRIu64 " of the ledger %s %s no entr%s: somebody else writes there, "
			   "and a message may count as pending that is not",
			   n, resolved_topic(s->resolved), n == 1 ? "is" : "are",
			   n == 1 ? "y" : "ies");
}

bool statuses_go_beyond(const struct statuses *s, const struct reader *dlq,
			const struct reader_part *parts, size_t n)
{
	const struct reader_part *ends;
	size_t n_ends;

	ends = reader_parts(dlq, &n_ends);
	for (size_t i = 0; i < n; i++) {
		int32_t partition = parts[i].partition;

		if ((size_t)partition < n_ends &&
		    resolved_count(s->resolved, partition, ends[partition].to, INT64_MAX))
			return true;
	}
	return false;
}

void statuses_warn_beyond(const struct statuses *s)
{
	event_emit(s->events, EVENT_WARNING, "ledger_beyond",
		   EVENT_FIELDS(EVENT_TEXT("topic", resolved_topic(s->resolved))),
		   "The ledger %s speaks of messages that the DLQ doesn't have yet: was the DLQ "
		   "deleted and created again? Then what is said to be done with may not be, and "
		   "the ledger is to be deleted, too",
		   resolved_topic(s->resolved));
}

int statuses_read(struct statuses *s, const struct reader_part *parts, size_t n, bool needed,
		  struct error *err)
{
	s->unknown = read_ledger(s, parts, n, err) < 0;
	if (s->unknown && needed)
		return -1;
	if (s->unknown)
		event_emit(s->events, EVENT_WARNING, "ledger_unread",
			   EVENT_FIELDS(EVENT_TEXT("topic", resolved_topic(s->resolved))),
			   "What has become of the messages is not known: %s", err->text);
	say_strange(s);
	return 0;
}

const char *statuses_ledger(const struct statuses *s)
{
	return s->unknown || resolved_partitions(s->resolved) ? resolved_topic(s->resolved) : NULL;
}

enum letter_status statuses_of(const struct statuses *s, const struct received *r)
{
	return s->unknown ? STATUS_UNKNOWN : resolved_status(s->resolved, r->partition, r->offset);
}

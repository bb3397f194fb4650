/* A replay that does nothing: all partitions are looked at, and nobody is told. */
#include <stdlib.h>

#include "base/mem.h"
#include "replay/batch.h"
#include "replay/prepare.h"
#include "replay/reading.h"
#include "replay/rehearsal.h"
#include "replay/share.h"
#include "replay/takeover.h"
#include "replay/work.h"

static int read_ledger(struct replay *r, struct error *err)
{
	int32_t *numbers = mem_alloc(r->n + 1, sizeof(*numbers));
	int rc;

	for (size_t i = 0; i < r->n; i++)
		numbers[i] = (int32_t)i;
	rc = resolved_read(r->resolved, numbers, r->n, err);
	free(numbers);
	if (rc == 0 && !resolved_partitions(r->resolved))
		rc = prepare_check_ledger_lost(r, err);
	return rc < 0 ? -1 : 0;
}

/* All before what the group has committed is done with. */
static int begin(struct replay *r, struct error *err)
{
	rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new((int)r->n + 1);
	enum member_news news;
	int rc;

	for (size_t i = 0; i < r->n; i++)
		rd_kafka_topic_partition_list_add(parts, r->options.dlq, (int32_t)i);
	rc = takeover_committed(r->member, parts, r->options.patience_ms, r->options.stop, &news,
				err);
	if (rc == 0 && r->resolved && share_check_ends(r, parts) < 0) {
		*err = r->halted;
		rc = -1;
	}
	for (int i = 0; i < parts->cnt && rc == 0; i++)
		share_begin_part(r, &parts->elems[i]);
	rd_kafka_topic_partition_list_destroy(parts);
	return rc < 0 ? -1 : 0;
}

static int take(struct replay *r, struct rehearsal *p, const struct received *received,
		struct error *err)
{
	enum letter_status status = reading_status(r, received);
	struct ledger *ledger = r->options.ledger;
	struct judgement j;
	struct letter l;

	if (status_is_done(status)) {
		ledger->already_resolved++;
		if (r->tracks[received->partition].newest < 0 ||
		    reading_is_of_this(r, &r->tracks[received->partition], received))
			return 0;
		*err = r->halted;
		return -1;
	}
	letter_read(&l, r->options.decoder, received);
	if (!selection_has(r->options.selection, &l)) {
		ledger->skipped++;
		return 0;
	}
	if (judge_letter(&r->judge, &l, NULL, &j, err) < 0)
		return -1;
	if (status == STATUS_PARKED && j.fate == FATE_PARK) {
		ledger->already_resolved++;
		return 0;
	}
	r->taken++;
	rehearsal_add(p, &l, &j);
	batch_count(r, &j);
	return 0;
}

static bool is_over(const struct replay *r)
{
	return *r->options.stop || (r->options.limit && r->taken >= r->options.limit);
}

static int read_all(struct replay *r, struct rehearsal *p, struct error *err)
{
	struct received received;

	reading_start(r);
	while (!is_over(r)) {
		switch (reader_next(r->reader, &received, err)) {
		case READER_RECORD:
			if (take(r, p, &received, err) < 0)
				return -1;
			break;
		case READER_END:
			reading_end_tracks(r);
			if (share_is_read(r))
				return 0;
			break;
		case READER_FAILED:
			return -1;
		case READER_WAIT:
			break;
		}
	}
	return 0;
}

/* A replay would do them again, one by one. */
static void settle(struct replay *r, struct rehearsal *p)
{
	struct verdict why = {0};

	if (!r->options.mend || *r->options.stop || mend_settle(r->options.mend, &why) == MEND_DONE)
		return;
	p->unsure = true;
	event_emit(r->options.events, EVENT_WARNING, "mend_unsure", EVENT_NO_FIELDS,
		   "%s: what it has answered may stand at the wrong messages here; a replay would "
		   "do them again, one by one",
		   why.message ? why.message : "The transform command has mixed up its answers");
}

int replay_rehearse(struct replay *r, struct rehearsal *p, struct error *err)
{
	if (prepare_to_look(r, err) < 0 || (r->resolved && read_ledger(r, err) < 0) ||
	    begin(r, err) < 0)
		return -1;
	r->begun = r->held = true;
	if (read_all(r, p, err) < 0)
		return -1;
	settle(r, p);
	return 0;
}

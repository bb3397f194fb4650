#include "purge_show.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/json.h"

struct purge_totals purge_totals(const struct purge *p)
{
	struct purge_totals totals = {0};
	const struct purge_part *parts;
	size_t n;

	parts = purge_parts(p, &n);
	for (size_t i = 0; i < n; i++) {
		totals.deletable += parts[i].records;
		totals.deleted += parts[i].deleted ? parts[i].records : 0;
		totals.kept += parts[i].kept;
	}
	return totals;
}

static void add_count(struct buf *out, uint64_t n, int width)
{
	char text[TEXT_COUNT_SIZE];

	buf_addf(out, "%*s", width, text_count(n, text));
}

/* "2026-01-02 03:04", UTC. */
static void add_minute(struct buf *out, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	if (at < 0) {
		buf_add_str(out, "-               ");
		return;
	}
	clock_iso(at, text);
	buf_addf(out, "%.10s %.5s", text, text + 11);
}

static void add_row(struct buf *out, const struct purge_part *part)
{
	buf_addf(out, "%9d  ", part->partition);
	add_count(out, part->records, 10);
	add_count(out, part->kept, 12);
	buf_add_str(out, "  ");
	add_minute(out, part->first);
	buf_add_str(out, "  ");
	add_minute(out, part->last);
	if (part->kept)
		buf_addf(out, "  offset %" PRId64 " is %s", part->before,
			 status_name(part->held_by));
	while (out->data[out->len - 1] == ' ')
		out->len--;
	buf_add_char(out, '\n');
}

void purge_table(struct buf *out, const struct purge *p)
{
	const struct purge_part *parts;
	size_t n;

	parts = purge_parts(p, &n);
	buf_add_str(out, "PARTITION      DELETE        KEEP  FIRST (UTC)       LAST (UTC)        "
			 "THE FIRST THAT STAYS\n");
	for (size_t i = 0; i < n; i++)
		if (parts[i].records || parts[i].kept)
			add_row(out, &parts[i]);
}

static void add_span(struct buf *out, const struct purge *p)
{
	const struct purge_part *parts;
	int64_t first = -1, last = -1;
	size_t n;

	parts = purge_parts(p, &n);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].first >= 0 && (first < 0 || parts[i].first < first))
			first = parts[i].first;
		if (parts[i].last > last)
			last = parts[i].last;
	}
	if (first < 0)
		return;
	buf_add_str(out, ", which failed from ");
	add_minute(out, first);
	buf_add_str(out, " to ");
	add_minute(out, last);
	buf_add_str(out, " UTC");
}

void purge_summary(struct buf *out, const struct purge *p, const char *dlq)
{
	uint64_t n = purge_totals(p).deletable;

	add_count(out, n, 0);
	buf_add_str(out, n == 1 ? " message of " : " messages of ");
	text_add_escaped(out, slice_of(dlq));
	add_span(out, p);
	buf_add_str(out,
		    n == 1 ? ", replayed or discarded" : ", all of them replayed or discarded");
}

static void json_number(struct buf *out, const char *name, uint64_t n)
{
	buf_addf(out, ",\"%s\":%" PRIu64, name, n);
}

static void json_time(struct buf *out, const char *name, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	buf_addf(out, ",\"%s\":", name);
	json_add_text(out, at < 0 ? NULL : clock_iso(at, text));
}

static void json_part(struct buf *out, const struct purge_part *part)
{
	buf_addf(out, "{\"partition\":%d,\"from\":%" PRId64 ",\"before\":%" PRId64, part->partition,
		 part->from, part->before);
	json_number(out, "deletable", part->records);
	json_number(out, "deleted", part->deleted ? part->records : 0);
	json_number(out, "kept", part->kept);
	buf_add_str(out, ",\"held_by\":");
	json_add_text(out, part->kept ? status_name(part->held_by) : NULL);
	json_time(out, "first_seen", part->first);
	json_time(out, "last_seen", part->last);
	buf_add_char(out, '}');
}

void purge_json(struct buf *out, const struct purge *p, const char *dlq, bool dry_run,
		const struct error *err, int status)
{
	struct purge_totals totals = purge_totals(p);
	const struct purge_part *parts;
	size_t n;

	parts = purge_parts(p, &n);
	buf_add_str(out, "{\"command\":\"dlq-purge\",\"topic\":");
	json_add_text(out, dlq);
	buf_add_str(out, ",\"ledger\":");
	json_add_text(out, purge_ledger(p));
	buf_addf(out, ",\"dry_run\":%s", dry_run ? "true" : "false");
	json_number(out, "deletable", totals.deletable);
	json_number(out, "deleted", totals.deleted);
	json_number(out, "kept", totals.kept);
	json_number(out, "entries_removed", purge_forgotten(p));
	buf_add_str(out, ",\"partitions\":[");
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? "," : "");
		json_part(out, &parts[i]);
	}
	buf_add_char(out, ']');
	if (err) {
		buf_add_str(out, ",\"error\":");
		json_add_text(out, err->text);
	}
	buf_addf(out, ",\"exit\":%d}\n", status);
}

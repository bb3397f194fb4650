#include "inspect/json.h"

#include <inttypes.h>

#include "base/clock.h"
#include "inspect/ndjson.h"
#include "report/json.h"
#include "report/rate.h"

static void add_number(struct buf *out, const char *name, uint64_t n)
{
	buf_addf(out, ",\"%s\":%" PRIu64, name, n);
}

/* Of what is not known there is no number. */
static void add_status(struct buf *out, const struct findings *f, enum letter_status status,
		       uint64_t n)
{
	if (f->statuses[STATUS_UNKNOWN])
		buf_addf(out, ",\"%s\":null", status_name(status));
	else
		add_number(out, status_name(status), n);
}

static void add_time(struct buf *out, const char *name, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	buf_addf(out, ",\"%s\":", name);
	json_add_text(out, at < 0 ? NULL : clock_iso(at, text));
}

static void add_value(struct buf *out, const struct groups *all, const struct group *g, size_t i)
{
	struct buf shown = {0};

	buf_reserve(&shown, 1);
	json_add_slice(out, groups_show(&shown, all, g, i) ? buf_slice(&shown) : SLICE_NULL);
	buf_finish(&shown);
}

/* A value by its name: of the group where it is grouped by that, else of its example. */
static void add_named(struct buf *out, const struct groups *all, const struct group *g,
		      const char *const names[2], struct slice otherwise)
{
	for (size_t i = 0; i < groups_by(all); i++)
		if (strcmp(groups_by_name(all, i), names[0]) == 0 ||
		    strcmp(groups_by_name(all, i), names[1]) == 0) {
			add_value(out, all, g, i);
			return;
		}
	json_add_slice(out, otherwise);
}

static void add_topics(struct buf *out, const struct group *g)
{
	buf_add_str(out, ",\"topics\":[");
	for (size_t i = 0; i < g->n_topics; i++) {
		buf_add_str(out, i ? "," : "");
		json_add_text(out, g->topics[i]);
	}
	buf_addf(out, "]%s", g->more_topics ? ",\"more_topics\":true" : "");
}

static void add_by(struct buf *out, const struct groups *all, const struct group *g)
{
	buf_add_str(out, ",\"by\":{");
	for (size_t i = 0; i < groups_by(all); i++) {
		buf_add_str(out, i ? "," : "");
		json_add_text(out, groups_by_name(all, i));
		buf_add_char(out, ':');
		add_value(out, all, g, i);
	}
	buf_addf(out, "}%s", g->others ? ",\"others\":true" : "");
}

static void add_group(struct buf *out, const struct findings *f, const struct group *g,
		      struct decoder *d, struct ndjson *lines)
{
	static const char *const types[] = {"error-type", "type"};
	static const char *const messages[] = {"error-message", "message"};
	char share[RATE_SIZE];
	struct letter l;

	letter_read(&l, d, &g->example.received);
	buf_add_str(out, "{\"type\":");
	add_named(out, f->groups, g, types, letter_error(&l));
	buf_add_str(out, ",\"message\":");
	add_named(out, f->groups, g, messages, letter_text(&l, LETTER_MESSAGE));
	add_number(out, "count", g->count);
	add_status(out, f, STATUS_PENDING, g->pending);
	buf_addf(out, ",\"share\":%s", rate_fraction(g->count, f->messages, share));
	add_time(out, "first_seen", g->span.first);
	add_time(out, "last_seen", g->span.last);
	add_topics(out, g);
	add_by(out, f->groups, g);
	buf_add_str(out, ",\"example\":");
	ndjson_add_example(out, lines, f->topic, d, &g->example);
	/* Its line feed. */
	out->data[out->len - 1] = '}';
}

static void add_histogram(struct buf *out, const struct histogram *h)
{
	buf_add_str(out, ",\"histogram\":[");
	for (size_t i = 0; i < histogram_span(h); i++) {
		struct histogram_step step = histogram_at(h, i);
		char from[CLOCK_ISO_SIZE];

		buf_addf(out, "%s{\"from\":\"%s\",\"count\":%" PRIu64 "}", i ? "," : "",
			 clock_iso(step.from, from), step.count);
	}
	buf_addf(out, "],\"histogram_step_ms\":%" PRId64, h->width);
}

void findings_json(struct buf *out, struct findings *f, struct decoder *d)
{
	struct ndjson lines = {0};

	buf_add_str(out, "{\"topic\":");
	json_add_text(out, f->topic);
	add_number(out, "messages", f->messages);
	for (size_t i = 0; i < STATUSES; i++)
		add_status(out, f, (enum letter_status)i,
			   findings_status(f, (enum letter_status)i));
	buf_add_str(out, ",\"ledger\":");
	json_add_text(out, f->ledger);
	add_number(out, "ledger_corrupt", f->corrupt);
	add_number(out, "read", f->read);
	add_number(out, "partitions", f->partitions);
	add_number(out, "without_headers", f->headless);
	add_number(out, "with_warnings", f->strange);
	add_number(out, "left_over", groups_left_over(f->groups));
	buf_addf(out, ",\"complete\":%s,\"partial\":%s", f->complete ? "true" : "false",
		 f->partial ? "true" : "false");
	add_time(out, "first_seen", f->span.first);
	add_time(out, "last_seen", f->span.last);
	buf_add_str(out, ",\"groups\":[");
	for (size_t i = 0; i < groups_count(f->groups); i++) {
		buf_add_str(out, i ? "," : "");
		add_group(out, f, groups_at(f->groups, i), d, &lines);
	}
	buf_add_char(out, ']');
	histogram_widen(&f->histogram, HISTOGRAM_MOST);
	add_histogram(out, &f->histogram);
	buf_add_str(out, "}\n");
	ndjson_finish(&lines);
}

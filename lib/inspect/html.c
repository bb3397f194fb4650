#include "inspect/html.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "inspect/markup.h"
#include "report/rate.h"

/* How much of an example is shown. */
#define VALUE_MAX  20000
#define HEADER_MAX 4000
/* How much of an error's message stands in its group's line. */
#define SHOWN_MAX 300
/* Of the chart. */
#define STEPS_MAX  90
#define STEP_WIDTH 10
#define FIGURE_MIN 24 /* rem, beside the steps */
#define HEIGHT	   100

struct page {
	struct buf *out;
	const struct findings *f;
	const struct html_options *o;
};

static void add_count(struct buf *out, uint64_t n)
{
	char text[TEXT_COUNT_SIZE];

	buf_add_str(out, text_count(n, text));
}

static void add_time(struct buf *out, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	if (at < 0) {
		buf_add_str(out, "-");
		return;
	}
	clock_iso(at, text);
	buf_addf(out, "<time datetime=\"%s\">%.10s %.8s</time>", text, text, text + 11);
}

/* The digits of a percentage that a person wants to see. */
static void add_share(struct buf *out, uint64_t part, uint64_t whole)
{
	char share[RATE_SIZE], *point;

	rate_percent(part, whole, share);
	point = strchr(share, '.');
	if (point && strlen(point) > 2)
		point[2] = '\0';
	buf_add_str(out, share);
}

static void add_head(struct page *p)
{
	buf_add_str(p->out, MARKUP_HEAD);
	buf_add_str(p->out, "<title>");
	markup_text(p->out, slice_of(p->f->topic));
	buf_add_str(p->out, ": dead letters</title>\n<style>\n");
	buf_add_str(p->out, markup_style);
	buf_add_str(p->out, "</style>\n</head>\n<body>\n<main>\n<h1>");
	markup_text(p->out, slice_of(p->f->topic));
	buf_add_str(p->out, "</h1>\n<p class=\"when\">");
	if (p->f->span.first >= 0) {
		buf_add_str(p->out, "From ");
		add_time(p->out, p->f->span.first);
		buf_add_str(p->out, " to ");
		add_time(p->out, p->f->span.last);
		buf_add_str(p->out, ". ");
	}
	buf_add_str(p->out, "Looked at ");
	add_time(p->out, p->o->now);
	buf_add_str(p->out, ". All times are UTC.</p>\n");
	if (!p->f->complete)
		buf_add_str(p->out, "<p class=\"warning\">Stopped before the end: there is more "
				    "than this.</p>\n");
	else if (p->f->partial)
		buf_add_str(p->out, "<p>Only a part of the topic was to be read.</p>\n");
}

static void add_tile(struct page *p, uint64_t n, const char *name)
{
	buf_add_str(p->out, "<div><dd>");
	add_count(p->out, n);
	buf_addf(p->out, "</dd><dt>%s</dt></div>\n", name);
}

static void add_note(struct page *p, uint64_t n, const char *one, const char *many)
{
	if (!n)
		return;
	buf_add_str(p->out, "<p>");
	add_count(p->out, n);
	buf_addf(p->out, " %s.</p>\n", n == 1 ? one : many);
}

static void add_tiles(struct page *p)
{
	const struct findings *f = p->f;

	buf_add_str(p->out, "<dl class=\"tiles\">\n");
	add_tile(p, f->messages, f->messages == 1 ? "message" : "messages");
	if (f->read > f->messages)
		add_tile(p, f->read, "read to find them");
	for (size_t i = 0; i < STATUSES && findings_differ(f); i++)
		add_tile(p, findings_status(f, (enum letter_status)i),
			 status_name((enum letter_status)i));
	add_tile(p, groups_count(f->groups), groups_count(f->groups) == 1 ? "group" : "groups");
	add_tile(p, f->partitions, f->partitions == 1 ? "partition" : "partitions");
	buf_add_str(p->out, "</dl>\n");
	if (f->statuses[STATUS_UNKNOWN])
		buf_add_str(p->out, "<p class=\"warning\">What has become of the messages is not "
				    "known: the ledger can't be read.</p>\n");
	else if (findings_differ(f) && !findings_status(f, STATUS_PENDING))
		buf_add_str(p->out, "<p>None of these messages is pending.</p>\n");
	add_note(p, f->headless, "message has no headers that tell of an error",
		 "messages have no headers that tell of an error");
	add_note(p, f->strange, "message has headers that are not what their names promise",
		 "messages have headers that are not what their names promise");
}

static void add_step(struct page *p, size_t i, uint64_t most)
{
	struct histogram_step step = histogram_at(&p->f->histogram, i);
	double height = (double)step.count * HEIGHT / (double)most;
	char from[CLOCK_ISO_SIZE];

	if (!step.count)
		return;
	height = height < 1 ? 1 : height;
	clock_iso(step.from, from);
	buf_addf(p->out,
		 "<rect x=\"%zu\" y=\"%.2f\" width=\"%d\" height=\"%.2f\"><title>%.10s %.8s: ",
		 i * STEP_WIDTH + 1, HEIGHT - height, STEP_WIDTH - 2, height, from, from + 11);
	add_count(p->out, step.count);
	buf_add_str(p->out, "</title></rect>\n");
}

static void add_histogram(struct page *p, struct histogram *h)
{
	uint64_t most = 1;
	const char *unit;
	int64_t each;
	size_t n;

	histogram_widen(h, STEPS_MAX);
	n = histogram_span(h);
	if (n < 2)
		return;
	for (size_t i = 0; i < n; i++) {
		uint64_t count = histogram_at(h, i).count;

		most = count > most ? count : most;
	}
	buf_addf(p->out,
		 "<figure style=\"max-width:%zurem\">\n<svg viewBox=\"0 0 %zu %d\" "
		 "preserveAspectRatio=\"none\" role=\"img\" "
		 "aria-label=\"Messages over time\">\n",
		 n * 2 + FIGURE_MIN, n * STEP_WIDTH, HEIGHT);
	for (size_t i = 0; i < n; i++)
		add_step(p, i, most);
	unit = histogram_unit(h, &each);
	buf_add_str(p->out, "</svg>\n<figcaption><span>");
	add_time(p->out, histogram_at(h, 0).from);
	buf_add_str(p->out, "</span><span class=\"most\">at most ");
	add_count(p->out, most);
	buf_addf(p->out, " in %" PRId64 " %s</span><span>", each, unit);
	add_time(p->out, histogram_at(h, n - 1).from);
	buf_add_str(p->out, "</span></figcaption>\n</figure>\n");
}

/* What stands in the line is told whole in the example. */
static void add_shown(struct page *p, const struct group *g, size_t i)
{
	struct buf shown = {0};
	struct slice text;

	if (!groups_show(&shown, p->f->groups, g, i))
		buf_add_char(&shown, '-');
	text = buf_slice(&shown);
	markup_text(p->out, text_cut(text, SHOWN_MAX));
	if (text.len > SHOWN_MAX)
		buf_add_str(p->out, "…");
	buf_finish(&shown);
}

static void add_values(struct page *p, const struct group *g)
{
	const struct groups *all = p->f->groups;
	const char *comma = "";

	buf_add_str(p->out, "<span class=\"what\"><b>");
	for (size_t i = 0; i < groups_by(all); i++)
		if (groups_by(all) == 1 || !groups_by_is_message(all, i)) {
			buf_add_str(p->out, comma);
			add_shown(p, g, i);
			comma = ", ";
		}
	buf_add_str(p->out, "</b>");
	for (size_t i = 0; i < groups_by(all); i++)
		if (groups_by(all) > 1 && groups_by_is_message(all, i) && g->values[i].data) {
			buf_add_str(p->out, "<span>");
			add_shown(p, g, i);
			buf_add_str(p->out, "</span>");
		}
	buf_add_str(p->out, "</span>\n");
}

static void add_summary(struct page *p, const struct group *g)
{
	buf_add_str(p->out, "<summary>\n<span class=\"count\">");
	add_count(p->out, g->count);
	buf_add_str(p->out, "</span>\n<span class=\"share\"><span><i style=\"width:");
	add_share(p->out, g->count, p->f->messages);
	buf_add_str(p->out, "%\"></i></span><em>");
	add_share(p->out, g->count, p->f->messages);
	buf_add_str(p->out, " %</em></span>\n");
	add_values(p, g);
	buf_add_str(p->out, "<span class=\"seen\">");
	add_time(p->out, g->span.first);
	if (g->span.last / 1000 != g->span.first / 1000) {
		buf_add_str(p->out, " to ");
		add_time(p->out, g->span.last);
	}
	buf_add_str(p->out, "</span>\n</summary>\n");
}

static void begin_row(struct page *p, struct slice name)
{
	buf_add_str(p->out, "<tr><th scope=\"row\">");
	markup_text(p->out, name);
	buf_add_str(p->out, "</th><td>");
}

static void end_row(struct page *p)
{
	buf_add_str(p->out, "</td></tr>\n");
}

static void add_slice(struct page *p, struct slice value, size_t most)
{
	if (!value.data) {
		buf_add_str(p->out, "<i>null</i>");
		return;
	}
	markup_lines(p->out, text_cut(value, most));
	if (value.len > most) {
		buf_add_str(p->out, "... <i>(");
		add_count(p->out, value.len);
		buf_add_str(p->out, " bytes)</i>");
	}
}

/* What there is no row for is not told. */
static void add_field(struct page *p, enum letter_field field, const struct letter_value *v)
{
	if (v->kind == LETTER_NONE)
		return;
	begin_row(p, slice_of(letter_field_name(field)));
	if (v->kind == LETTER_TEXT)
		add_slice(p, v->text, HEADER_MAX);
	else if (v->kind == LETTER_TIME)
		add_time(p->out, v->number);
	else
		buf_addf(p->out, "%" PRId64, v->number);
	end_row(p);
}

static void add_letter(struct page *p, const struct letter *l)
{
	buf_add_str(p->out, "<table>\n");
	begin_row(p, SLICE_LIT("stands at"));
	buf_addf(p->out, "partition %d, offset %" PRId64, l->received->partition,
		 l->received->offset);
	end_row(p);
	begin_row(p, SLICE_LIT("timestamp"));
	add_time(p->out, l->record->timestamp);
	end_row(p);
	begin_row(p, SLICE_LIT("key"));
	add_slice(p, l->record->key, HEADER_MAX);
	end_row(p);
	if (l->dead) {
		begin_row(p, SLICE_LIT("system"));
		buf_add_str(p->out, system_name(l->system));
		end_row(p);
	}
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		add_field(p, (enum letter_field)i, &l->fields[i]);
	buf_add_str(p->out, "</table>\n");
}

/* What stands above is not told again, except where it may have been read wrong. */
static void add_headers(struct page *p, const struct letter *l)
{
	const struct record *r = l->record;
	bool *owned = mem_alloc(r->n_headers, sizeof(*owned)), any = false;

	letter_owned(p->o->decoder, l, owned);
	for (size_t i = 0; i < r->n_headers; i++) {
		if (owned[i] && !l->strange)
			continue;
		if (!any)
			buf_add_str(p->out, "<h3>Headers</h3>\n<table>\n");
		any = true;
		begin_row(p, r->headers[i].name);
		add_slice(p, r->headers[i].value, HEADER_MAX);
		end_row(p);
	}
	if (any)
		buf_add_str(p->out, "</table>\n");
	free(owned);
}

static void add_example_value(struct page *p, const struct example *e)
{
	if (!p->o->values)
		return;
	buf_add_str(p->out, "<h3>Value</h3>\n<pre>\n");
	if (e->whole) {
		add_slice(p, e->received.record.value, VALUE_MAX);
	} else {
		add_count(p->out, e->value_bytes);
		buf_add_str(p->out, " bytes: too large to be shown");
	}
	buf_add_str(p->out, "</pre>\n");
}

static void add_topics(struct page *p, const struct group *g)
{
	if (!g->n_topics)
		return;
	buf_add_str(p->out, "<p>Topics: ");
	for (size_t i = 0; i < g->n_topics; i++) {
		buf_add_str(p->out, i ? ", " : "");
		markup_text(p->out, slice_of(g->topics[i]));
	}
	buf_add_str(p->out, g->more_topics ? " and others</p>\n" : "</p>\n");
}

static void add_group(struct page *p, const struct group *g)
{
	const struct example *e = &g->example;
	struct letter l;

	buf_add_str(p->out, "<details>\n");
	add_summary(p, g);
	buf_add_str(p->out, "<div class=\"example\">\n");
	add_topics(p, g);
	letter_read(&l, p->o->decoder, &e->received);
	add_example_value(p, e);
	buf_add_str(p->out, "<h3>Example</h3>\n");
	add_letter(p, &l);
	add_headers(p, &l);
	buf_add_str(p->out, "</div>\n</details>\n");
}

static void add_groups(struct page *p)
{
	size_t n = groups_count(p->f->groups), shown = n;

	if (p->o->groups && shown > p->o->groups)
		shown = p->o->groups;
	buf_add_str(p->out, n ? "<h2>What failed</h2>\n" : "<p>Nothing is there.</p>\n");
	for (size_t i = 0; i < shown; i++)
		add_group(p, groups_at(p->f->groups, i));
	if (shown < n)
		buf_addf(p->out, "<p>%zu further groups are not shown.</p>\n", n - shown);
}

void html_render(struct buf *out, struct findings *f, const struct html_options *o)
{
	struct page p = {out, f, o};

	add_head(&p);
	add_tiles(&p);
	add_histogram(&p, &f->histogram);
	add_groups(&p);
	buf_add_str(out, "</main>\n</body>\n</html>\n");
}

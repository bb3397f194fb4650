#include "inspect/table.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/rate.h"

/* How far values and messages are shown. */
#define VALUE_MAX   2000
#define MESSAGE_MAX 600
#define KEY_MAX	    100
/* Without a terminal. */
#define WIDTH_PIPE 100000
#define WIDTH_MIN  40
/* The steps of the line of bars. */
#define BARS_MAX 60
/* Columns from a group's count to its values. */
#define LEFT   47
#define INDENT "    "

#define BOLD  "\033[1m"
#define DIM   "\033[2m"
#define RESET "\033[0m"

struct table {
	struct buf *out;
	const struct findings *f;
	const struct table_options *o;
	unsigned width;
	unsigned count_width;
	struct buf text;
};

static void add_count(struct buf *out, uint64_t n)
{
	char text[TEXT_COUNT_SIZE];

	buf_add_str(out, text_count(n, text));
}

static void add_counted(struct buf *out, uint64_t n, const char *one, const char *many)
{
	add_count(out, n);
	buf_addf(out, " %s", n == 1 ? one : many);
}

/* "2026-01-02 03:04", UTC. */
static void add_minute(struct buf *out, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	if (at < 0) {
		buf_add_str(out, "-");
		return;
	}
	clock_iso(at, text);
	buf_addf(out, "%.10s %.5s", text, text + 11);
}

static void style(const struct table *t, const char *sequence)
{
	if (t->o->color)
		buf_add_str(t->out, sequence);
}

/* How much of s goes on a line of so many columns: up to a blank, where there is one. */
static size_t line_len(struct slice s, unsigned columns)
{
	size_t at = 0, blank = 0, next;
	unsigned used = 0;

	for (; at < s.len; at = next) {
		if (s.data[at] == ' ')
			blank = at;
		next = at + text_step(s, at, &used);
		if (used > columns && at)
			break;
	}
	if (at == s.len || s.data[at] == ' ')
		return at;
	return blank > at / 2 ? blank : at;
}

/* Adds the text in lines that begin with the indent. */
static void add_wrapped(struct table *t, struct slice s)
{
	unsigned columns = t->width - (unsigned)strlen(INDENT);

	while (s.len) {
		size_t n = line_len(s, columns);

		buf_addf(t->out, "%s%.*s\n", INDENT, (int)n, s.data);
		while (n < s.len && s.data[n] == ' ')
			n++;
		s.data += n;
		s.len -= n;
	}
}

/* Adds s, as far as there is room, with what shows that it was cut. */
static void add_cut(struct buf *out, struct slice s, size_t max)
{
	text_add_escaped(out, text_cut(s, max));
	if (s.len > max)
		buf_add_str(out, "...");
}

/* Why there is nothing to show. */
static void add_nothing(struct table *t)
{
	const struct findings *f = t->f;

	if (!f->complete)
		return;
	buf_add_str(t->out, f->read	 ? "None of its messages is selected.\n"
			    : f->partial ? "Nothing is there at those offsets.\n"
					 : "It is empty.\n");
}

static void add_head(struct table *t)
{
	const struct findings *f = t->f;

	style(t, BOLD);
	text_add_escaped(t->out, slice_of(f->topic));
	style(t, RESET);
	buf_add_str(t->out, ": ");
	add_counted(t->out, f->messages, "message", "messages");
	if (f->messages < f->read) {
		buf_add_str(t->out, " selected of ");
		add_count(t->out, f->read);
	}
	buf_add_str(t->out, " in ");
	add_counted(t->out, f->partitions, "partition", "partitions");
	if (f->span.first >= 0) {
		bool moment = f->span.first / 60000 == f->span.last / 60000;

		buf_add_str(t->out, moment ? ", " : ", from ");
		add_minute(t->out, f->span.first);
		if (!moment) {
			buf_add_str(t->out, " to ");
			add_minute(t->out, f->span.last);
		}
		buf_add_str(t->out, " UTC");
	}
	buf_add_char(t->out, '\n');
	if (!f->complete)
		buf_add_str(t->out, "Stopped before the end: there is more than this.\n");
	else if (f->partial && f->read)
		buf_add_str(t->out, "Only a part of it was to be read, by --offsets or --limit.\n");
	if (!f->messages)
		add_nothing(t);
}

/* Not all of the DLQ, but what was asked for. */
static bool is_part(const struct findings *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < STATUSES; i++)
		n += findings_status(f, (enum letter_status)i);
	return n < f->read || f->partial || !f->complete;
}

static void add_pending(struct table *t)
{
	uint64_t n = findings_status(t->f, STATUS_PENDING);

	style(t, BOLD);
	if (n) {
		add_count(t->out, n);
		buf_add_str(t->out, " pending, ");
	} else {
		buf_add_str(t->out,
			    is_part(t->f) ? "None of these is pending: " : "Nothing is pending: ");
	}
	style(t, RESET);
}

static void add_statuses(struct table *t)
{
	const char *comma = "";

	if (t->f->statuses[STATUS_UNKNOWN]) {
		buf_addf(t->out,
			 "What has become of them is not known: the ledger %s can't be read.\n",
			 t->f->ledger);
		return;
	}
	if (!findings_differ(t->f))
		return;
	add_pending(t);
	for (size_t i = STATUS_PENDING + 1; i < STATUSES; i++) {
		uint64_t n = findings_status(t->f, (enum letter_status)i);

		if (!n)
			continue;
		buf_add_str(t->out, comma);
		add_count(t->out, n);
		buf_addf(t->out, " %s", status_name((enum letter_status)i));
		comma = ", ";
	}
	buf_add_char(t->out, '\n');
}

static void add_bars(struct table *t, uint64_t most, size_t n)
{
	static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

	for (size_t i = 0; i < n; i++) {
		uint64_t count = histogram_at(&t->f->histogram, i).count;
		size_t height = (size_t)((count * 8 + most - 1) / most);

		buf_add_str(t->out, bars[height]);
	}
}

/* A line of bars over the time, where there is more than one moment. */
static void add_histogram(struct table *t, struct histogram *h)
{
	uint64_t most = 1;
	size_t n;
	int64_t each;
	const char *unit;

	histogram_widen(h, t->width < BARS_MAX + 20 ? t->width - 20 : BARS_MAX);
	n = histogram_span(h);
	if (n < 2)
		return;
	for (size_t i = 0; i < n; i++) {
		uint64_t count = histogram_at(h, i).count;

		most = count > most ? count : most;
	}
	buf_add_str(t->out, "\n" INDENT);
	add_bars(t, most, n);
	unit = histogram_unit(h, &each);
	buf_addf(t->out, "\n" INDENT);
	style(t, DIM);
	buf_addf(t->out, "each bar: %" PRId64 " %s, at most ", each, unit);
	add_counted(t->out, most, "message", "messages");
	style(t, RESET);
	buf_add_char(t->out, '\n');
}

/* Whether a value stands in the group's line; the message has lines of its own. */
static bool in_line(const struct groups *g, size_t i)
{
	return groups_by(g) == 1 || !groups_by_is_message(g, i);
}

static void add_title(struct buf *out, const char *name)
{
	if (strcmp(name, "error-type") == 0)
		name = "error";
	if (*name == '/' || strchr(name, ':')) {
		text_add_escaped(out, slice_of(name));
		return;
	}
	for (; *name; name++)
		buf_add_char(out, *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name);
}

static void add_titles(struct table *t)
{
	const struct groups *g = t->f->groups;
	const char *comma = "";

	buf_addf(t->out, "\n%*s   SHARE  FIRST SEEN (UTC)  LAST SEEN (UTC)   ", t->count_width,
		 "COUNT");
	for (size_t i = 0; i < groups_by(g); i++) {
		if (!in_line(g, i))
			continue;
		buf_add_str(t->out, comma);
		add_title(t->out, groups_by_name(g, i));
		comma = ", ";
	}
	buf_add_char(t->out, '\n');
}

/* As people read it; what isn't there is a dash. */
static void add_value(struct buf *out, const struct groups *all, const struct group *g, size_t i)
{
	struct buf shown = {0};

	if (!groups_show(&shown, all, g, i))
		buf_add_char(&shown, '-');
	add_cut(out, buf_slice(&shown), MESSAGE_MAX);
	buf_finish(&shown);
}

/* Behind what stands in the line already, or in lines of its own where that is too long. */
static void add_in_line(struct table *t, struct slice text)
{
	unsigned left = t->width > t->count_width + LEFT ? t->width - t->count_width - LEFT : 0;
	bool fits = line_len(text, left) == text.len;

	style(t, BOLD);
	if (fits)
		buf_add_slice(t->out, text);
	buf_add_str(t->out, fits ? "" : "\n");
	if (!fits)
		add_wrapped(t, text);
	style(t, RESET);
	buf_add_str(t->out, fits ? "\n" : "");
}

static void add_values(struct table *t, const struct group *g)
{
	const struct groups *all = t->f->groups;
	const char *comma = "";

	buf_clear(&t->text);
	for (size_t i = 0; i < groups_by(all); i++) {
		if (!in_line(all, i))
			continue;
		buf_add_str(&t->text, comma);
		add_value(&t->text, all, g, i);
		comma = ", ";
	}
	add_in_line(t, buf_slice(&t->text));
	for (size_t i = 0; i < groups_by(all); i++) {
		if (in_line(all, i) || !g->values[i].data)
			continue;
		buf_clear(&t->text);
		add_value(&t->text, all, g, i);
		add_wrapped(t, buf_slice(&t->text));
	}
}

static void add_origin(struct buf *out, const struct letter *l)
{
	if (letter_has(l, LETTER_FILE)) {
		buf_add_str(out, ", from ");
		add_cut(out, letter_text(l, LETTER_FILE), KEY_MAX);
		if (letter_has(l, LETTER_LINE))
			buf_addf(out, " line %" PRId64, l->fields[LETTER_LINE].number);
	} else if (letter_has(l, LETTER_OFFSET) && letter_has(l, LETTER_PARTITION)) {
		buf_addf(out, ", was at partition %" PRId64 " offset %" PRId64,
			 l->fields[LETTER_PARTITION].number, l->fields[LETTER_OFFSET].number);
	}
}

/* How many are pending, where they are not all or none of what is shown. */
static void add_open(struct buf *out, const struct findings *f, const struct group *g)
{
	uint64_t pending = f->statuses[STATUS_PENDING];

	if (pending == f->messages || !pending)
		return;
	if (g->pending)
		add_count(out, g->pending);
	buf_add_str(out, g->pending ? " pending; " : "none pending; ");
}

static void add_topics(struct buf *out, const struct group *g)
{
	for (size_t i = 0; i < g->n_topics; i++) {
		buf_add_str(out, i ? ", " : "of ");
		text_add_escaped(out, slice_of(g->topics[i]));
	}
	if (g->n_topics)
		buf_add_str(out, g->more_topics ? " and others; " : "; ");
}

static void add_place(struct buf *out, const struct received *r)
{
	buf_addf(out, "partition %d offset %" PRId64, r->partition, r->offset);
	if (!r->record.key.data)
		return;
	buf_add_str(out, ", key ");
	add_cut(out, r->record.key, KEY_MAX);
}

static void add_example(struct table *t, const struct group *g)
{
	const struct example *e = &g->example;
	struct letter l;

	letter_read(&l, t->o->decoder, &e->received);
	buf_clear(&t->text);
	add_open(&t->text, t->f, g);
	add_topics(&t->text, g);
	buf_add_str(&t->text, "e.g. ");
	add_place(&t->text, &e->received);
	add_origin(&t->text, &l);
	style(t, DIM);
	add_wrapped(t, buf_slice(&t->text));
	style(t, RESET);
}

static void add_shown_value(struct table *t, struct slice value)
{
	buf_clear(&t->text);
	if (!value.data)
		buf_add_str(&t->text, "its value is null");
	text_add_visible(&t->text, text_cut(value, VALUE_MAX));
	buf_add_str(&t->text, value.len > VALUE_MAX ? "..." : "");
	add_wrapped(t, buf_slice(&t->text));
}

static void add_example_value(struct table *t, const struct example *e)
{
	if (e->whole) {
		add_shown_value(t, e->received.record.value);
		return;
	}
	buf_clear(&t->text);
	buf_add_str(&t->text, "its value is too large to be shown: ");
	add_counted(&t->text, e->value_bytes, "byte", "bytes");
	add_wrapped(t, buf_slice(&t->text));
}

static void add_group(struct table *t, const struct group *g)
{
	char share[RATE_SIZE], *end;

	rate_percent(g->count, t->f->messages, share);
	end = strchr(share, '.');
	if (end && strlen(end) > 2)
		end[2] = '\0';
	buf_clear(&t->text);
	add_count(&t->text, g->count);
	buf_addf(t->out, "%*s  %5s %%  ", t->count_width, t->text.data, share);
	buf_clear(&t->text);
	add_minute(&t->text, g->span.first);
	buf_addf(t->out, "%-16s  ", t->text.data);
	buf_clear(&t->text);
	add_minute(&t->text, g->span.last);
	buf_addf(t->out, "%-16s  ", t->text.data);
	add_values(t, g);
	if (g->others)
		return;
	add_example(t, g);
	if (t->o->values)
		add_example_value(t, &g->example);
}

static void add_more(struct table *t, size_t shown)
{
	size_t n = groups_count(t->f->groups);
	uint64_t messages = 0;

	if (shown == n)
		return;
	for (size_t i = shown; i < n; i++)
		messages += groups_at(t->f->groups, i)->count;
	buf_add_str(t->out, "\nand ");
	add_counted(t->out, messages, "message", "messages");
	buf_add_str(t->out, " in ");
	add_counted(t->out, n - shown, "further group", "further groups");
	buf_add_str(t->out, ": --top 0 shows all\n");
}

static void add_notes(struct table *t)
{
	const struct findings *f = t->f;
	uint64_t left_over = groups_left_over(f->groups);

	if (f->headless) {
		buf_add_char(t->out, '\n');
		add_counted(t->out, f->headless, "message has", "messages have");
		buf_add_str(t->out, " no headers that tell of an error\n");
	}
	if (f->strange) {
		buf_add_char(t->out, '\n');
		add_counted(t->out, f->strange, "message has", "messages have");
		buf_add_str(t->out, " headers that are not what their names promise: --format "
				    "ndjson says which\n");
	}
	if (left_over) {
		buf_add_char(t->out, '\n');
		add_counted(t->out, left_over, "message differs", "messages differ");
		buf_addf(t->out,
			 " from all of the first %d groups, and %s counted together as others\n",
			 GROUPS_MAX, left_over == 1 ? "is" : "are");
	}
}

static unsigned count_width(const struct findings *f)
{
	char text[TEXT_COUNT_SIZE];
	size_t n;

	if (!groups_count(f->groups))
		return 0;
	n = strlen(text_count(groups_at(f->groups, 0)->count, text));
	return n < 7 ? 7 : (unsigned)n;
}

static unsigned width_of(const struct table_options *o)
{
	return !o->width ? WIDTH_PIPE : o->width < WIDTH_MIN ? WIDTH_MIN : o->width;
}

void table_render(struct buf *out, struct findings *f, const struct table_options *o)
{
	struct table t = {.out = out, .f = f, .o = o};
	size_t n = groups_count(f->groups);

	t.width = width_of(o);
	t.count_width = count_width(f);
	if (o->groups && n > o->groups)
		n = o->groups;
	add_head(&t);
	add_statuses(&t);
	add_histogram(&t, &f->histogram);
	if (n)
		add_titles(&t);
	for (size_t i = 0; i < n; i++)
		add_group(&t, groups_at(f->groups, i));
	add_more(&t, n);
	add_notes(&t);
	buf_finish(&t.text);
}

void table_line(struct buf *out, const struct letter *l, const struct table_options *o)
{
	struct table t = {.out = out, .o = o, .width = width_of(o)};
	int64_t at = letter_time(l);
	char text[CLOCK_ISO_SIZE];

	buf_addf(out, "%s  ", at < 0 ? "-" : clock_iso(at, text));
	style(&t, BOLD);
	if (letter_error(l).data)
		add_cut(out, letter_error(l), KEY_MAX);
	else
		buf_add_char(out, '-');
	style(&t, RESET);
	if (letter_has(l, LETTER_MESSAGE)) {
		buf_add_str(out, "  ");
		add_cut(out, letter_text(l, LETTER_MESSAGE), MESSAGE_MAX);
	}
	style(&t, DIM);
	buf_add_str(out, "  ");
	if (letter_has(l, LETTER_TOPIC)) {
		buf_add_str(out, "of ");
		add_cut(out, letter_text(l, LETTER_TOPIC), KEY_MAX);
		buf_add_str(out, "; ");
	}
	add_place(out, l->received);
	add_origin(out, l);
	style(&t, RESET);
	buf_add_char(out, '\n');
	if (o->values)
		add_shown_value(&t, l->record->value);
	buf_finish(&t.text);
}

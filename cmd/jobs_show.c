#include "jobs_show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/json.h"

enum column { JOB, TOPIC, STATE, RECORDS, DONE, COMMITTED, KEPT, POSITION, COLUMNS };

static const struct {
	const char *title;
	bool right, wide; /* wide: stands below the others where the lines are too short */
} columns[COLUMNS] = {
	[JOB] = {"JOB", false, false},	      [TOPIC] = {"TOPIC", false, false},
	[STATE] = {"STATE", false, false},    [RECORDS] = {"RECORDS", true, false},
	[DONE] = {"DONE", true, false},	      [COMMITTED] = {"LAST COMMIT (UTC)", false, false},
	[KEPT] = {"KEPT UNTIL", false, true}, [POSITION] = {"POSITION", false, true},
};

#define GAP 2

struct cell {
	struct buf text;
	size_t width; /* in columns, as far as a character takes one */
};

/* Of a thousand; one that is not complete is never whole. -1: not known. */
static int permille(const struct checkpoint *c)
{
	double share;

	if (checkpoint_is_at_end(c))
		return 1000;
	if (!c->bytes_total)
		return -1;
	share = 1000.0 * (double)c->bytes / (double)c->bytes_total;
	return share < 999 ? (int)share : 999;
}

static void add_percent(struct buf *out, const struct checkpoint *c)
{
	int n = permille(c);

	if (n < 0)
		buf_add_char(out, '-');
	else if (n == 1000)
		buf_add_str(out, "100 %");
	else
		buf_addf(out, "%d.%d %%", n / 10, n % 10);
}

static void add_count(struct buf *out, uint64_t n)
{
	char text[TEXT_COUNT_SIZE];

	buf_add_str(out, text_count(n, text));
}

static const char *state_of(const struct checkpoint *c)
{
	return checkpoint_is_at_end(c) ? "complete" : "open";
}

void jobs_progress(struct buf *out, const struct checkpoint *c)
{
	add_count(out, c->records);
	buf_add_str(out, c->records == 1 ? " record done, " : " records done, ");
	add_percent(out, c);
}

static void add_position(struct buf *out, const struct checkpoint *c)
{
	if (checkpoint_is_at_end(c)) {
		buf_add_str(out, "all is read");
		return;
	}
	text_add_escaped(out, slice_of(c->file));
	if (c->place.member)
		buf_addf(out, ", member %" PRIu64, (uint64_t)c->place.member + 1);
	buf_addf(out, ", line %" PRIu64, c->place.line);
}

/* "2026-01-02T03:04" without the T. */
static void add_minute(struct buf *out, int64_t at)
{
	char text[CLOCK_ISO_SIZE];
	struct slice iso = slice_of(clock_iso(at, text));
	const char *time = strchr(text, 'T');

	if (!time || iso.len < (size_t)(time - text) + 6)
		return;
	buf_addf(out, "%.*s %.5s", (int)(time - text), text, time + 1);
}

/* -1: not known, nor is it when somebody else's clock has no such time. */
static int64_t kept_until(const struct checkpoint *c, int64_t kept_ms)
{
	if (kept_ms < 0 || c->at > INT64_MAX - kept_ms)
		return -1;
	return c->at + kept_ms;
}

static void add_kept(struct buf *out, const struct checkpoint *c, int64_t kept_ms)
{
	int64_t until = kept_until(c, kept_ms);

	if (until < 0)
		buf_add_char(out, '?');
	else
		add_minute(out, until);
}

static size_t characters(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.data[i] & 0xc0) != 0x80;
	return n;
}

static void fill(struct cell row[COLUMNS], const struct checkpoints_job *job, int64_t kept_ms)
{
	const struct checkpoint *c = &job->checkpoint;

	text_add_escaped(&row[JOB].text, slice_of(c->job));
	text_add_escaped(&row[TOPIC].text, slice_of(job->topic));
	buf_add_str(&row[STATE].text, state_of(c));
	add_count(&row[RECORDS].text, c->records);
	add_percent(&row[DONE].text, c);
	add_minute(&row[COMMITTED].text, c->at);
	add_kept(&row[KEPT].text, c, kept_ms);
	add_position(&row[POSITION].text, c);
	for (enum column k = 0; k < COLUMNS; k++)
		row[k].width = characters(buf_slice(&row[k].text));
}

static void fill_titles(struct cell row[COLUMNS])
{
	for (enum column k = 0; k < COLUMNS; k++) {
		buf_add_str(&row[k].text, columns[k].title);
		row[k].width = strlen(columns[k].title);
	}
}

static void add_blanks(struct buf *out, size_t n)
{
	while (n--)
		buf_add_char(out, ' ');
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	buf_add_char(out, '\n');
}

static void add_cell(struct buf *out, const struct cell *cell, enum column k, size_t width)
{
	size_t blanks = width - cell->width;

	add_blanks(out, columns[k].right ? blanks : 0);
	buf_add_slice(out, buf_slice(&cell->text));
	add_blanks(out, columns[k].right ? GAP : blanks + GAP);
}

/* The second line of a row whose wide columns don't fit beside the others. */
static void add_below(struct buf *out, const struct cell row[COLUMNS])
{
	buf_addf(out, "  %s; kept until %s (UTC)\n", row[POSITION].text.data, row[KEPT].text.data);
}

static void add_row(struct buf *out, const struct cell row[COLUMNS], const size_t widths[COLUMNS],
		    bool beside)
{
	for (enum column k = 0; k < COLUMNS; k++)
		if (beside || !columns[k].wide)
			add_cell(out, &row[k], k, widths[k]);
	end_line(out);
}

void jobs_table(struct buf *out, const struct checkpoints_list *list, int64_t kept_ms,
		unsigned width)
{
	struct cell(*rows)[COLUMNS] = mem_alloc(list->n + 1, sizeof(*rows));
	size_t widths[COLUMNS] = {0}, total = 0;

	fill_titles(rows[0]);
	for (size_t i = 0; i < list->n; i++)
		fill(rows[i + 1], &list->items[i], kept_ms);
	for (enum column k = 0; k < COLUMNS; k++) {
		for (size_t i = 0; i <= list->n; i++)
			widths[k] = rows[i][k].width > widths[k] ? rows[i][k].width : widths[k];
		total += widths[k] + (k ? GAP : 0);
	}
	for (size_t i = 0; i <= list->n; i++) {
		add_row(out, rows[i], widths, total <= width);
		if (i && total > width)
			add_below(out, rows[i]);
		for (enum column k = 0; k < COLUMNS; k++)
			buf_finish(&rows[i][k].text);
	}
	free(rows);
}

static void add_line(struct buf *out, const char *name)
{
	buf_addf(out, "%-13s", name);
}

static void add_time(struct buf *out, const char *name, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	add_line(out, name);
	buf_addf(out, "%s\n", at < 0 ? "not known" : clock_iso(at, text));
}

static void add_inputs(struct buf *out, const struct checkpoint *c)
{
	add_line(out, "Inputs:");
	buf_addf(out, "%u of %u read to the end\n", c->place.input, c->inputs);
	if (!c->damaged)
		return;
	add_line(out, "Damaged:");
	buf_addf(out, "%u input%s could not be read to the end\n", c->damaged,
		 c->damaged == 1 ? "" : "s");
}

static void add_done(struct buf *out, const struct checkpoint *c)
{
	add_line(out, "Done:");
	add_percent(out, c);
	buf_add_str(out, " (");
	add_count(out, c->bytes);
	buf_add_str(out, " of ");
	add_count(out, c->bytes_total);
	buf_add_str(out, " bytes)\n");
}

void jobs_details(struct buf *out, const struct checkpoints_job *job, int64_t kept_ms)
{
	const struct checkpoint *c = &job->checkpoint;

	add_line(out, "Job:");
	text_add_escaped(out, slice_of(c->job));
	buf_add_char(out, '\n');
	add_line(out, "Topic:");
	text_add_escaped(out, slice_of(job->topic));
	buf_add_char(out, '\n');
	add_line(out, "State:");
	buf_addf(out, "%s\n", state_of(c));
	add_line(out, "Records:");
	add_count(out, c->records);
	buf_add_char(out, '\n');
	add_done(out, c);
	add_inputs(out, c);
	add_line(out, "Position:");
	add_position(out, c);
	buf_add_char(out, '\n');
	add_time(out, "Last commit:", c->at);
	add_time(out, "Kept until:", kept_until(c, kept_ms));
}

static void json_number(struct buf *out, const char *name, uint64_t n)
{
	buf_addf(out, ",\"%s\":%" PRIu64, name, n);
}

static void json_text(struct buf *out, const char *name, const char *text)
{
	buf_addf(out, ",\"%s\":", name);
	json_add_text(out, text);
}

static void json_time(struct buf *out, const char *name, int64_t at)
{
	char text[CLOCK_ISO_SIZE];

	json_text(out, name, at < 0 ? NULL : clock_iso(at, text));
}

static void json_percent(struct buf *out, const struct checkpoint *c)
{
	int n = permille(c);

	if (n < 0)
		buf_add_str(out, ",\"percent\":null");
	else
		buf_addf(out, ",\"percent\":%d.%d", n / 10, n % 10);
}

static void json_job(struct buf *out, const struct checkpoints_job *job, int64_t kept_ms)
{
	const struct checkpoint *c = &job->checkpoint;

	buf_add_str(out, "{\"name\":");
	json_add_text(out, c->job);
	json_text(out, "topic", job->topic);
	buf_addf(out, ",\"complete\":%s", checkpoint_is_at_end(c) ? "true" : "false");
	json_number(out, "records", c->records);
	json_number(out, "inputs", c->inputs);
	json_number(out, "input", c->place.input);
	json_text(out, "file", c->file);
	json_number(out, "member", c->place.member);
	json_number(out, "line", c->place.line);
	json_number(out, "offset", c->place.offset);
	json_number(out, "bytes", c->bytes);
	json_number(out, "bytes_total", c->bytes_total);
	json_percent(out, c);
	json_time(out, "committed_at", c->at);
	json_time(out, "kept_until", kept_until(c, kept_ms));
	json_number(out, "damaged", c->damaged);
	buf_add_char(out, '}');
}

void jobs_json(struct buf *out, const struct checkpoints_list *list, int64_t kept_ms)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		buf_add_str(out, i ? "," : "");
		json_job(out, &list->items[i], kept_ms);
	}
	buf_add_char(out, ']');
}

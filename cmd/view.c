#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inspect/csv.h"
#include "inspect/html.h"
#include "inspect/json.h"
#include "inspect/table.h"
#include "output.h"
#include "report/terminal.h"

/* Output goes in pieces of so many bytes. */
#define PIECE (64 * 1024)

struct view_ops {
	void (*begin)(struct view *v);
	void (*add)(struct view *v, const struct letter *l);
	void (*end)(struct view *v);
	bool follows;
};

static struct table_options table_options(const struct view *v)
{
	bool file = v->path;

	return (struct table_options){
		.width = file ? 0 : terminal_width(stdout, 0),
		.color = !file && common_color(&v->o->common, stdout),
		.groups = v->o->top,
		.values = v->o->show_values,
		.decoder = v->decoder,
	};
}

static void find(struct view *v, const struct letter *l)
{
	findings_add(&v->findings, l);
}

static void add_to_table(struct view *v, const struct letter *l)
{
	struct table_options o;

	if (!v->following) {
		find(v, l);
		return;
	}
	o = table_options(v);
	table_line(&v->out, l, &o);
}

static void end_table(struct view *v)
{
	struct table_options o = table_options(v);

	if (!v->following)
		table_render(&v->out, &v->findings, &o);
}

static void end_json(struct view *v)
{
	findings_json(&v->out, &v->findings, v->decoder);
}

static void end_html(struct view *v)
{
	const struct html_options o = {v->o->top, v->o->show_values, clock_wall_ms(), v->decoder};

	html_render(&v->out, &v->findings, &o);
}

static void add_ndjson(struct view *v, const struct letter *l)
{
	ndjson_add(&v->out, &v->lines, v->o->selection.topic, v->decoder, l);
}

static void begin_csv(struct view *v)
{
	csv_begin(&v->out, v->o->show_values);
}

static void add_csv(struct view *v, const struct letter *l)
{
	csv_add(&v->out, l, v->o->show_values);
}

static const struct view_ops formats[] = {
	[INSPECT_TABLE] = {NULL, add_to_table, end_table, true},
	[INSPECT_JSON] = {NULL, find, end_json, false},
	[INSPECT_NDJSON] = {NULL, add_ndjson, NULL, true},
	[INSPECT_CSV] = {begin_csv, add_csv, NULL, true},
	[INSPECT_HTML] = {NULL, find, end_html, false},
};

static int fail(struct view *v, int why)
{
	return error_set(&v->failed, ERROR_OUTPUT, "can't write %s: %s", v->path, strerror(why));
}

/* What grows for as long as somebody reads it can't wait to be published, and a pipe, a
 * device or a link keeps its place. */
static bool is_written_at_once(const struct view *v)
{
	struct stat st;

	return v->o->follow || (lstat(v->path, &st) == 0 && !S_ISREG(st.st_mode));
}

static int open_output(struct view *v, struct error *err)
{
	const char *path = v->path;
	int rc = 0;

	if (!path)
		return 0;
	if (is_written_at_once(v))
		rc = v->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	else
		rc = publish_begin(&v->file, path, 0600);
	if (rc >= 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--output: can't write %s: %s", path, strerror(errno));
}

static int check_options(const struct view *v, struct error *err)
{
	if (v->o->follow && !v->ops->follows)
		return error_set(err, ERROR_USAGE,
				 "--follow has no end, and a report needs one: it goes with the "
				 "formats table, ndjson and csv");
	if (v->o->follow && v->o->tail)
		return error_set(err, ERROR_USAGE,
				 "--follow and --tail contradict each other: --since -1h begins "
				 "later");
	if (v->o->tail && v->o->selection.limit)
		return error_set(err, ERROR_USAGE,
				 "--tail and --limit contradict each other: the last messages, or "
				 "the first");
	if (v->o->follow && v->o->export)
		return error_set(err, ERROR_USAGE, "--follow has no end, and --export needs one");
	return 0;
}

static int init_findings(struct view *v, struct error *err)
{
	char *list = mem_strdup(v->o->group_by ? v->o->group_by : "error-type,error-message");
	const char *names[GROUP_BY_MAX + 1], *name;
	struct error why;
	size_t n = 0;
	char *at = list;
	int rc = 0;

	while ((name = strsep(&at, ",")) && n < ARRAY_SIZE(names))
		names[n++] = name;
	if (findings_init(&v->findings, names, n, &why) < 0)
		rc = error_set(err, ERROR_USAGE, "--group-by: %s", why.text);
	v->findings.topic = v->o->selection.topic;
	v->findings.partial = v->o->selection.offsets.n || v->o->selection.limit;
	v->findings.now = clock_wall_ms();
	free(list);
	return rc;
}

int view_init(struct view *v, const struct inspect_options *o, struct decoder *decoder,
	      struct error *err)
{
	*v = (struct view){.o = o, .ops = &formats[o->format], .decoder = decoder, .fd = -1};
	if (o->output && strcmp(o->output, "-") != 0)
		v->path = o->output;
	if (check_options(v, err) < 0 || init_findings(v, err) < 0)
		return -1;
	return open_output(v, err);
}

void view_finish(struct view *v)
{
	findings_finish(&v->findings);
	ndjson_finish(&v->lines);
	buf_finish(&v->out);
	publish_drop(&v->file);
	if (v->fd >= 0)
		close(v->fd);
}

static void write_fd(struct view *v)
{
	struct slice rest = buf_slice(&v->out);

	while (rest.len && !v->failed.kind) {
		ssize_t n = write(v->fd, rest.data, rest.len);

		if (n < 0 && errno != EINTR)
			fail(v, errno);
		if (n > 0) {
			rest.data += n;
			rest.len -= (size_t)n;
		}
	}
}

/* Of stdout, the end of the process tells (cmd/output.h). */
static void flush(struct view *v)
{
	if (!v->out.len)
		return;
	if (v->fd >= 0)
		write_fd(v);
	else if (v->path)
		publish_write(&v->file, buf_slice(&v->out));
	else
		v->closed = !output_add(v->out.data, v->out.len, v->following);
	buf_clear(&v->out);
}

void view_ledger(struct view *v, const char *topic, uint64_t corrupt)
{
	v->findings.ledger = topic;
	v->findings.corrupt = corrupt;
}

void view_begin(struct view *v, size_t partitions)
{
	v->findings.partitions = partitions;
	if (v->ops->begin)
		v->ops->begin(v);
}

void view_restart(struct view *v)
{
	findings_restart(&v->findings);
}

void view_count(struct view *v)
{
	v->findings.read++;
}

void view_pass(struct view *v, const struct letter *l)
{
	findings_pass(&v->findings, l);
}

void view_add(struct view *v, const struct letter *l)
{
	v->ops->add(v, l);
	if (v->out.len >= PIECE || (v->following && v->out.len))
		flush(v);
}

bool view_is_closed(const struct view *v)
{
	return v->failed.kind || v->closed;
}

void view_follow(struct view *v)
{
	findings_end(&v->findings);
	v->findings.complete = true;
	if (v->ops->end)
		v->ops->end(v);
	v->following = true;
	flush(v);
}

static void publish(struct view *v, bool complete)
{
	if (!complete && !v->ops->end) {
		publish_drop(&v->file);
		error_set(&v->failed, ERROR_OUTPUT,
			  "--output: %s is not written, for only a part of the messages was read",
			  v->path);
	} else if (publish_end(&v->file) < 0) {
		fail(v, errno);
	}
}

int view_end(struct view *v, bool complete, struct error *err)
{
	if (!v->following) {
		findings_end(&v->findings);
		v->findings.complete = complete;
		if (v->ops->end)
			v->ops->end(v);
	}
	flush(v);
	if (v->path && v->fd < 0)
		publish(v, complete);
	if (!v->failed.kind)
		return 0;
	*err = v->failed;
	return -1;
}

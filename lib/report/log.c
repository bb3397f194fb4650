#include "report/log.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/json.h"
#include "report/terminal.h"

struct log {
	FILE *out;
	enum log_format format;
	enum event_level min;
	bool color;
	struct log_hooks hooks;
	struct buf line;
};

static const struct {
	const char *name;  /* for machines */
	const char *label; /* for people, padded */
	const char *color;
} levels[] = {
	[EVENT_DEBUG] = {"debug", "DEBUG", "\033[2m"},
	[EVENT_INFO] = {"info", "INFO ", ""},
	[EVENT_WARNING] = {"warning", "WARN ", "\033[33m"},
	[EVENT_ERROR] = {"error", "ERROR", "\033[31m"},
	[EVENT_CRITICAL] = {"critical", "CRIT ", "\033[1;31m"},
};

#define DIM   "\033[2m"
#define RESET "\033[0m"

/* A value as logfmt has it: bare, or in quotes where a reader would stumble. */
static void add_value(struct buf *out, const char *text)
{
	struct buf escaped = {0};
	bool quotes;

	text_add_escaped(&escaped, slice_of(text));
	quotes = !escaped.len || strpbrk(escaped.data, " =\"");
	if (quotes)
		buf_add_char(out, '"');
	for (size_t i = 0; i < escaped.len; i++) {
		if (escaped.data[i] == '"')
			buf_add_char(out, '\\');
		buf_add_char(out, escaped.data[i]);
	}
	if (quotes)
		buf_add_char(out, '"');
	buf_finish(&escaped);
}

static void add_field(struct buf *out, const struct event_field *field)
{
	buf_addf(out, "%s=", field->name);
	if (field->text)
		add_value(out, field->text);
	else
		buf_addf(out, "%" PRId64, field->number);
}

/* True when msg has word as a whole, in the same or another case. */
static bool has_word(const char *msg, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = msg; len && (at = strcasestr(at, word)); at++)
		if ((at == msg || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

/* A short number is in a message by chance too easily: it counts only beside
 * its name. */
static bool is_said(const char *msg, const struct event_field *field)
{
	char digits[24];

	if (field->text)
		return has_word(msg, field->text);
	snprintf(digits, sizeof(digits), "%" PRId64, field->number);
	return has_word(msg, digits) && (strlen(digits) > 2 || has_word(msg, field->name));
}

static void render_text(struct buf *out, bool color, const char *ts, const struct event *event)
{
	const char *dim = color ? DIM : "", *reset = color ? RESET : "";
	size_t shown = 0;

	buf_addf(out, "%s%s%s %s%s%s ", dim, ts, reset, color ? levels[event->level].color : "",
		 levels[event->level].label, reset);
	text_add_escaped(out, slice_of(event->msg));
	for (size_t i = 0; i < event->n_fields; i++) {
		if (is_said(event->msg, &event->fields[i]))
			continue;
		buf_addf(out, " %s%s", shown ? "" : " ", shown ? "" : dim);
		shown++;
		add_field(out, &event->fields[i]);
	}
	if (shown)
		buf_add_str(out, reset);
}

static void render_logfmt(struct buf *out, bool color, const char *ts, const struct event *event)
{
	(void)color;
	buf_addf(out, "level=%s ts=%s event=%s msg=", levels[event->level].name, ts, event->name);
	add_value(out, event->msg);
	for (size_t i = 0; i < event->n_fields; i++) {
		buf_add_char(out, ' ');
		add_field(out, &event->fields[i]);
	}
}

static void render_json(struct buf *out, bool color, const char *ts, const struct event *event)
{
	(void)color;
	buf_addf(out, "{\"level\":\"%s\",\"ts\":\"%s\",\"event\":", levels[event->level].name, ts);
	json_add_text(out, event->name);
	buf_add_str(out, ",\"msg\":");
	json_add_text(out, event->msg);
	for (size_t i = 0; i < event->n_fields; i++) {
		const struct event_field *field = &event->fields[i];

		buf_add_char(out, ',');
		json_add_text(out, field->name);
		buf_add_char(out, ':');
		if (field->text)
			json_add_text(out, field->text);
		else
			buf_addf(out, "%" PRId64, field->number);
	}
	buf_add_char(out, '}');
}

static void (*const renderers[])(struct buf *, bool, const char *, const struct event *) = {
	[LOG_TEXT] = render_text,
	[LOG_LOGFMT] = render_logfmt,
	[LOG_JSON] = render_json,
};

void log_render(struct buf *out, enum log_format format, bool color, int64_t wall_ms,
		const struct event *event)
{
	char ts[CLOCK_ISO_SIZE];

	renderers[format](out, color, clock_iso(wall_ms, ts), event);
	buf_add_char(out, '\n');
}

struct log *log_create(FILE *out, enum log_format format, enum event_level min, bool color)
{
	struct log *log = mem_alloc(1, sizeof(*log));

	log->out = out;
	log->format = format;
	log->min = min;
	log->color = color;
	return log;
}

void log_destroy(struct log *log)
{
	if (!log)
		return;
	buf_finish(&log->line);
	free(log);
}

void log_set_hooks(struct log *log, const struct log_hooks *hooks)
{
	log->hooks = hooks ? *hooks : (struct log_hooks){0};
}

static void call_hook(const struct log *log, void (*hook)(void *ctx))
{
	if (hook)
		hook(log->hooks.ctx);
}

static void emit(void *ctx, const struct event *event)
{
	struct log *log = ctx;

	if (event->level < log->min)
		return;
	buf_clear(&log->line);
	log_render(&log->line, log->format, log->color, clock_wall_ms(), event);
	call_hook(log, log->hooks.before);
	terminal_write(log->out, buf_slice(&log->line));
	call_hook(log, log->hooks.after);
}

struct event_sink log_sink(struct log *log)
{
	return (struct event_sink){emit, log};
}

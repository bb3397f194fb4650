#include "inspect/csv.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* Of the letter itself; then come the fields that headers tell. */
static const char *const own[] = {"partition", "offset", "timestamp", "key", "status", "system"};

void csv_begin(struct buf *out, bool values)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		buf_addf(out, "%s%s", i ? "," : "", own[i]);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		buf_addf(out, ",%s", letter_field_name((enum letter_field)i));
	buf_add_str(out, values ? ",value\r\n" : "\r\n");
}

/* Controls are shown, so that a row is one line. */
static void add_shown(struct buf *out, struct slice text)
{
	struct buf shown = {0};

	text_add_escaped(&shown, text);
	for (const char *at = shown.data; at && *at; at++) {
		if (*at == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *at);
	}
	buf_finish(&shown);
}

/* CSV injection, OWASP: what spreadsheets compute. */
static bool is_formula(struct slice text)
{
	return text.len && memchr("=+-@\t\r", *text.data, 6);
}

static void add_text(struct buf *out, struct slice text)
{
	if (!text.data)
		return;
	buf_add_char(out, '"');
	if (is_formula(text))
		buf_add_char(out, '\'');
	add_shown(out, text);
	buf_add_char(out, '"');
}

static void add_time(struct buf *out, int64_t ms)
{
	char at[CLOCK_ISO_SIZE];

	buf_add_str(out, clock_iso(ms, at));
}

static void add_field(struct buf *out, const struct letter_value *v)
{
	switch (v->kind) {
	case LETTER_NONE:
		break;
	case LETTER_TEXT:
		add_text(out, v->text);
		break;
	case LETTER_NUMBER:
		buf_addf(out, "%" PRId64, v->number);
		break;
	case LETTER_TIME:
		add_time(out, v->number);
		break;
	}
}

void csv_add(struct buf *out, const struct letter *l, bool values)
{
	buf_addf(out, "%d,%" PRId64 ",", l->received->partition, l->received->offset);
	if (l->record->timestamp != RECORD_NO_TIMESTAMP)
		add_time(out, l->record->timestamp);
	buf_add_char(out, ',');
	add_text(out, l->record->key);
	buf_addf(out, ",%s,%s", status_name(l->status), l->dead ? system_name(l->system) : "");
	for (size_t i = 0; i < LETTER_FIELDS; i++) {
		buf_add_char(out, ',');
		add_field(out, &l->fields[i]);
	}
	if (values) {
		buf_add_char(out, ',');
		add_text(out, l->record->value);
	}
	buf_add_str(out, "\r\n");
}

#include "record/written.h"

#include <string.h>

#include "base/macros.h"
#include "base/unescape.h"
#include "record/headers.h"

struct walk {
	const char *p, *end;
	char *out;
};

#define TAKE(w, literal) take(w, literal, sizeof(literal) - 1)

static inline bool take(struct walk *w, const char *text, size_t len)
{
	if ((size_t)(w->end - w->p) < len || memcmp(w->p, text, len) != 0)
		return false;
	w->p += len;
	return true;
}

/* With a NUL behind it, which takes the room of a quote. */
static bool take_text(struct walk *w, struct slice *text)
{
	unsigned flags = 0;

	*text = SLICE_NULL;
	if (TAKE(w, "null"))
		return true;
	if (!TAKE(w, "\""))
		return false;
	text->data = w->out;
	w->p = unescape(&w->out, w->p, w->end, &flags);
	text->len = (size_t)(w->out - text->data);
	*w->out++ = '\0';
	return TAKE(w, "\"") && !(flags & (UNESCAPE_NO_JSON | UNESCAPE_NO_UTF8));
}

static bool take_topic(struct walk *w, struct envelope *e)
{
	struct slice topic;

	if (!take_text(w, &topic))
		return false;
	e->topic = topic.data;
	return !topic.data || !memchr(topic.data, '\0', topic.len);
}

static bool take_header(struct walk *w, struct envelope *e)
{
	struct slice name, value;

	if (!TAKE(w, "[") || !take_text(w, &name) || !name.data)
		return false;
	if (!TAKE(w, ",") || !take_text(w, &value) || !TAKE(w, "]"))
		return false;
	headers_add(e, name, value);
	return true;
}

static bool take_headers(struct walk *w, struct envelope *e)
{
	headers_begin(e);
	if (TAKE(w, "]"))
		return true;
	do
		if (!take_header(w, e))
			return false;
	while (TAKE(w, ","));
	return TAKE(w, "]");
}

static bool take_timestamp(struct walk *w, struct envelope *e)
{
	struct part number = {.kind = JSON_KIND_NUMBER, .text = {w->p, 0}};

	while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
		w->p++;
	number.text.len = (size_t)(w->p - number.text.data);
	return number.text.len && (number.text.len == 1 || *number.text.data != '0') &&
	       part_integer(&number, &e->record.timestamp);
}

static bool is_at_notes(struct walk *w)
{
	return TAKE(w, ",\"error\":{") || TAKE(w, ",\"source\":{") || TAKE(w, ",\"job\":\"") ||
	       TAKE(w, ",\"crc32\":\"");
}

bool written_read(struct envelope *e, struct slice line)
{
	struct walk w = {line.data, line.data + line.len, e->bytes.data + e->bytes.len};

	if (!TAKE(&w, "{\"v\":1"))
		return false;
	if (TAKE(&w, ",\"topic\":") && !take_topic(&w, e))
		return false;
	if (!TAKE(&w, ",\"key\":") || !take_text(&w, &e->record.key))
		return false;
	if (!TAKE(&w, ",\"value\":") || !take_text(&w, &e->record.value))
		return false;
	if (!TAKE(&w, ",\"headers\":[") || !take_headers(&w, e))
		return false;
	if (TAKE(&w, ",\"timestamp\":") && !take_timestamp(&w, e))
		return false;
	return is_at_notes(&w);
}

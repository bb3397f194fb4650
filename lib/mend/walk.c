#include "mend/walk.h"

#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"
#include "check/scan.h"

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* The value that p stands before; what follows it doesn't matter. */
static struct slice value_at(const char *p, const char *end)
{
	return scan_trim((struct slice){p, (size_t)(end - p)});
}

bool walk_init(struct walk *w, struct slice json)
{
	const char *end = json.data + json.len, *open = skip_blanks(json.data, end);

	if (open == end || (*open != '{' && *open != '['))
		return false;
	*w = (struct walk){.open = open, .to = open + 1, .end = end, .is_object = *open == '{'};
	return true;
}

bool walk_next(struct walk *w)
{
	const char *p = skip_blanks(w->to, w->end);

	if (p == w->end || *p == '}' || *p == ']') {
		w->close = p;
		return false;
	}
	w->from = w->n ? skip_blanks(p + 1, w->end) : p;
	p = w->from;
	if (w->is_object) {
		struct slice name = value_at(p, w->end);

		w->name = (struct slice){name.data + 1, name.len - 2};
		p = skip_blanks(name.data + name.len, w->end) + 1;
	}
	w->value = value_at(p, w->end);
	w->to = w->value.data + w->value.len;
	w->n++;
	return true;
}

static bool is_named(struct slice raw, struct slice name)
{
	struct buf plain = {0};
	bool equal;

	/* Nothing gets longer when it is unescaped. */
	if (raw.len < name.len)
		return false;
	if (!memchr(raw.data, '\\', raw.len))
		return slice_equal(raw, name);
	scan_unescape(&plain, raw);
	equal = slice_equal(buf_slice(&plain), name);
	buf_finish(&plain);
	return equal;
}

/* RFC 6901, section 4: no leading zeros. */
static bool is_index(struct slice token, uint64_t index)
{
	char digits[24];
	uint64_t number;

	if (!token.len || token.len >= sizeof(digits) || (token.len > 1 && token.data[0] == '0'))
		return false;
	memcpy(digits, token.data, token.len);
	digits[token.len] = '\0';
	return text_parse_u64(digits, &number) && number == index;
}

bool walk_is_at(const struct walk *w, struct slice token)
{
	return w->is_object ? is_named(w->name, token) : is_index(token, w->n - 1);
}

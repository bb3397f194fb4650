#include "check/scan.h"

#include <stdint.h>

#include "base/text.h"
#include "base/unescape.h"

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* From an opening quote to behind the closing one. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p < end ? p + 1 : end;
}

static const char *skip_nested(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		char c = *p;

		if (c == '"') {
			p = skip_string(p, end);
			continue;
		}
		p++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			break;
	}
	return p;
}

static const char *skip_value(const char *p, const char *end)
{
	if (p == end)
		return end;
	if (*p == '"')
		return skip_string(p, end);
	if (*p == '{' || *p == '[')
		return skip_nested(p, end);
	while (p < end && !strchr(",]} \t\r\n", *p))
		p++;
	return p;
}

static bool names_equal(struct slice raw, struct slice name)
{
	struct buf plain = {0};
	bool equal;

	if (!raw.len || !memchr(raw.data, '\\', raw.len))
		return slice_equal(raw, name);
	scan_unescape(&plain, raw);
	equal = slice_equal(buf_slice(&plain), name);
	buf_finish(&plain);
	return equal;
}

static struct slice object_member(const char *p, const char *end, struct slice name)
{
	for (p = skip_blanks(p, end); p < end && *p == '"'; p = skip_blanks(p + 1, end)) {
		const char *key = p + 1, *value;
		struct slice raw;

		p = skip_string(p, end);
		raw = (struct slice){key, (size_t)(p - 1 - key)};
		p = skip_blanks(p, end);
		value = skip_blanks(p + 1, end);
		p = skip_value(value, end);
		if (names_equal(raw, name))
			return (struct slice){value, (size_t)(p - value)};
		p = skip_blanks(p, end);
		if (p == end || *p != ',')
			break;
	}
	return SLICE_NULL;
}

/* RFC 6901, section 4: no leading zeros. */
static bool array_index(struct slice name, uint64_t *index)
{
	char digits[24];

	if (!name.len || name.len >= sizeof(digits) || (name.len > 1 && name.data[0] == '0'))
		return false;
	memcpy(digits, name.data, name.len);
	digits[name.len] = '\0';
	return text_parse_u64(digits, index);
}

static struct slice array_item(const char *p, const char *end, struct slice name)
{
	uint64_t index;

	if (!array_index(name, &index))
		return SLICE_NULL;
	for (p = skip_blanks(p, end); p < end && *p != ']'; p = skip_blanks(p + 1, end)) {
		const char *value = p;

		p = skip_value(p, end);
		if (!index--)
			return (struct slice){value, (size_t)(p - value)};
		p = skip_blanks(p, end);
		if (p == end || *p != ',')
			break;
	}
	return SLICE_NULL;
}

struct slice scan_step(struct slice json, struct slice name)
{
	const char *end = json.data + json.len, *p = skip_blanks(json.data, end);

	if (p < end && *p == '{')
		return object_member(p + 1, end, name);
	if (p < end && *p == '[')
		return array_item(p + 1, end, name);
	return SLICE_NULL;
}

struct slice scan_trim(struct slice json)
{
	const char *end = json.data + json.len, *p = skip_blanks(json.data, end);

	return (struct slice){p, (size_t)(skip_value(p, end) - p)};
}

void scan_unescape(struct buf *out, struct slice raw)
{
	char *to = buf_reserve(out, raw.len);
	unsigned flags = 0;

	if (raw.len)
		unescape(&to, raw.data, raw.data + raw.len, &flags);
	out->len = (size_t)(to - out->data);
	*to = '\0';
}

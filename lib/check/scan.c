#include "check/scan.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/text.h"

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

enum json_kind scan_kind(struct slice value)
{
	if (!value.data || !value.len)
		return JSON_KIND_MISSING;
	switch (value.data[0]) {
	case '"':
		return JSON_KIND_STRING;
	case '{':
		return JSON_KIND_OBJECT;
	case '[':
		return JSON_KIND_ARRAY;
	case 'n':
		return JSON_KIND_NULL;
	case 't':
	case 'f':
		return JSON_KIND_BOOLEAN;
	default:
		return JSON_KIND_NUMBER;
	}
}

static uint32_t hex4(const char *p)
{
	char digits[5] = {p[0], p[1], p[2], p[3], 0};

	return (uint32_t)strtoul(digits, NULL, 16);
}

static void add_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_add_char(out, (char)c);
	} else if (c < 0x800) {
		buf_add(out, (char[]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 63))}, 2);
	} else if (c < 0x10000) {
		buf_add(out,
			(char[]){(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 63)),
				 (char)(0x80 | (c & 63))},
			3);
	} else {
		buf_add(out,
			(char[]){(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 63)),
				 (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63))},
			4);
	}
}

/* p stands behind "\u"; returns behind the escape, with its second half when
 * it is a surrogate pair (RFC 8259, section 7). */
static const char *unescape_unicode(struct buf *out, const char *p, const char *end)
{
	uint32_t c;

	if (end - p < 4)
		return end;
	c = hex4(p);
	p += 4;
	if (c >= 0xd800 && c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		c = 0x10000 + ((c - 0xd800) << 10) + ((hex4(p + 2) - 0xdc00) & 0x3ff);
		p += 6;
	}
	add_utf8(out, c);
	return p;
}

void scan_unescape(struct buf *out, struct slice raw)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *p = raw.data, *end = raw.data + raw.len;

	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p)), *letter;

		buf_add(out, p, (size_t)((slash ? slash : end) - p));
		if (!slash || slash + 1 == end)
			return;
		p = slash + 2;
		letter = memchr(letters, slash[1], sizeof(letters) - 1);
		if (slash[1] == 'u')
			p = unescape_unicode(out, p, end);
		else
			buf_add_char(out, letter ? meant[letter - letters] : slash[1]);
	}
}

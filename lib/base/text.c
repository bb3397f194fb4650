#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/macros.h"

/* RFC 3629, section 4. */
size_t text_utf8_length(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Most text is ASCII: how much of it stands at the beginning, by eights. */
static size_t ascii_length(struct slice s)
{
	size_t at = 0;
	uint64_t eight;

	for (; s.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, s.data + at, sizeof(eight));
		if (eight & 0x8080808080808080)
			break;
	}
	return at;
}

bool text_is_utf8(struct slice s)
{
	for (size_t i = ascii_length(s); i < s.len;) {
		size_t n = text_utf8_length(s.data + i, s.len - i);

		if (!n)
			return false;
		i += n;
	}
	return true;
}

struct slice text_cut(struct slice s, size_t max)
{
	if (s.len <= max)
		return s;
	for (size_t back = 1; back <= 3 && back <= max; back++) {
		size_t at = max - back;

		if (text_utf8_length(s.data + at, s.len - at) > back)
			return (struct slice){s.data, at};
	}
	return (struct slice){s.data, max};
}

/* p is a sequence of n bytes that text_utf8_length has found valid. */
static uint32_t code_point(const unsigned char *p, size_t n)
{
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

/* They move cursors, end lines, turn the text around them (CVE-2021-42574), or can't be seen,
 * so that what differs looks the same. */
static bool is_control(const unsigned char *p, size_t n)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0, 0x1f},	  {0x7f, 0x9f},	    {0xad, 0xad},	{0x61c, 0x61c},
		{0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},	{0x2060, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
	};
	uint32_t c = code_point(p, n);

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool is_wide(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0xa4cf},	  {0xa960, 0xa97c},
		{0xac00, 0xd7a3}, {0xf900, 0xfaff},   {0xfe30, 0xfe6f},	  {0xff00, 0xff60},
		{0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

size_t text_step(struct slice s, size_t at, unsigned *columns)
{
	const unsigned char *p = (const unsigned char *)s.data + at;
	size_t n = text_utf8_length(s.data + at, s.len - at);

	*columns += n > 2 && is_wide(code_point(p, n)) ? 2 : 1;
	return n ? n : 1;
}

static void add_shown(struct buf *out, struct slice s, bool backslashes)
{
	for (size_t i = 0; i < s.len;) {
		const unsigned char *p = (const unsigned char *)s.data + i;
		size_t n = text_utf8_length(s.data + i, s.len - i);

		if (*p == '\n')
			buf_add_str(out, "\\n");
		else if (*p == '\t')
			buf_add_str(out, "\\t");
		else if (*p == '\\' && backslashes)
			buf_add_str(out, "\\\\");
		else if (!n || is_control(p, n))
			for (size_t k = 0; k < (n ? n : 1); k++)
				buf_addf(out, "\\x%02x", p[k]);
		else
			buf_add(out, p, n);
		i += n ? n : 1;
	}
}

void text_add_escaped(struct buf *out, struct slice s)
{
	add_shown(out, s, true);
}

void text_add_visible(struct buf *out, struct slice s)
{
	add_shown(out, s, false);
}

static void add_json_char(struct buf *out, uint32_t c)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = c < 0x80 ? memchr(plain, (int)c, sizeof(plain) - 1) : NULL;

	if (at)
		buf_addf(out, "\\%c", letter[at - plain]);
	else
		buf_addf(out, "\\u%04x", c);
}

/* How many bytes at p a JSON string doesn't hold as they are. Those beyond ASCII it may
 * hold, but a terminal would obey them. */
static size_t to_escape(const unsigned char *p, size_t left)
{
	size_t n;

	if (*p < 0x80)
		return *p < 0x20 || *p == '"' || *p == '\\' || *p == 0x7f;
	/* What they all begin with: see is_control. */
	if (*p != 0xc2 && *p != 0xd8 && *p != 0xe2)
		return 0;
	n = text_utf8_length((const char *)p, left);
	return n && is_control(p, n) ? n : 0;
}

void text_add_json(struct buf *out, struct slice s)
{
	size_t from = 0;

	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		const unsigned char *p = (const unsigned char *)s.data + i;
		size_t n = to_escape(p, s.len - i);

		if (!n)
			continue;
		buf_add(out, s.data + from, i - from);
		add_json_char(out, code_point(p, n));
		i += n - 1;
		from = i + 1;
	}
	buf_add(out, s.data ? s.data + from : NULL, s.len - from);
	buf_add_char(out, '"');
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_add_base64(struct buf *out, struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.data;

	for (size_t i = 0; i < s.len; i += 3) {
		size_t left = s.len - i;
		uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (left > 2 ? p[i + 2] : 0);
		char quad[4] = {base64[v >> 18], base64[v >> 12 & 63],
				left > 1 ? base64[v >> 6 & 63] : '=',
				left > 2 ? base64[v & 63] : '='};

		buf_add(out, quad, 4);
	}
}

static int base64_value(char c)
{
	const char *at = c ? strchr(base64, c) : NULL;

	return at ? (int)(at - base64) : -1;
}

/* The last quad has 2 or 3 characters besides its padding, the others 4. */
static bool decode_quad(struct buf *out, const char *quad, size_t chars)
{
	uint32_t v = 0;

	for (size_t k = 0; k < 4; k++) {
		int bits = k < chars ? base64_value(quad[k]) : 0;

		if (bits < 0)
			return false;
		v = v << 6 | (uint32_t)bits;
	}
	/* With bits that no byte takes, two texts would stand for the same bytes. */
	if (v & ((1u << 8 * (4 - chars)) - 1))
		return false;
	buf_add(out, (char[3]){(char)(v >> 16), (char)(v >> 8), (char)v}, chars - 1);
	return true;
}

bool text_decode_base64(struct buf *out, struct slice s)
{
	size_t start = out->len, pad = 0;

	if (s.len % 4)
		return false;
	while (pad < 2 && pad < s.len && s.data[s.len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < s.len; i += 4) {
		if (!decode_quad(out, s.data + i, i + 4 == s.len ? 4 - pad : 4)) {
			out->len = start;
			return false;
		}
	}
	return true;
}

bool text_parse_u64(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return !errno && !*end;
}

bool text_parse_size(const char *text, uint64_t *bytes)
{
	static const char *const suffixes[][3] = {
		{"", "b", "b"}, {"k", "kb", "kib"}, {"m", "mb", "mib"}, {"g", "gb", "gib"}};
	size_t digits = strspn(text, "0123456789");
	char number[24];

	if (!digits || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!text_parse_u64(number, bytes))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(suffixes); i++)
		for (unsigned k = 0; k < 3; k++)
			if (strcasecmp(text + digits, suffixes[i][k]) == 0) {
				bool fits = *bytes <= UINT64_MAX >> (10 * i);

				*bytes <<= 10 * i;
				return fits;
			}
	return false;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein distance; words longer than the row are never near. */
static size_t edits(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), row[64];

	if (lb >= ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t up = row[j];

			row[j] = min3(up + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = up;
		}
	}
	return row[lb];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t best = strlen(word) / 3 + 2;
	const char *nearest = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = edits(word, candidates[i]);

		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}

char *text_count(uint64_t value, char out[TEXT_COUNT_SIZE])
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value), at = 0;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

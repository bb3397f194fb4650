#include "source/cell.h"

#include <strings.h>

#include "base/macros.h"

#define LONGEST_ESCAPE 6 /* \u001f */
#define PIECE	       4096

/* 0: stands for itself; 'u': as \u00xx; else the letter behind the backslash. */
static const char escapes[256] = {
	[0x00 ... 0x07] = 'u', ['\b'] = 'b',  ['\t'] = 't', ['\n'] = 'n',
	[0x0b] = 'u',	       ['\f'] = 'f',  ['\r'] = 'r', [0x0e ... 0x1f] = 'u',
	['"'] = '"',	       ['\\'] = '\\', [0x7f] = 'u',
};

static char *escape(char *to, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = escapes[c];
	if (escapes[c] != 'u')
		return to;
	*to++ = '0';
	*to++ = '0';
	*to++ = hex[c >> 4];
	*to++ = hex[c & 15];
	return to;
}

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* Not 0 when a byte of the word is c. */
static uint64_t has_byte(uint64_t word, unsigned char c)
{
	uint64_t x = word ^ EACH_BYTE(c);

	return (x - EACH_BYTE(1)) & ~x & EACH_BYTE(0x80);
}

static bool needs_escape(uint64_t word)
{
	uint64_t control = (word - EACH_BYTE(0x20)) & ~word & EACH_BYTE(0x80);

	return control | has_byte(word, '"') | has_byte(word, '\\') | has_byte(word, 0x7f);
}

/* `to` has room for LONGEST_ESCAPE bytes a byte; returns the end. */
static char *write_escaped(char *to, struct slice text)
{
	size_t i = 0;
	uint64_t word;

	for (; text.len - i >= sizeof(word); i += sizeof(word), to += sizeof(word)) {
		memcpy(&word, text.data + i, sizeof(word));
		if (needs_escape(word))
			break;
		memcpy(to, &word, sizeof(word));
	}
	for (; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (escapes[c])
			to = escape(to, c);
		else
			*to++ = (char)c;
	}
	return to;
}

/* As text_add_json, but with room made for a piece at once: this is most of
 * the work for a row. */
static bool write_string(struct buf *out, struct slice text)
{
	bool first = true;

	do {
		size_t n = text.len < PIECE ? text.len : PIECE;
		char *to = buf_reserve(out, n * LONGEST_ESCAPE + 2);

		if (first)
			*to++ = '"';
		to = write_escaped(to, (struct slice){text.data, n});
		if (n == text.len)
			*to++ = '"';
		out->len = (size_t)(to - out->data);
		first = false;
		text.data += n;
		text.len -= n;
	} while (text.len);
	out->data[out->len] = '\0';
	return true;
}

static size_t count_digits(struct slice s, size_t from)
{
	size_t n = from;

	while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9')
		n++;
	return n - from;
}

static bool at_char(struct slice s, size_t at, const char *set)
{
	return at < s.len && s.data[at] && strchr(set, s.data[at]);
}

/* Adds the sign and the digits before the point; returns the bytes it read. */
static size_t write_whole(struct buf *out, struct slice s)
{
	size_t at = at_char(s, 0, "+-"), digits = count_digits(s, at);
	size_t end = at + digits;

	if (at && s.data[0] == '-')
		buf_add_char(out, '-');
	while (digits > 1 && s.data[at] == '0') {
		at++;
		digits--;
	}
	if (digits)
		buf_add(out, s.data + at, digits);
	return end;
}

static bool write_integer(struct buf *out, struct slice s)
{
	return write_whole(out, s) == s.len && s.data[s.len - 1] >= '0';
}

/* The exponent from `at` on, if there is one; false when it is half of one. */
static bool write_exponent(struct buf *out, struct slice s, size_t at)
{
	size_t digits_at = at + 1 + at_char(s, at + 1, "+-");
	size_t digits;

	if (at == s.len)
		return true;
	digits = at_char(s, at, "eE") ? count_digits(s, digits_at) : 0;
	if (!digits || digits_at + digits != s.len)
		return false;
	buf_add(out, s.data + at, s.len - at);
	return true;
}

static bool write_number(struct buf *out, struct slice s)
{
	size_t whole = count_digits(s, at_char(s, 0, "+-")), at = write_whole(out, s);
	size_t fraction = 0;

	if (!whole)
		buf_add_char(out, '0');
	if (at_char(s, at, ".")) {
		fraction = count_digits(s, at + 1);
		if (fraction)
			buf_add(out, s.data + at, fraction + 1);
		at += fraction + 1;
	}
	return (whole || fraction) && write_exponent(out, s, at);
}

static bool write_boolean(struct buf *out, struct slice s)
{
	static const struct {
		const char *text, *json;
	} words[] = {{"true", "true"}, {"false", "false"}, {"1", "true"}, {"0", "false"}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].text) == s.len &&
		    strncasecmp(words[i].text, s.data, s.len) == 0) {
			buf_add_str(out, words[i].json);
			return true;
		}
	return false;
}

static const struct {
	bool (*write)(struct buf *out, struct slice text);
	const char *complaint;
} types[] = {
	[COLUMN_STRING] = {write_string, "not a string"},
	[COLUMN_INTEGER] = {write_integer, "not an integer"},
	[COLUMN_NUMBER] = {write_number, "not a number"},
	[COLUMN_BOOLEAN] = {write_boolean, "not a boolean (true, false, 1 or 0)"},
};

bool cell_write(struct buf *out, struct slice text, enum column_type type)
{
	size_t start = out->len;

	if (type == COLUMN_STRING)
		return write_string(out, text);
	text = columns_trim(text);
	if (!text.len)
		buf_add_str(out, "null");
	else if (!types[type].write(out, text)) {
		out->len = start;
		return false;
	}
	return true;
}

const char *cell_complaint(enum column_type type)
{
	return types[type].complaint;
}

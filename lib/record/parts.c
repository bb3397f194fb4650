#include "record/parts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/unescape.h"

/* What is deeper, or of more parts, is left to others. */
#define DEEPEST	   16
#define MOST_PARTS 16384

/* What any 64 bits hold, with their sign. */
#define MOST_DIGITS 18

struct walk {
	const char *p, *end;
	char *out;
	unsigned flags; /* of unescape */
	unsigned depth;
	struct parts *parts;
};

enum json_kind json_kind_of(struct slice value)
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

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
}

/* To the next byte that is none, which is returned; NUL at the end. */
static inline char skip_blanks(struct walk *w)
{
	const char *p = w->p;

	while (p < w->end && is_blank(*p))
		p++;
	w->p = p;
	return p < w->end ? *p : '\0';
}

/* Moves behind the character and blanks before it. */
static inline bool take(struct walk *w, char c)
{
	if (w->p < w->end && *w->p == c) {
		w->p++;
		return true;
	}
	if (skip_blanks(w) != c || w->p == w->end)
		return false;
	w->p++;
	return true;
}

/* The NUL takes the room of a quote. */
static bool take_string(struct walk *w, struct slice *text)
{
	text->data = w->out;
	w->p = unescape(&w->out, w->p + 1, w->end, &w->flags);
	text->len = (size_t)(w->out - text->data);
	*w->out++ = '\0';
	return w->p++ < w->end && !(w->flags & UNESCAPE_NO_JSON);
}

static size_t take_digits(struct walk *w)
{
	const char *from = w->p;

	while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
		w->p++;
	return (size_t)(w->p - from);
}

static bool take_fraction(struct walk *w)
{
	if (w->p == w->end || *w->p != '.')
		return true;
	w->p++;
	return take_digits(w);
}

/* With a few digits it is far from being too large. */
static bool take_exponent(struct walk *w)
{
	size_t digits;

	if (w->p == w->end || (*w->p | 0x20) != 'e')
		return true;
	w->p++;
	w->p += w->p < w->end && (*w->p == '+' || *w->p == '-');
	digits = take_digits(w);
	return digits && digits <= 2;
}

/* RFC 8259, section 6. */
static bool take_number(struct walk *w)
{
	const char *digits;
	size_t n;

	w->p += *w->p == '-';
	digits = w->p;
	n = take_digits(w);
	if (!n || n > MOST_DIGITS || (*digits == '0' && n > 1))
		return false;
	return take_fraction(w) && take_exponent(w);
}

static bool take_word(struct walk *w, struct slice word)
{
	if ((size_t)(w->end - w->p) < word.len || memcmp(w->p, word.data, word.len) != 0)
		return false;
	w->p += word.len;
	return true;
}

/* What follows a number or a word is seen where a comma or a bracket is due. */
static bool take_scalar(struct walk *w)
{
	switch (*w->p) {
	case 'n':
		return take_word(w, SLICE_LIT("null"));
	case 't':
		return take_word(w, SLICE_LIT("true"));
	case 'f':
		return take_word(w, SLICE_LIT("false"));
	default:
		return take_number(w);
	}
}

static bool take_value(struct walk *w, struct slice name);

/* A bit for names of that length with that beginning and end. */
static uint64_t name_bit(struct slice name)
{
	if (!name.len)
		return 1;
	return (uint64_t)1 << ((name.len + 7u * (unsigned char)name.data[0] +
				11u * (unsigned char)name.data[name.len - 1]) &
			       63);
}

/* Of the object that has begun with part number `whole`. */
static bool is_twice(const struct walk *w, size_t whole, struct slice name)
{
	const struct part *items = w->parts->items;

	for (size_t i = whole + 1; i < w->parts->n; i += items[i].span)
		if (slice_equal(items[i].name, name))
			return true;
	return false;
}

/* seen has the bits of the names before it: few need to be compared. */
static bool take_name(struct walk *w, size_t whole, uint64_t *seen, struct slice *name)
{
	uint64_t bit;

	if (skip_blanks(w) != '"' || !take_string(w, name) || !take(w, ':'))
		return false;
	if ((w->flags & UNESCAPE_NUL) && memchr(name->data, '\0', name->len))
		return false;
	bit = name_bit(*name);
	if ((*seen & bit) && is_twice(w, whole, *name))
		return false;
	*seen |= bit;
	return true;
}

/* What the object or array holds that part number `whole` is. */
static bool take_nested(struct walk *w, size_t whole)
{
	bool object = *w->p++ == '{';
	char close = object ? '}' : ']';
	struct slice name = SLICE_NULL;
	uint64_t seen = 0;

	if (++w->depth > DEEPEST)
		return false;
	if (!take(w, close)) {
		do
			if ((object && !take_name(w, whole, &seen, &name)) || !take_value(w, name))
				return false;
		while (take(w, ','));
		if (!take(w, close))
			return false;
	}
	w->depth--;
	w->parts->items[whole].span = (uint32_t)(w->parts->n - whole);
	return true;
}

static struct part *add_part(struct parts *parts, struct slice name, enum json_kind kind)
{
	struct part *part;

	if (parts->n == parts->cap)
		parts->items = mem_grow(parts->items, &parts->cap, parts->n + 1, sizeof(*part));
	part = &parts->items[parts->n++];
	*part = (struct part){name, kind, 1, SLICE_NULL};
	return part;
}

static bool take_value(struct walk *w, struct slice name)
{
	struct part *part;
	const char *from;

	skip_blanks(w);
	from = w->p;
	if (from == w->end || w->parts->n == MOST_PARTS)
		return false;
	part = add_part(w->parts, name, json_kind_of((struct slice){from, 1}));
	if (part->kind == JSON_KIND_STRING)
		return take_string(w, &part->text);
	if (part->kind == JSON_KIND_OBJECT || part->kind == JSON_KIND_ARRAY)
		return take_nested(w, w->parts->n - 1);
	if (!take_scalar(w))
		return false;
	part->text = (struct slice){from, (size_t)(w->p - from)};
	return true;
}

bool parts_read(struct parts *parts, struct slice json, struct buf *plain)
{
	struct walk w = {.p = json.data, .end = json.data + json.len, .parts = parts};
	char first = skip_blanks(&w);

	parts->n = 0;
	w.out = plain->data + plain->len;
	if ((first != '{' && first != '[') || !take_value(&w, SLICE_NULL))
		return false;
	skip_blanks(&w);
	if (w.p != w.end)
		return false;
	parts->not_utf8 = w.flags & UNESCAPE_NO_UTF8;
	plain->len = (size_t)(w.out - plain->data);
	return true;
}

void parts_finish(struct parts *parts)
{
	free(parts->items);
	*parts = (struct parts){0};
}

size_t part_count(const struct part *whole)
{
	size_t n = 0;

	for (const struct part *part = whole + 1; part < part_end(whole); part += part->span)
		n++;
	return n;
}

const struct part *part_find(const struct part *whole, const char *name)
{
	struct slice wanted = slice_of(name);

	for (const struct part *part = whole + 1; part < part_end(whole); part += part->span)
		if (slice_equal(part->name, wanted))
			return part;
	return NULL;
}

bool part_integer(const struct part *part, int64_t *number)
{
	bool minus = part->kind == JSON_KIND_NUMBER && part->text.data[0] == '-';
	int64_t value = 0;

	if (part->kind != JSON_KIND_NUMBER || part->text.len > MOST_DIGITS + (size_t)minus)
		return false;
	for (size_t i = minus; i < part->text.len; i++) {
		if (part->text.data[i] < '0' || part->text.data[i] > '9')
			return false;
		value = value * 10 + (part->text.data[i] - '0');
	}
	*number = minus ? -value : value;
	return true;
}

#include "letter/where.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* A number in text is short. */
#define NUMBER_MAX 64

struct where_operator {
	const char *text;
	bool (*holds)(const struct where *w, struct slice value);
	bool none; /* it is true when it holds for no value */
};

static bool read_number(struct slice text, double *number)
{
	char copy[NUMBER_MAX], *end;

	if (!text.len || text.len >= sizeof(copy) ||
	    !(isdigit((unsigned char)*text.data) || *text.data == '-') ||
	    memchr(text.data, 'x', text.len) || memchr(text.data, 'X', text.len))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	*number = strtod(copy, &end);
	return end == copy + text.len && end != copy && isfinite(*number);
}

/* A whole number of any length: its sign, and its digits without zeros before them. */
static bool read_digits(struct slice text, bool *negative, struct slice *digits)
{
	*negative = text.len && *text.data == '-';
	if (*negative)
		text = (struct slice){text.data + 1, text.len - 1};
	if (!text.len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isdigit((unsigned char)text.data[i]))
			return false;
	for (; text.len > 1 && *text.data == '0'; text.len--)
		text.data++;
	*digits = text;
	return true;
}

/* Ids are whole numbers, and are told apart to their last digit. Sets *order. */
static bool compare_digits(struct slice a, struct slice b, int *order)
{
	bool less, other_less;

	if (!read_digits(a, &less, &a) || !read_digits(b, &other_less, &b))
		return false;
	if (less != other_less) {
		*order = less ? -1 : 1;
		return true;
	}
	*order = (a.len > b.len) - (a.len < b.len);
	if (!*order)
		*order = memcmp(a.data, b.data, a.len);
	if (less)
		*order = -*order;
	return true;
}

/* < 0, 0, > 0 as value is smaller, equal, larger. */
static int compare(const struct where *w, struct slice value)
{
	struct slice other = slice_of(w->value);
	size_t len = value.len < other.len ? value.len : other.len;
	double number;
	int64_t time;
	int order;

	if (w->is_time && clock_parse_iso(value, &time))
		return (time > w->time) - (time < w->time);
	if (w->is_number && compare_digits(value, other, &order))
		return order;
	if (w->is_number && read_number(value, &number))
		return (number > w->number) - (number < w->number);
	order = len ? memcmp(value.data, other.data, len) : 0;
	return order ? order : (value.len > other.len) - (value.len < other.len);
}

/* Of a number that is asked for, nothing but a number is more or less. */
static bool has_order(const struct where *w, struct slice value)
{
	double number;

	return !w->is_number || read_number(value, &number);
}

static bool equals(const struct where *w, struct slice value)
{
	return compare(w, value) == 0;
}

static bool is_less(const struct where *w, struct slice value)
{
	return has_order(w, value) && compare(w, value) < 0;
}

static bool is_at_most(const struct where *w, struct slice value)
{
	return has_order(w, value) && compare(w, value) <= 0;
}

static bool is_more(const struct where *w, struct slice value)
{
	return has_order(w, value) && compare(w, value) > 0;
}

static bool is_at_least(const struct where *w, struct slice value)
{
	return has_order(w, value) && compare(w, value) >= 0;
}

static bool matches(const struct where *w, struct slice value)
{
	struct buf *copy = (struct buf *)&w->copy;

	buf_clear(copy);
	buf_add_slice(copy, value);
	/* regexec() takes strings. */
	for (size_t i = 0; i < copy->len; i++)
		if (!copy->data[i])
			copy->data[i] = '\x01';
	return regexec(&w->regex, copy->data, 0, NULL, 0) == 0;
}

/* Those that begin like another come before it. */
static const struct where_operator operators[] = {
	{"!=", equals, true},	   {"!~", matches, true}, {">=", is_at_least, false},
	{"<=", is_at_most, false}, {"=", equals, false},  {"~", matches, false},
	{">", is_more, false},	   {"<", is_less, false},
};

static const struct where_operator *operator_at(const char *at)
{
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (strncmp(at, operators[i].text, strlen(operators[i].text)) == 0)
			return &operators[i];
	return NULL;
}

/* ~0 and ~1 are escapes of a JSON Pointer (RFC 6901). */
static bool is_escape(const char *text, const char *at)
{
	return *text == '/' && *at == '~' && (at[1] == '0' || at[1] == '1');
}

#define ESCAPE_HINT                                                                                \
	"; behind a JSON Pointer, ~0 and ~1 are its escapes: a regular expression that begins "    \
	"so is ~[0] or ~[1]"

static bool has_escape(const char *text)
{
	for (const char *at = text; *at; at++)
		if (is_escape(text, at))
			return true;
	return false;
}

/* Where the first operator begins, or NULL. */
static const char *find_operator(const char *text, const struct where_operator **found)
{
	for (const char *at = text; *at; at++) {
		if (is_escape(text, at))
			continue;
		*found = operator_at(at);
		if (*found)
			return at;
	}
	return NULL;
}

bool where_parse_time(const char *text, int64_t now, int64_t *ms)
{
	int64_t ago;

	if (*text != '-')
		return clock_parse_iso(slice_of(text), ms);
	/* Milliseconds, which a number alone would be, nobody means. */
	if (!isalpha((unsigned char)text[strlen(text) - 1]) ||
	    !clock_parse_duration(text + 1, &ago))
		return false;
	*ms = now - ago;
	return true;
}

static int set_regex(struct where *w, const char *text, struct error *err)
{
	char why[160];
	int rc = regcomp(&w->regex, w->value, REG_EXTENDED | REG_NOSUB);

	w->has_regex = rc == 0;
	if (rc == 0)
		return 0;
	regerror(rc, &w->regex, why, sizeof(why));
	return error_set(err, ERROR_USAGE, "'%.100s': not a regular expression: %s", text, why);
}

static int set_value(struct where *w, const struct terms *terms, const char *text, int64_t now,
		     struct error *err)
{
	if (w->operator->holds == matches)
		return set_regex(w, text, err);
	w->is_number = read_number(slice_of(w->value), &w->number);
	w->is_time = where_parse_time(w->value, now, &w->time);
	if (terms_is_number(terms, w->term) && !w->is_number)
		return error_set(err, ERROR_USAGE, "'%.100s': '%.60s' is no number", text,
				 w->value);
	if (!terms_is_time(terms, w->term) || w->is_time)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%.100s': '%.60s' is no time: 2026-01-02T03:04:05Z or, for two hours "
			 "ago, -2h",
			 text, w->value);
}

int where_init(struct where *w, struct terms *terms, const char *text, int64_t now,
	       struct error *err)
{
	const char *at;
	struct error why;

	*w = (struct where){0};
	at = find_operator(text, &w->operator);
	if (!at || at == text)
		return error_set(err, ERROR_USAGE,
				 "'%.100s' is no condition: a field, one of = != ~ !~ < <= > >=, "
				 "and a value, as in error-type=INVALID_JSON%s",
				 text, has_escape(text) ? ESCAPE_HINT : "");
	if (terms_add(terms, (struct slice){text, (size_t)(at - text)}, &w->term, &why) < 0)
		return error_set(err, ERROR_USAGE, "'%.100s': %s", text, why.text);
	w->value = mem_strdup(at + strlen(w->operator->text));
	return set_value(w, terms, text, now, err);
}

void where_finish(struct where *w)
{
	if (w->has_regex)
		regfree(&w->regex);
	free(w->value);
	buf_finish(&w->copy);
	*w = (struct where){0};
}

bool where_holds(const struct where *w, struct terms *terms)
{
	struct slice values[TERM_VALUES];
	size_t n = terms_values(terms, w->term, values);

	for (size_t i = 0; i < n; i++)
		if (w->operator->holds(w, values[i]))
			return !w->operator->none;
	return w->operator->none;
}

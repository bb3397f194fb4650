#include "inspect/things.h"

#include <ctype.h>

#include "base/macros.h"

#define UUID_LEN 36

const unsigned char thing_sorts[256] = {
	['0' ... '9'] = SORT_DIGIT | SORT_HEX,
	['a' ... 'f'] = SORT_LETTER | SORT_HEX,
	['A' ... 'F'] = SORT_LETTER | SORT_HEX,
	['g' ... 'z'] = SORT_LETTER,
	['G' ... 'Z'] = SORT_LETTER,
	[0x80 ... 0xff] = SORT_LETTER,
	['.'] = SORT_JOINT,
	['_'] = SORT_JOINT,
	['-'] = SORT_JOINT,
	[':'] = SORT_JOINT,
	['/'] = SORT_JOINT,
	['@'] = SORT_JOINT,
	['#'] = SORT_JOINT,
	['$'] = SORT_JOINT,
	['='] = SORT_JOINT,
	['+'] = SORT_JOINT,
	['%'] = SORT_JOINT,
};

static bool is_byte(struct slice s, size_t i, char c)
{
	return i < s.len && s.data[i] == c;
}

/* Eight, four, four, four and twelve hexadecimal digits. */
static size_t match_uuid(struct slice s)
{
	static const unsigned char parts[] = {8, 4, 4, 4, 12};
	size_t n = 0;

	if (s.len < UUID_LEN)
		return 0;
	for (size_t i = 0; i < sizeof(parts); i++) {
		if (i && !is_byte(s, n++, '-'))
			return 0;
		for (size_t k = 0; k < parts[i]; k++)
			if (!thing_is(s, n++, SORT_HEX))
				return 0;
	}
	return thing_is(s, n, SORT_LETTER | SORT_DIGIT) ? 0 : n;
}

/* HH:MM, HH:MM:SS and what follows: fractions, a zone. 0 when there is none at `from`. */
static size_t match_clock(struct slice s, size_t from)
{
	size_t n = from;

	if (thing_run(s, n, SORT_DIGIT) != 2 || !is_byte(s, n + 2, ':') ||
	    thing_run(s, n + 3, SORT_DIGIT) != 2)
		return 0;
	n += 5;
	if (is_byte(s, n, ':') && thing_run(s, n + 1, SORT_DIGIT) == 2)
		n += 3;
	if ((is_byte(s, n, '.') || is_byte(s, n, ',')) && thing_is(s, n + 1, SORT_DIGIT))
		n += 1 + thing_run(s, n + 1, SORT_DIGIT);
	if (is_byte(s, n, 'Z'))
		n++;
	else if ((is_byte(s, n, '+') || is_byte(s, n, '-')) && thing_run(s, n + 1, SORT_DIGIT) >= 2)
		n += 1 + thing_run(s, n + 1, SORT_DIGIT);
	if (is_byte(s, n, ':') && n > from + 8 && thing_run(s, n + 1, SORT_DIGIT) == 2)
		n += 3;
	return n - from;
}

static size_t match_date(struct slice s)
{
	char joint = s.len > 4 ? s.data[4] : 0;
	size_t n = 10, time;

	if (thing_run(s, 0, SORT_DIGIT) != 4 || (joint != '-' && joint != '/') ||
	    thing_run(s, 5, SORT_DIGIT) != 2 || !is_byte(s, 7, joint) ||
	    thing_run(s, 8, SORT_DIGIT) != 2)
		return 0;
	if (is_byte(s, n, 'T') || is_byte(s, n, ' ')) {
		time = match_clock(s, n + 1);
		n += time ? 1 + time : 0;
	}
	return thing_is(s, n, SORT_LETTER | SORT_DIGIT) ? 0 : n;
}

/* With seconds: two numbers alone may be a line and a column. */
static size_t match_time(struct slice s)
{
	size_t n = match_clock(s, 0);

	return n >= 8 && !thing_is(s, n, SORT_LETTER | SORT_DIGIT) ? n : 0;
}

static size_t match_port(struct slice s, size_t from)
{
	size_t digits;

	if (!is_byte(s, from, ':'))
		return 0;
	digits = thing_run(s, from + 1, SORT_DIGIT);
	return digits >= 2 && digits <= 5 ? 1 + digits : 0;
}

static size_t match_ipv4(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < 4; i++) {
		size_t digits;

		if (i && !is_byte(s, n++, '.'))
			return 0;
		digits = thing_run(s, n, SORT_DIGIT);
		if (!digits || digits > 3)
			return 0;
		n += digits;
	}
	if (thing_is(s, n, SORT_LETTER | SORT_DIGIT))
		return 0;
	return n + match_port(s, n);
}

/* Groups of hexadecimal digits between at least two colons. */
static size_t match_ipv6(struct slice s)
{
	size_t n = 0, colons = 0, doubled = 0;

	while (thing_is(s, n, SORT_HEX) || is_byte(s, n, ':')) {
		colons += s.data[n] == ':';
		doubled += s.data[n] == ':' && is_byte(s, n + 1, ':');
		n++;
	}
	return (doubled == 1 && colons >= 2) || colons == 7 ? n : 0;
}

size_t thing_word(struct slice s)
{
	size_t n = 0;

	while (thing_is(s, n, SORT_LETTER | SORT_DIGIT | SORT_JOINT))
		n++;
	while (n && thing_sort(s.data[n - 1]) & SORT_JOINT)
		n--;
	return n;
}

static size_t match_url(struct slice s)
{
	size_t scheme = thing_run(s, 0, SORT_LETTER), n;

	if (!scheme || s.len < scheme + 3 || memcmp(s.data + scheme, "://", 3) != 0)
		return 0;
	for (n = scheme + 3; n < s.len && !strchr(" \t\"'<>)]},;", s.data[n]); n++)
		;
	return n;
}

static size_t match_mail(struct slice s)
{
	size_t n = thing_word(s);
	const char *at = memchr(s.data, '@', n);

	if (!at || at == s.data || memchr(s.data, '/', n) || memchr(s.data, ':', n) ||
	    memchr(s.data, '$', n))
		return 0;
	return memchr(at, '.', n - (size_t)(at - s.data)) && isalpha((unsigned char)s.data[n - 1])
		       ? n
		       : 0;
}

/* A name with a port, or in a domain that is one. */
static size_t match_host(struct slice s)
{
	static const char *const domains[] = {"com",  "net",	  "org", "io",	  "local",
					      "lan",  "internal", "svc", "cloud", "dev",
					      "corp", "intranet", "eu",	 "de"};
	size_t n = 0, label = 0, labels = 1, port;

	for (; thing_is(s, n, SORT_LETTER | SORT_DIGIT) || is_byte(s, n, '.') || is_byte(s, n, '-');
	     n++)
		if (s.data[n] == '.') {
			labels++;
			label = n + 1;
		}
	if (labels < 2 || label == n)
		return 0;
	port = match_port(s, n);
	if (port && labels >= 3)
		return n + port;
	for (size_t i = 0; i < ARRAY_SIZE(domains); i++)
		if (slice_is((struct slice){s.data + label, n - label}, domains[i]) &&
		    !is_byte(s, n, '@'))
			return n + port;
	return 0;
}

/* Most words can be none of these, by their first byte or for want of another. */
static const struct {
	size_t (*match)(struct slice s);
	enum thing thing;
	unsigned char first; /* sorts of the first byte */
	char joint;	     /* that must be in the word */
} matchers[] = {
	{match_uuid, THING_ID, SORT_HEX, '-'},
	{match_date, THING_TIME, SORT_DIGIT, 0},
	{match_time, THING_TIME, SORT_DIGIT, ':'},
	{match_url, THING_URL, SORT_LETTER, '/'},
	{match_ipv4, THING_HOST, SORT_DIGIT, '.'},
	{match_ipv6, THING_HOST, SORT_HEX | SORT_JOINT, ':'},
	{match_mail, THING_MAIL, SORT_LETTER | SORT_DIGIT, '@'},
	{match_host, THING_HOST, SORT_LETTER | SORT_DIGIT, '.'},
};

size_t thing_match(struct slice s, unsigned joints, enum thing *thing)
{
	for (size_t i = 0; i < ARRAY_SIZE(matchers); i++) {
		size_t n;

		if (!(thing_sort(*s.data) & matchers[i].first) ||
		    (matchers[i].joint && !(joints & thing_joint(matchers[i].joint))))
			continue;
		n = matchers[i].match(s);
		if (n) {
			*thing = matchers[i].thing;
			return n;
		}
	}
	return 0;
}

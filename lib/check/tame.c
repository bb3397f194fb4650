#include "check/tame.h"

#define DIGITS_KEPT 18

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_exponent(const char *p, const char *begin)
{
	if (p > begin && (p[-1] == '+' || p[-1] == '-'))
		p--;
	return p - begin >= 2 && (p[-1] == 'e' || p[-1] == 'E') && is_digit(p[-2]);
}

static const char *add_digits(struct buf *out, const char *p, const char *begin, const char *end)
{
	bool exponent = is_exponent(p, begin);

	for (size_t n = 0; p < end && is_digit(*p); p++, n++)
		if (n < DIGITS_KEPT)
			buf_add_char(out, exponent ? '0' : *p);
	return p;
}

static const char *add_string(struct buf *out, const char *p, const char *end)
{
	const char *from = p++;

	while (p < end && *p != '"')
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	p = p < end ? p + 1 : end;
	buf_add(out, from, (size_t)(p - from));
	return p;
}

void tame_numbers(struct buf *out, struct slice text)
{
	const char *p = text.data, *end = text.data + text.len;

	while (p < end) {
		if (*p == '"')
			p = add_string(out, p, end);
		else if (is_digit(*p))
			p = add_digits(out, p, text.data, end);
		else
			buf_add_char(out, *p++);
	}
}

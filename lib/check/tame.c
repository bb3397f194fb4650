#include "check/tame.h"

#include <stdbool.h>
#include <string.h>

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

/* The decimal point moves to the left, for the number keeps its length. */
static void shorten(char *digits, size_t n, const char *end)
{
	char *behind = digits + n;

	if (n < DIGITS_KEPT + 2)
		return;
	digits[DIGITS_KEPT] = '.';
	if (end - behind >= 2 && behind[0] == '.' && is_digit(behind[1]))
		behind[0] = '0';
}

static char *skip_digits(char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

static char *tame_digits(char *p, const char *begin, const char *end)
{
	char *behind = skip_digits(p, end);

	if (is_exponent(p, begin))
		memset(p, '0', (size_t)(behind - p));
	else if (p == begin || p[-1] != '.')
		shorten(p, (size_t)(behind - p), end);
	return skip_digits(behind, end);
}

static char *tame_string(char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p != '\\' || p + 1 == end)
			continue;
		if (end - p >= 6 && memcmp(p, "\\u0000", 6) == 0)
			p[4] = '2';
		p++;
	}
	return p < end ? p + 1 : p;
}

void tame_text(char *text, size_t len)
{
	char *p = text;
	const char *end = text + len;

	while (p < end) {
		if (*p == '"')
			p = tame_string(p, end);
		else if (is_digit(*p))
			p = tame_digits(p, text, end);
		else
			p++;
	}
}

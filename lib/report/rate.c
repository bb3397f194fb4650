#include "report/rate.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MIN 5
#define DIGITS_MAX 20 /* more than a share of 2^60 needs */

/* The digits behind the point, without zeros at the end. part < whole. */
static void digits_of(uint64_t part, uint64_t whole, char digits[DIGITS_MAX + 1])
{
	bool telling = false;
	int n = 0;

	for (; n < DIGITS_MAX && part && (n < DIGITS_MIN || !telling); n++) {
		part *= 10;
		digits[n] = (char)('0' + part / whole);
		part %= whole;
		telling = telling || digits[n] != digits[0] || !strchr("09", digits[0]);
	}
	while (n && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
}

char *rate_fraction(uint64_t part, uint64_t whole, char out[RATE_SIZE])
{
	char digits[DIGITS_MAX + 1];

	if (part >= whole) {
		strcpy(out, "1");
		return out;
	}
	digits_of(part, whole, digits);
	snprintf(out, RATE_SIZE, "0%s%s", *digits ? "." : "", digits);
	return out;
}

char *rate_percent(uint64_t part, uint64_t whole, char out[RATE_SIZE])
{
	char digits[DIGITS_MAX + 1];
	size_t n;

	if (part >= whole) {
		strcpy(out, "100");
		return out;
	}
	digits_of(part, whole, digits);
	n = strlen(digits);
	memset(digits + n, '0', n < 2 ? 2 - n : 0);
	if (n < 2)
		digits[2] = '\0';
	snprintf(out, RATE_SIZE, "%.*s%s%s", *digits == '0' ? 1 : 2, digits + (*digits == '0'),
		 n > 2 ? "." : "", digits + 2);
	return out;
}

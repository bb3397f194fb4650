#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/macros.h"

static int64_t clock_read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
	return clock_read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
	return clock_read_ms(CLOCK_REALTIME);
}

char *clock_iso(int64_t wall_ms, char out[CLOCK_ISO_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	int ms = (int)(wall_ms % 1000);
	struct tm tm = {0};

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	snprintf(out, CLOCK_ISO_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
	return out;
}

/* Reads exactly n digits; false when there are fewer. */
static bool take_digits(const char **at, int n, int *value)
{
	*value = 0;
	for (; n; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

static bool take_time(const char **at, struct tm *tm, int *ms)
{
	int scale = 100;

	if (!take_digits(at, 2, &tm->tm_hour) || *(*at)++ != ':' ||
	    !take_digits(at, 2, &tm->tm_min))
		return false;
	if (**at != ':')
		return true;
	(*at)++;
	if (!take_digits(at, 2, &tm->tm_sec))
		return false;
	if (**at != '.' && **at != ',')
		return true;
	if (*++(*at) < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
		*ms += (**at - '0') * scale;
	return true;
}

static bool take_zone(const char **at, int *offset_s)
{
	int sign = **at == '-' ? -1 : 1, hours, minutes = 0;

	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return true;
	}
	if (**at != '+' && **at != '-')
		return true;
	(*at)++;
	if (!take_digits(at, 2, &hours))
		return false;
	if (**at == ':' ? !take_digits((++*at, at), 2, &minutes)
			: **at && !take_digits(at, 2, &minutes))
		return false;
	*offset_s = sign * (hours * 3600 + minutes * 60);
	return hours < 24 && minutes < 60;
}

static int days_in_month(int month, int year)
{
	static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month] + (month == 1 && leap);
}

static bool tm_in_range(const struct tm *tm, int year)
{
	return year >= 1 && tm->tm_mon >= 0 && tm->tm_mon < 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= days_in_month(tm->tm_mon, year) && tm->tm_hour < 24 &&
	       tm->tm_min < 60 && tm->tm_sec <= 60;
}

/* Days since 1970 in the Gregorian calendar, whose months count from 1. Years are
 * taken to begin with March, so that a leap day ends one. */
static int64_t days_since_1970(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = y / 400, of_era = y % 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

#define YEAR_1	   (-62135596800)
#define YEAR_10000 253402300800

bool clock_parse_iso(struct slice text, int64_t *wall_ms)
{
	char copy[48];
	const char *at = copy;
	struct tm tm = {0};
	int year, ms = 0, offset_s = 0;
	int64_t seconds;

	if (!text.data || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (!take_digits(&at, 4, &year) || *at++ != '-' || !take_digits(&at, 2, &tm.tm_mon) ||
	    *at++ != '-' || !take_digits(&at, 2, &tm.tm_mday))
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon--;
	if (*at == 'T' || *at == 't' || *at == ' ') {
		at++;
		if (!take_time(&at, &tm, &ms) || !take_zone(&at, &offset_s))
			return false;
	}
	if (at != copy + text.len || !tm_in_range(&tm, year))
		return false;
	seconds = days_since_1970(year, tm.tm_mon + 1, tm.tm_mday) * 86400 + tm.tm_hour * 3600 +
		  tm.tm_min * 60 + tm.tm_sec - offset_s;
	if (seconds < YEAR_1 || seconds >= YEAR_10000)
		return false;
	*wall_ms = seconds * 1000 + ms;
	return true;
}

static const struct {
	const char *suffix;
	double ms;
} units[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};

/* Longer than anybody means: 1,000 years. */
#define DURATION_MAX (365250 * (double)86400000)

bool clock_parse_duration(const char *text, int64_t *ms)
{
	char *end;
	double value;

	if (*text < '0' || *text > '9')
		return false;
	value = strtod(text, &end);
	if (end != text + strspn(text, "0123456789.")) /* it takes 0x10 and 1e3 too */
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].suffix) != 0)
			continue;
		value *= units[i].ms;
		if (!(value <= DURATION_MAX))
			return false;
		*ms = llround(value);
		return true;
	}
	return false;
}

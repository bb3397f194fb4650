/* Dates and durations, at their edges. */
#include "expect.h"

#include <stdint.h>

#include "base/clock.h"

#define DAY 86400000LL

static const struct {
	const char *text;
	int64_t ms;
} dates[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01", 0},
	{"2026-01-02T03:04:05.678Z", 1767323045678},
	{"2026-01-02T03:04:05,678Z", 1767323045678},
	{"2026-01-02 03:04:05.678", 1767323045678},
	{"2026-01-02t03:04:05.678z", 1767323045678},
	{"2026-01-02T05:04:05.678+02:00", 1767323045678},
	{"2026-01-02T05:04:05.678+0200", 1767323045678},
	{"2026-01-02T05:04:05.678+02", 1767323045678},
	{"2026-01-01T21:34:05.678-05:30", 1767323045678},
	{"2026-01-02T03:04:05.6Z", 1767323045600},
	{"2026-01-02T03:04:05.678999999Z", 1767323045678},
	{"2026-01-02T03:04Z", 1767323040000},
	{"1969-12-31T23:59:59.999Z", -1},
	{"1970-01-01T00:00:00+00:01", -60000},
	{"2000-02-29", 951782400000},
	{"2024-02-29T00:00:00Z", 1709164800000},
	{"2016-12-31T23:59:60Z", 1483228800000}, /* a leap second */
	{"0001-01-01", -62135596800000},
	{"9999-12-31T23:59:59.999Z", 253402300799999},
};

static const char *const no_dates[] = {
	"",
	"2026",
	"2026-01",
	"2026-1-2",
	"26-01-02",
	"2026-00-01",
	"2026-13-01",
	"2026-01-00",
	"2026-01-32",
	"2026/01/02",
	"0000-01-01",
	"-2026-01-02",
	"12026-01-02",
	" 2026-01-02",
	"2026-01-02 ",
	"2026-01-02T",
	"2026-01-02T03",
	"2026-01-02T24:00:00Z",
	"2026-01-02T03:60:00Z",
	"2026-01-02T03:04:61Z",
	"2026-01-02T03:04:05ZZ",
	"2026-01-02T03:04:05+",
	"2026-01-02T03:04:05+2",
	"2026-01-02T03:04:05+24:00",
	"2026-01-02T03:04:05+02:60",
	"2026-01-02T03:04:05 +02:00",
	"2026-01-02T03:04:05 UTC",
	"20260102T030405Z",
	"2026-01-02T03:04:05.678Z and a tail that is far too long for it",
};

/* Days that no calendar has, and texts that stop in the middle. */
static const char *const sly_no_dates[] = {
	"2026-02-29",
	"2026-02-30T00:00:00Z",
	"2024-02-30",
	"1900-02-29",
	"2026-04-31",
	"2026-06-31",
	"2026-01-02T03:04:05.Z",
	"2026-01-02T03:04:05.",
	"2026-01-02T03:04:05+02:",
};

static void test_dates_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		int64_t ms = 42;

		EXPECT(clock_parse_iso(slice_of(dates[i].text), &ms), "'%s'", dates[i].text);
		EXPECT(ms == dates[i].ms, "'%s' is %lld", dates[i].text, (long long)ms);
	}
}

static void refuse_dates(const char *const *list, size_t n)
{
	size_t taken = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t ms = 42;

		if (!clock_parse_iso(slice_of(list[i]), &ms))
			continue;
		print_error("'%s' is taken as %lld\n", list[i], (long long)ms);
		taken++;
	}
	assert_int_equal(taken, 0);
}

static void test_what_is_no_date_is_refused(void **state)
{
	int64_t ms;

	(void)state;
	refuse_dates(no_dates, ARRAY_SIZE(no_dates));
	assert_false(clock_parse_iso(SLICE_NULL, &ms));
	assert_false(clock_parse_iso(SLICE_LIT("2026-01-02\0"), &ms));
	assert_false(clock_parse_iso(SLICE_LIT("2026-01-02\0T03:04:05Z"), &ms));
}

static void test_a_day_that_no_month_has_is_refused(void **state)
{
	(void)state;
	refuse_dates(sly_no_dates, 6);
}

static void test_a_date_that_stops_in_the_middle_is_refused(void **state)
{
	(void)state;
	refuse_dates(sly_no_dates + 6, ARRAY_SIZE(sly_no_dates) - 6);
}

static void test_an_instant_outside_the_years_is_refused(void **state)
{
	static const char *const outside[] = {"9999-12-31T23:59:59-01:00",
					      "0001-01-01T00:00:00+01:00"};

	(void)state;
	refuse_dates(outside, ARRAY_SIZE(outside));
}

static void test_dates_are_written(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} written[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{1767323045678, "2026-01-02T03:04:05.678Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{-1000, "1969-12-31T23:59:59.000Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
	};
	char out[CLOCK_ISO_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(written); i++)
		assert_string_equal(clock_iso(written[i].ms, out), written[i].text);
	clock_iso(INT64_MAX, out);
	clock_iso(INT64_MIN, out);
}

static void test_every_day_goes_there_and_back(void **state)
{
	char text[CLOCK_ISO_SIZE];

	(void)state;
	for (int64_t day = -62135596800000 / DAY; day < 253402300800000 / DAY; day += 29) {
		int64_t ms, want = day * DAY + 12345;

		clock_iso(want, text);
		EXPECT(clock_parse_iso(slice_of(text), &ms) && ms == want, "%s", text);
	}
}

static const struct {
	const char *text;
	int64_t ms; /* -1: none */
} durations[] = {
	{"0", 0},
	{"250", 250},
	{"250ms", 250},
	{"1s", 1000},
	{"1.5s", 1500},
	{"1.5m", 90000},
	{"2h", 7200000},
	{"7d", 604800000},
	{"24d", 2073600000},
	{"2147483647", 2147483647},
	{"2147483648", 2147483648},
	{"30d", 2592000000},
	{"365250d", 31557600000000},
	{"365251d", -1},
	{"1e300d", -1},
	{"", -1},
	{"s", -1},
	{".5s", -1},
	{"-1s", -1},
	{"+1s", -1},
	{" 1s", -1},
	{"1 s", -1},
	{"1s ", -1},
	{"1S", -1},
	{"1w", -1},
	{"1s500", -1},
	{"nan", -1},
	{"inf", -1},
};

static void test_durations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(durations); i++) {
		int64_t ms = -1;
		bool ok = clock_parse_duration(durations[i].text, &ms);

		EXPECT(ok == (durations[i].ms >= 0), "'%s'", durations[i].text);
		if (ok)
			EXPECT(ms == durations[i].ms, "'%s' is %lld", durations[i].text,
			       (long long)ms);
	}
}

static void test_c_notations_are_no_durations(void **state)
{
	static const char *const no[] = {"0x10", "0x1p3s", "0X10ms", "1e3", "1e3s", "1E2d"};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		EXPECT(!clock_parse_duration(no[i], &ms), "'%s' is taken as %lld", no[i],
		       (long long)ms);
}

static void test_the_monotonic_clock_does_not_run_backwards(void **state)
{
	int64_t last = clock_mono_ms();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_ms();

		assert_true(now >= last);
		last = now;
	}
	assert_true(clock_wall_ms() > 1700000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_are_read),
		cmocka_unit_test(test_what_is_no_date_is_refused),
		cmocka_unit_test(test_a_day_that_no_month_has_is_refused),
		cmocka_unit_test(test_a_date_that_stops_in_the_middle_is_refused),
		cmocka_unit_test(test_an_instant_outside_the_years_is_refused),
		cmocka_unit_test(test_dates_are_written),
		cmocka_unit_test(test_every_day_goes_there_and_back),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_c_notations_are_no_durations),
		cmocka_unit_test(test_the_monotonic_clock_does_not_run_backwards),
	};

	return RUN_TESTS(tests);
}

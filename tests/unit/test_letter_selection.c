/* Which dead letters are meant. */
#include "expect.h"

#include "letter/selection.h"
#include "letters.h"

/* 2023-11-15T00:00:00.000Z */
#define NOW INT64_C(1700006400000)

static struct selection *create(const struct selection_options *o)
{
	struct error err = {0};
	struct selection *s = selection_create(o, NOW, &err);

	EXPECT(s, "%s", err.text);
	return s;
}

static bool ask(struct selection *s, bool (*question)(struct selection *s, const struct letter *l),
		const char *type, int64_t at, enum letter_status status)
{
	const struct header headers[] = {{SLICE_LIT("exception-type"), slice_of(type)}};
	struct received r = received_of(headers, 1);
	struct decoder *d = decoder_create();
	struct letter l;
	bool yes;

	r.record.timestamp = at;
	letter_read(&l, d, &r);
	l.status = status;
	yes = question(s, &l);
	decoder_destroy(d);
	return yes;
}

/* Is a letter of that error and time selected? */
static bool has(struct selection *s, const char *type, int64_t at, enum letter_status status)
{
	return ask(s, selection_has, type, at, status);
}

static bool lacks_status(struct selection *s, const char *type, enum letter_status status)
{
	return ask(s, selection_has_but_for_status, type, RECEIVED_AT, status);
}

static void test_nothing_asked_for_takes_all(void **state)
{
	struct selection *s = create(&(struct selection_options){.status = -1});

	(void)state;
	assert_true(selection_takes_all(s));
	assert_true(has(s, "X", RECEIVED_AT, STATUS_PENDING));
	assert_true(has(s, "Y", RECORD_NO_TIMESTAMP, STATUS_PARKED));
	selection_destroy(s);
	selection_destroy(NULL);
}

static void test_only_offsets_leave_letters_alone(void **state)
{
	static const char *const offsets[] = {"1:5:9"}, *const where[] = {"type=X"};
	const struct selection_options some[] = {
		{.status = -1, .where = where, .n_where = 1},
		{.status = -1, .since = "-1h"},
		{.status = -1, .until = "-1h"},
		{.status = STATUS_PENDING},
	};
	struct selection *s = create(
		&(struct selection_options){.status = -1, .offsets = offsets, .n_offsets = 1});

	(void)state;
	assert_true(selection_takes_all(s));
	selection_destroy(s);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		s = create(&some[i]);
		EXPECT(!selection_takes_all(s), "case %zu", i);
		selection_destroy(s);
	}
}

static void test_all_conditions_must_hold(void **state)
{
	static const char *const where[] = {"type~^java", "type!=java.lang.Error",
					    "key=customer-B"};
	struct selection_options o = {.status = -1, .where = where, .n_where = 3};
	struct selection *s = create(&o);

	(void)state;
	assert_true(has(s, "java.io.IOException", RECEIVED_AT, STATUS_PENDING));
	assert_false(has(s, "java.lang.Error", RECEIVED_AT, STATUS_PENDING));
	assert_false(has(s, "System.Exception", RECEIVED_AT, STATUS_PENDING));
	assert_true(has(s, "java.io.IOException", RECEIVED_AT, STATUS_PENDING));
	selection_destroy(s);
	o.where = (const char *const[]){"type~^java", "key!=customer-B"};
	o.n_where = 2;
	s = create(&o);
	assert_false(has(s, "java.io.IOException", RECEIVED_AT, STATUS_PENDING));
	selection_destroy(s);
}

static const struct {
	const char *since, *until;
	int64_t at;
	bool has;
} times[] = {
	{"2023-11-14T22:13:20Z", NULL, RECEIVED_AT, true},
	{"2023-11-14T22:13:20Z", NULL, RECEIVED_AT - 1, false},
	{"2023-11-14T22:13:20Z", NULL, RECEIVED_AT + 1, true},
	{NULL, "2023-11-14T22:13:20Z", RECEIVED_AT, false},
	{NULL, "2023-11-14T22:13:20Z", RECEIVED_AT - 1, true},
	{NULL, "2023-11-14T22:13:20Z", 0, true},
	{"2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z", RECEIVED_AT, false},
	{"2023-11-14T22:13:20Z", "2023-11-14T22:13:20.001Z", RECEIVED_AT, true},
	{"-2h", NULL, NOW - 7200000, true},
	{"-2h", NULL, NOW - 7200001, false},
	{"-2h", "-1h", NOW - 3600000, false},
	{"-2h", "-1h", NOW - 3600001, true},
	/* Of what has no time nobody knows. */
	{"1970-01-01", NULL, RECORD_NO_TIMESTAMP, false},
	{NULL, "9999-01-01", RECORD_NO_TIMESTAMP, false},
};

static void test_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct selection *s = create(&(struct selection_options){
			.status = -1, .since = times[i].since, .until = times[i].until});

		EXPECT(has(s, "X", times[i].at, STATUS_PENDING) == times[i].has, "case %zu", i);
		selection_destroy(s);
	}
}

/* When it failed counts, not when the dead letter was written. */
static void test_the_time_is_that_of_the_failure(void **state)
{
	struct received r = RECEIVED(H("dlq-reason", "m"), H("dlq-failed-at", "2020-01-01"));
	struct selection *s =
		create(&(struct selection_options){.status = -1, .until = "2020-01-02"});
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &r);
	assert_true(selection_has(s, &l));
	decoder_destroy(d);
	selection_destroy(s);
}

static void test_a_status(void **state)
{
	(void)state;
	for (int wanted = -1; wanted < STATUSES; wanted++) {
		struct selection *s = create(&(struct selection_options){.status = wanted});

		for (int is = 0; is < STATUSES; is++)
			EXPECT(has(s, "X", RECEIVED_AT, (enum letter_status)is) ==
				       (wanted < 0 || wanted == is),
			       "wanted %d, is %d", wanted, is);
		selection_destroy(s);
	}
}

/* What else is asked for must hold. */
static void test_all_but_the_status(void **state)
{
	static const char *const where[] = {"error-type=X"};
	struct selection *s = create(
		&(struct selection_options){.status = STATUS_PARKED, .where = where, .n_where = 1});
	struct selection *any =
		create(&(struct selection_options){.status = -1, .where = where, .n_where = 1});

	(void)state;
	assert_true(lacks_status(s, "X", STATUS_PENDING));
	assert_true(lacks_status(s, "X", STATUS_UNKNOWN));
	assert_false(lacks_status(s, "Y", STATUS_PENDING));
	assert_false(lacks_status(s, "X", STATUS_PARKED));
	assert_false(lacks_status(any, "X", STATUS_PENDING));
	assert_true(has(any, "X", RECEIVED_AT, STATUS_UNKNOWN));
	selection_destroy(any);
	selection_destroy(s);
}

/* Four partitions, from 10 to below 100. */
static int cut(const char *const *offsets, size_t n, struct reader_part parts[4], struct error *err)
{
	struct selection *s = create(
		&(struct selection_options){.status = -1, .offsets = offsets, .n_offsets = n});
	int left;

	for (int i = 0; i < 4; i++)
		parts[i] = (struct reader_part){i, 10, 100};
	left = selection_cut(s, parts, 4, err);
	selection_destroy(s);
	return left;
}

static const struct {
	const char *offsets[3];
	const char *want; /* "PARTITION:FROM:TO ..." */
} cuts[] = {
	{{NULL}, "0:10:100 1:10:100 2:10:100 3:10:100"},
	{{"2"}, "2:10:100"},
	{{"3", "0"}, "0:10:100 3:10:100"},
	{{"1:50"}, "1:50:100"},
	{{"1:0"}, "1:10:100"},
	{{"1:50:60"}, "1:50:60"},
	{{"1:0:1000"}, "1:10:100"},
	{{"1:99:9223372036854775807"}, "1:99:100"},
	{{"0:20:30", "1", "3:10:11"}, "0:20:30 1:10:100 3:10:11"},
};

static void test_parts_are_cut_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct reader_part parts[4];
		struct error err = {0};
		struct buf got = {0};
		size_t n = 0;
		int left;

		while (n < ARRAY_SIZE(cuts[i].offsets) && cuts[i].offsets[n])
			n++;
		left = cut(cuts[i].offsets, n, parts, &err);
		EXPECT(left >= 0, "%s", err.text);
		for (int k = 0; k < left; k++)
			buf_addf(&got, "%s%d:%lld:%lld", k ? " " : "", parts[k].partition,
				 (long long)parts[k].from, (long long)parts[k].to);
		assert_string_equal(got.data, cuts[i].want);
		buf_finish(&got);
	}
}

/* What lies outside of what is there is nothing to read. */
static void test_parts_beyond_what_is_there(void **state)
{
	static const char *const beyond[] = {"0:100", "0:5000:6000", "0:0:10", "0:3:5", "0:20:20"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		struct reader_part parts[4];
		struct error err = {0};
		int left = cut(&beyond[i], 1, parts, &err);

		EXPECT(left == 0 || (left == 1 && parts[0].from >= parts[0].to), "%s", beyond[i]);
	}
}

static void test_partitions_that_are_not_there(void **state)
{
	static const char *const last[] = {"3"}, *const next[] = {"0", "4:1:2"},
				 *const far[] = {"2147483647"};
	struct reader_part parts[4];
	struct error err = {0};

	(void)state;
	assert_int_equal(cut(last, 1, parts, &err), 1);
	assert_int_equal(cut(next, 2, parts, &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text, "--offsets: there is no partition 4, the topic has 4");
	assert_int_equal(cut(far, 1, parts, &err), -1);
	assert_string_equal(err.text,
			    "--offsets: there is no partition 2147483647, the topic has 4");
}

static void expect_refused(const struct selection_options *o, const char *want)
{
	struct error err = {0};
	struct selection *s = selection_create(o, NOW, &err);

	EXPECT(!s, "%s", want);
	assert_int_equal(err.kind, ERROR_USAGE);
	EXPECT(strncmp(err.text, want, strlen(want)) == 0, "%s", err.text);
}

static void test_offsets_that_are_none(void **state)
{
	static const char *const bad[] = {
		"",
		":",
		"x",
		"-1",
		"1:x",
		"1:-5",
		"1:5:x",
		"1:9:5",
		"1:5:9:13",
		"1.5",
		"1:5 ",
		" 1",
		"+1",
		"1-5",
		"1,2",
		"2147483648",
		"1:9223372036854775808",
		"0x1",
		"1:2:3x",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *want = NULL;

		assert_true(asprintf(&want, "--offsets: '%s' is not PARTITION[:FROM[:TO]]",
				     bad[i]) > 0);
		expect_refused(&(struct selection_options){.status = -1,
							   .offsets = &bad[i],
							   .n_offsets = 1},
			       want);
		free(want);
	}
	expect_refused(
		&(struct selection_options){.status = -1,
					    .offsets = (const char *const[]){"1:2", "0", "1"},
					    .n_offsets = 3},
		"--offsets names partition 1 twice");
}

static void test_what_else_is_refused(void **state)
{
	static const char *const where[] = {"type=X", "tpye=X"}, *const regex[] = {"message~("};

	(void)state;
	expect_refused(&(struct selection_options){.status = -1, .where = where, .n_where = 2},
		       "--where 'tpye=X': there is no field 'tpye'; did you mean type?");
	expect_refused(&(struct selection_options){.status = -1, .where = regex, .n_where = 1},
		       "--where 'message~(': not a regular expression: ");
	expect_refused(&(struct selection_options){.status = -1, .since = "yesterday"},
		       "--since: 'yesterday' is no time: ");
	expect_refused(&(struct selection_options){.status = -1, .until = "2h"},
		       "--until: '2h' is no time: ");
	expect_refused(&(struct selection_options){.status = -1, .since = "-1h", .until = "-2h"},
		       "--since is later than --until");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_asked_for_takes_all),
		cmocka_unit_test(test_only_offsets_leave_letters_alone),
		cmocka_unit_test(test_all_conditions_must_hold),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_the_time_is_that_of_the_failure),
		cmocka_unit_test(test_a_status),
		cmocka_unit_test(test_all_but_the_status),
		cmocka_unit_test(test_parts_are_cut_down),
		cmocka_unit_test(test_parts_beyond_what_is_there),
		cmocka_unit_test(test_partitions_that_are_not_there),
		cmocka_unit_test(test_offsets_that_are_none),
		cmocka_unit_test(test_what_else_is_refused),
	};

	return RUN_TESTS(tests);
}

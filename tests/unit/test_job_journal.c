/* What stands in the fallback file is done, and nothing else is: a record too
 * many is lost, one too few is there twice. */
#include "expect.h"
#include "fallback_file.h"

#include <sys/stat.h>

#include "base/mem.h"
#include "job/journal.h"
#include "record/block.h"

#define JOB_ID UINT64_C(0x5f0c00000000001a)
/* Of the records that most tests use: a line each. */
#define WIDTH 10

static const struct source_place start = {0};

static struct source_place nth(unsigned input, unsigned member, unsigned n)
{
	return (struct source_place){input, member, (uint64_t)n * WIDTH, n + 1};
}

static void note(struct journal *j, unsigned input, unsigned member, unsigned n)
{
	struct source_place at = nth(input, member, n);

	journal_add(j, &at);
}

static bool has(const struct journal *j, unsigned input, unsigned member, unsigned n)
{
	struct source_place at = nth(input, member, n);

	return journal_has(j, &at);
}

static void forget(struct journal *j, unsigned input, unsigned member, unsigned n)
{
	struct source_place at = nth(input, member, n);

	journal_forget(j, &at);
}

static void test_nothing_is_in_an_empty_one(void **state)
{
	struct journal j = {0};

	(void)state;
	assert_false(has(&j, 0, 0, 0));
	forget(&j, 1, 0, 0);
	assert_int_equal(j.records, 0);
	journal_finish(&j);
	journal_finish(&j);
}

static void test_a_run_takes_the_room_of_one(void **state)
{
	struct journal j = {0};

	(void)state;
	for (unsigned n = 5; n < 100000; n++)
		note(&j, 0, 0, n);
	assert_int_equal(j.n, 1);
	assert_int_equal(j.records, 100000 - 5);
	assert_false(has(&j, 0, 0, 4));
	assert_true(has(&j, 0, 0, 5));
	assert_true(has(&j, 0, 0, 99999));
	assert_false(has(&j, 0, 0, 100000));
	journal_finish(&j);
}

static void test_a_record_between_two_lines_is_none_of_them(void **state)
{
	struct journal j = {0};

	(void)state;
	note(&j, 0, 0, 1);
	note(&j, 0, 0, 3);
	assert_int_equal(j.n, 2);
	assert_true(has(&j, 0, 0, 1));
	assert_false(has(&j, 0, 0, 2));
	assert_true(has(&j, 0, 0, 3));
	journal_finish(&j);
}

static void test_what_is_noted_twice_counts_once(void **state)
{
	struct journal j = {0};

	(void)state;
	for (unsigned twice = 0; twice < 2; twice++)
		for (unsigned n = 0; n < 10; n += 1 + n % 2)
			note(&j, 0, 0, n);
	assert_int_equal(j.records, 6);
	journal_finish(&j);
}

/* The same line of another input or member is another record. */
static void test_inputs_and_members_are_apart(void **state)
{
	struct journal j = {0};

	(void)state;
	note(&j, 1, 2, 4);
	note(&j, 1, 3, 5);
	note(&j, 2, 2, 5);
	assert_int_equal(j.n, 3);
	for (unsigned input = 0; input < 4; input++)
		for (unsigned member = 0; member < 5; member++)
			for (unsigned n = 0; n < 8; n++) {
				bool want = (input == 1 && member == 2 && n == 4) ||
					    (input == 1 && member == 3 && n == 5) ||
					    (input == 2 && member == 2 && n == 5);

				EXPECT(has(&j, input, member, n) == want, "%u %u %u", input, member,
				       n);
			}
	journal_finish(&j);
}

/* Rows over several lines, and blank lines: no offset between them is a record's. */
static void test_records_of_several_lines(void **state)
{
	static const struct source_place rows[] = {
		{0, 0, 0, 1}, {0, 0, 30, 4}, {0, 0, 40, 5}, {0, 0, 55, 7}};
	struct journal j = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		journal_add(&j, &rows[i]);
	assert_int_equal(j.records, ARRAY_SIZE(rows));
	assert_int_equal(j.n, 3);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_true(journal_has(&j, &rows[i]));
	assert_false(journal_has(&j, &(struct source_place){0, 0, 20, 3}));
	assert_false(journal_has(&j, &(struct source_place){0, 0, 50, 6}));
	journal_finish(&j);
}

#define INPUTS	2
#define MEMBERS 3
#define RECORDS 40
#define ALL	(INPUTS * MEMBERS * RECORDS)

/* The same numbers on every machine. */
static unsigned random_below(uint64_t *seed, unsigned n)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(*seed >> 33) % n;
}

static bool has_number(const struct journal *j, unsigned n)
{
	return has(j, n / RECORDS / MEMBERS, n / RECORDS % MEMBERS, n % RECORDS);
}

static void expect_all(const struct journal *j, const bool *noted, unsigned from, uint64_t seed)
{
	for (unsigned n = from; n < ALL; n++)
		EXPECT(has_number(j, n) == noted[n], "record %u, seed %llu", n,
		       (unsigned long long)seed);
}

/* Held against a list of all records; from the place that is forgotten on,
 * nothing is ever asked for that lies before it. */
static void test_any_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		bool noted[ALL] = {false};
		struct journal j = {0};
		uint64_t at = seed;
		unsigned from = 0;

		for (unsigned i = 0; i < 150; i++) {
			unsigned n = from + random_below(&at, ALL - from);

			note(&j, n / RECORDS / MEMBERS, n / RECORDS % MEMBERS, n % RECORDS);
			noted[n] = true;
			if (i % 50 == 49) {
				from += random_below(&at, ALL / 4);
				forget(&j, from / RECORDS / MEMBERS, from / RECORDS % MEMBERS,
				       from % RECORDS);
			}
			expect_all(&j, noted, from, seed);
		}
		journal_finish(&j);
	}
}

static void test_what_is_before_a_place_is_forgotten(void **state)
{
	struct journal j = {0};

	(void)state;
	note(&j, 0, 0, 1);
	note(&j, 0, 0, 2);
	note(&j, 0, 0, 7);
	note(&j, 1, 0, 7);
	forget(&j, 0, 0, 3);
	assert_int_equal(j.n, 2);
	assert_false(has(&j, 0, 0, 1));
	assert_true(has(&j, 0, 0, 7));
	forget(&j, 0, 0, 7);
	assert_true(has(&j, 0, 0, 7));
	forget(&j, 1, 0, 0);
	assert_false(has(&j, 0, 0, 7));
	assert_true(has(&j, 1, 0, 7));
	forget(&j, 2, 0, 0);
	assert_int_equal(j.n, 0);
	note(&j, 2, 0, 0);
	assert_true(has(&j, 2, 0, 0));
	assert_int_equal(j.records, 5);
	journal_finish(&j);
}

static void test_a_place_inside_a_run_keeps_what_is_behind_it(void **state)
{
	struct journal j = {0};

	(void)state;
	for (unsigned n = 10; n < 20; n++)
		note(&j, 0, 1, n);
	forget(&j, 0, 1, 15);
	for (unsigned n = 15; n < 20; n++)
		assert_true(has(&j, 0, 1, n));
	assert_false(has(&j, 0, 1, 20));
	journal_finish(&j);
}

/* The notes of a record of this job. */
static struct envelope_notes notes_of(struct origin *origin, uint64_t job_id, unsigned n)
{
	return (struct envelope_notes){
		.topic = "orders",
		.error_type = "_TRANSPORT",
		.position = {origin, n + 1, (uint64_t)n * WIDTH},
		.job = "nightly",
		.job_id = job_id,
	};
}

static void put(struct fallback *f, uint64_t job_id, unsigned input, unsigned member, unsigned n)
{
	struct origin *origin = origin_create(input, "orders.zip", "a.ndjson", "ndjson");
	struct envelope_notes why;

	origin->number = member;
	why = notes_of(origin, job_id, n);
	assert_int_equal(fallback_add(f, &order, &why), 0);
	origin_unref(origin);
}

/* Syncs and closes. */
static void close_file(struct fallback *f)
{
	assert_true(fallback_sync(f) > 0);
	fallback_finish(f);
}

static void read_from(struct journal *j, const struct source_place *from)
{
	struct error err = {0};

	EXPECT(journal_read(j, PATH, JOB_ID, from, &err) == 0, "%s", err.text);
}

static void test_reads_what_the_fallback_file_has(void **state)
{
	struct journal j = {0};
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	put(&f, JOB_ID, 1, 2, 8);
	put(&f, JOB_ID, 0, 0, 3);
	put(&f, JOB_ID, 0, 0, 4);
	put(&f, JOB_ID, 1, 2, 9);
	put(&f, JOB_ID, 0, 0, 3);
	close_file(&f);
	read_from(&j, &start);
	assert_int_equal(j.records, 4);
	assert_int_equal(j.n, 2);
	assert_true(has(&j, 0, 0, 3) && has(&j, 0, 0, 4));
	assert_true(has(&j, 1, 2, 8) && has(&j, 1, 2, 9));
	assert_false(has(&j, 0, 0, 2) || has(&j, 0, 0, 5) || has(&j, 1, 2, 7) || has(&j, 1, 0, 8));
	journal_finish(&j);
}

/* What the checkpoint is behind of is done, and asked for no more. */
static void test_reads_from_the_checkpoint_on(void **state)
{
	struct source_place from = nth(1, 0, 5);
	struct journal j = {0};
	struct fallback f;

	(void)state;
	fallback_init(&f, PATH, NULL);
	put(&f, JOB_ID, 0, 7, 90);
	put(&f, JOB_ID, 1, 0, 4);
	put(&f, JOB_ID, 1, 0, 5);
	put(&f, JOB_ID, 1, 1, 0);
	close_file(&f);
	read_from(&j, &from);
	assert_int_equal(j.records, 2);
	assert_true(has(&j, 1, 0, 5) && has(&j, 1, 1, 0));
	journal_finish(&j);
}

static void test_lines_of_others_are_passed_over(void **state)
{
	static const char foreign[] =
		"not JSON at all\n\n[]\n"
		"{\"value\":\"5f0c00000000001a\",\"source\":{\"line\":1,\"offset\":0}}\n"
		"{\"topic\":\"5f0c00000000001a\",\"value\":null,\"source\":{\"line\":2},"
		"\"job_id\":\"5f0c00000000001b\"}\n"
		"{\"value\":7,\"source\":{\"line\":1},\"job_id\":\"5f0c00000000001a\"}\n";
	struct journal j = {0};
	struct fallback f;
	FILE *file;

	(void)state;
	write_whole(PATH, foreign, sizeof(foreign) - 1);
	file = fopen(PATH, "ae");
	assert_non_null(file);
	fputs("{\"v\":1,\"value\":null}\n", file);
	assert_int_equal(fclose(file), 0);
	fallback_init(&f, PATH, NULL);
	put(&f, JOB_ID + 1, 0, 0, 1);
	put(&f, 0, 0, 0, 2);
	put(&f, JOB_ID, 0, 0, 3);
	assert_int_equal(add(&f, 1), 0);
	close_file(&f);
	read_from(&j, &start);
	assert_int_equal(j.records, 1);
	assert_true(has(&j, 0, 0, 3));
	journal_finish(&j);
}

/* The line of the n-th record; the caller frees its data. */
static struct buf line_of(unsigned n)
{
	struct origin *origin = origin_create(0, "orders.ndjson", NULL, "ndjson");
	struct envelope_notes why = notes_of(origin, JOB_ID, n);
	struct buf line = {0};

	envelope_write(&line, &order, &why);
	origin_unref(origin);
	return line;
}

static void replace(struct buf *line, const char *part, const char *with)
{
	char *at = strstr(line->data, part), *rest;

	assert_non_null(at);
	rest = mem_strdup(at + strlen(part));
	line->len = (size_t)(at - line->data);
	buf_add_str(line, with);
	buf_add_str(line, rest);
	free(rest);
}

/* A file of one line; the records that are read from it. */
static uint64_t read_line(struct slice line, unsigned n)
{
	struct journal j = {0};
	uint64_t records;

	write_whole(PATH, line.data, line.len);
	read_from(&j, &start);
	records = j.records;
	assert_int_equal(has(&j, 0, 0, n), records == 1);
	journal_finish(&j);
	return records;
}

static void test_no_damaged_line_is_taken(void **state)
{
	struct buf line = line_of(6);

	(void)state;
	assert_int_equal(read_line(buf_slice(&line), 6), 1);
	replace(&line, "\"offset\":60", "\"offset\":50");
	assert_int_equal(read_line(buf_slice(&line), 5), 0);
	buf_finish(&line);
}

/* As the manual tells people to do it. */
static void test_a_line_edited_by_hand_is_taken(void **state)
{
	struct buf line = line_of(6);
	char *crc;

	(void)state;
	crc = strstr(line.data, ",\"crc32\"");
	assert_non_null(crc);
	line.len = (size_t)(crc - line.data);
	buf_add_str(&line, "}\n");
	replace(&line, "\"orders\"", "\"orders.mended\"");
	replace(&line, ",\"job_id\":", " , \"job_id\" : ");
	assert_int_equal(read_line(buf_slice(&line), 6), 1);
	replace(&line, "}\n", "}\r\n");
	assert_int_equal(read_line(buf_slice(&line), 6), 1);
	buf_finish(&line);
}

static void test_no_torn_last_line_is_taken(void **state)
{
	struct buf first = line_of(6), second = line_of(7);
	size_t whole = first.len;

	(void)state;
	buf_add_slice(&first, buf_slice(&second));
	for (size_t len = whole; len + 1 < first.len; len++)
		assert_int_equal(read_line((struct slice){first.data, len}, 6), 1);
	buf_finish(&first);
	buf_finish(&second);
}

/* It only lacks its line feed, which it gets when something is added. */
static void test_a_whole_last_line_without_a_line_feed_is_taken(void **state)
{
	struct buf line = line_of(6);

	(void)state;
	assert_int_equal(read_line((struct slice){line.data, line.len - 1}, 6), 1);
	buf_finish(&line);
}

static void test_a_line_without_a_place_names_no_record(void **state)
{
	static const char *const lines[] = {
		"{\"value\":null,\"job_id\":\"5f0c00000000001a\"}\n",
		"{\"value\":null,\"source\":null,\"job_id\":\"5f0c00000000001a\"}\n",
		"{\"value\":null,\"source\":{\"file\":\"a\"},\"job_id\":\"5f0c00000000001a\"}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		EXPECT(read_line(slice_of(lines[i]), 0) == 0, "%s", lines[i]);
}

static void test_a_file_that_is_not_there_has_none(void **state)
{
	struct journal j = {0};

	(void)state;
	read_from(&j, &start);
	assert_int_equal(j.records, 0);
	journal_finish(&j);
}

static void test_a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct journal j = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdir(PATH, 0700), 0);
	assert_int_equal(journal_read(&j, PATH, JOB_ID, &start, &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	assert_non_null(strstr(err.text, PATH));
	journal_finish(&j);
	assert_int_equal(rmdir(PATH), 0);
	assert_int_equal(symlink(PATH, PATH), 0);
	err = (struct error){0};
	assert_int_equal(journal_read(&j, PATH, JOB_ID, &start, &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	journal_finish(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_in_an_empty_one),
		cmocka_unit_test(test_a_run_takes_the_room_of_one),
		cmocka_unit_test(test_a_record_between_two_lines_is_none_of_them),
		cmocka_unit_test(test_what_is_noted_twice_counts_once),
		cmocka_unit_test(test_inputs_and_members_are_apart),
		cmocka_unit_test(test_records_of_several_lines),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_what_is_before_a_place_is_forgotten),
		cmocka_unit_test(test_a_place_inside_a_run_keeps_what_is_behind_it),
		IN_SCRATCH(test_reads_what_the_fallback_file_has),
		IN_SCRATCH(test_reads_from_the_checkpoint_on),
		IN_SCRATCH(test_lines_of_others_are_passed_over),
		IN_SCRATCH(test_no_damaged_line_is_taken),
		IN_SCRATCH(test_a_line_edited_by_hand_is_taken),
		IN_SCRATCH(test_no_torn_last_line_is_taken),
		IN_SCRATCH(test_a_whole_last_line_without_a_line_feed_is_taken),
		IN_SCRATCH(test_a_line_without_a_place_names_no_record),
		IN_SCRATCH(test_a_file_that_is_not_there_has_none),
		IN_SCRATCH(test_a_file_that_cannot_be_read_is_an_error),
	};

	return RUN_TESTS(tests);
}

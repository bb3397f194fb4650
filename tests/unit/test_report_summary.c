/* The summary's two forms, and the rate that must not lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <jansson.h>
#include <string.h>

#include "base/macros.h"
#include "report/rate.h"
#include "report/summary.h"

static void expect(void (*render)(struct buf *, const struct summary *), const struct summary *s,
		   const char *expected)
{
	struct buf out = {0};

	render(&out, s);
	assert_string_equal(out.data, expected);
	buf_finish(&out);
}

static void test_design(void **state)
{
	struct ledger_error errors[] = {{"INVALID_JSON", 30}};
	const struct ledger ledger = {.read = 1000000,
				      .outcome = {999970, 30, 0, 0},
				      .bytes = 370000000,
				      .errors = errors,
				      .n_errors = 1};
	struct summary s = {.command = "produce", .ledger = &ledger, .exit_status = 3};

	(void)state;
	expect(summary_text, &s,
	       "=== Metrics ===\n"
	       "Messages read:        1,000,000\n"
	       "Messages produced:      999,970\n"
	       "Messages failed:             30\n"
	       "Messages sent to DLQ:        30\n"
	       "Messages in fallback:         0\n"
	       "Success rate:           99.997 %\n"
	       "=== Error Statistics ===\n"
	       "INVALID_JSON: 30 errors\n");
	s.duration_s = 12.5;
	expect(summary_json, &s,
	       "{\"command\":\"produce\",\"records\":{\"read\":1000000,\"delivered\":999970,"
	       "\"dead_lettered\":30,\"fallback\":0,\"rejected\":0,\"skipped\":0},"
	       "\"errors\":{\"INVALID_JSON\":30},\"retries\":0,\"possible_duplicates\":0,"
	       "\"success_rate\":0.99997,\"bytes\":370000000,\"duration_s\":12.500,"
	       "\"records_per_s\":80000.0,\"resume\":null,\"exit\":3}\n");
}

static void test_a_replay_tells_what_was_done_before(void **state)
{
	struct ledger ledger = {.read = 2, .outcome = {2, 0, 0, 0}};
	struct summary s = {.command = "replay-fallback",
			    .ledger = &ledger,
			    .replay = true,
			    .members = SLICE_LIT("\"destinations\":[]")};

	(void)state;
	expect(summary_json, &s,
	       "{\"command\":\"replay-fallback\",\"records\":{\"read\":2,\"delivered\":2,"
	       "\"dead_lettered\":0,\"fallback\":0,\"rejected\":0,\"skipped\":0,"
	       "\"already_resolved\":0},\"errors\":{},\"retries\":0,\"possible_duplicates\":0,"
	       "\"success_rate\":1,\"bytes\":0,\"duration_s\":0.000,\"records_per_s\":0.0,"
	       "\"resume\":null,\"exit\":0,\"destinations\":[]}\n");
	ledger.already_resolved = 1234;
	expect(summary_text, &s,
	       "=== Metrics ===\n"
	       "Messages read:                2\n"
	       "Messages produced:            2\n"
	       "Messages failed:              0\n"
	       "Messages sent to DLQ:         0\n"
	       "Messages in fallback:         0\n"
	       "Replayed before:          1,234\n"
	       "Success rate:              100 %\n");
}

static void test_nothing_read(void **state)
{
	const struct ledger ledger = {0};
	const struct summary s = {.command = "produce", .ledger = &ledger, .duration_s = 0.1};

	(void)state;
	expect(summary_text, &s,
	       "=== Metrics ===\n"
	       "Messages read:                0\n"
	       "Messages produced:            0\n"
	       "Messages failed:              0\n"
	       "Messages sent to DLQ:         0\n"
	       "Messages in fallback:         0\n"
	       "Success rate:                 -\n");
}

static void test_everything_at_once(void **state)
{
	struct ledger_error errors[] = {
		{"B_CODE", 2}, {"Z_CODE", 1}, {"A_CODE", 2}, {"MOST", 1234}};
	const struct ledger ledger = {.read = 12,
				      .outcome = {5, 2, 1, 1},
				      .skipped = 7,
				      .retries = 2,
				      .possible_duplicates = 1,
				      .errors = errors,
				      .n_errors = 4};
	const struct summary_member members[] = {{"x.csv", "csv", 1, 20, NULL, "cut\noff"},
						 {"p\n.png", NULL, 0, 0, "is a picture", NULL}};
	const struct summary_input inputs[] = {
		{.name = "a\033[2J", .records = 11, .bytes = 100},
		{"b.zip", 3, 20, "damaged\nfile", members, 2, {1234, 2, 10, 1000, 3}}};
	const struct summary s = {.command = "produce",
				  .ledger = &ledger,
				  .duration_s = 4,
				  .resume = "redrive produce --job x",
				  .exit_status = 5,
				  .inputs = inputs,
				  .n_inputs = 2};

	(void)state;
	expect(summary_text, &s,
	       "=== Metrics ===\n"
	       "Messages read:               12\n"
	       "Messages produced:            5\n"
	       "Messages failed:              4\n"
	       "Messages sent to DLQ:         2\n"
	       "Messages in fallback:         1\n"
	       "Messages rejected:            1\n"
	       "Blank lines skipped:          7\n"
	       "Messages NOT SAFE:            3\n"
	       "Retries:                      2\n"
	       "Possible duplicates:          1\n"
	       "Success rate:           41.666 %\n"
	       "Duration:                  4.0 s\n"
	       "Rate:                        3 messages/s\n"
	       "=== Error Statistics ===\n"
	       "MOST: 1,234 errors\n"
	       "A_CODE: 2 errors\n"
	       "B_CODE: 2 errors\n"
	       "Z_CODE: 1 error\n"
	       "=== Inputs ===\n"
	       "a\\x1b[2J: 11 messages\n"
	       "b.zip: 3 messages, not read to the end: damaged\\nfile\n"
	       "  x.csv: 1 message, not read to the end: cut\\noff\n"
	       "  p\\n.png: left out, is a picture\n"
	       "  1,234 more members: 2 messages, 1,000 left out, 3 not read to the end\n"
	       "To go on: redrive produce --job x\n");
}

/* Both forms of a run of nothing with this job; the text without its numbers. */
static void expect_job(const struct summary_job *job, const char *resume, const char *text,
		       const char *json_resume, const char *json_job)
{
	const struct ledger ledger = {0};
	const struct summary s = {
		.command = "produce", .ledger = &ledger, .job = job, .resume = resume};
	struct buf out = {0}, wanted = {0};

	summary_text(&out, &s);
	assert_non_null(strstr(out.data, "=== Job"));
	assert_string_equal(strstr(out.data, "=== Job"), text);
	buf_clear(&out);
	buf_addf(&wanted, ",\"resume\":%s,\"exit\":0,\"job\":%s}\n", json_resume, json_job);
	summary_json(&out, &s);
	assert_non_null(strstr(out.data, ",\"resume\""));
	assert_string_equal(strstr(out.data, ",\"resume\""), wanted.data);
	buf_finish(&wanted);
	buf_finish(&out);
}

static void test_a_job_that_is_new(void **state)
{
	(void)state;
	expect_job(&(struct summary_job){.name = "nightly",
					 .file = "a.ndjson",
					 .line = 1,
					 .records = 1000000,
					 .complete = true},
		   NULL,
		   "=== Job nightly: complete ===\n"
		   "Done in all:          1,000,000\n",
		   "null", "{\"name\":\"nightly\",\"records\":1000000,\"complete\":true}");
}

static void test_a_job_that_went_on(void **state)
{
	struct summary_job job = {.name = "nightly",
				  .resumed = true,
				  .file = "b\033\xff.ndjson",
				  .line = 6002,
				  .offset = 373000,
				  .before = 120000,
				  .records = 125000};

	(void)state;
	expect_job(&job, "redrive produce --job nightly",
		   "=== Job nightly: not complete ===\n"
		   "Done before this run:   120,000\n"
		   "Went on with b\\x1b\\xff.ndjson, line 6002\n"
		   "Done in all:            125,000\n"
		   "To go on: redrive produce --job nightly\n",
		   "{\"file\":\"b\\\\x1b\\\\xff.ndjson\",\"member\":0,\"line\":6002,"
		   "\"offset\":373000,\"records\":120000}",
		   "{\"name\":\"nightly\",\"records\":125000,\"complete\":false}");
	job.file = "b.zip";
	job.member = 2;
	expect_job(&job, NULL,
		   "=== Job nightly: not complete ===\n"
		   "Done before this run:   120,000\n"
		   "Went on with b.zip, member 3, line 6002\n"
		   "Done in all:            125,000\n",
		   "{\"file\":\"b.zip\",\"member\":2,\"line\":6002,\"offset\":373000,"
		   "\"records\":120000}",
		   "{\"name\":\"nightly\",\"records\":125000,\"complete\":false}");
}

static void test_a_job_that_was_done(void **state)
{
	(void)state;
	expect_job(&(struct summary_job){.name = "nightly",
					 .resumed = true,
					 .before = 7,
					 .records = 7,
					 .complete = true},
		   NULL,
		   "=== Job nightly: complete ===\n"
		   "Done before this run:         7\n"
		   "Done in all:                  7\n",
		   "{\"file\":null,\"member\":0,\"line\":0,\"offset\":0,\"records\":7}",
		   "{\"name\":\"nightly\",\"records\":7,\"complete\":true}");
}

static void test_json_is_json(void **state)
{
	struct ledger_error errors[] = {{"A\"B\xff", 2}};
	const struct ledger ledger = {
		.read = 3, .outcome = {0, 2}, .errors = errors, .n_errors = 1};
	const struct summary_member members[] = {{"a\xff\n", "csv", 1, 20, NULL, NULL},
						 {"b", NULL, 0, 0, "is a \"picture\"", NULL},
						 {"c", "ndjson", 1, 2, NULL, "damaged"}};
	const struct summary_input input = {"dir/\xff\n.json", 3, 100, NULL, members, 3,
					    {1, 2, 3, 0, 1}};
	const struct summary s = {.command = "produce",
				  .ledger = &ledger,
				  .resume = "go \"on\"",
				  .inputs = &input,
				  .n_inputs = 1};
	struct buf out = {0};
	json_t *root, *records, *archive;

	(void)state;
	summary_json(&out, &s);
	assert_non_null(strstr(out.data,
			       ",{\"name\":\"b\",\"format\":null,\"records\":0,\"bytes\":0,"
			       "\"skipped\":\"is a \\\"picture\\\"\"},"));
	assert_non_null(strstr(out.data, "],\"more_members\":{\"members\":1,\"records\":2,"
					 "\"bytes\":3,\"skipped\":0,\"failed\":1}}"));
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
	root = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(root);
	records = json_object_get(root, "records");
	assert_int_equal(json_integer_value(json_object_get(records, "unsettled")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "success_rate")), 0);
	assert_string_equal(json_string_value(json_object_get(root, "resume")), "go \"on\"");
	archive = json_array_get(json_object_get(root, "inputs"), 0);
	assert_int_equal(json_array_size(json_object_get(archive, "members")), 3);
	json_decref(root);
	buf_finish(&out);
}

static void test_rate(void **state)
{
	static const struct {
		uint64_t part, whole;
		const char *fraction, *percent;
	} cases[] = {
		{0, 0, "1", "100"},
		{5, 5, "1", "100"},
		{0, 5, "0", "0"},
		{1, 2, "0.5", "50"},
		{99, 100, "0.99", "99"},
		{1, 10, "0.1", "10"},
		{1, 100, "0.01", "1"},
		{1, 1000, "0.001", "0.1"},
		{2, 3, "0.66666", "66.666"},
		{1, 3, "0.33333", "33.333"},
		{999970, 1000000, "0.99997", "99.997"},
		{9999999, 10000000, "0.9999999", "99.99999"},
		{999999999999, 1000000000000, "0.999999999999", "99.9999999999"},
		{1, 10000000, "0.0000001", "0.00001"},
		{299999, 300000, "0.999996", "99.9996"},
		{1152921504606846974, 1152921504606846975, "0.9999999999999999991",
		 "99.99999999999999991"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[RATE_SIZE];

		assert_string_equal(rate_fraction(cases[i].part, cases[i].whole, out),
				    cases[i].fraction);
		assert_string_equal(rate_percent(cases[i].part, cases[i].whole, out),
				    cases[i].percent);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_design),
		cmocka_unit_test(test_a_replay_tells_what_was_done_before),
		cmocka_unit_test(test_nothing_read),
		cmocka_unit_test(test_everything_at_once),
		cmocka_unit_test(test_a_job_that_is_new),
		cmocka_unit_test(test_a_job_that_went_on),
		cmocka_unit_test(test_a_job_that_was_done),
		cmocka_unit_test(test_json_is_json),
		cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

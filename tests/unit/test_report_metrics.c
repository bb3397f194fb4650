/* The metrics file: its text, and that it is there whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "report/metrics.h"

static struct ledger_error errors[] = {{"INVALID_JSON", 2}};
static const struct ledger ledger = {.read = 10,
				     .outcome = {7, 2, 1, 0},
				     .retries = 4,
				     .possible_duplicates = 1,
				     .bytes = 999,
				     .errors = errors,
				     .n_errors = 1};
static const struct summary summary = {
	.command = "produce", .ledger = &ledger, .duration_s = 1.5, .exit_status = 4};

#define L "command=\"produce\",topic=\"orders\""

static void test_exposition(void **state)
{
	struct buf out = {0};

	(void)state;
	metrics_render(&out, &summary, "orders", 1767323045678);
	assert_string_equal(
		out.data,
		"# HELP redrive_records_read_total Records read from the input.\n"
		"# TYPE redrive_records_read_total counter\n"
		"redrive_records_read_total{" L "} 10\n"
		"# HELP redrive_records_total Records by where they ended.\n"
		"# TYPE redrive_records_total counter\n"
		"redrive_records_total{" L ",outcome=\"delivered\"} 7\n"
		"redrive_records_total{" L ",outcome=\"dead_lettered\"} 2\n"
		"redrive_records_total{" L ",outcome=\"fallback\"} 1\n"
		"redrive_records_total{" L ",outcome=\"rejected\"} 0\n"
		"# HELP redrive_errors_total Records that failed for good, by error code.\n"
		"# TYPE redrive_errors_total counter\n"
		"redrive_errors_total{" L ",code=\"INVALID_JSON\"} 2\n"
		"# HELP redrive_retries_total Rounds of sending failed records again.\n"
		"# TYPE redrive_retries_total counter\n"
		"redrive_retries_total{" L "} 4\n"
		"# HELP redrive_possible_duplicates_total Records sent again although the first "
		"may have arrived.\n"
		"# TYPE redrive_possible_duplicates_total counter\n"
		"redrive_possible_duplicates_total{" L "} 1\n"
		"# HELP redrive_bytes_total Bytes of input after decompression.\n"
		"# TYPE redrive_bytes_total counter\n"
		"redrive_bytes_total{" L "} 999\n"
		"# HELP redrive_duration_seconds How long the run took.\n"
		"# TYPE redrive_duration_seconds gauge\n"
		"redrive_duration_seconds{" L "} 1.500\n"
		"# HELP redrive_last_run_timestamp_seconds When the run ended.\n"
		"# TYPE redrive_last_run_timestamp_seconds gauge\n"
		"redrive_last_run_timestamp_seconds{" L "} 1767323045.678\n"
		"# HELP redrive_exit_status Exit status of the run.\n"
		"# TYPE redrive_exit_status gauge\n"
		"redrive_exit_status{" L "} 4\n");
	buf_finish(&out);
}

static void expect_topic(const char *topic, const char *label)
{
	struct buf out = {0};

	metrics_render(&out, &summary, topic, 0);
	assert_non_null(strstr(out.data, label));
	buf_finish(&out);
}

static void test_labels(void **state)
{
	(void)state;
	expect_topic("a\"b\\c\nd",
		     "redrive_bytes_total{command=\"produce\",topic=\"a\\\"b\\\\c\\nd\"}");
	expect_topic("x\xff", "redrive_bytes_total{command=\"produce\",topic=\"x\\\\xff\"}");
	expect_topic(NULL, "redrive_bytes_total{command=\"produce\"} 999");
}

static char *make_directory(void)
{
	char *directory = mem_strdup("/tmp/redrive-metrics-XXXXXX");

	assert_non_null(mkdtemp(directory));
	return directory;
}

static unsigned count_files(const char *directory)
{
	DIR *dir = opendir(directory);
	unsigned n = 0;

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir));)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void test_file(void **state)
{
	char *directory = make_directory(), *path = mem_printf("%s/redrive.prom", directory);
	struct error err = {0};
	struct stat st;
	mode_t mask = umask(0077);

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(metrics_write(path, &summary, "orders", 0, &err), 0);
	umask(mask);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_true(st.st_size > 1000);
	assert_int_equal(count_files(directory), 1);
	unlink(path);
	rmdir(directory);
	free(path);
	free(directory);
}

static void test_failure_leaves_nothing_behind(void **state)
{
	char *directory = make_directory(), *path = mem_printf("%s/taken", directory);
	char *below = mem_printf("%s/no/such.prom", directory);
	char *inside = mem_printf("%s/inside", path);
	struct error err = {0};

	(void)state;
	/* A directory in the file's place: the rename fails, not the writing. */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(inside, 0700), 0);
	assert_int_equal(metrics_write(path, &summary, "orders", 0, &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	assert_non_null(strstr(err.text, "cannot write the metrics file"));
	assert_int_equal(count_files(directory), 1);

	assert_int_equal(metrics_write(below, &summary, "orders", 0, &err), -1);
	assert_non_null(strstr(err.text, "No such file or directory"));
	rmdir(inside);
	rmdir(path);
	rmdir(directory);
	free(inside);
	free(below);
	free(path);
	free(directory);
}

static void test_unwritable_directory(void **state)
{
	char *directory = make_directory(), *path = mem_printf("%s/redrive.prom", directory);
	struct error err = {0};

	(void)state;
	if (geteuid() == 0) {
		rmdir(directory);
		free(path);
		free(directory);
		skip(); /* nothing is unwritable for root */
	}
	assert_int_equal(chmod(directory, 0500), 0);
	assert_int_equal(metrics_write(path, &summary, "orders", 0, &err), -1);
	assert_int_equal(err.kind, ERROR_OUTPUT);
	rmdir(directory);
	free(path);
	free(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exposition),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_failure_leaves_nothing_behind),
		cmocka_unit_test(test_unwritable_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

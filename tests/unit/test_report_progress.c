/* The bar: its text at all widths, its pace, and that it leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/bar.h"
#include "report/progress.h"

static const struct bar_view half = {.records = 420000,
				     .failed = 3,
				     .bytes = 162738995,
				     .input_done = 500,
				     .input_total = 1000,
				     .records_per_s = 84123.4,
				     .input_per_s = 40,
				     .state = "retrying in 2 s"};

static void expect_bar(const struct bar_view *view, unsigned width, bool color,
		       const char *expected)
{
	struct buf out = {0};

	bar_render(&out, view, width, color);
	assert_string_equal(out.data ? out.data : "", expected);
	buf_finish(&out);
}

static void test_widths(void **state)
{
	(void)state;
	expect_bar(&half, 120, false,
		   " 50 % ███████████████░░░░░░░░░░░░░░░  420,000 records  155.2 MiB  84,123/s  "
		   "0:13 left  3 failed  retrying in 2 s");
	expect_bar(&half, 60, false,
		   " 50 %  420,000 records  0:13 left  3 failed  retrying in 2 s");
	expect_bar(&half, 20, false, "3 failed");
	expect_bar(&half, 3, false, "");
	expect_bar(&half, 0, false, "");
}

static unsigned columns(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void test_never_wider_than_asked(void **state)
{
	struct bar_view view = half;

	(void)state;
	for (unsigned width = 0; width < 200; width++)
		for (view.input_done = 0; view.input_done <= 1000; view.input_done += 37) {
			struct buf out = {0};

			bar_render(&out, &view, width, false);
			assert_true(columns(out.data ? out.data : "") <= width);
			buf_finish(&out);
		}
}

static void test_colors_and_unknown_total(void **state)
{
	struct bar_view view = {.records = 1, .failed = 1, .bytes = 17, .state = "a\033[2J"};

	(void)state;
	expect_bar(&view, 100, true,
		   "1 record  17 B  0/s  \033[31m1 failed\033[0m  \033[33ma\\x1b[2J\033[0m");
	view.input_total = 10;
	view.input_done = 20; /* a file that grew */
	view.failed = 0;
	view.state = NULL;
	expect_bar(&view, 40, true, "100 % █████████████  1 record  17 B  0/s");
}

static void test_plain(void **state)
{
	struct buf out = {0};

	(void)state;
	bar_render_plain(&out, &half);
	assert_string_equal(out.data, " 50 %, 420,000 records, 155.2 MiB, 84,123/s, 0:13 left, "
				      "3 failed, retrying in 2 s");
	buf_finish(&out);
}

/* What was written since the last call; valid until the next. */
static const char *written(FILE *file)
{
	static char text[4096];
	static long at;
	size_t n;

	if (!file) {
		at = 0;
		return NULL;
	}
	fseek(file, at, SEEK_SET);
	n = fread(text, 1, sizeof(text) - 1, file);
	at += (long)n;
	text[n] = '\0';
	return text;
}

static struct progress *start(FILE **file, enum progress_mode mode, bool terminal)
{
	const struct progress_options options = { *file = tmpfile(), mode, terminal, false};

	written(NULL);
	return progress_create(&options);
}

static void finish(struct progress *p, FILE *file)
{
	progress_destroy(p);
	fclose(file);
}

#define CLEAR "\r\033[K"

static void test_bar_pace(void **state)
{
	struct ledger ledger = {0};
	struct source_stats stats = {.bytes_total = 1000};
	FILE *file;
	struct progress *p = start(&file, PROGRESS_AUTO, true);
	struct log_hooks hooks = progress_log_hooks(p);

	(void)state;
	progress_update(p, &ledger, &stats, 5000);
	progress_update(p, &ledger, &stats, 5099);
	assert_string_equal(written(file), "");
	ledger.outcome[OUTCOME_DELIVERED] = 50;
	stats.bytes_in = stats.bytes_raw = 500;
	progress_update(p, &ledger, &stats, 5100);
	assert_string_equal(written(file), "\r 50 % ███████████████░░░░░░░░░░░░░░░  50 records  "
					   "500 B  500/s  0:01 left\033[K");
	hooks.before(hooks.ctx);
	assert_string_equal(written(file), CLEAR);
	hooks.after(hooks.ctx);
	assert_non_null(strstr(written(file), "50 records"));
	progress_set_state(p, "circuit open");
	progress_update(p, &ledger, &stats, 5101);
	assert_non_null(strstr(written(file), "circuit open"));
	progress_set_state(p, NULL);
	progress_finish(p);
	assert_string_equal(written(file), CLEAR);
	progress_update(p, &ledger, &stats, 9000);
	progress_redraw(p);
	assert_string_equal(written(file), "");
	finish(p, file);
}

static void test_plain_pace(void **state)
{
	struct ledger ledger = {0};
	struct source_stats stats = {0};
	FILE *file;
	struct progress *p = start(&file, PROGRESS_ALWAYS, false);

	(void)state;
	progress_update(p, &ledger, &stats, 0);
	ledger.outcome[OUTCOME_DELIVERED] = 9;
	progress_update(p, &ledger, &stats, 999);
	assert_string_equal(written(file), "");
	progress_update(p, &ledger, &stats, 1000);
	assert_string_equal(written(file), "9 records, 0 B, 9/s\n");
	progress_clear(p);
	progress_redraw(p);
	assert_string_equal(written(file), "");
	finish(p, file);
}

static void test_silent(void **state)
{
	static const struct {
		enum progress_mode mode;
		bool terminal;
	} silent[] = {{PROGRESS_AUTO, false}, {PROGRESS_NEVER, true}, {PROGRESS_NEVER, false}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		const struct ledger ledger = {0};
		const struct source_stats stats = {0};
		FILE *file;
		struct progress *p = start(&file, silent[i].mode, silent[i].terminal);

		progress_update(p, &ledger, &stats, 0);
		progress_set_state(p, "waiting");
		progress_update(p, &ledger, &stats, 5000);
		progress_redraw(p);
		progress_finish(p);
		assert_string_equal(written(file), "");
		finish(p, file);
	}
	progress_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_never_wider_than_asked),
		cmocka_unit_test(test_colors_and_unknown_total),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_bar_pace),
		cmocka_unit_test(test_plain_pace),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* From every place that a source tells, it yields what it would have yielded. */
#include "expect.h"

#include <sys/stat.h>

#include "archives.h"
#include "base/mem.h"
#include "source_reader.h"

#define MAX_STEPS 2000

/* Where a source stood, and how many bytes of the story were told then. */
struct step {
	struct source_place place;
	struct source_stats stats;
	size_t told;
};

struct tale {
	struct buf story; /* all items that are worth telling, a line each */
	struct step steps[MAX_STEPS];
	size_t n;
	struct source_stats end;
	bool all_in; /* all bytes of the file were taken */
};

static void note_step(struct tale *t, const struct source *s)
{
	struct step *step = &t->steps[t->n++];

	assert_true(t->n < MAX_STEPS);
	source_tell(s, &step->place);
	source_get_stats(s, &step->stats);
	step->told = t->story.len;
}

static struct tale *hear(const struct job *job)
{
	struct tale *t = mem_alloc(1, sizeof(*t));
	struct reader r;

	reader_open(&r, job);
	do
		note_step(t, r.source);
	while (reader_next(&r, &t->story) != SOURCE_END);
	note_step(t, r.source);
	source_get_stats(r.source, &t->end);
	t->all_in = t->end.bytes_in == t->end.bytes_total;
	reader_close(&r);
	return t;
}

static void tale_free(struct tale *t)
{
	buf_finish(&t->story);
	free(t);
}

static void go_to(struct reader *r, const struct step *step)
{
	struct source_place told;
	struct source_stats stats;

	source_go_to(r->source, &step->place, &step->stats);
	source_tell(r->source, &told);
	assert_int_equal(source_place_compare(&told, &step->place), 0);
	assert_int_equal(told.line, step->place.line);
	source_get_stats(r->source, &stats);
	assert_int_equal(stats.yielded, step->stats.yielded);
	assert_int_equal(stats.skipped, step->stats.skipped);
	assert_int_equal(stats.bytes_raw, step->stats.bytes_raw);
}

static void check_step(const struct job *job, const struct tale *t, size_t k, struct reader *r)
{
	struct buf got = {0};
	const char *want = t->story.data ? t->story.data + t->steps[k].told : "";
	struct source_stats stats;

	go_to(r, &t->steps[k]);
	while (reader_next(r, &got) != SOURCE_END)
		;
	EXPECT(slice_is(buf_slice(&got), want), "%s, step %zu: got\n%s\nwant\n%s", job->name, k,
	       got.data ? got.data : "", want);
	source_get_stats(r->source, &stats);
	EXPECT(stats.yielded == t->end.yielded && stats.skipped == t->end.skipped &&
		       stats.bytes_raw == t->end.bytes_raw,
	       "%s, step %zu: %llu %llu %llu", job->name, k, (unsigned long long)stats.yielded,
	       (unsigned long long)stats.skipped, (unsigned long long)stats.bytes_raw);
	/* What is packed may be read here and there. */
	if (t->all_in && !job->options.limit)
		assert_int_equal(stats.bytes_in, stats.bytes_total);
	buf_finish(&got);
}

/* The same source, to and fro, with a few items read at each place. */
static void wander(const struct tale *t, struct reader *r)
{
	for (size_t i = 0, k = 0; i < t->n; i++, k = (k + t->n * 5 / 8 + 1) % t->n) {
		size_t told = t->steps[k].told;
		struct buf got = {0};

		go_to(r, &t->steps[k]);
		for (int n = 0; n < 3; n++)
			reader_next(r, &got);
		if (got.len)
			assert_memory_equal(got.data, t->story.data + told, got.len);
		buf_finish(&got);
	}
}

/* Returns what the source has told, which the caller frees. */
static char *check_job(struct job job)
{
	static const size_t block_sizes[] = {48, 65536};
	char *story = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(block_sizes); i++) {
		struct reader same;
		struct tale *t;

		job.block_size = block_sizes[i];
		t = hear(&job);
		reader_open(&same, &job);
		for (size_t k = t->n; k-- > 0;) {
			struct reader fresh;

			reader_open(&fresh, &job);
			check_step(&job, t, k, &fresh);
			reader_close(&fresh);
			if (k % 3 == 0)
				check_step(&job, t, k, &same);
		}
		wander(t, &same);
		reader_close(&same);
		free(story);
		story = mem_strdup(t->story.data ? t->story.data : "");
		tale_free(t);
	}
	return story;
}

static size_t count(const char *story, const char *what)
{
	size_t n = 0;

	for (; (story = strstr(story, what)); story++)
		n++;
	return n;
}

#define TWENTY "12345678901234567890"

static const struct content {
	const char *name;
	struct slice text;
	struct source_options options;
	size_t records;
} contents[] = {
	{"ndjson",
	 SLICE_LIT(
		 "\xef\xbb\xbf{\"a\":1}\r\n\n \t\r\n{\"b\":2}\nno JSON\n\n{\"c\":3}\r\n{\"d\":4}"),
	 {.format = SOURCE_NDJSON},
	 5},
	{"blank", SLICE_LIT("\n\n{}\n\n\n"), {.format = SOURCE_NDJSON}, 1},
	{"empty", SLICE_LIT(""), {.format = SOURCE_NDJSON}, 0},
	{"mark alone", SLICE_LIT("\xef\xbb\xbf"), {.format = SOURCE_NDJSON}, 0},
	{"limit",
	 SLICE_LIT("1234567890123456789\n{}\n123456789012345678901\r\n{\"b\":1}\n12345678901"),
	 {.format = SOURCE_NDJSON, .max_record_bytes = 10},
	 5},
	{"limit, and waiting within a line",
	 SLICE_LIT("{1}\n" TWENTY TWENTY TWENTY "\n{2}\n" TWENTY TWENTY TWENTY TWENTY TWENTY
		   "\n{3}\n"),
	 {.format = SOURCE_NDJSON, .max_record_bytes = 10},
	 5},
	{"first two", SLICE_LIT("{}\n[]\n{}\n"), {.format = SOURCE_NDJSON, .limit = 2}, 2},
	{"csv",
	 SLICE_LIT("\n\xef\xbb\xbfid,n,text\r\n\r\n1,2,\"a\r\nb\n\"\"c\"\r\n2,2\n3,x\"y,4\n\n4,"
		   "\"open,5\n"
		   "5,\xff,6\n6,7,8"),
	 {.format = SOURCE_CSV, .csv = {.header = 1}},
	 6},
	{"mark",
	 SLICE_LIT("\xef\xbb\xbf\"id\";\"quoted\nname\"\n1;2\n\"2\";\"two\nlines\"\n"),
	 {.format = SOURCE_CSV, .csv = {.header = -1, .delimiter = ';'}},
	 2},
	{"columns",
	 SLICE_LIT("\n1,2\n\"x\",3\n3,\"4\n5\"\n4,6\n"),
	 {.format = SOURCE_CSV, .csv = {.header = 0, .columns = "id:integer,text"}},
	 4},
	{"columns or header",
	 SLICE_LIT("1,2\nx,3\n3,4"),
	 {.format = SOURCE_CSV, .csv = {.header = -1, .columns = "id:integer,text"}},
	 3},
	{"columns, first too large",
	 SLICE_LIT("\n123456789012345678901234567890,2\nx,3\n3,4"),
	 {.format = SOURCE_CSV,
	  .max_record_bytes = 20,
	  .csv = {.header = 0, .columns = "id:integer,text"}},
	 3},
	{"header too large",
	 SLICE_LIT("id,a-very-long-name-of-a-column\n1,2\n"),
	 {.format = SOURCE_CSV, .max_record_bytes = 20, .csv = {.header = 1}},
	 0},
	{"envelope",
	 SLICE_LIT("{\"v\":1,\"topic\":\"t\",\"key\":\"k\",\"value\":\"one\"}\n\n"
		   "{\"v\":1,\"topic\":\"t\",\"key\":null,\"value\":null}\r\nbroken\n"
		   "{\"v\":1,\"topic\":\"t\",\"key\":\"\",\"value\":\"\",\"headers\":[[\"a\",\"b\"]"
		   "]}\n"
		   "{\"v\":1,\"topic\":\"t\",\"key\":\"k\",\"value\":\"five\"}"),
	 {.format = SOURCE_AUTO, .csv = {.header = -1}},
	 5},
};

/* Among others, two of which lead to nothing; in zip the link is a file. */
static void pack_among_others(const char *path, int format, int filter, struct slice text)
{
	const struct entry first[] = {{"x/", {NULL, 0}},
				      {"x/1.ndjson", SLICE_LIT("{\"first\":1}\n{\"first\":2}\n")},
				      {"x/picture", SLICE_LIT("\x89PNG\r\n\x1a\n\0\0\0\0")}},
			   last[] = {{"x/2", text},
				     {"x/.DS_Store", SLICE_LIT("\0\0\0\1Bud1")},
				     {"x/pretty.json", SLICE_LIT("{\n\"c\":3}\n")},
				     {"x/3.ndjson", SLICE_LIT("{\"last\":1}")}};
	struct archive_entry *link = archive_entry_new();
	struct archive *a = archive_write_new();

	assert_int_equal(archive_write_set_format(a, format), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(a, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		add_entry(a, &first[i]);
	archive_entry_set_pathname(link, "x/latest");
	archive_entry_set_filetype(link, AE_IFLNK);
	archive_entry_set_symlink(link, "x/1.ndjson");
	assert_int_equal(archive_write_header(a, link), ARCHIVE_OK);
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		add_entry(a, &last[i]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
	archive_entry_free(link);
}

static void check_content(const struct content *c, const char *container, size_t others)
{
	struct job job = {.paths = {"input"}, .options = c->options};
	char name[100], *story;
	size_t told;

	snprintf(name, sizeof(name), "%s in %s", c->name, container);
	job.name = name;
	story = check_job(job);
	told = count(story, "record 0") + count(story, "bad 0") + count(story, "large 0");
	EXPECT(!others || count(story, "left out ") == 3 || c->options.limit, "%s: %s", name,
	       story);
	EXPECT(others || told == c->records, "%s: %s", name, story);
	free(story);
}

static void test_each_format_plain_and_compressed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		const struct content *c = &contents[i];

		write_whole("input", c->text.data, c->text.len);
		check_content(c, "a file", 0);
		compress_to("input", ARCHIVE_FILTER_GZIP, c->text);
		check_content(c, "gzip", 0);
		compress_to("input", ARCHIVE_FILTER_ZSTD, c->text);
		check_content(c, "zstd", 0);
	}
}

static void test_each_format_in_archives(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(contents); i++) {
		const struct content *c = &contents[i];

		pack_among_others("input", ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_ZSTD,
				  c->text);
		check_content(c, "tar.zst", 3);
		pack_among_others("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, c->text);
		check_content(c, "zip", 3);
	}
}

static void add_lines(struct buf *out, int n)
{
	for (unsigned i = 0; i < (unsigned)n; i++)
		buf_addf(out, "{\"n\":%06u,\"noise\":%u}\n", i, i * 2654435761u);
}

/* Of the file's bytes, all but the last `cut`. */
static void cut_off(const char *path, size_t cut)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - (off_t)cut), 0);
}

static void test_a_cut_file(void **state)
{
	struct job job = {.name = "cut", .paths = {"input"}, .options = {.csv = {.header = -1}}};
	struct buf lines = {0};
	char *story;

	(void)state;
	add_lines(&lines, 60);
	compress_to("input", ARCHIVE_FILTER_GZIP, buf_slice(&lines));
	cut_off("input", 300);
	story = check_job(job);
	EXPECT(count(story, "record ") > 10 && count(story, "failed ") == 1, "%s", story);
	free(story);
	buf_finish(&lines);
}

static void test_a_damaged_member(void **state)
{
	struct job job = {
		.name = "damaged", .paths = {"input"}, .options = {.csv = {.header = -1}}};
	struct entry entries[] = {{"a.ndjson", SLICE_LIT("{\"a\":1}\n")},
				  {"b.gz", {NULL, 0}},
				  {"c.gz", SLICE_LIT("\x1f\x8b\x08\0\0")},
				  {"d.csv", SLICE_LIT("id\n1\n2\n")},
				  {"end", SLICE_LIT("\x89PNG\r\n\x1a\n\0\0\0\0")}};
	struct buf lines = {0};
	char *inner, *story;
	size_t len;

	(void)state;
	add_lines(&lines, 5);
	compress_to("inner", ARCHIVE_FILTER_GZIP, buf_slice(&lines));
	inner = read_whole("inner", &len);
	entries[1].data = (struct slice){inner, len - 6};
	pack("input", ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, entries, ARRAY_SIZE(entries));
	story = check_job(job);
	EXPECT(count(story, "record ") == 8 && count(story, "failed ") == 2, "%s", story);
	EXPECT(strstr(story, "failed 0.1 b.gz") && strstr(story, "record 0.3 d.csv line 3 byte 5"),
	       "%s", story);
	free(story);
	free(inner);
	buf_finish(&lines);
}

/* What follows an archive that was cut off was never read: the next input is next. */
static void test_several_inputs(void **state)
{
	struct job job = {.name = "several",
			  .paths = {"one.ndjson", "missing", "two.csv.gz", "three.tar", "four.tar"},
			  .options = {.csv = {.header = -1}}};
	char *story;

	(void)state;
	write_whole("one.ndjson", "{}\n\n[1]", 7);
	compress_to("two.csv.gz", ARCHIVE_FILTER_GZIP, SLICE_LIT("id,n\n1,2\n2\n3,4\n"));
	pack_among_others("three.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE,
			  SLICE_LIT("{\"x\":1}\n{\"x\":2}\n"));
	pack_among_others("four.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE,
			  SLICE_LIT("{\"x\":1}\n{\"x\":2}\n"));
	cut_off("three.tar", 3000);
	story = check_job(job);
	EXPECT(count(story, "failed 1.0") == 1 && count(story, "failed 3.") >= 1 &&
		       count(story, "record 4.6 x/3.ndjson line 1 byte 0") == 1,
	       "%s", story);
	free(story);
}

/* Rows that the source reads into blocks of its own: the place lies behind them. */
static void test_rows_behind_the_first_block(void **state)
{
	static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_ZSTD};
	struct job job = {.name = "long rows",
			  .paths = {"input.csv"},
			  .options = {.csv = {.header = 1}},
			  .block_size = 1024 * 1024};
	struct buf rows = {0};

	(void)state;
	buf_add_str(&rows, "id,text\n");
	for (int i = 0; i < 12; i++)
		buf_addf(&rows, "%d,\"%*s\n\"\n", i, 50000 + i, "x");
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		struct tale *t;

		compress_to("input.csv", filters[i], buf_slice(&rows));
		t = hear(&job);
		EXPECT(count(t->story.data, "record ") == 12, "%s", t->story.data);
		for (size_t k = 0; k < t->n; k++) {
			struct reader r;

			reader_open(&r, &job);
			check_step(&job, t, k, &r);
			reader_close(&r);
		}
		tale_free(t);
	}
	buf_finish(&rows);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_each_format_plain_and_compressed),
		IN_SCRATCH(test_each_format_in_archives),
		IN_SCRATCH(test_a_cut_file),
		IN_SCRATCH(test_a_damaged_member),
		IN_SCRATCH(test_several_inputs),
		IN_SCRATCH(test_rows_behind_the_first_block),
	};

	return RUN_TESTS(tests);
}

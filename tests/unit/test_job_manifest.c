/* A job goes on with the files it was begun with, whatever they are called; with
 * others it doesn't. */
#include "expect.h"

#include <sys/stat.h>

#include "base/mem.h"
#include "job/manifest.h"

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

static const char *const three[] = {"a.ndjson", "b.ndjson", "c.ndjson"};

static void write_text(const char *path, const char *text)
{
	write_whole(path, text, strlen(text));
}

static void write_three(void)
{
	write_text("a.ndjson", "{\"id\":1}\n");
	write_text("b.ndjson", "{\"id\":22}\n");
	write_text("c.ndjson", "{\"id\":333}\n");
}

static void look(struct manifest *m, const char *const *paths, size_t n)
{
	struct error err = {0};

	EXPECT(manifest_init(m, paths, n, &err) == 0, "%s", err.text);
}

/* What a job that has come to that input has written; the caller finishes it. */
static struct checkpoint checkpoint_at(const char *const *paths, size_t n, unsigned input)
{
	struct checkpoint c = {.job = mem_strdup("nightly"), .place = {.input = input}};
	struct manifest m;

	look(&m, paths, n);
	manifest_fill(&m, &c);
	manifest_finish(&m);
	return c;
}

static void expect_same(const struct checkpoint *c, const char *const *paths, size_t n)
{
	struct error err = {0};
	struct manifest m;

	look(&m, paths, n);
	EXPECT(manifest_check(&m, c, &err) == 0, "%s", err.text);
	manifest_finish(&m);
}

/* Every refusal says what to do, too. */
static void expect_refused(const struct checkpoint *c, const char *const *paths, size_t n,
			   const char *what)
{
	struct error err = {0};
	struct manifest m;

	look(&m, paths, n);
	EXPECT(manifest_check(&m, c, &err) == -1, "taken, though %s", what);
	assert_int_equal(err.kind, ERROR_CONFIG);
	EXPECT(strstr(err.text, what), "not \"%s\": %s", what, err.text);
	assert_non_null(strstr(err.text, "job nightly"));
	assert_non_null(strstr(err.text, "redrive jobs nightly --forget"));
	manifest_finish(&m);
}

static void test_what_a_checkpoint_says_of_the_inputs(void **state)
{
	struct checkpoint c;
	struct manifest m;

	(void)state;
	write_three();
	look(&m, three, 3);
	assert_int_equal(m.bytes, 9 + 10 + 11);
	c = checkpoint_at(three, 3, 1);
	assert_int_equal(c.inputs, 3);
	assert_int_equal(c.bytes_total, 30);
	assert_string_equal(c.file, "b.ndjson");
	assert_true(identity_same(&c.identity, &m.identities[1]));
	assert_int_equal(c.prints[0], identity_print(&m.identities[0]));
	assert_int_equal(c.prints[1], 0);
	c.place.input = 3;
	manifest_fill(&m, &c);
	assert_null(c.file);
	assert_int_equal(c.identity.size, 0);
	assert_int_equal(c.prints[2], identity_print(&m.identities[2]));
	assert_true(checkpoint_is_complete(&c));
	checkpoint_finish(&c);
	manifest_finish(&m);
}

static void test_the_same_files_go_on_from_anywhere(void **state)
{
	(void)state;
	write_three();
	for (unsigned input = 0; input <= 3; input++) {
		struct checkpoint c = checkpoint_at(three, 3, input);

		expect_same(&c, three, 3);
		checkpoint_finish(&c);
	}
}

/* Through the form in which Kafka keeps it. */
static void test_what_was_written_is_checked_the_same(void **state)
{
	(void)state;
	write_three();
	for (unsigned input = 0; input <= 3; input++) {
		struct checkpoint c = checkpoint_at(three, 3, input), again;
		struct buf text = {0};
		struct error err = {0};

		checkpoint_write(&text, &c);
		assert_int_equal(checkpoint_read(&again, buf_slice(&text), 0, &err), 0);
		expect_same(&again, three, 3);
		buf_finish(&text);
		checkpoint_finish(&again);
		checkpoint_finish(&c);
	}
}

static void test_names_tell_nothing(void **state)
{
	static const char *const others[] = {"./a.ndjson", "d.ndjson", "e.ndjson"};
	struct checkpoint c;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	assert_int_equal(rename("b.ndjson", "d.ndjson"), 0);
	assert_int_equal(rename("c.ndjson", "e.ndjson"), 0);
	expect_same(&c, others, 3);
	checkpoint_finish(&c);
}

static void test_an_input_that_is_done_has_changed(void **state)
{
	struct checkpoint c;

	(void)state;
	write_three();
	for (unsigned input = 2; input <= 3; input++) {
		write_three();
		c = checkpoint_at(three, 3, input);
		write_text("b.ndjson", "{\"id\":23}\n");
		expect_refused(&c, three, 3, "input 2 of 3, ");
		expect_refused(&c, three, 3, "another file than b.ndjson");
		checkpoint_finish(&c);
	}
}

static void test_the_input_that_is_being_read_has_changed(void **state)
{
	struct checkpoint c;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	write_text("b.ndjson", "{\"id\":22}\n{}\n");
	expect_refused(&c, three, 3, "it had 10 bytes, now 13");
	expect_refused(&c, three, 3, "(then b.ndjson)");
	write_text("b.ndjson", "{\"id\":23}\n");
	expect_refused(&c, three, 3, "its beginning is another, of the same size");
	checkpoint_finish(&c);
}

static void test_only_the_end_has_changed(void **state)
{
	const size_t len = 3 * IDENTITY_BYTES;
	const char *const path = "long.ndjson";
	char *bytes = mem_alloc(len, 1);
	struct checkpoint c;

	(void)state;
	memset(bytes, '\n', len);
	write_whole(path, bytes, len);
	c = checkpoint_at(&path, 1, 0);
	bytes[len - 1] = ' ';
	write_whole(path, bytes, len);
	expect_refused(&c, &path, 1, "its end is another, of the same size");
	checkpoint_finish(&c);
	free(bytes);
}

/* Nothing of it was loaded. */
static void test_a_file_that_was_cut_off_may_be_whole_now(void **state)
{
	struct checkpoint c;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	write_text("b.ndjson", "{\"id\":22}\n{\"id\":23}\n");
	expect_refused(&c, three, 3, "it had 10 bytes, now 20");
	c.held = true;
	expect_same(&c, three, 3);
	write_text("b.ndjson", "{\"id\":24}\n{\"id\":23}\n");
	expect_refused(&c, three, 3, "it had 10 bytes, now 20");
	write_text("b.ndjson", "{\"id\":2");
	expect_refused(&c, three, 3, "it had 10 bytes, now 7");
	checkpoint_finish(&c);
}

static void test_a_place_is_one_of_a_way_of_reading(void **state)
{
	struct error err = {0};
	struct checkpoint c;
	struct manifest m;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	look(&m, three, 3);
	m.reading = 7;
	assert_int_equal(manifest_check(&m, &c, &err), 0);
	c.reading = 8;
	assert_int_equal(manifest_check(&m, &c, &err), -1);
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "other options of how its inputs are read"));
	m.reading = 8;
	assert_int_equal(manifest_check(&m, &c, &err), 0);
	manifest_finish(&m);
	checkpoint_finish(&c);
}

static void test_an_input_that_comes_later_may_change(void **state)
{
	struct checkpoint c;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	write_text("c.ndjson", "{\"id\":4444}\n");
	expect_same(&c, three, 3);
	checkpoint_finish(&c);
}

static void test_another_order_is_another_load(void **state)
{
	static const char *const done[] = {"b.ndjson", "a.ndjson", "c.ndjson"};
	static const char *const current[] = {"a.ndjson", "c.ndjson", "b.ndjson"};
	struct checkpoint c;

	(void)state;
	write_three();
	c = checkpoint_at(three, 3, 1);
	expect_refused(&c, done, 3, "input 1 of 3");
	expect_refused(&c, current, 3, "c.ndjson is not the file");
	checkpoint_finish(&c);
}

static void test_fewer_inputs(void **state)
{
	struct checkpoint c;

	(void)state;
	write_three();
	for (unsigned input = 0; input <= 3; input++) {
		c = checkpoint_at(three, 3, input);
		expect_refused(&c, three, 2, "has 3 inputs, and only 2 are given");
		expect_refused(&c, three, 1, "only 1 is given");
		checkpoint_finish(&c);
	}
}

static void test_more_may_follow(void **state)
{
	static const char *const four[] = {"a.ndjson", "b.ndjson", "c.ndjson", "d.ndjson"};
	static const char *const before[] = {"d.ndjson", "a.ndjson", "b.ndjson", "c.ndjson"};

	(void)state;
	write_three();
	write_text("d.ndjson", "{\"id\":5}\n");
	for (unsigned input = 0; input <= 3; input++) {
		struct checkpoint c = checkpoint_at(three, 3, input);

		expect_same(&c, four, 4);
		expect_refused(&c, before, 4, "d.ndjson");
		checkpoint_finish(&c);
	}
}

/* Also behind those that are told apart. */
static void test_many_inputs(void **state)
{
	enum { MANY = CHECKPOINT_PRINTS + 20 };
	const char *paths[MANY];
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		paths[i] = mem_printf("%zu.ndjson", i);
		write_text(paths[i], paths[i]);
	}
	c = checkpoint_at(paths, MANY, MANY - 1);
	expect_same(&c, paths, MANY);
	write_text(paths[MANY - 2], "other");
	expect_refused(&c, paths, MANY, "the first 275 inputs");
	write_text(paths[CHECKPOINT_PRINTS - 1], "other");
	expect_refused(&c, paths, MANY, "input 256 of 276");
	checkpoint_finish(&c);
	for (size_t i = 0; i < MANY; i++)
		free((char *)paths[i]);
}

static void test_what_is_no_file_is_refused_by_name(void **state)
{
	static const struct {
		const char *path, *why;
	} cases[] = {
		{"fifo", "--job: fifo is a pipe"},
		{"folder", "--job: folder is a directory"},
		{"-", "--job: - is standard input"},
		{"missing.ndjson", "--job: missing.ndjson can't be opened"},
		{"/dev/null", "--job: /dev/null is a device"},
	};

	(void)state;
	write_three();
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *const paths[] = {"a.ndjson", cases[i].path, "c.ndjson"};
		struct error err = {0};
		struct manifest m;

		assert_int_equal(manifest_init(&m, paths, 3, &err), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strstr(err.text, cases[i].why) == err.text, "%s", err.text);
		manifest_finish(&m);
	}
}

/* What a file that may grow, done up to some line, has written. */
static struct checkpoint growing_at(const char *const *path, uint64_t done)
{
	struct checkpoint c = {.job = mem_strdup("fallback-1"),
			       .place = {.offset = done, .line = 3}};
	struct manifest m;

	manifest_init_growing(&m, path, 18, 4);
	manifest_fill(&m, &c);
	manifest_finish(&m);
	return c;
}

static void test_a_file_that_grows(void **state)
{
	static const struct {
		const char *now;
		bool taken;
	} cases[] = {
		{"1 one\n2 two\n3 thre\n", true},
		{"1 one\n2 two\n", true},
		{"1 one\n2 two\nother\n", true},
		{"1 one\n2 two\n3 thre\n4 four\n", true},
		{"1 ONE\n2 two\n3 thre\n", false},
		{"1 one\n2 two", false},
		{"", false},
	};

	(void)state;
	write_text("a.ndjson", "1 one\n2 two\n3 thre\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct checkpoint c;
		struct error err = {0};
		struct manifest m;

		write_text("a.ndjson", "1 one\n2 two\n3 thre\n");
		c = growing_at(three, 12);
		assert_false(checkpoint_is_at_end(&c));
		write_text("a.ndjson", cases[i].now);
		manifest_init_growing(&m, three, strlen(cases[i].now), 1);
		EXPECT((manifest_check(&m, &c, &err) == 0) == cases[i].taken, "case %zu", i);
		EXPECT(cases[i].taken || strstr(err.text, "tail -n +3 FILE"), "%s", err.text);
		EXPECT(!cases[i].taken || manifest_is_done(&m, &c) == (m.bytes == 12), "case %zu",
		       i);
		manifest_finish(&m);
		checkpoint_finish(&c);
	}
}

static void test_the_end_of_a_file_that_grows(void **state)
{
	struct checkpoint c;

	(void)state;
	write_text("a.ndjson", "1 one\n2 two\n3 thre");
	c = growing_at(three, 18);
	assert_true(checkpoint_is_at_end(&c));
	assert_int_equal(c.place.input, 0);
	checkpoint_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_a_checkpoint_says_of_the_inputs),
		IN_SCRATCH(test_the_same_files_go_on_from_anywhere),
		IN_SCRATCH(test_what_was_written_is_checked_the_same),
		IN_SCRATCH(test_names_tell_nothing),
		IN_SCRATCH(test_an_input_that_is_done_has_changed),
		IN_SCRATCH(test_the_input_that_is_being_read_has_changed),
		IN_SCRATCH(test_only_the_end_has_changed),
		IN_SCRATCH(test_a_file_that_was_cut_off_may_be_whole_now),
		IN_SCRATCH(test_a_place_is_one_of_a_way_of_reading),
		IN_SCRATCH(test_an_input_that_comes_later_may_change),
		IN_SCRATCH(test_another_order_is_another_load),
		IN_SCRATCH(test_fewer_inputs),
		IN_SCRATCH(test_more_may_follow),
		IN_SCRATCH(test_many_inputs),
		IN_SCRATCH(test_a_file_that_grows),
		IN_SCRATCH(test_the_end_of_a_file_that_grows),
		IN_SCRATCH(test_what_is_no_file_is_refused_by_name),
	};

	return RUN_TESTS(tests);
}

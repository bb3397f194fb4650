#include "expect.h"

#include <sys/stat.h>

#include "base/mem.h"
#include "source/identity.h"

#define LONG (3 * IDENTITY_BYTES)

static struct identity identify(const char *path)
{
	struct error err = {0};
	struct identity id;

	EXPECT(identity_of(&id, path, &err) == 0, "%s: %s", path, err.text);
	return id;
}

static void write_with(const char *path, size_t len, size_t changed)
{
	char *bytes = mem_alloc(len + 1, 1);

	memset(bytes, 'x', len);
	if (changed < len)
		bytes[changed] = 'y';
	write_whole(path, bytes, len);
	free(bytes);
}

static void test_what_tells_files_apart(void **state)
{
	static const struct {
		size_t len, changed;
		bool same;
	} cases[] = {
		{LONG, LONG, true},
		{LONG, 0, false},
		{LONG, IDENTITY_BYTES - 1, false},
		{LONG, LONG - 1, false},
		{LONG, LONG - IDENTITY_BYTES, false},
		/* So far nobody looks. */
		{LONG, IDENTITY_BYTES, true},
		{LONG - 1, LONG, false},
		{LONG + 1, LONG + 1, false},
		{0, 0, false},
	};
	struct identity want;

	(void)state;
	write_with("one", LONG, LONG);
	want = identify("one");
	assert_int_equal(want.size, LONG);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct identity got;

		write_with("two", cases[i].len, cases[i].changed);
		got = identify("two");
		EXPECT(identity_same(&got, &want) == cases[i].same &&
			       (identity_print(&got) == identity_print(&want)) == cases[i].same,
		       "%zu", i);
	}
}

static void test_a_new_name_is_the_same_file(void **state)
{
	struct identity before, after;

	(void)state;
	write_whole("one", "123456789", 9);
	before = identify("one");
	assert_int_equal(rename("one", "two"), 0);
	after = identify("two");
	assert_true(identity_same(&before, &after));
	/* The check value of CRC-32: other programs find the same. */
	assert_int_equal(after.head, 0xcbf43926);
	assert_int_equal(after.tail, 0xcbf43926);
	assert_int_equal(identity_print(&after), 0xf1615d62);
}

static void test_an_empty_file(void **state)
{
	struct identity id;

	(void)state;
	write_whole("empty", "", 0);
	id = identify("empty");
	assert_int_equal(id.size, 0);
	assert_int_equal(id.head, 0);
	assert_int_equal(id.tail, 0);
}

static void test_what_is_no_file(void **state)
{
	static const struct {
		const char *path, *why;
	} cases[] = {
		{"pipe", "is a pipe, which can't be read again"},
		{"folder", "is a directory; name the files in it"},
		{"/dev/null", "is a device, which can't be read again"},
		{"-", "is standard input, which can't be read again"},
		{"missing", "can't be opened: No such file or directory"},
	};
	struct identity id;
	struct error err;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(identity_of(&id, cases[i].path, &err), -1);
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_string_equal(err.text, cases[i].why);
	}
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_what_tells_files_apart),
		IN_SCRATCH(test_a_new_name_is_the_same_file),
		IN_SCRATCH(test_an_empty_file),
		IN_SCRATCH(test_what_is_no_file),
	};

	return RUN_TESTS(tests);
}

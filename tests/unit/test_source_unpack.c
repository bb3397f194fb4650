/* What passing over a member of an archive leaves time for. */
#include "expect.h"

#include "archives.h"
#include "source/unpack.h"

#define HEADER	512
#define READ_US 10000
/* Of those, many times more than it may take until somebody is heard. */
#define READS_MAX 1000

/* A tar archive with a member of 8 GiB, which comes slowly. */
struct endless {
	struct stream stream;
	char *header;
	unsigned reads;
};

static ssize_t endless_read(struct stream *s, char *to, size_t n, struct error *err)
{
	struct endless *e = (struct endless *)s;

	(void)err;
	assert_true(n >= HEADER);
	memset(to, 0, n);
	if (e->reads)
		usleep(READ_US);
	else
		memcpy(to, e->header, HEADER);
	return e->reads++ < READS_MAX ? (ssize_t)n : 0;
}

static const struct stream_ops endless_ops = {endless_read, NULL, NULL};

/* Of an archive that libarchive makes of `entry`, with another length. */
static char *make_header(const struct entry *entry)
{
	unsigned sum = 0;
	char *bytes;

	pack("input", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, entry, 1);
	bytes = read_whole("input", NULL);
	assert_non_null(bytes);
	memcpy(bytes + 124, "77777777777", 11);
	memset(bytes + 148, ' ', 8);
	for (size_t i = 0; i < HEADER; i++)
		sum += (unsigned char)bytes[i];
	snprintf(bytes + 148, 8, "%06o", sum);
	return bytes;
}

struct listener {
	unsigned calls, until; /* `until` that many it says to go on */
};

static bool listen(void *ctx)
{
	struct listener *l = ctx;

	return ++l->calls < l->until;
}

static void test_a_long_member_is_not_passed_over_against_one_s_will(void **state)
{
	struct endless e = {.header = make_header(&(struct entry){"a", SLICE_LIT("x")})};
	struct listener listener = {.until = 2};
	struct error err = {0};
	struct stream *s;
	const char *name;

	(void)state;
	stream_init(&e.stream, &endless_ops);
	s = unpack_archive(&e.stream, "tar", &err);
	EXPECT(s, "%s", err.text);
	unpack_set_idle(s, listen, &listener);
	EXPECT(unpack_next(s, &name, &err) == UNPACK_FILE, "%s", err.text);
	assert_int_equal(listener.calls, 0);
	stream_restart(s);
	assert_int_equal(unpack_next(s, &name, &err), -1);
	assert_int_equal(listener.calls, 2);
	assert_string_equal(err.text, "was not read any further");
	assert_false(unpack_goes_on(s));
	assert_true(e.reads < READS_MAX / 2);
	stream_destroy(s);
	free(e.header);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(test_a_long_member_is_not_passed_over_against_one_s_will),
	};

	return RUN_TESTS(tests);
}

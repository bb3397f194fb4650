/* Rows of CSV, made again of the JSON that was made of them. */
#include "expect.h"

#include "inspect/rows.h"
#include "source/source.h"

static const struct {
	const char *header;
	char delimiter;
	const char *value, *want; /* NULL: it can't be made */
} cases[] = {
	{"a,b", ',', "{\"a\":\"1\",\"b\":\"2\"}", "1,2"},
	/* The header row says the order, and what there is. */
	{"a,b", ',', "{\"b\":\"2\",\"a\":\"1\"}", "1,2"},
	{"a,b,c", ',', "{\"b\":\"2\"}", ",2,"},
	{"a,b", ',', "{\"a\":\"1\",\"b\":\"2\",\"more\":\"3\"}", "1,2"},
	{"a,b", ',', "{}", ","},
	{"a,b", ',', "{\"a\":null,\"b\":\"\"}", ","},

	/* Columns that had a type. */
	{"n,p,ok,no", ',', "{\"n\":7,\"p\":-0.50,\"ok\":true,\"no\":false}", "7,-0.50,true,false"},
	{"n", ',', "{\"n\":123456789012345678901234567890}", "123456789012345678901234567890"},

	/* RFC 4180: quotes, the delimiter, line ends. */
	{"a,b", ',', "{\"a\":\"x,y\",\"b\":\"z\"}", "\"x,y\",z"},
	{"a,b", ',', "{\"a\":\"say \\\"no\\\"\",\"b\":\"\\\"\"}", "\"say \"\"no\"\"\",\"\"\"\""},
	{"a,b", ',', "{\"a\":\"1\\n2\",\"b\":\"1\\r\\n2\"}", "\"1\n2\",\"1\r\n2\""},
	{"a,b", ',', "{\"a\":\"1\\r2\",\"b\":\"\\n\"}", "\"1\r2\",\"\n\""},
	{"a;b", ';', "{\"a\":\"1,5\",\"b\":\"x;y\"}", "1,5;\"x;y\""},
	{"a\tb", '\t', "{\"a\":\"x\\ty\",\"b\":\"1;2,3\"}", "\"x\ty\"\t1;2,3"},
	{"a|b", '|', "{\"a\":\"x|y\",\"b\":\"\\\\\"}", "\"x|y\"|\\"},

	/* Escapes of JSON are none of CSV's. */
	{"a,b", ',', "{\"a\":\"M\\u00fcller\",\"b\":\"\\u20ac \\ud83d\\ude00\"}",
	 "M\xc3\xbcller,\xe2\x82\xac \xf0\x9f\x98\x80"},
	{"a,b", ',', "{\"a\":\"x\\\\y\\/z\",\"b\":\"'\"}", "x\\y/z,'"},

	/* Names. */
	{" a ,\t\"b\"", ',', "{\"a\":\"1\",\"b\":\"2\"}", NULL},
	{" a ,\tb", ',', "{\"a\":\"1\",\"b\":\"2\"}", "1,2"},
	{"\"a, b\",\"c\"\"d\",\"e\nf\"", ',', "{\"a, b\":\"1\",\"c\\\"d\":\"2\",\"e\\nf\":\"3\"}",
	 "1,2,3"},
	{"M\xc3\xbcller,x y", ',', "{\"M\\u00fcller\":\"1\",\"x y\":\"2\"}", "1,2"},
	{"a~b,~1,a/b", ',', "{\"a~b\":\"1\",\"~1\":\"2\",\"a/b\":\"3\"}", "1,2,3"},

	/* Dots nest, but for those that can't. */
	{"id,customer.id,customer.address.city,n", ',',
	 "{\"id\":\"1\",\"customer\":{\"id\":\"2\",\"address\":{\"city\":\"3\"}},\"n\":\"4\"}",
	 "1,2,3,4"},
	{"a.b", ',', "{\"a.b\":\"1\"}", "1"},
	{"Art.Nr.,.x,a..b", ',', "{\"Art.Nr.\":\"1\",\".x\":\"2\",\"a..b\":\"3\"}", "1,2,3"},
	{"a.b,a.c", ',', "{\"a\":{\"c\":\"2\"}}", ",2"},
	/* A line without anything on it would be no row. */
	{"a.b", ',', "{\"a\":\"1\"}", "\"\""},

	/* Header rows that can't be read. */
	{"", ',', "{\"a\":\"1\"}", NULL},
	{"a,b\"", ',', "{\"a\":\"1\"}", NULL},
	{"a,\"b", ',', "{\"a\":\"1\"}", NULL},
	{"a,\"b\"x", ',', "{\"a\":\"1\"}", NULL},
	{"a,b\nc,d", ',', "{\"a\":\"1\"}", NULL},

	/* Values that are no objects. */
	{"a,b", ',', "", NULL},
	{"a,b", ',', "[\"a\"]", NULL},
	{"a,b", ',', "\"a\"", NULL},
	{"a,b", ',', "null", NULL},
	{"a,b", ',', "{\"a\":\"1\"", NULL},
	{"a,b", ',', "{\"a\":\"1\"}}", NULL},
	{"a,b", ',', "{\"a\":\"\xff\"}", NULL},
	{"a,b", ',', "1,2", NULL},
};

static void run_case(struct rows *r, size_t i)
{
	struct buf out = {0};
	bool fine;

	buf_add_str(&out, "kept:");
	fine = rows_add(&out, r, slice_of(cases[i].header), cases[i].delimiter,
			slice_of(cases[i].value));
	EXPECT(fine == (cases[i].want != NULL), "%s of %s: %s", cases[i].header, cases[i].value,
	       out.data);
	EXPECT(strncmp(out.data, "kept:", 5) == 0 &&
		       strcmp(out.data + 5, fine ? cases[i].want : "") == 0,
	       "%s of %s: %s", cases[i].header, cases[i].value, out.data);
	buf_finish(&out);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rows r = {0};

		run_case(&r, i);
		rows_finish(&r);
	}
}

/* What was made of one header row is of no use for the next. */
static void test_files_in_turn(void **state)
{
	struct rows r = {0};

	(void)state;
	for (size_t step = 1; step < 8; step++)
		for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++)
			run_case(&r, i / 2 * step % ARRAY_SIZE(cases));
	rows_finish(&r);
	rows_finish(&r);
}

static void test_one_after_the_other(void **state)
{
	struct rows r = {0};
	struct buf out = {0};

	(void)state;
	assert_false(rows_add(&out, &r, SLICE_NULL, ',', SLICE_LIT("{\"a\":\"1\"}")));
	assert_false(rows_add(&out, &r, SLICE_LIT("a"), ',', SLICE_NULL));
	assert_false(rows_add(&out, &r, SLICE_LIT("a\0b"), ',', SLICE_NULL));
	assert_true(rows_add(&out, &r, SLICE_LIT("a"), ',', SLICE_LIT("{\"a\":\"1\"}")));
	assert_string_equal(out.data, "1");
	/* One header row means two things. */
	buf_clear(&out);
	assert_true(rows_add(&out, &r, SLICE_LIT("a;b"), ',', SLICE_LIT("{\"a;b\":\"1;2\"}")));
	assert_true(rows_add(&out, &r, SLICE_LIT("a;b"), ';', SLICE_LIT("{\"a\":\"3\"}")));
	assert_string_equal(out.data, "1;23;");
	buf_finish(&out);
	rows_finish(&r);
}

/* The delimiter comes out of a header, too. */
static void test_delimiters_that_separate_nothing(void **state)
{
	static const char odd[] = {'"', '\n', '\r', '\0', ' ', 'a', '\x80'};

	(void)state;
	for (size_t i = 0; i < sizeof(odd); i++) {
		struct rows r = {0};
		struct buf out = {0};

		if (!rows_add(&out, &r, SLICE_LIT("a,b"), odd[i], SLICE_LIT("{\"a,b\":\"1\"}")))
			assert_int_equal(out.len, 0);
		buf_finish(&out);
		rows_finish(&r);
	}
}

/* The records of a file as its rows, made again. */
static void make_again(const char *file, struct buf *out)
{
	size_t header = strcspn(file, "\n");
	struct source_options options = {.format = SOURCE_CSV, .csv = {.header = -1}};
	struct block_pool *pool = block_pool_create(65536, 3);
	const char *path = "input";
	struct source_item item;
	enum source_type type;
	struct rows r = {0};
	struct source *s;
	struct error err;

	write_whole("input", file, strlen(file));
	s = source_create(&path, 1, &options, pool, &err);
	assert_non_null(s);
	buf_add(out, file, header + 1);
	while ((type = source_next(s, &item)) != SOURCE_END) {
		EXPECT(type != SOURCE_BAD && type != SOURCE_FAILED, "%s", file);
		if (type != SOURCE_RECORD)
			continue;
		assert_true(
			rows_add(out, &r, (struct slice){file, header}, ',', item.record.value));
		buf_add_char(out, '\n');
	}
	source_destroy(s);
	block_pool_destroy(pool);
	rows_finish(&r);
}

/* Loaded again, rows are what they were: a file of them comes out as it went in. */
static void test_files_there_and_back(void **state)
{
	static const char *const files[] = {
		"a,b\n1,2\n3,4\n",
		"a,b\n,\n,x\n",
		"a,b\n\"x,y\",\"say \"\"no\"\"\"\n\"1\n2\",\"1\r\n2\"\n",
		"a.b,a.c,d\n1,2,3\n,,\n",
		"Art.Nr.,.x\n1,2\n",
		"M\xc3\xbcller\n\xe2\x82\xac\n",
		"a,b\n\\n,\\u0041\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct buf again = {0};

		make_again(files[i], &again);
		EXPECT(slice_is(buf_slice(&again), files[i]), "of\n%sit made\n%s", files[i],
		       again.data);
		buf_finish(&again);
	}
}

/* A column is no pointer, whatever it is called. */
static void test_names_that_look_like_pointers(void **state)
{
	struct buf out = {0};
	struct rows r = {0};

	(void)state;
	assert_true(rows_add(&out, &r, SLICE_LIT("/a,b"), ',',
			     SLICE_LIT("{\"/a\":\"1\",\"b\":\"2\",\"a\":\"3\"}")));
	assert_string_equal(out.data, "1,2");
	buf_clear(&out);
	assert_true(rows_add(&out, &r, SLICE_LIT("/~2"), ',', SLICE_LIT("{\"/~2\":\"1\"}")));
	assert_string_equal(out.data, "1");
	buf_finish(&out);
	rows_finish(&r);
}

/* No file is loaded that has one. */
static void test_a_column_without_a_name(void **state)
{
	struct buf out = {0};
	struct rows r = {0};

	(void)state;
	assert_false(rows_add(&out, &r, SLICE_LIT("a,,b"), ',', SLICE_LIT("{\"a\":\"1\"}")));
	assert_int_equal(out.len, 0);
	buf_finish(&out);
	rows_finish(&r);
}

/* A line without anything on it would be no row. */
static void test_rows_of_one_empty_field(void **state)
{
	static const char *const files[] = {"a\n\"\"\nx\n\"\"\n", "a\n\"\t\"\nx\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct buf again = {0};

		make_again(files[i], &again);
		EXPECT(slice_is(buf_slice(&again), files[i]), "of\n%sit made\n%s", files[i],
		       again.data);
		buf_finish(&again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_files_in_turn),
		cmocka_unit_test(test_one_after_the_other),
		cmocka_unit_test(test_delimiters_that_separate_nothing),
		cmocka_unit_test(test_files_there_and_back),
		cmocka_unit_test(test_names_that_look_like_pointers),
		cmocka_unit_test(test_a_column_without_a_name),
		cmocka_unit_test(test_rows_of_one_empty_field),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

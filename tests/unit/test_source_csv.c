#include "expect.h"

#include "source_events.h"

#define BAD_CSV	 "2"
#define BAD_UTF8 "3"

static const struct csv_case {
	const char *name, *input, *want;
} cases[] = {
	{"empty", "", ""},
	{"header only", "a,b\n", ""},
	{"plain", "a,b\n1,2\n3,4\n",
	 "record 2 4 {\"a\":\"1\",\"b\":\"2\"}\nrecord 3 8 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"no final newline", "a,b\n1,2", "record 2 4 {\"a\":\"1\",\"b\":\"2\"}\n"},
	{"no final newline, quoted", "a,b\n1,\"2\"", "record 2 4 {\"a\":\"1\",\"b\":\"2\"}\n"},
	{"CRLF", "a,b\r\n1,2\r\n3,\"4\"\r\n",
	 "record 2 5 {\"a\":\"1\",\"b\":\"2\"}\nrecord 3 10 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"byte order mark",
	 "\xef\xbb\xbf"
	 "a,b\n1,2\n",
	 "record 2 7 {\"a\":\"1\",\"b\":\"2\"}\n"},
	{"byte order mark, quoted header", "\xef\xbb\xbf\"a\",\"b, c\"\n1,2\n",
	 "record 2 14 {\"a\":\"1\",\"b, c\":\"2\"}\n"},
	{"blank lines", "\n a , b\n\n \t\r\n1,2\n\n", "record 5 13 {\"a\":\"1\",\"b\":\"2\"}\n"},
	{"blanks belong to fields", "a,b\n 1 ,\t\n",
	 "record 2 4 {\"a\":\" 1 \",\"b\":\"\\\\t\"}\n"},
	{"empty fields", "a,b,c\n,\"\",\n", "record 2 6 {\"a\":\"\",\"b\":\"\",\"c\":\"\"}\n"},
	{"empty fields, plain", "a,b,c\n,,\n,1,\n,,2",
	 "record 2 6 {\"a\":\"\",\"b\":\"\",\"c\":\"\"}\n"
	 "record 3 9 {\"a\":\"\",\"b\":\"1\",\"c\":\"\"}\n"
	 "record 4 13 {\"a\":\"\",\"b\":\"\",\"c\":\"2\"}\n"},
	{"plain, quoted and broken rows in turn",
	 "a,b\n1,2\n\"3\",4\n5,6\n7,8\"\n9,0\n\"1\n2\",3\n4,5\n6,\"7",
	 "record 2 4 {\"a\":\"1\",\"b\":\"2\"}\nrecord 3 8 {\"a\":\"3\",\"b\":\"4\"}\n"
	 "record 4 14 {\"a\":\"5\",\"b\":\"6\"}\n"
	 "bad 5 18 " BAD_CSV " [a quote inside an unquoted field] 7,8\"\n"
	 "record 6 23 {\"a\":\"9\",\"b\":\"0\"}\n"
	 "record 7 27 {\"a\":\"1\\\\n2\",\"b\":\"3\"}\n"
	 "record 9 35 {\"a\":\"4\",\"b\":\"5\"}\n"
	 "bad 10 39 " BAD_CSV " [a quoted field is not closed] 6,\"7\n"},
	{"doubled quotes", "a\n\"x \"\"y\"\" z\"\n", "record 2 2 {\"a\":\"x \\\\\"y\\\\\" z\"}\n"},
	{"quoted newlines", "a,b\n\"x\ny\",1\n\"x\r\ny\n\nz\",2\n3,4\n",
	 "record 2 4 {\"a\":\"x\\\\ny\",\"b\":\"1\"}\n"
	 "record 4 12 {\"a\":\"x\\\\r\\\\ny\\\\n\\\\nz\",\"b\":\"2\"}\n"
	 "record 8 24 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"escapes", "a\n\x01\\/\x7f\xc3\xa9\n",
	 "record 2 2 {\"a\":\"\\\\u0001\\\\\\\\/\\\\u007f\xc3\xa9\"}\n"},
	{"too few fields", "a,b\n1\n3,4\n",
	 "bad 2 4 " BAD_CSV " [row has 1 field, the header has 2] 1\n"
	 "record 3 6 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"too many fields", "a,b\r\n1,2,3\r\n3,4\r\n",
	 "bad 2 5 " BAD_CSV " [row has 3 fields, the header has 2] 1,2,3\n"
	 "record 3 12 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"wrong count in a row of lines", "a,b\n\"x\ny\"\n3,4\n",
	 "bad 2 4 " BAD_CSV " [row has 1 field, the header has 2] \"x\\ny\"\n"
	 "record 4 10 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"quote in a field", "a,b\n1,2\"\n3,4\n",
	 "bad 2 4 " BAD_CSV " [a quote inside an unquoted field] 1,2\"\n"
	 "record 3 9 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"text behind a quote", "a,b\n1,\"2\" \n3,4\n",
	 "bad 2 4 " BAD_CSV " [something stands behind a closing quote] 1,\"2\" \n"
	 "record 3 11 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"a quote never closed", "a,b\n1,\"2\n3,4\n5,6",
	 "bad 2 4 " BAD_CSV " [a quoted field is not closed] 1,\"2\n"
	 "record 3 9 {\"a\":\"3\",\"b\":\"4\"}\nrecord 4 13 {\"a\":\"5\",\"b\":\"6\"}\n"},
	{"a quote closed by a later one", "a,b\n1,\"2\n3,\"4\"\n5,6\n",
	 "bad 2 4 " BAD_CSV " [something stands behind a closing quote] 1,\"2\n"
	 "record 3 9 {\"a\":\"3\",\"b\":\"4\"}\nrecord 4 15 {\"a\":\"5\",\"b\":\"6\"}\n"},
	{"an open quote in the last line", "a,b\n1,\"2",
	 "bad 2 4 " BAD_CSV " [a quoted field is not closed] 1,\"2\n"},
	{"a lone carriage return", "a,b\n1,2\r3,4\n5,6\n",
	 "bad 2 4 " BAD_CSV " [a carriage return inside an unquoted field] 1,2\\x0d3,4\n"
	 "record 3 12 {\"a\":\"5\",\"b\":\"6\"}\n"},
	{"not UTF-8", "a,b\nM\xfcller,2\n3,4\n",
	 "bad 2 4 " BAD_UTF8 " [the row is not valid UTF-8] M\\xfcller,2\n"
	 "record 3 13 {\"a\":\"3\",\"b\":\"4\"}\n"},
	{"nested", "id,customer.id,n,customer.name,customer.address.city\n1,2,3,4,5\n",
	 "record 2 53 "
	 "{\"id\":\"1\",\"customer\":{\"id\":\"2\",\"name\":\"4\",\"address\":{\"city\":"
	 "\"5\"}},\"n\":\"3\"}\n"},
	{"dots that don't nest", "Art.Nr.,.x,a..b\n1,2,3\n",
	 "record 2 16 {\"Art.Nr.\":\"1\",\".x\":\"2\",\"a..b\":\"3\"}\n"},
	{"name twice", "a,b,a\n1,2,3\n",
	 "failed input has an unusable header row: the names of columns 1 and 3 can't stand "
	 "in one object: rename one\n"},
	{"object and value", "a,b,a.c\n1,2,3\n",
	 "failed input has an unusable header row: the names of columns 1 and 3 can't stand "
	 "in one object: rename one\n"},
	{"value and object", "a.c,b,a\n1,2,3\n",
	 "failed input has an unusable header row: the names of columns 1 and 3 can't stand "
	 "in one object: rename one\n"},
	{"no name", "a,,b\n1,2,3\n",
	 "failed input has an unusable header row: column 2 has no name\n"},
	{"quote in the header", "a,b\"\n1,2\n",
	 "failed input has an unusable header row: a quote inside an unquoted field\n"},
	{"another delimiter", "a;b\n1;2\n",
	 "failed input has an unusable header row: it is a single column with semicolons in its "
	 "name; if they separate columns, say so with --csv-delimiter\n"},
};

static const struct option_case {
	const char *name, *input, *want;
	struct csv_options csv;
} option_cases[] = {
	{"semicolons", "a;b\n1,5;2\n", "record 2 4 {\"a\":\"1,5\",\"b\":\"2\"}\n", {';', NULL, -1}},
	{"tabs",
	 "a\tb\n1\t\"2\t\"\n",
	 "record 2 4 {\"a\":\"1\",\"b\":\"2\\\\t\"}\n",
	 {'\t', NULL, -1}},
	{"types",
	 "id,n,p,ok\n1, +007 ,.5,TRUE\n2,,,\n3,x,1,1\n4,1,1,yes\n",
	 "record 2 10 {\"id\":\"1\",\"n\":7,\"p\":0.5,\"ok\":true}\n"
	 "record 3 27 {\"id\":\"2\",\"n\":null,\"p\":null,\"ok\":null}\n"
	 "bad 4 32 " BAD_CSV " [column 'n': not an integer] 3,x,1,1\n"
	 "bad 5 40 " BAD_CSV " [column 'ok': not a boolean (true, false, 1 or 0)] 4,1,1,yes\n",
	 {0, "p:number,n:integer,ok:boolean", 1}},
	{"header found by its names",
	 "id, n\n1,2\n",
	 "record 2 6 {\"id\":\"1\",\"n\":2}\n",
	 {0, "n:integer", -1}},
	{"columns without a header",
	 "1,2\n3,4,5\n",
	 "record 1 0 {\"a\":\"1\",\"b\":2}\n"
	 "bad 2 4 " BAD_CSV " [row has 3 fields, but the number of columns is 2] 3,4,5\n",
	 {0, "a, b : integer", -1}},
	{"bad first row without a header",
	 "1,2\"\n3,4\n",
	 "bad 1 0 " BAD_CSV " [a quote inside an unquoted field] 1,2\"\n"
	 "record 2 5 {\"a\":\"3\",\"b\":\"4\"}\n",
	 {0, "a,b", -1}},
	{"name that the header lacks",
	 "a,b\n1,2\n",
	 "failed input has an unusable header row: the header row has no column 'c'\n",
	 {0, "c:integer", 1}},
	{"no header", "a,b\n", "record 1 0 {\"x\":\"a\",\"y\":\"b\"}\n", {0, "x,y", 0}},
	{"its own names as data", "x,y\n", "record 1 0 {\"x\":\"x\",\"y\":\"y\"}\n", {0, "x,y", 0}},
};

static void run_case(struct csv_options csv, const char *input, const char *want)
{
	static const size_t block_sizes[] = {8, 64, 65536};

	for (size_t k = 0; k < ARRAY_SIZE(block_sizes); k++) {
		struct run run = {.options = {.format = SOURCE_CSV, .csv = csv},
				  .block_size = block_sizes[k],
				  .blocks = 1 + k};

		expect_items(&run, slice_of(input), want);
	}
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run_case((struct csv_options){0, NULL, -1}, cases[i].input, cases[i].want);
	for (size_t i = 0; i < ARRAY_SIZE(option_cases); i++)
		run_case(option_cases[i].csv, option_cases[i].input, option_cases[i].want);
}

static void test_nul(void **state)
{
	struct run run = {.options = {.format = SOURCE_CSV, .csv = {.header = -1}}};

	(void)state;
	expect_items(&run, SLICE_LIT("first,second\n1,x\0y\n3,4\n"),
		     "bad 2 13 " BAD_CSV " [the row holds a NUL byte] 1,x\\x00y\n"
		     "record 3 19 {\"first\":\"3\",\"second\":\"4\"}\n");
}

/* Rows and quoted line ends on every possible side of the reader's blocks. */
static void test_block_edges(void **state)
{
	struct run run = {.options = {.format = SOURCE_CSV, .csv = {.header = -1}},
			  .block_size = 512,
			  .blocks = 2};
	struct buf input = {0}, want = {0};
	unsigned line = 2;

	(void)state;
	buf_add_str(&input, "id,text\n");
	for (int i = 0; input.len < 600 * 1024; i++) {
		const char *fill = "--------------------------------------------------";
		int n = i % 50;

		buf_addf(&want, "record %u %zu {\"id\":\"%d\",\"text\":\"%.*s\\\\n%.*s\"}\n", line,
			 input.len, i, n, fill, n, fill);
		buf_addf(&input, "%d,\"%.*s\n%.*s\"\n", i, n, fill, n, fill);
		line += 2;
	}
	write_whole("input", input.data, input.len);
	expect_run(&run, "block edges", want.data);
	buf_finish(&input);
	buf_finish(&want);
}

static void test_stray_quote_in_long_file(void **state)
{
	struct run run = {.options = {.format = SOURCE_CSV, .csv = {.header = -1}}};
	const char *want = "bad 2 3 2 [a quoted field is not closed] \"never closed\nrecord 3 17 ";
	struct buf input = {0}, got = {0};
	struct source_stats stats;

	(void)state;
	buf_add_str(&input, "id\n\"never closed\n");
	while (input.len < 3 * 1024 * 1024)
		buf_addf(&input, "%01000d\n", 7);
	write_whole("input", input.data, input.len);
	run.options.limit = 3;
	run_source(&run, &got, &stats);
	EXPECT(strncmp(got.data, want, strlen(want)) == 0, "%.80s", got.data);
	buf_finish(&input);
	buf_finish(&got);
}

static void test_limit(void **state)
{
	struct run run = {
		.options = {.format = SOURCE_CSV, .csv = {.header = -1}, .max_record_bytes = 10}};

	(void)state;
	expect_items(&run, SLICE_LIT("a,b\n12345678901234567890\n1,2\n"),
		     "large 2 4 20\nrecord 3 25 {\"a\":\"1\",\"b\":\"2\"}\n");
	expect_items(&run, SLICE_LIT("a,b\n\"12345\n67890\",3\n1,2\n"),
		     "large 2 4 15\nrecord 4 20 {\"a\":\"1\",\"b\":\"2\"}\n");
}

static const struct refused {
	struct csv_options csv;
	const char *want;
} refusals[] = {
	{{.header = 0}, "CSV without a header row needs the names of its columns"},
	{{.columns = "a,,b", .header = -1}, "column 2 has no name"},
	{{.columns = "a,b:int", .header = -1},
	 "column 'b:int' has an unknown type; types are string, integer, number and boolean"},
	{{.columns = "a,a.b", .header = -1},
	 "the names of columns 1 and 2 can't stand in one object: rename one"},
	{{.delimiter = '"', .header = -1}, "a quote or a line end can't separate columns"},
};

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		struct source_options options = {.csv = refusals[i].csv};
		struct error err = {0};

		assert_null(source_create(NULL, 0, &options, NULL, &err));
		assert_int_equal(err.kind, ERROR_USAGE);
		assert_string_equal(err.text, refusals[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),	    cmocka_unit_test(test_nul),
		cmocka_unit_test(test_block_edges), cmocka_unit_test(test_stray_quote_in_long_file),
		cmocka_unit_test(test_limit),	    cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

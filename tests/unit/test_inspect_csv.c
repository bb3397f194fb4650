/* Dead letters as rows for spreadsheets. */
#include "expect.h"

#include "inspect/csv.h"
#include "letters.h"

#define FIELDS_MAX 64

/* A row's fields, as RFC 4180 has them: the text of each, and whether it was quoted. */
struct row {
	struct buf text[FIELDS_MAX];
	bool quoted[FIELDS_MAX];
	size_t n;
};

static void row_finish(struct row *row)
{
	for (size_t i = 0; i < row->n; i++)
		buf_finish(&row->text[i]);
	*row = (struct row){0};
}

/* From an opening quote to behind the closing one. */
static const char *read_quoted(struct buf *text, const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '"' && at[1] != '"')
			return at + 1;
		at += *at == '"';
		buf_add_char(text, *at);
	}
	fail_msg("a quoted field is not closed");
	return end;
}

/* Reads one row, which must end where the text does, with CRLF. */
static void read_row(struct row *row, struct slice csv)
{
	const char *at = csv.data, *end = csv.data + csv.len - 2;

	assert_true(csv.len >= 2);
	assert_memory_equal(end, "\r\n", 2);
	for (;; at++) {
		struct buf *text = &row->text[row->n];

		assert_true(row->n < FIELDS_MAX);
		row->quoted[row->n++] = at < end && *at == '"';
		if (at < end && *at == '"')
			at = read_quoted(text, at, end);
		for (; at < end && *at != ','; at++) {
			assert_null(strchr("\"\r\n", *at));
			buf_add_char(text, *at);
		}
		if (at == end)
			return;
	}
}

/* Which column has that name. */
static size_t column(const char *name, bool values)
{
	struct buf out = {0};
	struct row row = {0};
	size_t i = 0;

	csv_begin(&out, values);
	read_row(&row, buf_slice(&out));
	while (i < row.n && !slice_is(buf_slice(&row.text[i]), name))
		i++;
	EXPECT(i < row.n, "%s", name);
	row_finish(&row);
	buf_finish(&out);
	return i;
}

static void write_row_with(struct decoder *d, struct row *row, const struct received *r,
			   bool values)
{
	struct buf out = {0};
	struct letter l;

	letter_read(&l, d, r);
	buf_add_str(&out, "kept");
	csv_add(&out, &l, values);
	assert_memory_equal(out.data, "kept", 4);
	read_row(row, (struct slice){out.data + 4, out.len - 4});
	buf_finish(&out);
}

static void write_row(struct row *row, const struct received *r, bool values)
{
	struct decoder *d = decoder_create();

	write_row_with(d, row, r, values);
	decoder_destroy(d);
}

static void expect_field(const struct row *row, const char *name, const char *want)
{
	struct slice got = buf_slice(&row->text[column(name, true)]);

	EXPECT(slice_is(got, want), "%s: got %.*s, want %s", name, (int)got.len, got.data, want);
}

static void test_the_names(void **state)
{
	static const char *const own[] = {"partition", "offset", "timestamp",
					  "key",       "status", "system"};
	struct buf out = {0};
	struct row row = {0};

	(void)state;
	csv_begin(&out, false);
	read_row(&row, buf_slice(&out));
	assert_int_equal(row.n, ARRAY_SIZE(own) + LETTER_FIELDS);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		assert_string_equal(row.text[i].data, own[i]);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		assert_string_equal(row.text[ARRAY_SIZE(own) + i].data,
				    letter_field_name((enum letter_field)i));
	row_finish(&row);
	buf_clear(&out);
	csv_begin(&out, true);
	read_row(&row, buf_slice(&out));
	assert_int_equal(row.n, ARRAY_SIZE(own) + LETTER_FIELDS + 1);
	assert_string_equal(row.text[row.n - 1].data, "value");
	row_finish(&row);
	buf_finish(&out);
}

static void test_a_letter(void **state)
{
	struct received r = RECEIVED(H("kafka_dlt-original-topic", "orders"),
				     H("kafka_dlt-original-partition", "\0\0\0\x07"),
				     H("kafka_dlt-exception-fqcn", "a.X"),
				     H("kafka_dlt-exception-message", "no, \"never\""),
				     H("source-file", "a,b.csv"), H("error-class", "permanent"));
	struct row row = {0};

	(void)state;
	write_row(&row, &r, true);
	expect_field(&row, "partition", "3");
	expect_field(&row, "offset", "42");
	expect_field(&row, "timestamp", "2023-11-14T22:13:20.000Z");
	expect_field(&row, "key", "customer-B");
	expect_field(&row, "status", "pending");
	expect_field(&row, "system", "spring");
	expect_field(&row, "original-topic", "orders");
	expect_field(&row, "original-partition", "7");
	expect_field(&row, "original-offset", "");
	expect_field(&row, "error-type", "a.X");
	expect_field(&row, "error-message", "no, \"never\"");
	expect_field(&row, "source-file", "a,b.csv");
	expect_field(&row, "original-timestamp", "2023-11-14T22:13:20.000Z");
	expect_field(&row, "error-timestamp", "");
	expect_field(&row, "value", "{\"orderId\":\"ORD-0012\"}");
	row_finish(&row);
}

static void test_values_only_when_they_are_asked_for(void **state)
{
	struct received r = RECEIVED(H("source_topic", "orders"));
	struct row row = {0};

	(void)state;
	write_row(&row, &r, false);
	assert_int_equal(row.n, 6 + LETTER_FIELDS);
	for (size_t i = 0; i < row.n; i++)
		assert_true(!row.text[i].data || !strstr(row.text[i].data, "orderId"));
	row_finish(&row);
}

static void test_what_is_no_dead_letter(void **state)
{
	struct received r = RECEIVED(H("tenant", "acme"));
	struct row row = {0};

	(void)state;
	r.record.timestamp = RECORD_NO_TIMESTAMP;
	write_row(&row, &r, true);
	expect_field(&row, "timestamp", "");
	expect_field(&row, "system", "");
	expect_field(&row, "status", "pending");
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		assert_int_equal(row.text[6 + i].len, 0);
	row_finish(&row);
}

/* null has no quotes, empty text has. */
static void test_null_is_not_empty(void **state)
{
	struct received r = RECEIVED(H("source_topic", ""), H_NULL("source_consumer_group"));
	struct row row = {0};

	(void)state;
	r.record.key = SLICE_NULL;
	r.record.value = SLICE_LIT("");
	write_row(&row, &r, true);
	expect_field(&row, "key", "");
	assert_false(row.quoted[column("key", true)]);
	assert_true(row.quoted[column("value", true)]);
	assert_true(row.quoted[column("original-topic", true)]);
	assert_false(row.quoted[column("group", true)]);
	row_finish(&row);
	r.record.key = SLICE_LIT("");
	r.record.value = SLICE_NULL;
	write_row(&row, &r, true);
	assert_true(row.quoted[column("key", true)]);
	assert_false(row.quoted[column("value", true)]);
	row_finish(&row);
}

static const struct {
	struct slice text;
	const char *want;
} texts[] = {
	{SLICE_LIT("a,b;c"), "a,b;c"},
	{SLICE_LIT("\"\""), "\"\""},
	{SLICE_LIT(" a "), " a "},
	{SLICE_LIT("M\xc3\xbcller"), "M\xc3\xbcller"},
	/* What a spreadsheet would compute. */
	{SLICE_LIT("=1+1"), "'=1+1"},
	{SLICE_LIT("=HYPERLINK(\"http://example.com\",\"x\")"),
	 "'=HYPERLINK(\"http://example.com\",\"x\")"},
	{SLICE_LIT("+1"), "'+1"},
	{SLICE_LIT("-1"), "'-1"},
	{SLICE_LIT("@SUM(A1)"), "'@SUM(A1)"},
	{SLICE_LIT("a=1"), "a=1"},
	{SLICE_LIT("'=1"), "'=1"},
	/* What is no text. */
	{SLICE_LIT("a\0b"), "a\\x00b"},
	{SLICE_LIT("\x1b[2J\x7f"), "\\x1b[2J\\x7f"},
	{SLICE_LIT("M\xfcller"), "M\\xfcller"},
	{SLICE_LIT("a\xe2\x80\xae"
		   "b"),
	 "a\\xe2\\x80\\xaeb"},
	{SLICE_LIT("\0\0\0\x07"), "\\x00\\x00\\x00\\x07"},
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct header headers[] = {{SLICE_LIT("source_topic"), texts[i].text}};
		struct received r = received_of(headers, 1);
		struct row row = {0};

		r.record.key = r.record.value = texts[i].text;
		write_row(&row, &r, true);
		expect_field(&row, "key", texts[i].want);
		expect_field(&row, "value", texts[i].want);
		expect_field(&row, "original-topic", texts[i].want);
		row_finish(&row);
	}
}

/* As many fields as names, none a formula, no control bytes but line ends and tabs. */
static void expect_harmless(struct decoder *d, const char text[3])
{
	struct received r = RECEIVED(H("source_topic", "orders"));
	struct row row = {0};

	r.record.key = r.record.value = (struct slice){text, 3};
	write_row_with(d, &row, &r, true);
	assert_int_equal(row.n, 7 + LETTER_FIELDS);
	for (size_t i = 0; i < row.n; i++) {
		const char *got = row.text[i].data ? row.text[i].data : "";

		EXPECT(!*got || !strchr("=+-@\t\r\n", *got), "%d %d: %s", text[0], text[1], got);
		for (; *got; got++)
			EXPECT((unsigned char)*got >= ' ' || strchr("\t\r\n", *got), "%d %d",
			       text[0], text[1]);
	}
	row_finish(&row);
}

static void test_no_byte_breaks_a_row(void **state)
{
	static const char others[] = "a\"\n\r=,'\x00\x80";
	struct decoder *d = decoder_create();

	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t i = 0; i < sizeof(others); i++) {
			expect_harmless(d, (char[]){(char)c, others[i], 'x'});
			expect_harmless(d, (char[]){others[i], (char)c, 'x'});
		}
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_names),
		cmocka_unit_test(test_a_letter),
		cmocka_unit_test(test_values_only_when_they_are_asked_for),
		cmocka_unit_test(test_what_is_no_dead_letter),
		cmocka_unit_test(test_null_is_not_empty),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_no_byte_breaks_a_row),
	};

	return RUN_TESTS(tests);
}

#include "expect.h"

#include "source/sniff.h"

#define ALIEN	 "alien"
#define UNUSABLE "unusable"
#define DIGITS	 "01234567012345670123456701234567012345670123456701"
#define ENVELOPE "{\"v\":1,\"topic\":\"orders\","

static const struct sniff_case {
	const char *name;
	struct slice head;
	enum source_format told;
	const char *want; /* format and delimiter, or a verdict */
} cases[] = {
	{"a.csv", SLICE_LIT("{\n"), SOURCE_AUTO, "csv ,"},
	{"a.CSV.gz", SLICE_LIT("a;b\n"), SOURCE_AUTO, "csv ,"},
	{"a.tsv", SLICE_LIT("a\tb\n"), SOURCE_AUTO, "csv \t"},
	{"a.ndjson.zst", SLICE_LIT("a,b\n"), SOURCE_AUTO, "ndjson ,"},
	{"a.jsonl", SLICE_LIT(""), SOURCE_AUTO, "ndjson ,"},
	{"a.json", SLICE_LIT("{\"a\":1}\n{}"), SOURCE_AUTO, "ndjson ,"},
	{"a.json", SLICE_LIT("[\n {\"a\":1},\n"), SOURCE_AUTO, UNUSABLE},
	{"a.json", SLICE_LIT("\xef\xbb\xbf{\r\n  \"a\": 1\r\n}\r\n"), SOURCE_AUTO, UNUSABLE},
	{"a.txt", SLICE_LIT("{\n \"a\": 1\n}\n"), SOURCE_AUTO, UNUSABLE},
	{"a.json", SLICE_LIT("{"), SOURCE_AUTO, "ndjson ,"},
	{"-", SLICE_LIT("\n {\"a\":1}\n"), SOURCE_AUTO, "ndjson ,"},
	{"-", SLICE_LIT("[1,2]\n"), SOURCE_AUTO, "ndjson ,"},
	{"-", SLICE_LIT("oops, broken\n{\"a\":1}\n"), SOURCE_AUTO, "ndjson ,"},
	{"-", SLICE_LIT("\xef\xbb\xbfid,n\n1,2\n"), SOURCE_AUTO, "csv ,"},
	{"-", SLICE_LIT("M\xfcller,n\n1,2\n"), SOURCE_AUTO, "csv ,"},
	{"-", SLICE_LIT(""), SOURCE_AUTO, "ndjson ,"},
	{"-", SLICE_LIT("Dear customer\n"), SOURCE_AUTO, ALIEN},
	{"-", SLICE_LIT("Dear customer\n"), SOURCE_NDJSON, "ndjson ,"},
	{"a.ndjson", SLICE_LIT("id,n\n"), SOURCE_CSV, "csv ,"},
	{"a.csv", SLICE_LIT("{}\n"), SOURCE_ENVELOPE, "envelope ,"},
	{"orders", SLICE_LIT("{\"a\":\0}\n"), SOURCE_AUTO, "ndjson ,"},
	{"orders", SLICE_LIT("a,\0\n"), SOURCE_AUTO, ALIEN},
	{"orders", SLICE_LIT("a,\0\n"), SOURCE_CSV, "csv ,"},
	{"orders", SLICE_LIT("{\"a\":\"\0\0\0\0\0\0\0\0\0\0\0\"}\n"), SOURCE_AUTO, "ndjson ,"},
	{"orders", SLICE_LIT("\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0"), SOURCE_NDJSON,
	 "ndjson ,"},
	{"orders.ndjson", SLICE_LIT("{\"a\":\0}\n"), SOURCE_AUTO, "ndjson ,"},
	/* What is named as orders must not be left out. */
	{"orders.ndjson", SLICE_LIT("\x01\x02\x03\x04\x05\x06\x07\x08\0\0\0\0"), SOURCE_AUTO,
	 UNUSABLE},
	{"orders.csv",
	 SLICE_LIT("\xff\xfe"
		   "i\0d\0"),
	 SOURCE_AUTO, UNUSABLE},
	{"orders",
	 SLICE_LIT("i\0d\0,\0n\0\n\0"
		   "1\0,\0"
		   "2\0"),
	 SOURCE_AUTO, UNUSABLE},
	{"orders",
	 SLICE_LIT("\0i\0d\0,\0n\0\n\0"
		   "1\0,\0"
		   "2"),
	 SOURCE_CSV, UNUSABLE},
	{"orders.csv", SLICE_LIT("\x89PNG\r\n"), SOURCE_CSV, UNUSABLE},
	{"orders", SLICE_LIT("\x89PNG\r\n"), SOURCE_CSV, ALIEN},
	{"report", SLICE_LIT("%PDF-1.7, with a comma\n"), SOURCE_AUTO, ALIEN},
	{"report", SLICE_LIT("%PDF-1.7, with a comma\n"), SOURCE_CSV, "csv ,"},
	{"a.csv", SLICE_LIT("<html>,b\n"), SOURCE_CSV, "csv ,"},
	{"a.csv", SLICE_LIT("PAR1,PAR2\n"), SOURCE_AUTO, "csv ,"},
	{"a.csv", SLICE_LIT("PAR1\x15\x04\x15"), SOURCE_CSV, UNUSABLE},
	{"a.csv", SLICE_LIT("GIF89a,width,height,colours\n"), SOURCE_AUTO, "csv ,"},
	{"a.csv", SLICE_LIT("GIF89a\x10\0\x10\0\x80\0\0!"), SOURCE_CSV, UNUSABLE},
	{"-", SLICE_LIT("GIF87a\x10\0\x10\0\x80\0\0,"), SOURCE_AUTO, ALIEN},
	{"a.csv", SLICE_LIT("07070123,Meier,12.50\n" DIGITS "\n" DIGITS), SOURCE_AUTO,
	 "csv , headless"},
	{"a.csv", SLICE_LIT("070701" DIGITS DIGITS "abcdefABCDEF.txt\0"), SOURCE_AUTO, UNUSABLE},
	{"a", SLICE_LIT("070702" DIGITS DIGITS "00000000a\0"), SOURCE_AUTO, ALIEN},
	{"a", SLICE_LIT("070701" DIGITS DIGITS "0000"), SOURCE_CSV, "csv , headless"},
	{"a", SLICE_LIT("070707" DIGITS "00000000000000000000.txt\0"), SOURCE_AUTO, ALIEN},
	{"a.csv", SLICE_LIT("070707" DIGITS ",8\n"), SOURCE_AUTO, "csv , headless"},
	{"a.csv", SLICE_LIT("SQLite format 3,b\n"), SOURCE_AUTO, "csv ,"},
	{"a.csv", SLICE_LIT("SQLite format 3\0\x10"), SOURCE_CSV, UNUSABLE},
	{"orders.Z", SLICE_LIT("\x1f\x9d\x90"), SOURCE_AUTO, ALIEN},
	{"orders.csv", SLICE_LIT("<!DOCTYPE html>\n"), SOURCE_AUTO, UNUSABLE},
	{"a.csv", SLICE_LIT("id,n\r1,2\r"), SOURCE_AUTO, UNUSABLE},
	{"a.csv", SLICE_LIT("id,\"n\rm\"\r"), SOURCE_AUTO, "csv ,"},
	{"a.csv", SLICE_LIT("id,n\r\n1,2\r"), SOURCE_AUTO, "csv ,"},
	{"a.ndjson", SLICE_LIT("{\"a\":1}\r{\"a\":2}\r"), SOURCE_NDJSON, UNUSABLE},
	{"a.ndjson", SLICE_LIT("{\"a\":1}\r"), SOURCE_AUTO, "ndjson ,"},
	{"a.ndjson", SLICE_LIT(ENVELOPE "\"key\":null,\"value\":\"\"}\n"), SOURCE_AUTO,
	 "envelope , told"},
	{"-", SLICE_LIT("\n { \"v\" : 1, \"topic\": \"x\" , \"key_base64\":\"AA==\""), SOURCE_AUTO,
	 "envelope , told"},
	{"a.ndjson", SLICE_LIT(ENVELOPE "\"value\":\"\"}\n"), SOURCE_NDJSON, "ndjson ,"},
	{"a.ndjson", SLICE_LIT(ENVELOPE "\"total\":1}\n"), SOURCE_AUTO, "ndjson ,"},
	{"a.ndjson", SLICE_LIT("{\"v\":1,\"topic\":\"x"), SOURCE_AUTO, "ndjson ,"},
	{"a.json", SLICE_LIT("[{\"a\":1},{\"a\":2}]\n"), SOURCE_AUTO, "ndjson , told"},
	{"a.json", SLICE_LIT("[{\"a\":1},{\"a\":2}]\n"), SOURCE_NDJSON, "ndjson ,"},
	{"a.csv", SLICE_LIT("4711,Meier,12.50\n"), SOURCE_AUTO, "csv , headless"},
	{"a.csv", SLICE_LIT("Meier;\"-1.5\"\n"), SOURCE_CSV, "csv ,"},
	{"a.csv", SLICE_LIT("id2,total 3,T1,-\n1,2\n"), SOURCE_AUTO, "csv ,"},
	{"a.csv", SLICE_LIT("A,2026-01-02T03:04:05Z\n"), SOURCE_AUTO, "csv , headless"},
	{"a.csv", SLICE_LIT("A,\"-1.5\"\n"), SOURCE_AUTO, "csv , headless"},
	{"a.csv", SLICE_LIT("A,b@example.com\n"), SOURCE_AUTO, "csv , headless"},
};

static void test_cases(void **state)
{
	static const char *const names[] = {"auto", "ndjson", "csv", "envelope"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sniff_case *c = &cases[i];
		struct error why = {0};
		struct sniffed s = sniff(c->name, c->head, c->told, 0, &why);
		char got[32];

		snprintf(got, sizeof(got), "%s %c%s%s", names[s.format], s.delimiter,
			 s.notice ? " told" : "", s.headless ? " headless" : "");
		if (s.verdict != SNIFF_FINE)
			strcpy(got, s.verdict == SNIFF_ALIEN ? ALIEN : UNUSABLE);
		EXPECT(strcmp(got, c->want) == 0, "%zu %s: %s, not %s", i, c->name, got, c->want);
		EXPECT((s.verdict == SNIFF_FINE && !s.notice) == !why.text[0], "%zu: %s", i,
		       why.text);
	}
}

static void test_delimiter(void **state)
{
	struct error why;

	(void)state;
	assert_int_equal(sniff("a.tsv", SLICE_LIT("a;b"), SOURCE_AUTO, ';', &why).delimiter, ';');
	assert_int_equal(sniff("-", SLICE_LIT("a;b"), SOURCE_AUTO, ';', &why).format, SOURCE_CSV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_delimiter),
	};

	return RUN_TESTS(tests);
}

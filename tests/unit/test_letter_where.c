/* Conditions on a dead letter, and what they can name of it. */
#include "expect.h"

#include "letter/term.h"
#include "letter/where.h"
#include "letters.h"

/* 2023-11-15T00:00:00.000Z */
#define NOW INT64_C(1700006400000)

static const struct header headers[] = {
	H("tenant", "acme"),
	H("empty", ""),
	H_NULL("trace"),
	H("binary", "a\0b"),
	H("two words", "x"),
	H("code", "0042"),
	H("tenant", "globex"),
	H("kafka_dlt-original-topic", "orders.created"),
	H("kafka_dlt-original-partition", "\0\0\0\x07"),
	H("kafka_dlt-original-timestamp", "\x00\x00\x01\x8b\xcf\xe5\x68\x00"),
	H("kafka_dlt-exception-fqcn", "a.ListenerException"),
	H("kafka_dlt-exception-cause-fqcn", "java.io.IOException"),
	H("kafka_dlt-exception-message", "field /total is missing: total>=0"),
	H("error-class", "permanent"),
	H("retry-count", "10"),
	H("source-line", "12"),
	H("replay-count", "3"),
};

static const char value[] =
	"{\"customer\":{\"id\":\"C-17\",\"tier\":2},\"total\":12.5,\"a/b\":\"slash\","
	"\"m~n\":\"tilde\",\"~1\":\"both\",\"\":\"blank\",\"flag\":true,\"tags\":[\"x\",\"y\"],"
	"\"when\":\"2023-11-14T22:13:20Z\",\"text\":\"say \\\"no\\\"\",\"exp\":1.25e1,"
	"\"id\":1234567890123456789}";

static struct received the_letter(void)
{
	struct received r = received_of(headers, ARRAY_SIZE(headers));

	r.record.value = SLICE_LIT(value);
	r.append_time = true;
	return r;
}

/* Does it hold of r? Fails when it is no condition. */
static bool holds(const char *text, const struct received *r)
{
	struct decoder *d = decoder_create();
	struct terms *terms = terms_create();
	struct error err = {0};
	struct letter l;
	struct where w;
	bool yes;

	EXPECT(where_init(&w, terms, text, NOW, &err) == 0, "%s", err.text);
	letter_read(&l, d, r);
	terms_begin(terms, &l);
	yes = where_holds(&w, terms);
	/* Asked again, it says the same. */
	EXPECT(where_holds(&w, terms) == yes, "%s", text);
	where_finish(&w);
	terms_destroy(terms);
	decoder_destroy(d);
	return yes;
}

static const struct {
	const char *text;
	bool holds;
} cases[] = {
	/* What headers say, by both names. */
	{"original-topic=orders.created", true},
	{"topic=orders.created", true},
	{"topic=orders", false},
	{"topic=orders.created ", false},
	{"topic!=orders", true},
	{"topic!=orders.created", false},
	{"original-partition=7", true},
	{"error-class=permanent", true},
	{"class=permanent", true},
	{"system=spring", true},
	{"system=redrive", false},
	{"status=pending", true},
	{"status!=replayed", true},

	/* The error, or its root cause. */
	{"error-type=a.ListenerException", true},
	{"error-type=java.io.IOException", true},
	{"type=java.io.IOException", true},
	{"type!=java.io.IOException", false},
	{"type!=a.ListenerException", false},
	{"type!=java.lang.Error", true},
	{"root-type=a.ListenerException", false},
	{"root=java.io.IOException", true},
	{"type~^a\\.", true},
	{"type!~^a\\.", false},

	/* The dead letter itself. */
	{"partition=3", true},
	{"partition=7", false},
	{"offset=42", true},
	{"key=customer-B", true},
	{"key!=customer-B", false},
	{"value~C-17", true},

	/* Numbers are compared as numbers, the rest by bytes. */
	{"offset=42.0", true},
	{"offset=0042", true},
	{"offset=4.2e1", true},
	{"offset=-42", false},
	{"offset>9", true},
	{"offset>41.5", true},
	{"offset>42", false},
	{"offset>=42", true},
	{"offset<=42", true},
	{"offset<42", false},
	{"offset<100", true},
	{"offset>-1", true},
	{"attempts>9", true},
	{"attempts<9", false},
	{"header:code=42", true},
	{"header:code=0042", true},
	{"/total=12.50", true},
	{"/exp=12.5", true},
	{"/total>9", true},
	{"/total>1000", false},
	{"/total>abc", false},
	{"/total<abc", true},
	{"key>customer-A", true},
	{"key<customer-A", false},
	{"key>customer-", true},
	{"key<customer-Ba", true},
	{"key>=customer-B", true},
	{"key<=customer-B", true},
	{"key>9", false}, /* it is no number */
	{"/total>1000", false},
	{"/text>9", false},
	{"/text!=9", true},

	/* So are times. */
	{"when=2023-11-14T22:13:20Z", true},
	{"when=2023-11-14T23:13:20+01:00", true},
	{"when=2023-11-14", false},
	{"when>2023-11-14", true},
	{"when<2023-11-14T22:13:20.001Z", true},
	{"when>=2023-11-14T22:13:20.000Z", true},
	{"when>-2h", true},
	{"when<-2h", false},
	{"when>-1h", false},
	{"timestamp=2023-11-14 22:13:20", true},
	{"original-timestamp!=2023-11-14T22:13:20Z", false},
	{"error-timestamp~^2023-11-14T22:13", true},
	{"/when=2023-11-14T23:13:20+01:00", true},
	{"/when<2023-11-15", true},
	{"/when>-2h", true},

	/* Regular expressions are found anywhere, extended, and mean what case they say. */
	{"message~total", true},
	{"message~^field /[a-z]+ is missing", true},
	{"message~missing$", false},
	{"message~0$", true},
	{"message~TOTAL", false},
	{"message~(price|total)>=0", true},
	{"message~x{2}|total{1}", true},
	{"message!~total", false},
	{"message!~price", true},
	{"message~", true},
	{"header:binary~^a.b$", true},
	{"header:binary~b$", true},
	{"header:empty~^$", true},
	{"header:empty~.", false},

	/* Only the first operator is one. */
	{"message=field /total is missing: total>=0", true},
	{"message~total>=0", true},
	{"message!=a=b", true},

	/* Headers: any name; null ones are passed over; one of several must fit, and with a
	 * negation none may. */
	{"header:two words=x", true},
	{"header:Tenant=acme", false},
	{"header:empty=", true},
	{"header:empty!=", false},
	{"header:trace=", false},
	{"header:trace!=x", true},
	{"header:trace~.*", false},
	{"header:tenant=acme", true},
	{"header:tenant=globex", true},
	{"header:tenant!=acme", false},
	{"header:tenant!=globex", false},
	{"header:tenant!=initech", true},
	{"header:tenant~^g", true},
	{"header:tenant!~^g", false},
	{"header:tenant>b", true},
	{"header:tenant<b", true},
	{"header:tenant>h", false},
	{"header:kafka_dlt-original-topic=orders.created", true},

	/* Fields of the value. */
	{"/customer/id=C-17", true},
	{"/customer/tier>=2", true},
	{"/a~1b=slash", true},
	{"/m~0n=tilde", true},
	{"/m~0n~^tilde$", true},
	{"/~01=both", true},
	{"/=blank", true},
	{"/tags/1=y", true},
	{"/tags/2=y", false},
	{"/flag=true", true},
	{"/text=say \"no\"", true},

	/* Where nothing is said, nothing holds but a negation. */
	{"job=x", false},
	{"job=", false},
	{"job!=x", true},
	{"job~.*", false},
	{"job!~.*", true},
	{"job<x", false},
	{"job>=", false},
	{"header:nobody=x", false},
	{"header:nobody!=x", true},
	{"/customer/name=x", false},
	{"/customer/name!=x", true},
	{"/total/x=1", false},
};

static void test_conditions(void **state)
{
	struct received r = the_letter();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT(holds(cases[i].text, &r) == cases[i].holds, "%s", cases[i].text);
}

/* Ids of 64 bits differ in their last digits. */
static void test_large_numbers_are_compared_whole(void **state)
{
	struct received r = the_letter();

	(void)state;
	assert_true(holds("/id=1234567890123456789", &r));
	assert_false(holds("/id=1234567890123456788", &r));
	assert_true(holds("/id!=1234567890123456788", &r));
	assert_true(holds("/id>1234567890123456788", &r));
	assert_true(holds("/id<1234567890123456790", &r));
}

static void test_what_is_no_dead_letter_says_little(void **state)
{
	struct received r = RECEIVED(H("tenant", "acme"));

	(void)state;
	r.record.key = SLICE_NULL;
	r.record.timestamp = RECORD_NO_TIMESTAMP;
	assert_true(holds("system!=spring", &r));
	assert_false(holds("system~.*", &r));
	assert_false(holds("type~.*", &r));
	assert_false(holds("when>1970-01-01", &r));
	assert_false(holds("timestamp>1970-01-01", &r));
	assert_false(holds("timestamp~.*", &r));
	assert_false(holds("key=", &r));
	assert_true(holds("key!=x", &r));
	assert_true(holds("header:tenant=acme", &r));
	assert_true(holds("/orderId=ORD-0012", &r));
	r.record.key = SLICE_LIT("");
	assert_true(holds("key=", &r));
}

static void test_values_that_are_no_json_have_no_fields(void **state)
{
	static const struct slice values[] = {
		SLICE_NULL,
		SLICE_LIT(""),
		SLICE_LIT("{\"a\":1"),
		SLICE_LIT("a=1"),
		SLICE_LIT("[1]"),
		SLICE_LIT("{\"a\":1}}"),
		SLICE_LIT("\"\xff\""),
		SLICE_LIT("\0{\"a\":1}"),
	};
	struct received r = RECEIVED(H("tenant", "acme"));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		r.record.value = values[i];
		EXPECT(!holds("/a~.*", &r), "case %zu", i);
		EXPECT(holds("/a!=1", &r), "case %zu", i);
	}
	r.record.value = SLICE_LIT("{\"a\":1}");
	assert_true(holds("/a=1", &r));
}

/* Without the one, the values of a letter would be those of the letter before. */
static void test_one_condition_for_many_letters(void **state)
{
	struct received one = RECEIVED(H("tenant", "acme"));
	struct received two = RECEIVED(H("tenant", "globex"));
	struct decoder *d = decoder_create();
	struct terms *terms = terms_create();
	struct where a, b;
	struct error err;
	struct letter l;

	(void)state;
	one.record.value = SLICE_LIT("{\"a\":1}");
	two.record.value = SLICE_LIT("{\"a\":2}");
	assert_int_equal(where_init(&a, terms, "/a=1", NOW, &err), 0);
	assert_int_equal(where_init(&b, terms, "header:tenant=globex", NOW, &err), 0);
	for (int i = 0; i < 4; i++) {
		letter_read(&l, d, i % 2 ? &two : &one);
		terms_begin(terms, &l);
		assert_int_equal(where_holds(&a, terms), i % 2 == 0);
		assert_int_equal(where_holds(&b, terms), i % 2);
	}
	where_finish(&a);
	where_finish(&b);
	terms_destroy(terms);
	decoder_destroy(d);
}

static void test_so_many_values_are_looked_at(void **state)
{
	struct header many[TERM_VALUES + 10];
	char texts[TERM_VALUES + 10][8];
	struct received r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		snprintf(texts[i], sizeof(texts[i]), "v%zu", i);
		many[i] = (struct header){SLICE_LIT("n"), slice_of(texts[i])};
	}
	r = received_of(many, ARRAY_SIZE(many));
	assert_true(holds("header:n=v0", &r));
	assert_true(holds("header:n=v63", &r));
	assert_false(holds("header:n=v64", &r));
	assert_false(holds("header:n!=v63", &r));
}

#define NO_CONDITION                                                                               \
	" is no condition: a field, one of = != ~ !~ < <= > >=, and a value, as in "               \
	"error-type=INVALID_JSON"
#define NO_TIME " is no time: 2026-01-02T03:04:05Z or, for two hours ago, -2h"
#define ALSO	"; a header is header:NAME, a field of the value /NAME"

static const struct {
	const char *text, *want; /* what the message begins with */
} bad[] = {
	{"", "''" NO_CONDITION},
	{"error-type", "'error-type'" NO_CONDITION},
	{"error-type:X", "'error-type:X'" NO_CONDITION},
	{"=X", "'=X'" NO_CONDITION},
	{"!=X", "'!=X'" NO_CONDITION},
	{"/a~1b", "'/a~1b'" NO_CONDITION},
	{"error-tpye=X", "'error-tpye=X': there is no field 'error-tpye'; did you mean "
			 "error-type?" ALSO},
	{"zookeeper=X",
	 "'zookeeper=X': there is no field 'zookeeper'; there are error-type, type, "},
	{"Error-Type=X", "'Error-Type=X': there is no field 'Error-Type'"},
	{"error-type =X", "'error-type =X': there is no field 'error-type '; did you mean "
			  "error-type?" ALSO},
	{"message~(", "'message~(': not a regular expression: "},
	{"message!~a{2,1}", "'message!~a{2,1}': not a regular expression: "},
	{"message~[[:nobody:]]", "'message~[[:nobody:]]': not a regular expression: "},
	{"when>yesterday", "'when>yesterday': 'yesterday'" NO_TIME},
	{"when=", "'when=': ''" NO_TIME},
	{"when>-2x", "'when>-2x': '-2x'" NO_TIME},
	{"timestamp<1700000000000", "'timestamp<1700000000000': '1700000000000'" NO_TIME},
	{"original-timestamp!=soon", "'original-timestamp!=soon': 'soon'" NO_TIME},
};

static void test_what_is_no_condition(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct terms *terms = terms_create();
		struct error err = {0};
		struct where w;

		EXPECT(where_init(&w, terms, bad[i].text, NOW, &err) == -1, "%s", bad[i].text);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strncmp(err.text, bad[i].want, strlen(bad[i].want)) == 0, "%s", err.text);
		where_finish(&w);
		terms_destroy(terms);
	}
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -1: it is none */
	} times[] = {
		{"2023-11-14T22:13:20Z", 1700000000000},
		{"2023-11-14", 1699920000000},
		{"-2h", NOW - 7200000},
		{"-1.5m", NOW - 90000},
		{"-7d", NOW - 604800000},
		{"-250ms", NOW - 250},
		{"-250", -1},
		{"-30d", NOW - INT64_C(2592000000)},
		{"-0s", NOW},
		{"", -1},
		{"-", -1},
		{"--2h", -1},
		{"2h", -1},
		{"+2h", -1},
		{"-2w", -1},
		{"now", -1},
		{"1700000000000", -1},
		{"2023-11-14T22:13:20Zx", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		int64_t ms = 0;

		EXPECT(where_parse_time(times[i].text, NOW, &ms) == (times[i].ms >= 0), "'%s'",
		       times[i].text);
		if (times[i].ms >= 0)
			assert_int_equal(ms, times[i].ms);
	}
}

static bool is_term(const char *name)
{
	struct terms *terms = terms_create();
	struct error err;
	size_t number;
	bool yes = terms_add(terms, slice_of(name), &number, &err) == 0;

	if (yes)
		assert_string_equal(terms_name(terms, number), name);
	terms_destroy(terms);
	return yes;
}

/* Three of the names in JSON are those of the dead letter's own place. */
static void test_every_field_has_both_its_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LETTER_FIELDS; i++) {
		const char *name = letter_field_name((enum letter_field)i);
		const char *key = letter_field_key((enum letter_field)i);

		EXPECT(is_term(name), "%s", name);
		EXPECT(is_term(key), "%s", key);
	}
}

static void test_the_list_has_all_names_once(void **state)
{
	static const char *const own[] = {"system", "status", "partition",  "offset", "timestamp",
					  "key",    "value",  "error-type", "type"};
	struct buf list = {0};
	size_t n = 0, found = 0;
	char *rest, *word;

	(void)state;
	terms_list(&list);
	rest = list.data;
	while ((word = strsep(&rest, ","))) {
		word += *word == ' ';
		EXPECT(is_term(word), "%s", word);
		for (size_t i = 0; i < ARRAY_SIZE(own); i++)
			found += strcmp(word, own[i]) == 0;
		for (size_t i = 0; i < LETTER_FIELDS; i++)
			n += strcmp(word, letter_field_name((enum letter_field)i)) == 0;
	}
	assert_int_equal(found, ARRAY_SIZE(own));
	assert_int_equal(n, LETTER_FIELDS);
	buf_finish(&list);
}

static void test_terms_say_what_they_are(void **state)
{
	static const struct {
		const char *name;
		bool time, message;
	} kinds[] = {
		{"when", true, false},
		{"error-timestamp", true, false},
		{"timestamp", true, false},
		{"original-timestamp", true, false},
		{"message", false, true},
		{"error-message", false, true},
		{"type", false, false},
		{"offset", false, false},
		{"header:message", false, false},
		{"header:when", false, false},
		{"/message", false, false},
		{"/when", false, false},
		{"timestamp-type", false, false},
		{"value", false, false},
	};
	struct terms *terms = terms_create();
	struct error err;
	size_t number;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		assert_int_equal(terms_add(terms, slice_of(kinds[i].name), &number, &err), 0);
		assert_int_equal(number, i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		assert_string_equal(terms_name(terms, i), kinds[i].name);
		EXPECT(terms_is_time(terms, i) == kinds[i].time, "%s", kinds[i].name);
		EXPECT(terms_is_message(terms, i) == kinds[i].message, "%s", kinds[i].name);
	}
	terms_destroy(terms);
	terms_destroy(NULL);
}

/* All at once: none is written over by another. */
static void test_values_live_side_by_side(void **state)
{
	static const struct {
		const char *name;
		size_t n;
		const char *first, *last;
	} wanted[] = {
		{"type", 2, "java.io.IOException", "a.ListenerException"},
		{"offset", 1, "42", "42"},
		{"partition", 1, "3", "3"},
		{"original-partition", 1, "7", "7"},
		{"when", 1, "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z"},
		{"timestamp", 1, "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000Z"},
		{"header:tenant", 2, "acme", "globex"},
		{"/customer/id", 1, "C-17", "C-17"},
		{"/text", 1, "say \"no\"", "say \"no\""},
		{"job", 0, NULL, NULL},
		{"/nobody", 0, NULL, NULL},
	};
	struct slice values[ARRAY_SIZE(wanted)][TERM_VALUES];
	size_t n[ARRAY_SIZE(wanted)], number;
	struct received r = the_letter();
	struct decoder *d = decoder_create();
	struct terms *terms = terms_create();
	struct error err;
	struct letter l;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_int_equal(terms_add(terms, slice_of(wanted[i].name), &number, &err), 0);
	letter_read(&l, d, &r);
	terms_begin(terms, &l);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		n[i] = terms_values(terms, i, values[i]);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		EXPECT(n[i] == wanted[i].n, "%s: %zu", wanted[i].name, n[i]);
		if (!n[i])
			continue;
		expect_text(values[i][0], wanted[i].first);
		expect_text(values[i][n[i] - 1], wanted[i].last);
	}
	terms_destroy(terms);
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_large_numbers_are_compared_whole),
		cmocka_unit_test(test_what_is_no_dead_letter_says_little),
		cmocka_unit_test(test_values_that_are_no_json_have_no_fields),
		cmocka_unit_test(test_one_condition_for_many_letters),
		cmocka_unit_test(test_so_many_values_are_looked_at),
		cmocka_unit_test(test_what_is_no_condition),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_every_field_has_both_its_names),
		cmocka_unit_test(test_the_list_has_all_names_once),
		cmocka_unit_test(test_terms_say_what_they_are),
		cmocka_unit_test(test_values_live_side_by_side),
	};

	return RUN_TESTS(tests);
}

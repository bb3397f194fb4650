/* What home-made headers mean, as a file says. */
#include "expect.h"

#include "letters.h"

#define I64_2 "\0\0\0\0\0\0\0\x02"

#define AT    "2023-11-14T22:13:20.000Z" /* the record's timestamp, RECEIVED_AT */
#define EARLY "2020-01-01T00:00:00.000Z"

static void add_map(struct decoder *d, const char *json)
{
	struct error err = {0};

	write_whole("map.json", json, strlen(json));
	EXPECT(decoder_add_map(d, "map.json", &err) == 0, "%s", err.text);
}

static void expect_mapped(const char *map, const struct received *r, const char *want)
{
	struct decoder *d = decoder_create();
	struct letter l;

	add_map(d, map);
	letter_read(&l, d, r);
	expect_letter(&l, map, want);
	decoder_destroy(d);
}

static void test_a_map_after_letters(void **state)
{
	struct received r = RECEIVED(H("x-topic", "orders"), H("tenant", "acme"));
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &r);
	expect_letter(&l, "before", "alive");
	add_map(d, "{\"x-topic\":\"topic\"}");
	letter_read(&l, d, &r);
	expect_letter(&l, "after", "custom topic=orders when=" AT);
	decoder_destroy(d);
}

static void test_a_map_says_what_home_made_headers_mean(void **state)
{
	struct received r =
		RECEIVED(H("x-topic", "orders"), H("x-at", "1577836800000"), H("x-offset", I64_2),
			 H("x-line", "7"), H("x-why", "bm8="), H("tenant", "acme"));

	(void)state;
	expect_mapped("{\"x-topic\":\"topic\",\"x-at\":\"when:ms\",\"x-offset\":\"offset:int64\","
		      "\"x-line\":\"source-line\",\"x-why\":\"error-message:base64\"}",
		      &r, "custom topic=orders offset=2 message=no when=" EARLY " line=7");
	/* Numbers and times have an encoding that is taken unless another is given. */
	expect_mapped("{\"x-line\":\"attempts\",\"x-at\":\"original-timestamp\"}", &r,
		      "custom timestamp=" EARLY " attempts=7 when=" AT);
	/* One header that is named is enough; of two for one field the first. */
	expect_mapped("{\"x-none\":\"topic\",\"tenant\":\"topic\",\"x-topic\":\"topic\"}", &r,
		      "custom topic=acme when=" AT);
	expect_mapped("{\"x-none\":\"topic\"}", &r, "alive");
	expect_mapped("{}", &r, "alive");
}

/* As a field is written when nobody says how. */
static int usual_kind(enum letter_field field)
{
	switch (field) {
	case LETTER_TIMESTAMP:
	case LETTER_WHEN:
		return LETTER_TIME;
	case LETTER_PARTITION:
	case LETTER_OFFSET:
	case LETTER_ATTEMPTS:
	case LETTER_LINE:
	case LETTER_BYTE:
	case LETTER_REPLAYS:
		return LETTER_NUMBER;
	default:
		return LETTER_TEXT;
	}
}

static void test_every_field_by_both_its_names(void **state)
{
	struct received r = RECEIVED(H("x", "7"));

	(void)state;
	for (size_t i = 0; i < 2 * LETTER_FIELDS; i++) {
		enum letter_field field = (enum letter_field)(i / 2);
		struct decoder *d = decoder_create();
		struct buf map = {0};
		struct letter l;

		buf_addf(&map, "{\"x\":\"%s\"}",
			 i % 2 ? letter_field_name(field) : letter_field_key(field));
		add_map(d, map.data);
		letter_read(&l, d, &r);
		assert_int_equal(l.system, SYSTEM_CUSTOM);
		EXPECT((int)l.fields[field].kind == usual_kind(field), "%s", map.data);
		if (l.fields[field].kind == LETTER_TEXT)
			expect_text(l.fields[field].text, "7");
		else
			assert_int_equal(l.fields[field].number, 7);
		buf_finish(&map);
		decoder_destroy(d);
	}
}

/* Values that are decoded stay where they are while others are. */
static void test_long_values_that_are_decoded(void **state)
{
	char text[8001];
	const struct header headers[] = {{SLICE_LIT("x-a"), {text, 8000}},
					 {SLICE_LIT("x-b"), {text, 4000}},
					 {SLICE_LIT("x-c"), {text, 8000}}};
	struct received r = received_of(headers, ARRAY_SIZE(headers));
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	memset(text, 'Q', sizeof(text));
	add_map(d,
		"{\"x-a\":\"message:base64\",\"x-b\":\"stack:base64\",\"x-c\":\"stage:base64\"}");
	letter_read(&l, d, &r);
	assert_false(l.strange);
	assert_int_equal(letter_text(&l, LETTER_MESSAGE).len, 6000);
	assert_int_equal(letter_text(&l, LETTER_STACK).len, 3000);
	assert_int_equal(letter_text(&l, LETTER_STAGE).len, 6000);
	assert_memory_equal(letter_text(&l, LETTER_MESSAGE).data,
			    "A\x04\x10"
			    "A\x04\x10",
			    6);
	assert_memory_equal(letter_text(&l, LETTER_STAGE).data + 5997, "A\x04\x10", 3);
	decoder_destroy(d);
}

static void test_a_map_comes_before_what_others_say(void **state)
{
	struct received r = RECEIVED(H("x-topic", "mine"), H("__connect.errors.topic", "old"),
				     H("source_topic", "new"), H("source_partition", "1"),
				     H("error-class", "permanent"), H("retry-count", "2"));
	struct received ours =
		RECEIVED(H("x-topic", "mine"), H("error-type", "X"), H("original-topic", "a"),
			 H("error-class", "permanent"), H("retry-count", "2"));
	struct decoder *d = decoder_create();
	enum system systems[SYSTEMS];
	struct letter l;

	(void)state;
	add_map(d, "{\"x-topic\":\"topic\"}");
	letter_read(&l, d, &r);
	expect_letter(&l, "map", "custom topic=mine partition=1 when=" AT);
	assert_int_equal(letter_systems(d, systems), 3);
	assert_int_equal(systems[0], SYSTEM_CUSTOM);
	assert_int_equal(systems[1], SYSTEM_KARAFKA);
	assert_int_equal(systems[2], SYSTEM_CONNECT);
	letter_read_as(&l, d, &r, SYSTEM_KARAFKA);
	expect_letter(&l, "karafka", "karafka topic=new partition=1 when=" AT);
	decoder_destroy(d);

	/* What redrive has added is part of its own letter. */
	expect_mapped("{\"x-topic\":\"topic\"}", &ours,
		      "custom topic=mine timestamp=" AT " attempts=2 type=X class=permanent");
	expect_mapped("{\"retry-count\":\"partition\",\"x-topic\":\"class\"}", &ours,
		      "custom topic=a partition=2 timestamp=" AT " attempts=2 type=X class=mine");
}

static void test_a_map_warns_of_its_headers(void **state)
{
	struct received r = RECEIVED(H("x-offset", "123"));
	struct decoder *d = decoder_create();
	struct buf got = {0};
	struct letter l;

	(void)state;
	add_map(d, "{\"x-offset\":\"offset:int64\"}");
	letter_read(&l, d, &r);
	expect_letter(&l, "strange", "custom when=" AT);
	assert_true(l.strange);
	letter_warnings(&got, d, &l);
	assert_string_equal(got.data, "x-offset is not 8 bytes: 313233\n");
	buf_finish(&got);
	decoder_destroy(d);
}

static const struct {
	const char *map, *want; /* what the message begins with */
} bad_maps[] = {
	{"", "map.json:1: "},
	{"{\n\"x\":\n", "map.json:3: "},
	{"{\"x\":\"topic\",}", "map.json:1: "},
	{"{\"x\":\"topic\",\n\"x\":\"group\"}", "map.json:2: duplicate object key"},
	{"{\"x\":\"topic\"} more", "map.json:1: "},
	{"{\"\xff\":\"topic\"}", "map.json:1: "},
	{"[\"topic\"]", "map.json is not a JSON object of headers and their fields"},
	{"{\"x\":7}", "map.json: header x: its field must be a string"},
	{"{\"x\":{\"field\":\"topic\"}}", "map.json: header x: its field must be a string"},
	{"{\"y\":\"topic\",\"x\":null}", "map.json: header x: its field must be a string"},
	{"{\"x\":\"original-tpoic\"}", "map.json: header x: there is no field original-tpoic; did "
				       "you mean original-topic?"},
	{"{\"x\":\"tpoic:text\"}",
	 "map.json: header x: there is no field tpoic; did you mean topic?"},
	{"{\"x\":\"zookeeper\"}", "map.json: header x: there is no field zookeeper"},
	{"{\"x\":\"\"}", "map.json: header x: there is no field "},
	{"{\"x\":\"Topic\"}", "map.json: header x: there is no field Topic"},
	{"{\"x\":\"offset:int\"}", "map.json: header x: there is no encoding int; there are text, "
				   "decimal, int32, int64, "},
	{"{\"x\":\"offset:\"}", "map.json: header x: there is no encoding ; there are text, "},
	{"{\"x\":\"offset:text\"}", "map.json: header x: original-offset is a number, and can't be "
				    "written as text"},
	{"{\"x\":\"offset:ms\"}", "map.json: header x: original-offset is a number, and can't be "
				  "written as milliseconds in decimal digits"},
	{"{\"x\":\"when:int64\"}", "map.json: header x: error-timestamp is a time, and can't be "
				   "written as 8 bytes"},
	{"{\"x\":\"when:uri\"}", "map.json: header x: error-timestamp is a time, and can't be "
				 "written as an address"},
	{"{\"x\":\"topic:decimal\"}", "map.json: header x: original-topic is text, and can't be "
				      "written as a number in decimal digits"},
	{"{\"x\":\"topic:iso\"}", "map.json: header x: original-topic is text, and can't be "
				  "written as an ISO 8601 time"},
};

static void test_maps_that_are_refused(void **state)
{
	struct received r = RECEIVED(H("x", "a"), H("source_topic", "b"));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_maps); i++) {
		struct decoder *d = decoder_create();
		struct error err = {0};
		struct letter l;

		write_whole("map.json", bad_maps[i].map, strlen(bad_maps[i].map));
		EXPECT(decoder_add_map(d, "map.json", &err) == -1, "%s", bad_maps[i].map);
		assert_int_equal(err.kind, ERROR_USAGE);
		EXPECT(strncmp(err.text, bad_maps[i].want, strlen(bad_maps[i].want)) == 0, "%s: %s",
		       bad_maps[i].map, err.text);
		/* Nothing of it is in force. */
		letter_read(&l, d, &r);
		expect_letter(&l, bad_maps[i].map, "karafka topic=b when=" AT);
		decoder_destroy(d);
	}
}

static void test_a_map_that_is_not_there(void **state)
{
	struct decoder *d = decoder_create();
	struct error err = {0};

	(void)state;
	assert_int_equal(decoder_add_map(d, "no-such.json", &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, "no-such.json"));
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(decoder_add_map(d, ".", &err), -1);
	assert_int_equal(err.kind, ERROR_USAGE);
	decoder_destroy(d);
}

/* Each file adds names, also after one that was refused. */
static void test_several_maps(void **state)
{
	struct received r = RECEIVED(H("x-topic", "orders"), H("x-group", "g"));
	struct decoder *d = decoder_create();
	struct error err;
	struct letter l;

	(void)state;
	add_map(d, "{\"x-topic\":\"topic\",\"a\":\"job\",\"b\":\"job\",\"c\":\"job\"}");
	write_whole("bad.json", "{\"x\":\"zookeeper\"}", 17);
	assert_int_equal(decoder_add_map(d, "bad.json", &err), -1);
	add_map(d, "{\"x-group\":\"group\"}");
	letter_read(&l, d, &r);
	expect_letter(&l, "two maps", "custom topic=orders group=g when=" AT);
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_map_after_letters),
		cmocka_unit_test(test_a_map_says_what_home_made_headers_mean),
		cmocka_unit_test(test_every_field_by_both_its_names),
		cmocka_unit_test(test_long_values_that_are_decoded),
		cmocka_unit_test(test_a_map_comes_before_what_others_say),
		cmocka_unit_test(test_a_map_warns_of_its_headers),
		cmocka_unit_test(test_maps_that_are_refused),
		cmocka_unit_test(test_a_map_that_is_not_there),
		cmocka_unit_test(test_several_maps),
	};

	return cmocka_run_group_tests(tests, enter_scratch, leave_scratch);
}

/* What the headers of a dead letter say, whoever wrote them. */
#include "expect.h"

#include "letters.h"

/* 1700000000000 ms in 8 bytes. */
#define I64_TIME "\x00\x00\x01\x8b\xcf\xe5\x68\x00"
#define I64_1	 "\0\0\0\0\0\0\0\x01"
#define I64_2	 "\0\0\0\0\0\0\0\x02"

#define AT    "2023-11-14T22:13:20.000Z" /* the record's timestamp, RECEIVED_AT */
#define EARLY "2020-01-01T00:00:00.000Z"

static const struct letter_case {
	const char *name;
	const struct header *headers;
	size_t n;
	const char *want;
} cases[] = {
	{"no headers", NULL, 0, "alive"},
	{"other headers", HEADERS(H("tenant", "acme"), H("x-retry-count", "3")), "alive"},
	{"not quite the names", HEADERS(H("Error-Type", "A"), H("error-type ", "B")), "alive"},
	{"ours beside nothing", HEADERS(H("error-class", "permanent"), H("job", "j")), "alive"},

	{"redrive",
	 HEADERS(H("original-topic", "orders"), H("error-timestamp", EARLY),
		 H("error-type", "INVALID_JSON"), H("error-message", "column 1"),
		 H("retry-count", "2"), H("error-class", "permanent"), H("persisted", "no"),
		 H("job", "j"), H("source-file", "a.csv"), H("source-line", "7"),
		 H("source-offset", "99"), H("source-format", "csv"), H("source-columns", "a;b"),
		 H("source-delimiter", ";"), H("replay-count", "1")),
	 "redrive topic=orders timestamp=" AT " attempts=2 type=INVALID_JSON class=permanent "
	 "message=column 1 when=" EARLY " persisted=no job=j file=a.csv line=7 byte=99 format=csv "
	 "columns=a;b delimiter=; replays=1"},
	{"connect",
	 HEADERS(H("__connect.errors.topic", "orders"), H("__connect.errors.partition", "1"),
		 H("__connect.errors.offset", "2"), H("__connect.errors.connector.name", "sink"),
		 H("__connect.errors.task.id", "0"), H("__connect.errors.stage", "VALUE_CONVERTER"),
		 H("__connect.errors.class.name", "c.C"),
		 H("__connect.errors.exception.class.name", "a.X"),
		 H("__connect.errors.exception.message", "m"),
		 H_NULL("__connect.errors.exception.stacktrace")),
	 "connect topic=orders partition=1 offset=2 timestamp=" AT " type=a.X message=m "
	 "stage=VALUE_CONVERTER component=sink"},
	{"connect, unknown origin",
	 HEADERS(H("__connect.errors.topic", "orders"), H("__connect.errors.partition", "-1"),
		 H("__connect.errors.offset", "-1")),
	 "connect topic=orders timestamp=" AT},
	{"connect-reporter",
	 HEADERS(H("input_record_topic", "orders"), H("input_record_partition", "1"),
		 H("input_record_offset", "2")),
	 "connect-reporter topic=orders partition=1 offset=2 when=" AT},
	{"streams",
	 HEADERS(H("__streams.errors.exception", "a.X: boom"), H("__streams.errors.message", "m"),
		 H("__streams.errors.topic", "orders"), H("__streams.errors.partition", "1"),
		 H("__streams.errors.offset", "2"),
		 H("__streams.errors.processor.node.id", "node")),
	 "streams topic=orders partition=1 offset=2 timestamp=" AT " type=a.X message=m "
	 "component=node"},
	{"spring",
	 HEADERS(H("kafka_dlt-original-topic", "orders"),
		 H("kafka_dlt-original-partition", "\0\0\0\x01"),
		 H("kafka_dlt-original-offset", I64_2), H("kafka_dlt-original-timestamp", I64_TIME),
		 H("kafka_dlt-original-timestamp-type", "CreateTime"),
		 H("kafka_dlt-original-consumer-group", "g"), H("kafka_dlt-exception-fqcn", "a.X"),
		 H("kafka_dlt-exception-cause-fqcn", "a.R"), H("kafka_dlt-exception-message", "m"),
		 H("kafka_dlt-exception-stacktrace", "s"),
		 H("kafka_deliveryAttempt", "\0\0\0\x03")),
	 "spring topic=orders partition=1 offset=2 timestamp=" AT
	 " timestamp_type=CreateTime group=g attempts=3 type=a.X root=a.R message=m stack=s "
	 "when=" AT},
	{"spring-retry",
	 HEADERS(H("kafka_original-topic", "orders"), H("kafka_original-offset", I64_2),
		 H("kafka_exception-fqcn", "a.X"), H("kafka_exception-message", "m"),
		 H("retry_topic-attempts", "\x02"),
		 H("retry_topic-original-timestamp", "\x01\x8b\xcf\xe5\x68\x00")),
	 "spring-retry topic=orders offset=2 timestamp=" AT
	 " attempts=2 type=a.X message=m when=" AT},
	{"spring-cloud-stream",
	 HEADERS(H("x-original-topic", "orders"), H("x-original-partition", "1"),
		 H("x-original-offset", I64_2), H("x-exception-fqcn", "a.X"),
		 H("x-exception-message", "m")),
	 "spring-cloud-stream topic=orders partition=1 offset=2 type=a.X message=m when=" AT},
	{"smallrye",
	 HEADERS(H("dead-letter-reason", "m"), H("dead-letter-topic", "orders"),
		 H("dead-letter-partition", "1"), H("dead-letter-offset", "2"),
		 H("dead-letter-exception-class-name", "a.X"),
		 H("dead-letter-cause-class-name", "a.R")),
	 "smallrye topic=orders partition=1 offset=2 type=a.X root=a.R message=m when=" AT},
	{"silverback",
	 HEADERS(H("x-failure-reason", "System.X in Shop"), H("x-failed-attempts", "3"),
		 H("x-source-topic", "orders"), H("x-source-partition", "1"),
		 H("x-source-offset", "2"), H("x-source-timestamp", EARLY)),
	 "silverback topic=orders partition=1 offset=2 timestamp=" EARLY
	 " attempts=3 type=System.X message=System.X in Shop when=" AT},
	{"share-group",
	 HEADERS(H("__dlq.errors.topic", "orders"), H("__dlq.errors.group", "g"),
		 H("__dlq.errors.delivery.count", "5"), H("__dlq.errors.message", "m")),
	 "share-group topic=orders group=g attempts=5 message=m when=" AT},
	{"wolverine",
	 HEADERS(H("exception-type", "System.X"), H("exception-message", "m"),
		 H("failed-at", "1577836800000"),
		 H("original-destination", "kafka://topic/orders")),
	 "wolverine topic=orders type=System.X message=m when=" EARLY},
	{"masstransit",
	 HEADERS(H("MT-Reason", "fault"), H("MT-Fault-Message", "m"),
		 H("MT-Fault-ExceptionType", "System.X"), H("MT-Fault-Timestamp", EARLY),
		 H("MT-Fault-InputAddress", "loopback://localhost/kafka/orders")),
	 "masstransit topic=orders type=System.X message=m stage=fault when=" EARLY},
	{"karafka",
	 HEADERS(H("source_topic", "orders"), H("source_partition", "1"), H("source_offset", "2"),
		 H("source_consumer_group", "g"), H("source_attempts", "3")),
	 "karafka topic=orders partition=1 offset=2 group=g attempts=3 when=" AT},
	{"konsumer",
	 HEADERS(H("x-retry-count", "3"), H("x-error-message", "m"),
		 H("x-produce-time", "1577836800000000000")),
	 "konsumer attempts=3 message=m when=" EARLY},
	{"knative",
	 HEADERS(H("ce_knativeerrordest", "http"), H("ce_knativeerrorcode", "500"),
		 H("ce_knativeerrordata", "bm8gb3JkZXI=")),
	 "knative type=500 message=no order component=http when=" AT},
	{"hand-made",
	 HEADERS(H("x-dlq-original-topic", "orders"), H("dlq.failure.timestamp", EARLY)),
	 "hand-made topic=orders when=" EARLY},

	/* The newest of several counts, and none of the others' fields. */
	{"connect, then spring",
	 HEADERS(H("__connect.errors.topic", "a"), H("__connect.errors.partition", "1"),
		 H("kafka_dlt-exception-fqcn", "s.X"), H("kafka_dlt-original-topic", "b")),
	 "spring topic=b type=s.X when=" AT},
	{"spring, then connect",
	 HEADERS(H("kafka_dlt-exception-fqcn", "s.X"), H("kafka_dlt-original-topic", "b"),
		 H("__connect.errors.topic", "a"), H("__connect.errors.partition", "1")),
	 "connect topic=a partition=1 timestamp=" AT},
	{"spring, connect, then spring again",
	 HEADERS(H("kafka_dlt-exception-fqcn", "s.X"), H("kafka_dlt-original-topic", "b"),
		 H("__connect.errors.topic", "a"), H("kafka_dlt-exception-fqcn", "s.Y")),
	 "spring topic=b type=s.Y when=" AT},
	{"karafka, then connect, which keeps what it finds",
	 HEADERS(H("source_topic", "a"), H("__connect.errors.topic", "b")),
	 "connect topic=b timestamp=" AT},
	{"a header that doesn't tell counts for nothing",
	 HEADERS(H("__connect.errors.topic", "a"), H("x-retry-count", "3"),
		 H("kafka_dlt-original-partition", "\0\0\0\x01")),
	 "connect topic=a timestamp=" AT},
	{"hand-made beside another",
	 HEADERS(H("x-exception-fqcn", "a.X"), H("x-dlq-original-topic", "b")),
	 "spring-cloud-stream type=a.X when=" AT},
	{"what redrive adds to spring's names",
	 HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-exception-fqcn", "X"),
		 H("kafka_deliveryAttempt", "\0\0\0\x03"), H("retry-count", "5"),
		 H("error-class", "permanent"), H("replay-count", "1"), H("source-line", "7")),
	 "spring topic=a timestamp=" AT " attempts=5 type=X class=permanent line=7 replays=1"},
	{"the same before another's",
	 HEADERS(H("kafka_dlt-original-topic", "a"), H("retry-count", "5"),
		 H("error-class", "permanent"), H("source_topic", "b")),
	 "karafka topic=b when=" AT},
	{"what looks like it beside spring's names",
	 HEADERS(H("kafka_dlt-original-topic", "a"), H("retry-count", "5"), H("job", "j")),
	 "spring topic=a when=" AT},

	/* Of a header that stands there several times. */
	{"the newest of connect's",
	 HEADERS(H("__connect.errors.topic", "a"), H("__connect.errors.topic", "b")),
	 "connect topic=b timestamp=" AT},
	{"the origin and the newest error of spring's",
	 HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-original-offset", I64_1),
		 H("kafka_dlt-exception-fqcn", "X"), H("kafka_dlt-original-topic", "b"),
		 H("kafka_dlt-original-offset", I64_2), H("kafka_dlt-exception-fqcn", "Y")),
	 "spring topic=a offset=1 type=Y when=" AT},
	{"smallrye's, whose newest stand first",
	 HEADERS(H("dead-letter-topic", "b"), H("dead-letter-reason", "new"),
		 H("dead-letter-topic", "a"), H("dead-letter-reason", "old")),
	 "smallrye topic=b message=new when=" AT},
	{"two names of one field, in both orders",
	 HEADERS(H("__streams.errors.exception.message", "second"),
		 H("__streams.errors.message", "first"), H("__streams.errors.topic", "a")),
	 "streams topic=a timestamp=" AT " message=first"},
	{"the same the other way round",
	 HEADERS(H("__streams.errors.message", "first"), H("__streams.errors.topic", "a"),
		 H("__streams.errors.exception.message", "second")),
	 "streams topic=a timestamp=" AT " message=first"},

	/* Where Spring lists the types of headers, strings are JSON. */
	{"quoted strings",
	 HEADERS(H("spring_json_header_types", "{}"), H("x-original-topic", "\"or\\u0064ers\""),
		 H("x-exception-message", "\"say \\\"no\\\"\\n\""), H("x-exception-fqcn", "\"")),
	 "spring-cloud-stream topic=orders type=\" message=say \"no\"\n when=" AT},
	{"quotes around several words",
	 HEADERS(H("spring_json_header_types", "{}"), H("x-original-topic", "orders"),
		 H("x-exception-message", "\"a\" and \"b\""), H("x-exception-fqcn", "\"\\")),
	 "spring-cloud-stream topic=orders type=\"\\ message=\"a\" and \"b\" when=" AT},
	{"quotes of nobody's", HEADERS(H("x-original-topic", "\"orders\"")),
	 "spring-cloud-stream topic=\"orders\" when=" AT},
	{"quoted, but cut",
	 HEADERS(H("spring_json_header_types", "{}"), H("x-original-topic", "\"orders\\\""),
		 H("x-exception-message", "\"\\u00\""), H("x-exception-fqcn", "\"\"")),
	 "spring-cloud-stream topic=\"orders\\\" type= message= when=" AT},
};

static void test_letters_of_all_sorts(void **state)
{
	struct decoder *d = decoder_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct received r = received_of(cases[i].headers, cases[i].n);
		struct letter l;

		letter_read(&l, d, &r);
		expect_letter(&l, cases[i].name, cases[i].want);
		assert_ptr_equal(l.received, &r);
		assert_ptr_equal(l.record, &r.record);
		assert_int_equal(l.status, STATUS_PENDING);
		EXPECT(!l.strange, "%s is strange", cases[i].name);
	}
	decoder_destroy(d);
	decoder_destroy(NULL);
}

/* Headers that it has seen, and has forgotten, are nothing else to a decoder. */
static void check_beside_a_new_one(struct decoder *d, const struct letter_case *c)
{
	struct received r = received_of(c->headers, c->n);
	struct decoder *other = decoder_create();
	struct header left[32], expected[32];
	struct letter l;
	size_t n;

	letter_read(&l, other, &r);
	n = letter_foreign(other, &l, expected);
	letter_read(&l, d, &r);
	expect_letter(&l, c->name, c->want);
	EXPECT(letter_foreign(d, &l, left) == n, "%s: others are owned", c->name);
	assert_memory_equal(left, expected, n * sizeof(*left));
	decoder_destroy(other);
}

static void test_letters_one_after_the_other(void **state)
{
	static const size_t strides[] = {1, 2, 5, 7, 11};
	struct decoder *d = decoder_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strides); i++)
		for (size_t k = 0; k < 3 * ARRAY_SIZE(cases); k++) {
			size_t at = k * strides[i] % ARRAY_SIZE(cases);

			check_beside_a_new_one(d, &cases[at]);
			check_beside_a_new_one(d, &cases[at / 2]);
			check_beside_a_new_one(d, &cases[at]);
		}
	decoder_destroy(d);
}

static void test_the_same_names_with_other_values(void **state)
{
	struct received first = RECEIVED(H("error-type", "A"), H("retry-count", "1"),
					 H("error-class", "permanent"));
	struct received second = RECEIVED(H("error-type", "B"), H("retry-count", "2"),
					  H("error-class", "transient"));
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &first);
	letter_read(&l, d, &second);
	expect_letter(&l, "other values",
		      "redrive timestamp=" AT " attempts=2 type=B class=transient");
	decoder_destroy(d);
}

static void test_what_is_missing(void **state)
{
	struct received r =
		RECEIVED(H("kafka_dlt-exception-fqcn", "X"), H_NULL("kafka_dlt-exception-message"),
			 H("kafka_dlt-exception-stacktrace", ""));
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &r);
	assert_true(letter_has(&l, LETTER_TYPE));
	assert_false(letter_has(&l, LETTER_MESSAGE));
	assert_false(letter_has(&l, LETTER_PARTITION));
	assert_true(letter_has(&l, LETTER_STACK));
	expect_slice(letter_text(&l, LETTER_MESSAGE), SLICE_NULL);
	expect_slice(letter_text(&l, LETTER_STACK), SLICE_LIT(""));
	/* A time is no text. */
	assert_true(letter_has(&l, LETTER_WHEN));
	expect_slice(letter_text(&l, LETTER_WHEN), SLICE_NULL);
	decoder_destroy(d);
}

static void test_errors_are_grouped_by_their_root(void **state)
{
	struct received both = RECEIVED(H("kafka_dlt-exception-fqcn", "X"),
					H("kafka_dlt-exception-cause-fqcn", "Root"));
	struct received one = RECEIVED(H("kafka_dlt-exception-fqcn", "X"));
	struct received none = RECEIVED(H("kafka_dlt-original-topic", "a"));
	struct decoder *d = decoder_create();
	struct letter l;

	(void)state;
	letter_read(&l, d, &both);
	expect_text(letter_error(&l), "Root");
	letter_read(&l, d, &one);
	expect_text(letter_error(&l), "X");
	letter_read(&l, d, &none);
	expect_slice(letter_error(&l), SLICE_NULL);
	decoder_destroy(d);
}

static void expect_times(struct received *r, const char *want, int64_t time)
{
	struct decoder *d = decoder_create();
	struct letter l;

	letter_read(&l, d, r);
	expect_letter(&l, want, want);
	assert_int_equal(letter_time(&l), time);
	decoder_destroy(d);
}

/* Systems that copy a record's timestamp, and those that write their own. */
static void test_the_record_s_own_time(void **state)
{
	struct received keeps = RECEIVED(H("__connect.errors.topic", "a"));
	struct received writes = RECEIVED(H("source_topic", "a"));
	struct received says = RECEIVED(H("dlq-original-topic", "a"), H("dlq-failed-at", EARLY));
	struct received alive = RECEIVED(H("tenant", "acme"));

	(void)state;
	expect_times(&keeps, "connect topic=a timestamp=" AT, RECEIVED_AT);
	expect_times(&writes, "karafka topic=a when=" AT, RECEIVED_AT);
	expect_times(&says, "eventferry topic=a when=" EARLY, INT64_C(1577836800000));
	expect_times(&alive, "alive", RECEIVED_AT);
	/* The broker's: when the dead letter was written, whoever wrote it. */
	keeps.append_time = writes.append_time = true;
	expect_times(&keeps, "connect topic=a when=" AT, RECEIVED_AT);
	expect_times(&writes, "karafka topic=a when=" AT, RECEIVED_AT);
	keeps.record.timestamp = writes.record.timestamp = says.record.timestamp =
		RECORD_NO_TIMESTAMP;
	expect_times(&keeps, "connect topic=a", RECORD_NO_TIMESTAMP);
	expect_times(&writes, "karafka topic=a", RECORD_NO_TIMESTAMP);
	expect_times(&says, "eventferry topic=a when=" EARLY, INT64_C(1577836800000));
}

static void test_older_systems_are_read_for_themselves(void **state)
{
	struct received r =
		RECEIVED(H("__connect.errors.topic", "a"),
			 H("__connect.errors.exception.message", "one"), H("source_topic", "b"),
			 H("ce_knativeerrorcode", "500"), H("ce_knativeerrordata", "bm8gb3JkZXI="));
	struct decoder *d = decoder_create();
	enum system systems[SYSTEMS];
	struct letter newest, middle, oldest;

	(void)state;
	letter_read(&newest, d, &r);
	assert_int_equal(letter_systems(d, systems), 3);
	assert_int_equal(systems[0], SYSTEM_KNATIVE);
	assert_int_equal(systems[1], SYSTEM_KARAFKA);
	assert_int_equal(systems[2], SYSTEM_CONNECT);
	letter_read_as(&middle, d, &r, systems[1]);
	letter_read_as(&oldest, d, &r, systems[2]);
	/* The record's own time is the newest's. */
	expect_letter(&middle, "middle", "karafka topic=b");
	expect_letter(&oldest, "oldest", "connect topic=a message=one");

	letter_read_as(&newest, d, &r, systems[0]);
	expect_letter(&newest, "newest", "knative type=500 message=no order when=" AT);

	r.record.n_headers = 0;
	letter_read(&newest, d, &r);
	assert_int_equal(letter_systems(d, systems), 0);
	decoder_destroy(d);
}

/* Headers, and those of them that the record had before it was given up. */
static const struct {
	const struct header *headers;
	size_t n;
	const char *left;
} owned[] = {
	{HEADERS(H("tenant", "acme"), H("error-class", "x")), "tenant error-class"},
	{HEADERS(H("tenant", "acme"), H("original-topic", "a"), H("error-type", "X"),
		 H("retry-count", "0"), H("error-class", "permanent"), H("job", "nightly"),
		 H("source-file", "f")),
	 "tenant"},
	/* A header of such a name that was there before. */
	{HEADERS(H("job", "mine"), H("original-topic", "a"), H("error-type", "X"),
		 H("error-class", "permanent")),
	 "job"},
	{HEADERS(H("job", "mine"), H("original-topic", "mine"), H("original-topic", "a"),
		 H("error-type", "X"), H("error-class", "permanent"), H("job", "nightly")),
	 "job original-topic"},
	/* Of an older system: the record was its dead letter, and is again. */
	{HEADERS(H("__connect.errors.topic", "a"), H("__connect.errors.task.id", "0"),
		 H("trace", "1"), H("original-topic", "b"), H("error-type", "X"),
		 H("error-class", "permanent")),
	 "__connect.errors.topic __connect.errors.task.id trace"},
	{HEADERS(H("__connect.errors.topic", "a"), H("trace", "1"),
		 H("__connect.errors.topic", "b")),
	 "__connect.errors.topic trace"},
	/* redrive with another's names. */
	{HEADERS(H("error-class", "mine"), H("__connect.errors.topic", "a"),
		 H("__connect.errors.task.id", "0"), H("retry-count", "0"),
		 H("error-class", "permanent")),
	 "error-class"},
	/* Passes of one chain are Spring's, all of them. */
	{HEADERS(H("kafka_original-topic", "a"), H("retry_topic-attempts", "\0\0\0\x02"),
		 H("tenant", "acme"), H("kafka_dlt-original-topic", "a"),
		 H("kafka_dlt-original-topic", "a-retry"), H("kafka_dlt-exception-fqcn", "X"),
		 H("kafka_dlt-exception-fqcn", "Y"), H("kafka_listenerInfo", "l")),
	 "tenant"},
	/* SmallRye puts its headers before those that are there. */
	{HEADERS(H("dead-letter-topic", "b"), H("dead-letter-reason", "new"),
		 H("dead-letter-topic", "a"), H("dead-letter-reason", "old"), H("tenant", "acme")),
	 "dead-letter-topic dead-letter-reason tenant"},
	{HEADERS(H("tenant", "acme")), "tenant"},
};

static void test_headers_that_a_system_has_added(void **state)
{
	struct decoder *d = decoder_create();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
		struct received r = received_of(owned[i].headers, owned[i].n);
		struct header left[16];
		struct buf got = {0};
		struct letter l;
		size_t n;

		letter_read(&l, d, &r);
		n = letter_foreign(d, &l, left);
		for (size_t k = 0; k < n; k++) {
			buf_add_str(&got, k ? " " : "");
			buf_add_slice(&got, left[k].name);
		}
		EXPECT(slice_is(buf_slice(&got), owned[i].left), "case %zu: %s", i, got.data);
		buf_finish(&got);
	}
	decoder_destroy(d);
}

static const struct {
	const struct header *headers;
	size_t n;
	const char *want;
} warnings[] = {
	{HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-original-partition", "\0\0\x01")),
	 "kafka_dlt-original-partition is not 4 bytes: 000001\n"},
	{HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-original-partition", "")),
	 "kafka_dlt-original-partition is not 4 bytes: no bytes\n"},
	{HEADERS(H("error-type", "X"), H("error-class", "permanent"), H("retry-count", "many"),
		 H("source-line", "7"), H("error-timestamp", "soon")),
	 "retry-count is not a number in decimal digits: 6d616e79\n"
	 "error-timestamp is not an ISO 8601 time: 736f6f6e\n"},
	{HEADERS(H("error-type", "X"), H("error-timestamp", "12345678901234567890123456789012")),
	 "error-timestamp is not an ISO 8601 time: "
	 "3132333435363738393031323334353637383930313233343536373839303132\n"},
	{HEADERS(H("error-type", "X"), H("error-timestamp", "123456789012345678901234567890123")),
	 "error-timestamp is not an ISO 8601 time: "
	 "3132333435363738393031323334353637383930313233343536373839303132...\n"},
	/* Of an older system, of a header that is passed over, of one that no field is made
	 * of: strange all the same. */
	{HEADERS(H("__connect.errors.topic", "a"), H("__connect.errors.partition", "x"),
		 H("source_topic", "b")),
	 "__connect.errors.partition is not a number in decimal digits: 78\n"},
	{HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-original-offset", I64_1),
		 H("kafka_dlt-original-offset", "x")),
	 "kafka_dlt-original-offset is not 8 bytes: 78\n"},
	{HEADERS(H("kafka_original-topic", "a"), H("retry_topic-backoff-timestamp", "")),
	 "retry_topic-backoff-timestamp is not 1 to 8 bytes: no bytes\n"},
	/* Fine ones, and headers of systems that have not told. */
	{HEADERS(H("kafka_dlt-original-topic", "a"), H("kafka_dlt-original-offset", I64_1),
		 H_NULL("kafka_dlt-original-partition"), H("x-original-offset", "x")),
	 ""},
	{HEADERS(H("x-original-offset", "x"), H("error-class", "permanent"), H("retry-count", "x")),
	 ""},
};

/* Reads the letter of a case, and its warnings. */
static bool read_strange(size_t i, struct buf *got)
{
	struct received r = received_of(warnings[i].headers, warnings[i].n);
	struct decoder *d = decoder_create();
	struct letter l;

	letter_read(&l, d, &r);
	letter_warnings(got, d, &l);
	decoder_destroy(d);
	return l.strange;
}

static void test_what_is_not_what_its_name_promises(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(warnings); i++) {
		struct buf got = {0};

		read_strange(i, &got);
		EXPECT(slice_is(buf_slice(&got), warnings[i].want), "case %zu: %s", i, got.data);
		buf_finish(&got);
	}
}

static void test_a_letter_with_warnings_is_strange(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(warnings); i++) {
		struct buf unused = {0};

		if (read_strange(i, &unused) != (*warnings[i].want != '\0')) {
			print_error("case %zu: %s\n", i, warnings[i].want);
			wrong++;
		}
		buf_finish(&unused);
	}
	assert_int_equal(wrong, 0);
}

/* A line for each header, though two systems have it. */
static void test_a_header_is_warned_of_once(void **state)
{
	struct received r =
		RECEIVED(H("kafka_dlt-original-topic", "a"), H("kafka_original-topic", "b"),
			 H("kafka_deliveryAttempt", "3"));
	struct decoder *d = decoder_create();
	struct buf got = {0};
	struct letter l;

	(void)state;
	letter_read(&l, d, &r);
	letter_warnings(&got, d, &l);
	expect_text(buf_slice(&got), "kafka_deliveryAttempt is not 4 bytes: 33\n");
	buf_finish(&got);
	decoder_destroy(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters_of_all_sorts),
		cmocka_unit_test(test_letters_one_after_the_other),
		cmocka_unit_test(test_the_same_names_with_other_values),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_errors_are_grouped_by_their_root),
		cmocka_unit_test(test_the_record_s_own_time),
		cmocka_unit_test(test_older_systems_are_read_for_themselves),
		cmocka_unit_test(test_headers_that_a_system_has_added),
		cmocka_unit_test(test_what_is_not_what_its_name_promises),
		cmocka_unit_test(test_a_letter_with_warnings_is_strange),
		cmocka_unit_test(test_a_header_is_warned_of_once),
	};

	return RUN_TESTS(tests);
}

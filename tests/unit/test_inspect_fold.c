/* What varies between messages of one error, folded away. */
#include "expect.h"

#include "inspect/fold.h"

static const struct {
	const char *message, *folded; /* NULL: nothing varies in it */
} cases[] = {
	{"order 4711 of customer-9f8c2b7e at 192.0.2.7:9092: took 1,204 ms",
	 "order <n> of customer-<id> at <host>: took <n> ms"},

	/* redrive's own. */
	{"required field /customer/id is missing", NULL},
	{"column 72: unexpected token", "column <n>: unexpected token"},
	{"row has 3 fields, the header has 5", "row has <n> fields, the header has <n>"},
	{"column 'total': not a number", NULL},

	/* JDBC. */
	{"ERROR: duplicate key value violates unique constraint \"orders_pkey\"\n"
	 "  Detail: Key (order_id)=(4711) already exists.",
	 "ERROR: duplicate key value violates unique constraint \"orders_pkey\" "
	 "Detail: Key (order_id)=(<n>) already exists."},
	{"ERROR: deadlock detected Detail: Process 18240 waits for ShareLock on transaction "
	 "754321; blocked by process 18251.",
	 "ERROR: deadlock detected Detail: Process <n> waits for ShareLock on transaction "
	 "<n>; blocked by process <n>."},
	{"ERROR: null value in column \"customer_id\" violates not-null constraint", NULL},
	{"FATAL: password authentication failed for user \"orders_app\"", NULL},
	{"Connection to 192.0.2.17:5432 refused. Check that the hostname and port are correct.",
	 "Connection to <host> refused. Check that the hostname and port are correct."},
	{"HikariPool-1 - Connection is not available, request timed out after 30001ms "
	 "(total=10, active=10, idle=0, waiting=23)",
	 "HikariPool-<n> - Connection is not available, request timed out after <n>ms "
	 "(total=<n>, active=<n>, idle=<n>, waiting=<n>)"},
	{"Communications link failure The last packet successfully received from the server was "
	 "12,345 milliseconds ago.",
	 "Communications link failure The last packet successfully received from the server was "
	 "<n> milliseconds ago."},
	{"Duplicate entry '4711' for key 'orders.PRIMARY'",
	 "Duplicate entry '<n>' for key 'orders.PRIMARY'"},
	{"Deadlock found when trying to get lock; try restarting transaction", NULL},
	{"ORA-12899: value too large for column \"SHOP\".\"ORDERS\".\"NOTE\" (actual: 412, "
	 "maximum: 255)",
	 "ORA-<n>: value too large for column \"SHOP\".\"ORDERS\".\"NOTE\" (actual: <n>, "
	 "maximum: <n>)"},
	{"Violation of PRIMARY KEY constraint 'PK_Orders'. Cannot insert duplicate key in object "
	 "'dbo.Orders'. The duplicate key value is (4711).",
	 "Violation of PRIMARY KEY constraint 'PK_Orders'. Cannot insert duplicate key in object "
	 "'dbo.Orders'. The duplicate key value is (<n>)."},
	{"could not execute statement; SQL [insert into orders (id, total) values (?, ?)]; "
	 "constraint [orders_pkey]",
	 NULL},

	/* Jackson. */
	{"Unrecognized field \"shippingAdress\" (class com.acme.orders.Order), not marked as "
	 "ignorable (12 known properties: \"id\", \"total\")",
	 "Unrecognized field \"shippingAdress\" (class com.acme.orders.Order), not marked as "
	 "ignorable (<n> known properties: \"id\", \"total\")"},
	{"Cannot deserialize value of type `java.math.BigDecimal` from String \"12.50\": not a "
	 "valid representation",
	 "Cannot deserialize value of type `java.math.BigDecimal` from String \"<n>\": not a "
	 "valid representation"},
	{"Cannot deserialize value of type `com.acme.Status` from String \"PAID_OUT\": not one of "
	 "the values accepted for Enum class: [OPEN, PAID]",
	 NULL},
	{"Text '2026-01-02 03:04' could not be parsed at index 10",
	 "Text '<time>' could not be parsed at index <n>"},
	{"Unexpected character ('}' (code 125)): expected a value\n at [Source: (byte[])"
	 "\"{\"orderId\":77,\"total\":}\"; line: 1, column: 23]",
	 "Unexpected character ('}' (code <n>)): expected a value at [...]"},
	{"Missing required creator property 'customerId' (index 2)",
	 "Missing required creator property 'customerId' (index <n>)"},
	{"Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token "
	 "'null', 'true' or 'false')",
	 NULL},

	/* Kafka's clients. */
	{"Error deserializing key/value for partition orders-3 at offset 4711.",
	 "Error deserializing key/value for partition orders-<n> at offset <n>."},
	{"Error retrieving Avro value schema for id 1042",
	 "Error retrieving Avro value schema for id <n>"},
	{"Unknown magic byte!", NULL},
	{"Topic orders not present in metadata after 60000 ms.",
	 "Topic orders not present in metadata after <n> ms."},
	{"Expiring 12 record(s) for orders-3:120004 ms has passed since batch creation",
	 "Expiring <n> record(s) for orders-<n>:<n> ms has passed since batch creation"},
	{"The message is 1100148 bytes when serialized which is larger than 1048576",
	 "The message is <n> bytes when serialized which is larger than <n>"},
	{"Bootstrap broker kafka-2.prod.example.com:9092 (id: -2 rack: null) disconnected",
	 "Bootstrap broker <host> (id: <n> rack: null) disconnected"},
	{"Connection to node -1 (kafka-1.example.com/192.0.2.17:9092) could not be established",
	 "Connection to node <n> (<host>/<host>) could not be established"},
	{"Producer with transactionalId 'orders-tx-0' and ProducerId(producerId=4000, epoch=12) "
	 "attempted to produce with an old epoch",
	 "Producer with transactionalId 'orders-tx-<n>' and ProducerId(producerId=<n>, epoch=<n>) "
	 "attempted to produce with an old epoch"},
	{"orders-3@42: CRC mismatch", "orders-<n>@<n>: CRC mismatch"},
	{"partitions [0, 1, 2, 3] are offline", "partitions [<n>] are offline"},

	/* Spring. */
	{"Listener method 'public void com.acme.OrderListener.on(com.acme.Order)' threw "
	 "exception; nested exception is java.lang.IllegalStateException: order 77 not found",
	 "Listener method 'public void com.acme.OrderListener.on(com.acme.Order)' threw "
	 "exception; nested exception is java.lang.IllegalStateException: order <n> not found"},
	{"Could not open JPA EntityManager for transaction", NULL},
	{"No qualifying bean of type 'com.acme.PriceService' available: expected at least 1 bean",
	 "No qualifying bean of type 'com.acme.PriceService' available: expected at least <n> "
	 "bean"},
	{"com.acme.Order@6f2b958e has no field 'customerId'",
	 "com.acme.Order@<id> has no field 'customerId'"},

	/* HTTP clients. */
	{"I/O error on POST request for \"https://api.example.com/v2/charges\": Read timed out",
	 "I/O error on POST request for \"<url>\": Read timed out"},
	{"500 Internal Server Error from GET http://inventory.prod:8080/items/4711",
	 "<n> Internal Server Error from GET <url>"},
	{"404 Not Found: [{\"code\":\"NOT_FOUND\",\"message\":\"no order 4711\"}]",
	 "<n> Not Found: [...]"},
	{"Connect to api.example.com:443 [api.example.com/203.0.113.7] failed: Connection refused",
	 "Connect to <host> [<host>/<host>] failed: Connection refused"},
	{"connect ECONNREFUSED 192.0.2.7:8443", "connect ECONNREFUSED <host>"},
	{"getaddrinfo ENOTFOUND api.example.com", "getaddrinfo ENOTFOUND <host>"},
	{"mail to bob.smith@example.com bounced", "mail to <email> bounced"},

	/* Go. */
	{"dial tcp 192.0.2.7:5432: connect: connection refused",
	 "dial tcp <host>: connect: connection refused"},
	{"read tcp 192.0.2.1:52344->198.51.100.7:443: read: connection reset by peer",
	 "read tcp <host>-><host>: read: connection reset by peer"},
	{"fe80::1ff:fe23:4567:890a unreachable", "<host> unreachable"},
	{"Get \"https://api.example.com/v1/orders/4711?expand=lines&page=2\": context deadline "
	 "exceeded",
	 "Get \"...\": context deadline exceeded"},
	{"json: cannot unmarshal string into Go struct field Order.total of type float64", NULL},
	{"runtime error: index out of range [7] with length 5",
	 "runtime error: index out of range [<n>] with length <n>"},
	{"sql: no rows in result set", NULL},

	/* .NET. */
	{"Object reference not set to an instance of an object.", NULL},
	{"The JSON value could not be converted to System.Decimal. Path: $.total | LineNumber: 0 "
	 "| BytePositionInLine: 23.",
	 "The JSON value could not be converted to System.Decimal. Path: $.total | LineNumber: <n> "
	 "| BytePositionInLine: <n>."},
	{"Execution Timeout Expired. ClientConnectionId:7c5f1e0a-9b1d-4c3e-8f2a-1b2c3d4e5f60",
	 "Execution Timeout Expired. ClientConnectionId:<id>"},
	{"The INSERT statement conflicted with the FOREIGN KEY constraint \"FK_Orders\". The "
	 "conflict occurred in database \"Shop\", table \"dbo.Customers\", column 'Id'.",
	 NULL},
	{"Response status code does not indicate success: 503 (Service Unavailable).",
	 "Response status code does not indicate success: <n> (Service Unavailable)."},

	/* Python. */
	{"KeyError: 'customerId'", NULL},
	{"'NoneType' object has no attribute 'get'", NULL},
	{"Expecting value: line 1 column 1 (char 0)",
	 "Expecting value: line <n> column <n> (char <n>)"},
	{"could not convert string to float: 'N/A'", NULL},
	{"(Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object at "
	 "0x7f3c2a1b4d90>: Failed to establish a new connection'))",
	 "(Caused by NewConnectionError('...'))"},
	{"Key (id)=(550e8400-e29b-41d4-a716-446655440000) already exists.",
	 "Key (id)=(<id>) already exists."},

	/* Times and numbers as they are written. */
	{"2026-11-29 12:13:14,567 ERROR [worker-3] timeout", "<time> ERROR [worker-<n>] timeout"},
	{"expired at 2026-01-02T03:04:05.678+02:00", "expired at <time>"},
	{"due 2026-01-02", "due <time>"},
	{"at 03:04:05.678", "at <time>"},
	{"balance -12.50 of 1,234,567.89 EUR (+3)", "balance <n> of <n> EUR (<n>)"},
	{"95.3% of 12 GiB after 250ms", "<n>% of <n> GiB after <n>ms"},
	{"checksum 9e107d9d372bb6826bd81d3542a419d6", "checksum <id>"},
	{"object deadbeef is lost", "object <id> is lost"},
	{"a facade of the decade", NULL},
	{"UTF-8 for int32, sha256 or base64", "UTF-<n> for int32, sha256 or base64"},

	/* What was quoted of a payload. */
	{"bad order: {\"orderId\":4711,\"customer\":\"Miller\"}", "bad order: {...}"},
	{"bad order: {\"orderId\":4711,\"customer\":\"Mil", "bad order: {..."},
	{"bad text \"He said: \\\"no\\\", and left\" here", "bad text \"...\" here"},
	{"near '<order id=\"7\"/>'", "near '...'"},
	{"no customer \"Miller\" in [ALPHA, BETA]", NULL},

	/* Blanks. */
	{"", ""},
	{" \t\r\n ", ""},
	{"  two\n\tlines \r\n", "two lines"},
};

static struct buf fold(struct slice message)
{
	struct buf out = {0};

	fold_text(&out, message);
	return out;
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *want = cases[i].folded ? cases[i].folded : cases[i].message;
		struct buf folded = fold(slice_of(cases[i].message)), shown = {0};

		fold_show(&shown, buf_slice(&folded));
		EXPECT(slice_is(buf_slice(&shown), want), "%s: got\n%.*s\nwant\n%s",
		       cases[i].message, (int)shown.len, shown.data ? shown.data : "", want);
		buf_finish(&folded);
		buf_finish(&shown);
	}
}

/* Compares after levelling, as tables do, and as fold_same does. */
static bool alike(struct slice a, struct slice b)
{
	struct buf x = fold(a), y = fold(b);
	bool same = fold_same(buf_slice(&x), buf_slice(&y));

	fold_level(x.data, x.len);
	fold_level(y.data, y.len);
	assert_int_equal(slice_equal(buf_slice(&x), buf_slice(&y)), same);
	buf_finish(&x);
	buf_finish(&y);
	return same;
}

static const char *const one_error[][2] = {
	{"order 1 failed", "order 4711 failed"},
	{"order -1 failed", "order 12.5 failed"},
	{"order 4711 failed", "order 550e8400-e29b-41d4-a716-446655440000 failed"},
	{"order 9f8c2b7e failed", "order 4711 failed"},
	{"partitions [0, 1, 2]", "partitions [7]"},
	{"lost 192.0.2.7:9092", "lost kafka-1.example.com:9092"},
	{"lost 192.0.2.7", "lost 2001:db8::17"},
	{"at 2026-01-02T03:04:05Z", "at 2027-12-31 23:59:59,999"},
	{"see https://example.com/a", "see http://192.0.2.7:8080/b?c=d#e"},
	{"user bob@example.com", "user ann.smith+orders@mail.example.org"},
	{"com.acme.Order@6f2b958e is bad", "com.acme.Order@12345678 is bad"},
	{"pod orders-7d9f8b6c5-x2kqz died", "pod orders-6c8d7b5f4-w9vtm died"},
	{"bad {\"id\":1,\"name\":\"Miller\"}", "bad {\"id\":2,\"name\":\"Smith\",\"x\":[]}"},
	{"bad \"a \\\"quoted\\\" name\"", "bad \"another \\\"one\\\" that is longer\""},
	{"two\nlines", "two \t lines"},
	{"GET \"https://example.com/1\" failed",
	 "GET \"https://example.com/orders/4711?expand=lines&page=7\" failed"},
	/* Spring puts an answer into quotation marks, and escapes none in it. */
	{"404 Not Found: \"{\"code\":\"NOT_FOUND\",\"message\":\"no Miller\"}\"",
	 "404 Not Found: \"{\"code\":\"NOT_FOUND\",\"message\":\"no Smith\"}\""},
};

static void test_messages_of_one_error(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(one_error); i++)
		EXPECT(alike(slice_of(one_error[i][0]), slice_of(one_error[i][1])), "%s",
		       one_error[i][0]);
}

static const char *const two_errors[][2] = {
	{"order 1 failed", "order 1 is late"},
	{"order 1 failed", "order 1 failed twice"},
	{"required field /total is missing", "required field /customer/id is missing"},
	{"Unrecognized field \"total\" (class com.acme.Order)",
	 "Unrecognized field \"note\" (class com.acme.Order)"},
	{"Missing required creator property 'id' (index 0)",
	 "Missing required creator property 'total' (index 3)"},
	{"KeyError: 'customerId'", "KeyError: 'orderId'"},
	{"null value in column \"a\"", "null value in column \"b\""},
	{"java.io.IOException: 1", "java.lang.IllegalStateException: 1"},
	{"Cannot deserialize value of type `int`", "Cannot deserialize value of type `long`"},
	{"violates constraint \"orders_pkey\"", "violates constraint \"orders_customer_fkey\""},
	{"404 Not Found", "503 Service Unavailable"},
	{"topic orders.created", "topic orders.paid"},
	{"took 12 ms", "took 12 s"},
	{"a", "A"},
	{"", "a"},
};

static const char *const two_names[][2] = {
	/* Digits in a name don't make an id of it. */
	{"Missing required creator property 'ipv4Address' (index 2)",
	 "Missing required creator property 'base64Data' (index 2)"},
	{"Unrecognized field \"address2Line\" (class com.acme.Order)",
	 "Unrecognized field \"iso3Code\" (class com.acme.Order)"},
	{"io.netty.handler.codec.http2.Http2FrameStreamException: closed",
	 "io.netty.handler.codec.http2.Http2NoMoreStreamIdsException: closed"},
	/* The name of a type is no payload, however long it is. */
	{"No qualifying bean of type 'com.acme.orders.service.pricing.PriceCalculation' available",
	 "No qualifying bean of type 'com.acme.orders.service.pricing.DiscountEngine' available"},
	{"Cannot deserialize value of type `java.util.ArrayList<com.acme.LineItem>` from Object "
	 "value (token `JsonToken.START_OBJECT`)",
	 "Cannot deserialize value of type `java.util.ArrayList<com.acme.Address>` from Object "
	 "value (token `JsonToken.START_OBJECT`)"},
	/* Nor is what follows an interval. */
	{"not in [0, 100): field \"total\"", "not in [0, 100): field \"discount\""},
	/* Names without vowels are names. */
	{"com.acme.mssql.LoadException: no row", "com.acme.rdbms.LoadException: no row"},
};

static void test_messages_of_two_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(two_errors); i++)
		EXPECT(!alike(slice_of(two_errors[i][0]), slice_of(two_errors[i][1])), "%s",
		       two_errors[i][0]);
}

static void test_names_are_told_apart(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(two_names); i++)
		if (alike(slice_of(two_names[i][0]), slice_of(two_names[i][1]))) {
			print_error("%s\n", two_names[i][0]);
			wrong++;
		}
	assert_int_equal(wrong, 0);
}

/* Each mark that is left says what was folded away: none comes out of a message. */
static void test_no_byte_of_a_message_is_a_mark(void **state)
{
	static const char *const around[] = {"%", "a%b", "1%2", "\"%\"", "{\"a\":%}", "%%", "x %"};

	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t i = 0; i < ARRAY_SIZE(around); i++) {
			char text[32];
			size_t len = strlen(around[i]);
			struct buf folded;

			memcpy(text, around[i], len + 1);
			for (size_t k = 0; k < len; k++)
				text[k] = text[k] == '%' ? (char)c : text[k];
			folded = fold((struct slice){text, len});
			for (size_t k = 0; k < folded.len; k++)
				if (folded.data[k] == FOLD_MARK) {
					EXPECT(k + 1 < folded.len &&
						       strchr("nithumx", folded.data[k + 1]),
					       "byte %d in %s", c, around[i]);
					k++;
				}
			buf_finish(&folded);
		}
	assert_false(alike(SLICE_LIT("a \x01n b"), SLICE_LIT("a \x01i b")));
	assert_false(alike(SLICE_LIT("order \x01n"), SLICE_LIT("order 1")));
	assert_true(alike(SLICE_LIT("a \x01 b"), SLICE_LIT("a b")));
	assert_true(alike(SLICE_LIT("a\0b"), SLICE_LIT("a b")));
}

/* Whatever it is, of its first bytes alone, and never more than twice as many. */
static void test_long_messages(void **state)
{
	static const char *const pieces[] = {"1 ",	 "a",	      "'",   "{",   "x=1,", "\x01",
					     "\xc3\xa9", "http://x ", "1a-", "[\"", "\\\"", "7@"};
	struct buf text = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct buf folded, cut;

		buf_clear(&text);
		while (text.len < 3 * FOLD_MAX)
			buf_add_str(&text, pieces[i]);
		folded = fold(buf_slice(&text));
		EXPECT(folded.len <= 2 * FOLD_MAX, "%s: %zu", pieces[i], folded.len);
		text.len = FOLD_MAX + 4;
		cut = fold(buf_slice(&text));
		EXPECT(slice_equal(buf_slice(&cut), buf_slice(&folded)), "%s", pieces[i]);
		buf_finish(&folded);
		buf_finish(&cut);
	}
	/* The last byte that is looked at, and the next. */
	buf_clear(&text);
	while (text.len < FOLD_MAX + 1)
		buf_add_char(&text, 'a' + (char)(text.len % 2));
	{
		char *other = malloc(text.len);

		assert_non_null(other);
		memcpy(other, text.data, text.len);
		other[FOLD_MAX] = 'z';
		assert_true(alike(buf_slice(&text), (struct slice){other, text.len}));
		other[FOLD_MAX - 1] = 'z';
		assert_false(alike(buf_slice(&text), (struct slice){other, text.len}));
		free(other);
	}
	buf_finish(&text);
}

/* In memory of its very size; each beginning of each message. */
static void test_messages_that_are_cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		for (size_t len = 0; len <= strlen(cases[i].message); len++) {
			char *copy = malloc(len + !len);
			struct buf folded;

			assert_non_null(copy);
			memcpy(copy, cases[i].message, len);
			folded = fold((struct slice){copy, len});
			assert_true(folded.len <= 2 * len);
			buf_finish(&folded);
			free(copy);
		}
}

/* What is there already has no say in it, and stays. */
static void test_a_message_is_added(void **state)
{
	static const char *const before[] = {"x", "x ", "\x01n, ", "("};
	static const char *const messages[] = {"7 orders", " late", "-7", "7, 8"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(before) * ARRAY_SIZE(messages); i++) {
		const char *first = before[i / ARRAY_SIZE(messages)];
		struct slice message = slice_of(messages[i % ARRAY_SIZE(messages)]);
		struct buf out = {0}, alone = fold(message);

		buf_add_str(&out, first);
		fold_text(&out, message);
		EXPECT(out.len == strlen(first) + alone.len &&
			       memcmp(out.data, first, strlen(first)) == 0 &&
			       memcmp(out.data + strlen(first), alone.data, alone.len) == 0,
		       "'%s' behind '%s'", message.data, first);
		buf_finish(&out);
		buf_finish(&alone);
	}
}

static void test_null_is_like_null_alone(void **state)
{
	struct buf folded = fold(SLICE_NULL);

	(void)state;
	assert_int_equal(folded.len, 0);
	buf_finish(&folded);
	assert_true(fold_same(SLICE_NULL, SLICE_NULL));
	assert_false(fold_same(SLICE_NULL, SLICE_LIT("")));
	assert_false(fold_same(SLICE_LIT(""), SLICE_NULL));
	assert_true(fold_same(SLICE_LIT(""), SLICE_LIT("")));
}

/* All texts of up to five bytes, a mark among them. */
static struct slice nth_text(char text[8], unsigned n)
{
	size_t len = 0;

	for (; n; n = (n - 1) / 3)
		text[len++] = "\x01"
			      "ab"[(n - 1) % 3];
	return (struct slice){text, len};
}

static void test_same_is_what_levelling_makes_the_same(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 364; i++)
		for (unsigned k = 0; k < 364; k++) {
			char a[8], b[8];
			struct slice x = nth_text(a, i), y = nth_text(b, k);
			bool same = fold_same(x, y);

			a[x.len] = b[y.len] = 'z';
			fold_level(a, x.len);
			fold_level(b, y.len);
			assert_true(a[x.len] == 'z' && b[y.len] == 'z');
			EXPECT(slice_equal(x, y) == same, "texts %u and %u", i, k);
		}
}

static void test_what_people_read(void **state)
{
	struct buf shown = {0};

	(void)state;
	fold_show(&shown, SLICE_LIT("a \x01n\x01i\x01t\x01h\x01u\x01m\x01x\x01w b\x01"));
	assert_string_equal(shown.data, "a <n><id><time><host><url><email>...<*> b\x01");
	buf_finish(&shown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_messages_of_one_error),
		cmocka_unit_test(test_messages_of_two_errors),
		cmocka_unit_test(test_names_are_told_apart),
		cmocka_unit_test(test_no_byte_of_a_message_is_a_mark),
		cmocka_unit_test(test_long_messages),
		cmocka_unit_test(test_messages_that_are_cut_anywhere),
		cmocka_unit_test(test_a_message_is_added),
		cmocka_unit_test(test_null_is_like_null_alone),
		cmocka_unit_test(test_same_is_what_levelling_makes_the_same),
		cmocka_unit_test(test_what_people_read),
	};

	return RUN_TESTS(tests);
}

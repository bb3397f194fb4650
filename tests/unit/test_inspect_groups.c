/* Dead letters grouped by what they have in common. */
#include "expect.h"

#include "inspect/fold.h"
#include "inspect/groups.h"
#include "letters.h"

static const char *const usual[] = {"error-type", "error-message"};

/* Making one takes longer than reading a letter. */
static struct decoder *decoder;

static int create_decoder(void **state)
{
	(void)state;
	decoder = decoder_create();
	return 0;
}

static int destroy_decoder(void **state)
{
	(void)state;
	decoder_destroy(decoder);
	return 0;
}

/* What of a letter matters here; NULL: it has none. */
struct facts {
	const char *type, *message, *topic;
	int64_t at;
	struct slice key, value;
};

static void add_letter(struct groups *g, const struct facts *f)
{
	static const char *const names[] = {"x-exception-fqcn", "x-exception-message",
					    "x-original-topic"};
	const char *const texts[] = {f->type, f->message, f->topic};
	struct header headers[4] = {H("tenant", "acme")};
	struct received r = received_of(headers, 1);
	struct letter l;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i])
			headers[r.record.n_headers++] =
				(struct header){slice_of(names[i]), slice_of(texts[i])};
	r.record.timestamp = f->at;
	r.record.key = f->key;
	r.record.value = f->value;
	letter_read(&l, decoder, &r);
	groups_add(g, &l);
}

static void add(struct groups *g, const char *type, const char *message)
{
	add_letter(g, &(struct facts){.type = type, .message = message, .at = RECEIVED_AT});
}

/* The same with a word of letters alone that is another for each number. */
static void add_word(struct groups *g, const char *type, const char *format, unsigned number)
{
	char word[] = "Aaaa", message[200];

	for (size_t i = sizeof(word) - 1; i-- > 0; number /= 26)
		word[i] = (char)(word[i] + number % 26);
	snprintf(message, sizeof(message), format, word);
	add(g, type, message);
}

static struct groups *create(const char *const *by, size_t n)
{
	struct error err = {0};
	struct groups *g = groups_create(by, n, &err);

	EXPECT(g, "%s", err.text);
	return g;
}

/* Sorted: a line for each, "COUNT VALUE | VALUE", "-" for none and "others" behind. */
static void expect_groups(struct groups *g, const char *want)
{
	struct buf got = {0};

	groups_sort(g);
	for (size_t i = 0; i < groups_count(g); i++) {
		const struct group *group = groups_at(g, i);

		buf_addf(&got, "%llu", (unsigned long long)group->count);
		for (size_t k = 0; k < groups_by(g); k++) {
			buf_add_str(&got, k ? " | " : " ");
			if (!groups_show(&got, g, group, k))
				buf_add_str(&got, "-");
		}
		buf_add_str(&got, group->others ? " others\n" : "\n");
	}
	EXPECT(slice_is(buf_slice(&got), want), "got\n%s\nwant\n%s", got.data ? got.data : "",
	       want);
	buf_finish(&got);
}

static uint64_t sum_counts(const struct groups *g)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < groups_count(g); i++)
		sum += groups_at(g, i)->count;
	return sum;
}

static void test_errors_and_messages(void **state)
{
	struct groups *g = create(usual, 2);

	(void)state;
	expect_groups(g, "");
	groups_destroy(g);

	g = create(usual, 2);
	add(g, "X", "order 1 failed");
	add(g, "Y", "order 2 failed");
	add(g, "X", "order 3 failed");
	add(g, "X", "order 550e8400-e29b-41d4-a716-446655440000 failed");
	add(g, "Y", "order 4 is late");
	add(g, "Y", "order 2 failed");
	expect_groups(g, "3 X | order <n> failed\n2 Y | order <n> failed\n"
			 "1 Y | order <n> is late\n");
	assert_int_equal(groups_left_over(g), 0);
	groups_destroy(g);
	groups_destroy(NULL);
}

static void test_none_is_a_value_of_its_own(void **state)
{
	struct groups *g = create(usual, 2);

	(void)state;
	for (int i = 0; i < 5; i++)
		add(g, NULL, NULL);
	for (int i = 0; i < 4; i++)
		add(g, "", "");
	for (int i = 0; i < 3; i++)
		add(g, "X", NULL);
	for (int i = 0; i < 2; i++)
		add(g, "X", "");
	add_letter(g, &(struct facts){.topic = "orders", .message = "X"});
	assert_false(groups_by_is_message(g, 0));
	assert_true(groups_by_is_message(g, 1));
	expect_groups(g, "5 - | -\n4  | \n3 X | -\n2 X | \n1 - | X\n");
	groups_destroy(g);
}

/* Whatever comes first, and however often the same comes again. */
static void test_the_order_of_letters_does_not_matter(void **state)
{
	static const unsigned steps[] = {1, 7, 1999, 2999};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(steps); k++) {
		struct groups *g = create(usual, 2);

		for (unsigned i = 0; i < 3000; i++) {
			unsigned n = i * steps[k] % 3000;
			char message[32];

			snprintf(message, sizeof(message), "order %u is %s", n,
				 n % 3 == 0   ? "late"
				 : n % 3 == 1 ? "bad"
					      : "lost");
			add(g, n < 1500 ? "X" : "Y", n % 1000 ? message : "lost all");
		}
		groups_sort(g);
		assert_int_equal(groups_count(g), 8);
		assert_int_equal(sum_counts(g), 3000);
		assert_int_equal(groups_at(g, 0)->count, 500);
		assert_int_equal(groups_at(g, 7)->count, 1);
		groups_destroy(g);
	}
}

static void test_first_and_last(void **state)
{
	static const int64_t times[] = {50, 20, 90, 30, RECORD_NO_TIMESTAMP};
	struct groups *g = create(usual, 2);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		add_letter(g, &(struct facts){.type = "X", .at = times[i]});
	add_letter(g, &(struct facts){.type = "Y", .at = RECORD_NO_TIMESTAMP});
	groups_sort(g);
	assert_int_equal(groups_count(g), 2);
	assert_int_equal(groups_at(g, 0)->count, 5);
	assert_int_equal(groups_at(g, 0)->span.first, 20);
	assert_int_equal(groups_at(g, 0)->span.last, 90);
	assert_int_equal(groups_at(g, 1)->span.first, RECORD_NO_TIMESTAMP);
	assert_int_equal(groups_at(g, 1)->span.last, RECORD_NO_TIMESTAMP);
	groups_destroy(g);
}

static void test_so_many_topics_are_named(void **state)
{
	static const char *const topics[] = {"a", "b", "a", "c", "d", "", "e", "f", "a"};
	const char *const by[] = {"error-type"};
	struct groups *g = create(by, 1);

	(void)state;
	add_letter(g, &(struct facts){.type = "none"});
	for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
		add_letter(g, &(struct facts){.type = "many", .topic = topics[i]});
		if (i < 6)
			add_letter(g, &(struct facts){.type = "just", .topic = topics[i]});
	}
	groups_sort(g);
	assert_int_equal(groups_count(g), 3);
	assert_int_equal(groups_at(g, 0)->n_topics, GROUP_TOPICS);
	assert_true(groups_at(g, 0)->more_topics);
	assert_int_equal(groups_at(g, 1)->n_topics, GROUP_TOPICS);
	assert_false(groups_at(g, 1)->more_topics);
	for (size_t i = 0; i < 2; i++) {
		char *const *named = groups_at(g, i)->topics;

		for (size_t k = 0; k < GROUP_TOPICS; k++)
			assert_string_equal(named[k],
					    ((const char *[]){"a", "b", "c", "d", ""})[k]);
	}
	assert_int_equal(groups_at(g, 2)->n_topics, 0);
	assert_false(groups_at(g, 2)->more_topics);
	groups_destroy(g);
}

static void test_other_fields(void **state)
{
	static const char *const by[] = {"header:tenant", "system", "/customer/id", "partition"};
	struct groups *g = create(by, 4);

	(void)state;
	assert_int_equal(groups_by(g), 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(groups_by_name(g, i), by[i]);
	for (int i = 0; i < 9; i++) {
		char value[40];

		snprintf(value, sizeof(value), "{\"customer\":{\"id\":\"C-%d\"}}", i / 5);
		add_letter(g,
			   &(struct facts){.type = i < 8 ? "X" : NULL, .value = slice_of(value)});
	}
	for (int i = 0; i < 2; i++)
		add_letter(g, &(struct facts){.type = "X", .value = SLICE_LIT("no JSON")});
	/* Only messages are folded. */
	expect_groups(g, "5 acme | spring-cloud-stream | C-0 | 3\n"
			 "3 acme | spring-cloud-stream | C-1 | 3\n"
			 "2 acme | spring-cloud-stream | - | 3\n"
			 "1 acme | - | C-1 | 3\n");
	groups_destroy(g);
}

static void test_messages_are_folded_by_either_name(void **state)
{
	static const char *const by[][1] = {
		{"message"}, {"error-message"}, {"header:x-exception-message"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(by); i++) {
		struct groups *g = create(by[i], 1);

		add(g, "X", "order 1");
		add(g, "X", "order 2");
		expect_groups(g, i < 2 ? "2 order <n>\n" : "1 order 1\n1 order 2\n");
		groups_destroy(g);
	}
}

static void test_fields_that_there_are_not(void **state)
{
	static const char *const wrong[] = {"error-type", "error-mesage"};
	static const char *const many[] = {"key",    "value",	 "system", "status", "type",
					   "offset", "header:a", "/a",	   "/b"};
	struct error err = {0};
	struct groups *g;

	(void)state;
	assert_null(groups_create(wrong, 2, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_non_null(strstr(err.text, "there is no field 'error-mesage'; did you mean "
					 "error-message?"));
	assert_null(groups_create(many, GROUP_BY_MAX + 1, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	assert_string_equal(err.text, "messages can be grouped by 8 fields at most");
	g = create(many, GROUP_BY_MAX);
	add(g, "X", "m");
	groups_sort(g);
	assert_int_equal(groups_count(g), 1);
	groups_destroy(g);
}

/* Keys are bytes: those of two kinds are two, whatever bytes they are. */
static void test_bytes_that_look_like_marks(void **state)
{
	static const char *const by[] = {"key"};
	struct groups *g = create(by, 1);
	struct buf shown = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		add_letter(g, &(struct facts){.key = SLICE_LIT("\x01n\x07")});
		add_letter(g, &(struct facts){.key = SLICE_LIT("\x01n\x08")});
		add_letter(g, &(struct facts){.key = SLICE_LIT("\x01i\x08")});
	}
	groups_sort(g);
	assert_int_equal(groups_count(g), 3);
	assert_true(groups_show(&shown, g, groups_at(g, 0), 0));
	assert_int_equal(shown.len, 3);
	assert_int_equal(shown.data[0], '\x01');
	buf_finish(&shown);
	groups_destroy(g);
}

static void test_messages_that_hold_marks(void **state)
{
	struct groups *g = create(usual, 2);

	(void)state;
	add(g, "X",
	    "field \x01"
	    "a is missing");
	add(g, "X",
	    "field \x01"
	    "b is missing");
	add(g, "X",
	    "field \x01"
	    "a is missing");
	expect_groups(g, "2 X | field a is missing\n1 X | field b is missing\n");
	groups_destroy(g);
}

/* A number among the names by which messages differ is one of them, wherever it comes, and
 * no message is lost over it. */
static void test_names_and_numbers(void **state)
{
	(void)state;
	for (size_t at = 0; at < 30; at++) {
		struct groups *g = create(usual, 2);
		char message[64];

		for (size_t i = 0; i < 30; i++) {
			if (i == at)
				snprintf(message, sizeof(message), "no customer 4711 here");
			else
				snprintf(message, sizeof(message), "no customer %c%cert here",
					 'A' + (char)(i / 5), 'a' + (char)(i % 5));
			add(g, "X", message);
		}
		expect_groups(g, "30 X | no customer <*> here\n");
		groups_destroy(g);
	}
}

static void test_an_example_is_the_first_that_came(void **state)
{
	char key[] = "key 1", value[] = "value 1", message[] = "order 1 failed";
	struct facts f = {"X", message, NULL, 50, slice_of(key), slice_of(value)};
	struct groups *g = create(usual, 2);
	const struct example *e;

	(void)state;
	add_letter(g, &f);
	key[4] = value[6] = message[6] = '2';
	f.at = 40;
	add_letter(g, &f);
	groups_sort(g);
	assert_int_equal(groups_count(g), 1);
	e = &groups_at(g, 0)->example;
	assert_true(e->whole);
	assert_int_equal(e->value_bytes, 7);
	assert_int_equal(e->status, STATUS_PENDING);
	assert_int_equal(e->received.offset, 42);
	assert_int_equal(e->received.partition, 3);
	assert_int_equal(e->received.record.timestamp, 50);
	expect_text(e->received.record.key, "key 1");
	expect_text(e->received.record.value, "value 1");
	assert_int_equal(e->received.record.n_headers, 3);
	expect_text(e->received.record.headers[2].value, "order 1 failed");
	groups_destroy(g);
}

/* It knows how large it was, and its short headers still tell what it is. */
static void test_a_large_example_is_cut(void **state)
{
	static char large[100 << 10];
	struct groups *g = create(usual, 2);
	const struct example *e;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	add_letter(g, &(struct facts){"X", large, "orders", 0, {large, 60000}, SLICE_LIT("v")});
	groups_sort(g);
	e = &groups_at(g, 0)->example;
	assert_false(e->whole);
	assert_int_equal(e->value_bytes, 1);
	expect_slice(e->received.record.value, SLICE_NULL);
	assert_in_range(e->received.record.key.len, 1, 1000);
	assert_int_equal(e->received.record.n_headers, 4);
	expect_text(e->received.record.headers[0].name, "tenant");
	expect_text(e->received.record.headers[1].value, "X");
	assert_in_range(e->received.record.headers[2].value.len, 100, 1000);
	expect_text(e->received.record.headers[3].value, "orders");
	groups_destroy(g);
}

/* Each of 64 KiB is whole as long as there is room, and no more is taken than that. */
static void test_examples_are_bounded_together(void **state)
{
	static const char large[60 << 10], *const by[] = {"error-type"};
	struct groups *g = create(by, 1);
	size_t bytes = 0, whole = 0;

	(void)state;
	for (unsigned i = 0; i < 400; i++) {
		char type[16];

		snprintf(type, sizeof(type), "Type%u", i);
		add_letter(g, &(struct facts){.type = type, .value = {large, sizeof(large)}});
	}
	groups_sort(g);
	assert_int_equal(groups_count(g), 400);
	for (size_t i = 0; i < 400; i++) {
		const struct example *e = &groups_at(g, i)->example;

		assert_int_equal(e->value_bytes, sizeof(large));
		assert_int_equal(e->received.record.value.len, e->whole ? sizeof(large) : 0);
		bytes += e->received.record.value.len;
		whole += e->whole;
	}
	assert_in_range(bytes, 8 << 20, 16 << 20);
	assert_in_range(whole, 100, 300);
	groups_destroy(g);
}

static void test_more_groups_than_are_kept(void **state)
{
	static const char *const by[] = {"error-type"};
	struct groups *g = create(by, 1);

	(void)state;
	for (int turn = 0; turn < 2; turn++)
		for (unsigned i = 0; i < GROUPS_MAX + 500; i++) {
			char type[16];

			snprintf(type, sizeof(type), "Type%u", i);
			add(g, type, "m");
		}
	add(g, "Type0", "m");
	groups_sort(g);
	assert_int_equal(groups_count(g), GROUPS_MAX + 1);
	assert_int_equal(groups_left_over(g), 1000);
	assert_int_equal(sum_counts(g), 2 * (GROUPS_MAX + 500) + 1);
	/* Among the largest: nobody shall overlook them. */
	assert_true(groups_at(g, 0)->others);
	assert_int_equal(groups_at(g, 0)->count, 1000);
	expect_text(groups_at(g, 1)->values[0], "Type0");
	assert_int_equal(groups_at(g, 1)->count, 3);
	for (size_t i = 1; i <= GROUPS_MAX; i++)
		assert_false(groups_at(g, i)->others);
	groups_destroy(g);
}

/* Others of an error stay together, as far as that goes; they are bounded, too. */
static void test_others_of_many_errors(void **state)
{
	static const char *const by[] = {"error-type", "key"};
	struct groups *g = create(by, 2);
	uint64_t of_one = 0;
	size_t kept = 0;

	(void)state;
	for (unsigned i = 0; i < 4 * GROUPS_MAX; i++) {
		char type[16], key[16];

		snprintf(type, sizeof(type), "Type%u", i < 3 * GROUPS_MAX ? 0 : i);
		snprintf(key, sizeof(key), "key %u", i);
		add_letter(g, &(struct facts){.type = type, .key = slice_of(key)});
	}
	groups_sort(g);
	for (size_t i = 0; i < groups_count(g); i++) {
		const struct group *group = groups_at(g, i);

		assert_true(!i || group->count <= groups_at(g, i - 1)->count);
		kept += !group->others;
		if (group->others && slice_is(group->values[0], "Type0"))
			of_one += group->count;
	}
	assert_int_equal(kept, GROUPS_MAX);
	assert_true(groups_count(g) < GROUPS_MAX + 500);
	assert_int_equal(of_one, 2 * GROUPS_MAX);
	assert_int_equal(groups_left_over(g), 3 * GROUPS_MAX);
	assert_int_equal(sum_counts(g), 4 * GROUPS_MAX);
	groups_destroy(g);
}

static void test_a_word_by_which_many_differ(void **state)
{
	struct groups *g = create(usual, 2);

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		add_word(g, "X", "no customer %s here", i);
		add_word(g, "Y", "no customer %s here", i);
	}
	for (unsigned i = 0; i < 30; i++)
		add_word(g, "X", "customer %s is no customer", i);
	for (unsigned i = 0; i < 3; i++)
		add_word(g, "X", "column %s is missing", i);
	expect_groups(g, "100 X | no customer <*> here\n100 Y | no customer <*> here\n"
			 "30 X | customer <*> is no customer\n1 X | column Aaaa is missing\n"
			 "1 X | column Aaab is missing\n1 X | column Aaac is missing\n");
	assert_int_equal(groups_left_over(g), 0);
	groups_destroy(g);
}

static void test_few_that_differ_stay_apart(void **state)
{
	struct groups *g = create(usual, 2);

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		add_word(g, "X", "required field %s is missing", i);
	for (unsigned i = 0; i < 26; i++) {
		char type[] = {'T', (char)('a' + i), '\0'};

		add_word(g, type, "no customer %s here", i);
	}
	groups_sort(g);
	assert_int_equal(groups_count(g), 32);
	for (size_t i = 0; i < groups_count(g); i++) {
		struct buf shown = {0};

		assert_true(groups_show(&shown, g, groups_at(g, i), 1));
		assert_null(strstr(shown.data, "<*>"));
		buf_finish(&shown);
	}
	groups_destroy(g);
}

/* More than are kept: the word is folded away on the way, and nobody is left over. */
static void test_words_of_more_messages_than_are_kept(void **state)
{
	struct groups *g = create(usual, 2);
	const struct group *first;

	(void)state;
	for (unsigned i = 0; i < 3 * GROUPS_MAX; i++) {
		add_word(g, "X", "no customer %s here", i);
		if (i % 10 == 0)
			add(g, "Y", "order 1 failed");
	}
	groups_sort(g);
	assert_int_equal(groups_left_over(g), 0);
	expect_groups(g, "6000 X | no customer <*> here\n600 Y | order <n> failed\n");
	first = groups_at(g, 0);
	expect_text(first->example.received.record.headers[2].value, "no customer Aaaa here");
	groups_destroy(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_and_messages),
		cmocka_unit_test(test_none_is_a_value_of_its_own),
		cmocka_unit_test(test_the_order_of_letters_does_not_matter),
		cmocka_unit_test(test_first_and_last),
		cmocka_unit_test(test_so_many_topics_are_named),
		cmocka_unit_test(test_other_fields),
		cmocka_unit_test(test_messages_are_folded_by_either_name),
		cmocka_unit_test(test_fields_that_there_are_not),
		cmocka_unit_test(test_bytes_that_look_like_marks),
		cmocka_unit_test(test_messages_that_hold_marks),
		cmocka_unit_test(test_names_and_numbers),
		cmocka_unit_test(test_an_example_is_the_first_that_came),
		cmocka_unit_test(test_a_large_example_is_cut),
		cmocka_unit_test(test_examples_are_bounded_together),
		cmocka_unit_test(test_more_groups_than_are_kept),
		cmocka_unit_test(test_others_of_many_errors),
		cmocka_unit_test(test_a_word_by_which_many_differ),
		cmocka_unit_test(test_few_that_differ_stay_apart),
		cmocka_unit_test(test_words_of_more_messages_than_are_kept),
	};

	return cmocka_run_group_tests(tests, create_decoder, destroy_decoder);
}

/* Which records may go on. */
#include "expect.h"

#include "base/mem.h"
#include "check/check.h"

/* A record with the padding behind its value that a block would have. */
static struct record record_of(char **bytes, const char *value, bool json)
{
	size_t len = strlen(value);

	*bytes = mem_alloc(len + BLOCK_PADDING, 1);
	memcpy(*bytes, value, len);
	return (struct record){.value = {*bytes, len}, .json = json};
}

static const char *const required[] = {"orderId", "/customer/id"};

static const struct {
	const char *value;
	bool json;
	enum fault fault;
	const char *message;
} records[] = {
	{"{\"orderId\":\"1\",\"customer\":{\"id\":7}}", true, FAULT_NONE, NULL},
	{"{\"orderId\":\"\",\"customer\":{\"id\":false}}", true, FAULT_NONE, NULL},
	{"{\"orderId\":[],\"customer\":{\"id\":{}}}", true, FAULT_NONE, NULL},
	{"{\"customer\":{\"id\":7}}", true, FAULT_MISSING_FIELD, "/orderId is missing"},
	{"{\"orderId\":null,\"customer\":{\"id\":7}}", true, FAULT_MISSING_FIELD,
	 "/orderId is null"},
	{"{\"orderId\":\"1\",\"customer\":\"id\"}", true, FAULT_MISSING_FIELD,
	 "/customer/id is missing"},
	{"[]", true, FAULT_MISSING_FIELD, "/orderId is missing"},
	{"{\"orderId\":", true, FAULT_INVALID_JSON, "column"},
	{"{\"orderId\":\"\xff\"}", true, FAULT_INVALID_UTF8, "UTF-8"},
	{"", true, FAULT_INVALID_JSON, ""},
	{"not JSON", false, FAULT_INVALID_JSON, ""}, /* fields are asked of it */
};

static void test_records_are_judged(void **state)
{
	struct check *check = check_create(required, 2, NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		char *bytes;
		struct record r = record_of(&bytes, records[i].value, records[i].json);
		struct verdict v;

		EXPECT(check_record(check, &r, &v) == !records[i].fault, "%s", records[i].value);
		assert_int_equal(v.fault, records[i].fault);
		if (records[i].message)
			EXPECT(strstr(v.message, records[i].message), "%s", v.message);
		free(bytes);
	}
	check_destroy(check);
}

static void test_what_need_not_be_json_passes_when_no_field_is_wanted(void **state)
{
	struct check *check = check_create(NULL, 0, NULL);
	char *bytes;
	struct record r = record_of(&bytes, "\xff not JSON", false);
	struct verdict v;

	(void)state;
	assert_true(check_record(check, &r, &v));
	assert_int_equal(v.fault, FAULT_NONE);
	r.json = true;
	assert_false(check_record(check, &r, &v));
	assert_int_equal(v.fault, FAULT_INVALID_UTF8);
	free(bytes);
	check_destroy(check);
}

static void test_a_wanted_field_need_not_be_there(void **state)
{
	struct check *check = check_create(required, 1, NULL);
	char *bytes;
	struct record r = record_of(&bytes, "{\"orderId\":1}", true);
	struct verdict v;
	size_t number = 99;

	(void)state;
	assert_int_equal(check_want(check, "a/b", &number, NULL), 0);
	assert_string_equal(check_pointer(check, number), "/a~1b");
	assert_true(check_record(check, &r, &v));
	assert_int_equal(check_field(check, number)->kind, JSON_KIND_MISSING);
	free(bytes);
	check_destroy(check);
}

static void test_a_bad_pointer_is_refused(void **state)
{
	static const char *const bad[] = {"good", "/bad~2"};
	struct error err = {0};
	struct check *check;
	size_t number;

	(void)state;
	assert_null(check_create(bad, 2, &err));
	assert_int_equal(err.kind, ERROR_USAGE);
	check = check_create(bad, 1, NULL);
	assert_int_equal(check_want(check, "/~", &number, &err), -1);
	check_destroy(check);
	check_destroy(NULL);
}

static void test_a_long_pointer_is_cut_in_the_message(void **state)
{
	char *name = mem_printf("%*s", 5000, "x");
	const char *one[] = {name};
	struct check *check = check_create(one, 1, NULL);
	char *bytes;
	struct record r = record_of(&bytes, "{}", true);
	struct verdict v;

	(void)state;
	assert_false(check_record(check, &r, &v));
	assert_int_equal(v.fault, FAULT_MISSING_FIELD);
	free(bytes);
	free(name);
	check_destroy(check);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_are_judged),
		cmocka_unit_test(test_what_need_not_be_json_passes_when_no_field_is_wanted),
		cmocka_unit_test(test_a_wanted_field_need_not_be_there),
		cmocka_unit_test(test_a_bad_pointer_is_refused),
		cmocka_unit_test(test_a_long_pointer_is_cut_in_the_message),
	};

	return RUN_TESTS(tests);
}

/* The error contract: one table, complete and without contradictions. */
#include "expect.h"

#include "base/text.h"
#include "kafka/contract.h"

static void test_no_code_stands_twice_for_its_kind(void **state)
{
	size_t n;
	const struct contract *table = contract_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			EXPECT(!table[i].fault != !table[k].fault ||
				       (strcmp(table[i].code, table[k].code) &&
					(table[i].fault ? table[i].fault != table[k].fault
							: table[i].kafka != table[k].kafka)),
			       "%s", table[i].code);
}

static void test_every_entry_is_whole(void **state)
{
	size_t n;
	const struct contract *table = contract_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct contract *c = &table[i];

		EXPECT(!c->fault != !c->kafka, "%s has a Kafka code and a fault, or none", c->code);
		EXPECT(*c->meaning && *c->remedy, "%s", c->code);
		EXPECT(!strchr(c->meaning, '\n') && !strchr(c->remedy, '\n'), "%s", c->code);
		assert_in_range(c->class, 0, CLASS_COUNT - 1);
		if (c->kafka)
			assert_string_equal(c->code, rd_kafka_err2name(c->kafka));
		else
			assert_int_equal(c->class, CLASS_PERMANENT);
	}
}

static void test_every_fault_has_an_entry(void **state)
{
	(void)state;
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		struct contract c = contract_of_fault(fault);

		EXPECT(c.fault == (enum fault)fault, "fault %d", fault);
	}
	assert_string_equal(contract_of_fault(FAULT_NONE).code, "NONE");
}

static const struct {
	rd_kafka_resp_err_t err;
	enum error_class class;
	bool blames_batch;
} classified[] = {
	{RD_KAFKA_RESP_ERR__TRANSPORT, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR__TIMED_OUT, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, CLASS_TRANSIENT, false},
	{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, CLASS_PERMANENT, true},
	{RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, CLASS_PERMANENT, true},
	{RD_KAFKA_RESP_ERR_INVALID_RECORD, CLASS_PERMANENT, true},
	{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, CLASS_PERMANENT, false},
	{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, CLASS_PERMANENT, false},
	{RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, CLASS_PERMANENT, false},
	{RD_KAFKA_RESP_ERR__AUTHENTICATION, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR__SSL, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, CLASS_CONFIGURATION, false},
	{RD_KAFKA_RESP_ERR__FATAL, CLASS_FATAL, false},
	{RD_KAFKA_RESP_ERR__FENCED, CLASS_FATAL, false},
};

static void test_classes_are_those_of_the_design(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(classified); i++) {
		struct contract c = contract_of_kafka(classified[i].err);

		EXPECT(c.kafka == classified[i].err && c.class == classified[i].class &&
			       c.blames_batch == classified[i].blames_batch,
		       "%s", rd_kafka_err2name(classified[i].err));
	}
}

static void expect_class(enum error_class want, const rd_kafka_resp_err_t *errs, size_t n)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		enum error_class class = contract_of_kafka(errs[i]).class;

		if (class == want)
			continue;
		print_error("%s is %s\n", rd_kafka_err2name(errs[i]), contract_class_name(class));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* They don't pass for the next record either: the DLQ must not be flooded. */
static void test_further_refusals_of_the_client_stop_the_run(void **state)
{
	static const rd_kafka_resp_err_t refusals[] = {
		RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
		RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
		RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
		RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE,
		RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT,
	};

	(void)state;
	expect_class(CLASS_CONFIGURATION, refusals, ARRAY_SIZE(refusals));
}

static void test_further_troubles_that_pass_are_sent_again(void **state)
{
	static const rd_kafka_resp_err_t troubles[] = {
		RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
		RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
		RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE,
	};

	(void)state;
	expect_class(CLASS_TRANSIENT, troubles, ARRAY_SIZE(troubles));
}

/* What is in doubt may pass, and concerns the record itself. */
static void test_only_what_may_pass_leaves_doubt(void **state)
{
	size_t n;
	const struct contract *table = contract_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		EXPECT(!table[i].leaves_doubt ||
			       (table[i].class == CLASS_TRANSIENT && !table[i].blames_batch),
		       "%s", table[i].code);
	assert_true(contract_of_kafka(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT).leaves_doubt);
	assert_true(contract_of_kafka(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION).leaves_doubt);
	assert_false(contract_of_kafka(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS).leaves_doubt);
	assert_false(contract_of_kafka(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE).leaves_doubt);
}

static void test_a_fenced_producer_is_fatal(void **state)
{
	(void)state;
	assert_int_equal(contract_of_kafka(RD_KAFKA_RESP_ERR_PRODUCER_FENCED).class, CLASS_FATAL);
}

static void test_an_unlisted_code_has_librdkafkas_words(void **state)
{
	struct contract c = contract_of_kafka(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE);

	(void)state;
	assert_string_equal(c.code, "OFFSET_OUT_OF_RANGE");
	assert_int_equal(c.class, CLASS_PERMANENT);
	assert_true(*c.meaning && *c.remedy);
}

/* A broker of tomorrow answers with codes that this librdkafka has no name for. */
static void test_an_unknown_code_keeps_its_number(void **state)
{
	struct contract a = contract_of_kafka((rd_kafka_resp_err_t)1234),
			b = contract_of_kafka((rd_kafka_resp_err_t)1235);
	char *message = contract_message(&a);

	(void)state;
	assert_string_equal(a.code, "UNKNOWN_ERROR");
	assert_string_equal(b.code, "UNKNOWN_ERROR");
	assert_int_equal(a.kafka, 1234);
	assert_int_equal(b.kafka, 1235);
	assert_int_equal(a.class, CLASS_PERMANENT);
	assert_non_null(strstr(message, "1234"));
	free(message);
	b = contract_of_kafka(RD_KAFKA_RESP_ERR__TRANSPORT);
	message = contract_message(&b);
	assert_string_equal(message, b.meaning);
	free(message);
}

/* `redrive errors` has lines of 80 columns, 41 of them for the code. */
static void test_every_meaning_fits_into_the_list(void **state)
{
	size_t n;
	const struct contract *table = contract_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		EXPECT(strlen(table[i].code) <= 37 && strlen(table[i].meaning) <= 39, "%s: %s",
		       table[i].code, table[i].meaning);
}

static void test_classes_have_names(void **state)
{
	static const char *const names[CLASS_COUNT] = {"transient", "permanent", "configuration",
						       "fatal"};

	(void)state;
	for (int class = 0; class < CLASS_COUNT; class ++) {
		assert_string_equal(contract_class_name(class), names[class]);
		assert_true(*contract_class_effect(class));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_code_stands_twice_for_its_kind),
		cmocka_unit_test(test_every_entry_is_whole),
		cmocka_unit_test(test_every_fault_has_an_entry),
		cmocka_unit_test(test_classes_are_those_of_the_design),
		cmocka_unit_test(test_further_refusals_of_the_client_stop_the_run),
		cmocka_unit_test(test_further_troubles_that_pass_are_sent_again),
		cmocka_unit_test(test_only_what_may_pass_leaves_doubt),
		cmocka_unit_test(test_a_fenced_producer_is_fatal),
		cmocka_unit_test(test_an_unlisted_code_has_librdkafkas_words),
		cmocka_unit_test(test_an_unknown_code_keeps_its_number),
		cmocka_unit_test(test_every_meaning_fits_into_the_list),
		cmocka_unit_test(test_classes_have_names),
	};

	return RUN_TESTS(tests);
}

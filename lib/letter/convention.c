#include "letter/convention.h"

#include "base/macros.h"

static const struct {
	const char *name;
	enum system_time time;
	enum system_adds adds;
	enum system kin; /* none: itself */
} systems[SYSTEMS] = {
	[SYSTEM_OURS] = {"redrive", SYSTEM_KEEPS_TIME},
	[SYSTEM_REDRIVE] = {"redrive", SYSTEM_KEEPS_TIME},
	[SYSTEM_CONNECT] = {"connect", SYSTEM_KEEPS_TIME, SYSTEM_ADDS_BEHIND, SYSTEM_CONNECT},
	[SYSTEM_CONNECT_REPORTER] = {"connect-reporter", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_BEHIND,
				     SYSTEM_CONNECT},
	[SYSTEM_STREAMS] = {"streams", SYSTEM_KEEPS_TIME},
	[SYSTEM_SHARE_GROUP] = {"share-group", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_SPRING] = {"spring", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_AGAIN, SYSTEM_SPRING},
	[SYSTEM_SPRING_RETRY] = {"spring-retry", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_AGAIN,
				 SYSTEM_SPRING},
	[SYSTEM_SPRING_CLOUD] = {"spring-cloud-stream", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_AGAIN,
				 SYSTEM_SPRING},
	[SYSTEM_SMALLRYE] = {"smallrye", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_BEFORE,
			     SYSTEM_SMALLRYE},
	[SYSTEM_SMALLRYE_RETRY] = {"smallrye-retry", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_BEFORE,
				   SYSTEM_SMALLRYE},
	[SYSTEM_SMALLRYE_DESERIALIZATION] = {"smallrye-deserialization", SYSTEM_WRITES_ITS_TIME,
					     SYSTEM_ADDS_BEFORE, SYSTEM_SMALLRYE},
	[SYSTEM_SILVERBACK] = {"silverback", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_WOLVERINE] = {"wolverine", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_BEHIND,
			      SYSTEM_WOLVERINE},
	[SYSTEM_WOLVERINE_RETRY] = {"wolverine-retry", SYSTEM_WRITES_ITS_TIME, SYSTEM_ADDS_BEHIND,
				    SYSTEM_WOLVERINE},
	[SYSTEM_MASSTRANSIT] = {"masstransit", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_KAFKAFLOW] = {"kafkaflow", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_BRIGHTER] = {"brighter", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_KARAFKA] = {"karafka", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_WATERMILL] = {"watermill", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_KONSUMER] = {"konsumer", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_ARROYO] = {"arroyo", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_KNATIVE] = {"knative", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_REDPANDA_CONNECT] = {"redpanda-connect", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_EVENTFERRY] = {"eventferry", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_HAND_MADE] = {"hand-made", SYSTEM_WRITES_ITS_TIME},
	[SYSTEM_CUSTOM] = {"custom", SYSTEM_WRITES_ITS_TIME},
};

#define TELLS(name, system, field, encoding, pick)                                                 \
	{                                                                                          \
		name, SYSTEM_##system, true, LETTER_##field, ENCODING_##encoding, PICK_##pick      \
	}
#define ALSO(name, system, field, encoding, pick)                                                  \
	{                                                                                          \
		name, SYSTEM_##system, false, LETTER_##field, ENCODING_##encoding, PICK_##pick     \
	}

static const struct rule rules[] = {
	/* error-class stands in all that redrive writes, whatever the other names are. */
	TELLS("error-class", OURS, CLASS, TEXT, LAST),
	ALSO("persisted", OURS, PERSISTED, TEXT, LAST),
	ALSO("retry-count", OURS, ATTEMPTS, DECIMAL, LAST),
	ALSO("replay-count", OURS, REPLAYS, DECIMAL, LAST),
	ALSO("job", OURS, JOB, TEXT, LAST),
	ALSO("source-file", OURS, FILE, TEXT, LAST),
	ALSO("source-line", OURS, LINE, DECIMAL, LAST),
	ALSO("source-offset", OURS, BYTE, DECIMAL, LAST),
	ALSO("source-format", OURS, FORMAT, TEXT, LAST),
	ALSO("source-columns", OURS, COLUMNS, TEXT, LAST),
	ALSO("source-delimiter", OURS, DELIMITER, TEXT, LAST),

	TELLS("error-type", REDRIVE, TYPE, TEXT, LAST),
	ALSO("original-topic", REDRIVE, TOPIC, TEXT, LAST),
	ALSO("error-timestamp", REDRIVE, WHEN, ISO, LAST),
	ALSO("error-message", REDRIVE, MESSAGE, TEXT, LAST),

	TELLS("__connect.errors.topic", CONNECT, TOPIC, TEXT, LAST),
	ALSO("__connect.errors.partition", CONNECT, PARTITION, DECIMAL, LAST),
	ALSO("__connect.errors.offset", CONNECT, OFFSET, DECIMAL, LAST),
	TELLS("__connect.errors.connector.name", CONNECT, COMPONENT, TEXT, LAST),
	ALSO("__connect.errors.task.id", CONNECT, FIELDS, TEXT, LAST),
	ALSO("__connect.errors.stage", CONNECT, STAGE, TEXT, LAST),
	ALSO("__connect.errors.class.name", CONNECT, FIELDS, TEXT, LAST),
	ALSO("__connect.errors.exception.class.name", CONNECT, TYPE, TEXT, LAST),
	ALSO("__connect.errors.exception.message", CONNECT, MESSAGE, TEXT, LAST),
	ALSO("__connect.errors.exception.stacktrace", CONNECT, STACK, TEXT, LAST),

	TELLS("input_record_topic", CONNECT_REPORTER, TOPIC, TEXT, LAST),
	ALSO("input_record_partition", CONNECT_REPORTER, PARTITION, DECIMAL, LAST),
	ALSO("input_record_offset", CONNECT_REPORTER, OFFSET, DECIMAL, LAST),
	ALSO("input_record_timestamp", CONNECT_REPORTER, TIMESTAMP, MS, LAST),
	ALSO("error_message", CONNECT_REPORTER, MESSAGE, TEXT, LAST),

	TELLS("__streams.errors.exception", STREAMS, TYPE, CLASS, LAST),
	TELLS("__streams.errors.exception.class.name", STREAMS, TYPE, TEXT, LAST),
	ALSO("__streams.errors.message", STREAMS, MESSAGE, TEXT, LAST),
	ALSO("__streams.errors.exception.message", STREAMS, MESSAGE, TEXT, LAST),
	ALSO("__streams.errors.description", STREAMS, MESSAGE, TEXT, LAST),
	ALSO("__streams.errors.stacktrace", STREAMS, STACK, TEXT, LAST),
	ALSO("__streams.errors.exception.stack_trace", STREAMS, STACK, TEXT, LAST),
	TELLS("__streams.errors.topic", STREAMS, TOPIC, TEXT, LAST),
	ALSO("__streams.errors.partition", STREAMS, PARTITION, DECIMAL, LAST),
	ALSO("__streams.errors.offset", STREAMS, OFFSET, DECIMAL, LAST),
	ALSO("__streams.errors.processor.node.id", STREAMS, COMPONENT, TEXT, LAST),
	ALSO("__streams.errors.task.id", STREAMS, FIELDS, TEXT, LAST),

	TELLS("__dlq.errors.topic", SHARE_GROUP, TOPIC, TEXT, LAST),
	ALSO("__dlq.errors.partition", SHARE_GROUP, PARTITION, DECIMAL, LAST),
	ALSO("__dlq.errors.offset", SHARE_GROUP, OFFSET, DECIMAL, LAST),
	TELLS("__dlq.errors.group", SHARE_GROUP, GROUP, TEXT, LAST),
	ALSO("__dlq.errors.delivery.count", SHARE_GROUP, ATTEMPTS, DECIMAL, LAST),
	ALSO("__dlq.errors.message", SHARE_GROUP, MESSAGE, TEXT, LAST),

	/* Spring adds the origin at each pass: the first is where it came from. */
	TELLS("kafka_dlt-original-topic", SPRING, TOPIC, TEXT, FIRST),
	ALSO("kafka_dlt-original-partition", SPRING, PARTITION, INT32, FIRST),
	ALSO("kafka_dlt-original-offset", SPRING, OFFSET, INT64, FIRST),
	ALSO("kafka_dlt-original-timestamp", SPRING, TIMESTAMP, INT64_MS, FIRST),
	ALSO("kafka_dlt-original-timestamp-type", SPRING, TIMESTAMP_TYPE, TEXT, FIRST),
	ALSO("kafka_dlt-original-consumer-group", SPRING, GROUP, TEXT, FIRST),
	TELLS("kafka_dlt-exception-fqcn", SPRING, TYPE, TEXT, LAST),
	ALSO("kafka_dlt-key-exception-fqcn", SPRING, TYPE, TEXT, LAST),
	ALSO("kafka_dlt-exception-cause-fqcn", SPRING, ROOT, TEXT, LAST),
	ALSO("kafka_dlt-exception-message", SPRING, MESSAGE, TEXT, LAST),
	ALSO("kafka_dlt-key-exception-message", SPRING, MESSAGE, TEXT, LAST),
	ALSO("kafka_dlt-exception-stacktrace", SPRING, STACK, TEXT, LAST),
	ALSO("kafka_dlt-key-exception-stacktrace", SPRING, STACK, TEXT, LAST),
	ALSO("kafka_deliveryAttempt", SPRING, ATTEMPTS, INT32, LAST),
	ALSO("kafka_listenerInfo", SPRING, COMPONENT, TEXT, LAST),
	ALSO("springDeserializerExceptionValue", SPRING, TYPE, JAVA, LAST),
	ALSO("springDeserializerExceptionKey", SPRING, TYPE, JAVA, LAST),

	TELLS("kafka_original-topic", SPRING_RETRY, TOPIC, TEXT, FIRST),
	ALSO("kafka_original-partition", SPRING_RETRY, PARTITION, INT32, FIRST),
	ALSO("kafka_original-offset", SPRING_RETRY, OFFSET, INT64, FIRST),
	ALSO("kafka_original-timestamp", SPRING_RETRY, TIMESTAMP, INT64_MS, FIRST),
	ALSO("retry_topic-original-timestamp", SPRING_RETRY, TIMESTAMP, BIG_MS, LAST),
	ALSO("kafka_original-timestamp-type", SPRING_RETRY, TIMESTAMP_TYPE, TEXT, FIRST),
	/* With "dlt-" here, too: a quirk of the constants upstream. */
	ALSO("kafka_dlt-original-consumer-group", SPRING_RETRY, GROUP, TEXT, FIRST),
	TELLS("kafka_exception-fqcn", SPRING_RETRY, TYPE, TEXT, LAST),
	ALSO("kafka_key-exception-fqcn", SPRING_RETRY, TYPE, TEXT, LAST),
	ALSO("kafka_exception-cause-fqcn", SPRING_RETRY, ROOT, TEXT, LAST),
	ALSO("kafka_exception-message", SPRING_RETRY, MESSAGE, TEXT, LAST),
	ALSO("kafka_key-exception-message", SPRING_RETRY, MESSAGE, TEXT, LAST),
	ALSO("kafka_exception-stacktrace", SPRING_RETRY, STACK, TEXT, LAST),
	ALSO("kafka_key-exception-stacktrace", SPRING_RETRY, STACK, TEXT, LAST),
	TELLS("retry_topic-attempts", SPRING_RETRY, ATTEMPTS, BYTE_INT32, LAST),
	ALSO("kafka_deliveryAttempt", SPRING_RETRY, ATTEMPTS, INT32, LAST),
	ALSO("retry_topic-backoff-timestamp", SPRING_RETRY, FIELDS, BIG_MS, LAST),
	ALSO("kafka_listenerInfo", SPRING_RETRY, COMPONENT, TEXT, LAST),
	ALSO("springDeserializerExceptionValue", SPRING_RETRY, TYPE, JAVA, LAST),
	ALSO("springDeserializerExceptionKey", SPRING_RETRY, TYPE, JAVA, LAST),

	TELLS("x-original-topic", SPRING_CLOUD, TOPIC, TEXT, FIRST),
	ALSO("x-original-partition", SPRING_CLOUD, PARTITION, INT32_TEXT, FIRST),
	ALSO("x-original-offset", SPRING_CLOUD, OFFSET, INT64_TEXT, FIRST),
	ALSO("x-original-timestamp", SPRING_CLOUD, TIMESTAMP, INT64_TEXT_MS, FIRST),
	ALSO("x-original-timestamp-type", SPRING_CLOUD, TIMESTAMP_TYPE, TEXT, FIRST),
	TELLS("x-exception-fqcn", SPRING_CLOUD, TYPE, TEXT, LAST),
	ALSO("x-exception-message", SPRING_CLOUD, MESSAGE, TEXT, LAST),
	ALSO("x-exception-stacktrace", SPRING_CLOUD, STACK, TEXT, LAST),

	/* SmallRye puts the new ones before those that were there. */
	TELLS("dead-letter-topic", SMALLRYE, TOPIC, TEXT, FIRST),
	ALSO("dead-letter-partition", SMALLRYE, PARTITION, DECIMAL, FIRST),
	ALSO("dead-letter-offset", SMALLRYE, OFFSET, DECIMAL, FIRST),
	TELLS("dead-letter-reason", SMALLRYE, MESSAGE, TEXT, FIRST),
	ALSO("dead-letter-cause", SMALLRYE, MESSAGE, TEXT, FIRST),
	TELLS("dead-letter-exception-class-name", SMALLRYE, TYPE, TEXT, FIRST),
	ALSO("dead-letter-cause-class-name", SMALLRYE, ROOT, TEXT, FIRST),

	TELLS("delayed-retry-topic", SMALLRYE_RETRY, TOPIC, TEXT, FIRST),
	ALSO("delayed-retry-partition", SMALLRYE_RETRY, PARTITION, DECIMAL, FIRST),
	ALSO("delayed-retry-offset", SMALLRYE_RETRY, OFFSET, DECIMAL, FIRST),
	/* But for this one. */
	ALSO("delayed-retry-count", SMALLRYE_RETRY, ATTEMPTS, DECIMAL, LAST),
	ALSO("delayed-retry-original-timestamp", SMALLRYE_RETRY, TIMESTAMP, MS, FIRST),
	ALSO("delayed-retry-first-processing-timestamp", SMALLRYE_RETRY, FIELDS, MS, FIRST),
	ALSO("delayed-retry-reason", SMALLRYE_RETRY, MESSAGE, TEXT, FIRST),
	ALSO("delayed-retry-cause", SMALLRYE_RETRY, MESSAGE, TEXT, FIRST),
	TELLS("delayed-retry-exception-class-name", SMALLRYE_RETRY, TYPE, TEXT, FIRST),
	ALSO("delayed-retry-cause-class-name", SMALLRYE_RETRY, ROOT, TEXT, FIRST),

	TELLS("deserialization-failure-reason", SMALLRYE_DESERIALIZATION, MESSAGE, TEXT, FIRST),
	ALSO("deserialization-failure-cause", SMALLRYE_DESERIALIZATION, MESSAGE, TEXT, FIRST),
	ALSO("deserialization-failure-topic", SMALLRYE_DESERIALIZATION, TOPIC, TEXT, FIRST),
	ALSO("deserialization-failure-deserializer", SMALLRYE_DESERIALIZATION, COMPONENT, TEXT,
	     FIRST),
	ALSO("deserialization-failure-key", SMALLRYE_DESERIALIZATION, FIELDS, TEXT, FIRST),
	ALSO("deserialization-failure-data", SMALLRYE_DESERIALIZATION, FIELDS, TEXT, FIRST),
	ALSO("deserialization-failure-key-data", SMALLRYE_DESERIALIZATION, FIELDS, TEXT, FIRST),
	ALSO("deserialization-failure-value-data", SMALLRYE_DESERIALIZATION, FIELDS, TEXT, FIRST),
	ALSO("deserialization-failure-dlq", SMALLRYE_DESERIALIZATION, FIELDS, TEXT, FIRST),

	TELLS("x-failure-reason", SILVERBACK, MESSAGE, TEXT, LAST),
	ALSO("x-failure-reason", SILVERBACK, TYPE, TYPE_IN, LAST),
	ALSO("x-failed-attempts", SILVERBACK, ATTEMPTS, DECIMAL, LAST),
	TELLS("x-source-topic", SILVERBACK, TOPIC, TEXT, LAST),
	ALSO("x-source-consumer-group-id", SILVERBACK, GROUP, TEXT, LAST),
	ALSO("x-source-partition", SILVERBACK, PARTITION, DECIMAL, LAST),
	ALSO("x-source-offset", SILVERBACK, OFFSET, DECIMAL, LAST),
	ALSO("x-source-timestamp", SILVERBACK, TIMESTAMP, ISO, LAST),

	TELLS("exception-type", WOLVERINE, TYPE, TEXT, LAST),
	ALSO("exception-message", WOLVERINE, MESSAGE, TEXT, LAST),
	ALSO("exception-stack", WOLVERINE, STACK, TEXT, LAST),
	ALSO("failed-at", WOLVERINE, WHEN, MS, LAST),
	TELLS("original-destination", WOLVERINE, TOPIC, URI, LAST),
	ALSO("original-partition", WOLVERINE, PARTITION, DECIMAL, LAST),
	ALSO("original-offset", WOLVERINE, OFFSET, DECIMAL, LAST),

	TELLS("wolverine-kafka-retry-source", WOLVERINE_RETRY, TOPIC, TEXT, LAST),
	ALSO("wolverine-kafka-retry-tier", WOLVERINE_RETRY, FIELDS, DECIMAL, LAST),
	ALSO("wolverine-kafka-retry-attempt", WOLVERINE_RETRY, ATTEMPTS, DECIMAL, LAST),
	ALSO("wolverine-kafka-retry-first-failed", WOLVERINE_RETRY, WHEN, TICKS, LAST),
	ALSO("wolverine-kafka-retry-exception-type", WOLVERINE_RETRY, TYPE, TEXT, LAST),
	ALSO("wolverine-kafka-retry-exception-message", WOLVERINE_RETRY, MESSAGE, TEXT, LAST),

	ALSO("MT-Reason", MASSTRANSIT, STAGE, TEXT, LAST),
	TELLS("MT-Fault-Message", MASSTRANSIT, MESSAGE, TEXT, LAST),
	TELLS("MT-Fault-ExceptionType", MASSTRANSIT, TYPE, TEXT, LAST),
	ALSO("MT-Fault-StackTrace", MASSTRANSIT, STACK, TEXT, LAST),
	ALSO("MT-Fault-Timestamp", MASSTRANSIT, WHEN, ISO, LAST),
	ALSO("MT-Fault-ConsumerType", MASSTRANSIT, COMPONENT, TEXT, LAST),
	ALSO("MT-Fault-MessageType", MASSTRANSIT, FIELDS, TEXT, LAST),
	TELLS("MT-Fault-InputAddress", MASSTRANSIT, TOPIC, URI, LAST),
	ALSO("MT-Fault-RetryCount", MASSTRANSIT, ATTEMPTS, DECIMAL, LAST),
	ALSO("MT-Fault-RedeliveryCount", MASSTRANSIT, FIELDS, DECIMAL, LAST),

	TELLS("Kafka-Flow-Retry-Durable-Attempts-Count", KAFKAFLOW, ATTEMPTS, DECIMAL, LAST),
	ALSO("Kafka-Flow-Retry-Durable-Queue-Id", KAFKAFLOW, FIELDS, TEXT, LAST),
	ALSO("Kafka-Flow-Retry-Durable-Item-Id", KAFKAFLOW, FIELDS, TEXT, LAST),
	ALSO("Kafka-Flow-Retry-Durable-Sort", KAFKAFLOW, FIELDS, TEXT, LAST),
	ALSO("Kafka-Flow-Retry-Durable-Original-Message-Type", KAFKAFLOW, FIELDS, TEXT, LAST),

	TELLS("OriginalTopic", BRIGHTER, TOPIC, TEXT, LAST),
	ALSO("OriginalType", BRIGHTER, FIELDS, TEXT, LAST),
	TELLS("RejectionReason", BRIGHTER, TYPE, TEXT, LAST),
	ALSO("RejectionMessage", BRIGHTER, MESSAGE, TEXT, LAST),
	ALSO("RejectionTimestamp", BRIGHTER, WHEN, ISO, LAST),
	ALSO("HandledCount", BRIGHTER, ATTEMPTS, DECIMAL, LAST),

	TELLS("source_topic", KARAFKA, TOPIC, TEXT, LAST),
	ALSO("source_partition", KARAFKA, PARTITION, DECIMAL, LAST),
	ALSO("source_offset", KARAFKA, OFFSET, DECIMAL, LAST),
	ALSO("source_consumer_group", KARAFKA, GROUP, TEXT, LAST),
	ALSO("source_attempts", KARAFKA, ATTEMPTS, DECIMAL, LAST),
	ALSO("source_trace_id", KARAFKA, FIELDS, TEXT, LAST),

	TELLS("reason_poisoned", WATERMILL, MESSAGE, TEXT, LAST),
	TELLS("topic_poisoned", WATERMILL, TOPIC, TEXT, LAST),
	ALSO("handler_poisoned", WATERMILL, COMPONENT, TEXT, LAST),
	ALSO("subscriber_poisoned", WATERMILL, FIELDS, TEXT, LAST),

	ALSO("x-retry-count", KONSUMER, ATTEMPTS, DECIMAL, LAST),
	ALSO("x-retry-attempt-count", KONSUMER, ATTEMPTS, DECIMAL, LAST),
	ALSO("x-produce-time", KONSUMER, WHEN, NS, LAST),
	TELLS("x-error-message", KONSUMER, MESSAGE, TEXT, LAST),

	TELLS("original_partition", ARROYO, PARTITION, DECIMAL, LAST),
	TELLS("original_offset", ARROYO, OFFSET, DECIMAL, LAST),

	ALSO("ce_knativeerrordest", KNATIVE, COMPONENT, TEXT, LAST),
	TELLS("ce_knativeerrorcode", KNATIVE, TYPE, TEXT, LAST),
	ALSO("ce_knativeerrordata", KNATIVE, MESSAGE, BASE64, LAST),

	TELLS("fallback_error", REDPANDA_CONNECT, MESSAGE, TEXT, LAST),

	TELLS("dlq-original-topic", EVENTFERRY, TOPIC, TEXT, LAST),
	TELLS("dlq-reason", EVENTFERRY, MESSAGE, TEXT, LAST),
	ALSO("dlq-error-class", EVENTFERRY, TYPE, TEXT, LAST),
	ALSO("dlq-failed-at", EVENTFERRY, WHEN, ISO, LAST),
	ALSO("dlq-attempts", EVENTFERRY, ATTEMPTS, DECIMAL, LAST),
	ALSO("dlq-stack", EVENTFERRY, STACK, TEXT, LAST),

	TELLS("x-dlq-original-topic", HAND_MADE, TOPIC, TEXT, LAST),
	TELLS("original-topic", HAND_MADE, TOPIC, TEXT, LAST),
	TELLS("dlq.source.topic", HAND_MADE, TOPIC, TEXT, LAST),
	ALSO("dlq.source.partition", HAND_MADE, PARTITION, DECIMAL, LAST),
	ALSO("dlq.source.offset", HAND_MADE, OFFSET, DECIMAL, LAST),
	TELLS("dlq.exception.class", HAND_MADE, TYPE, TEXT, LAST),
	ALSO("dlq.exception.message", HAND_MADE, MESSAGE, TEXT, LAST),
	ALSO("dlq.failure.timestamp", HAND_MADE, WHEN, TIME, LAST),
};

const char *system_name(enum system system)
{
	return systems[system].name;
}

enum system_time system_time(enum system system)
{
	return systems[system].time;
}

enum system_adds system_adds(enum system system)
{
	return systems[system].adds;
}

enum system system_kin(enum system system)
{
	return systems[system].kin ? systems[system].kin : system;
}

const struct rule *convention_rules(size_t *n)
{
	*n = ARRAY_SIZE(rules);
	return rules;
}

#include "kafka/contract.h"

#include <string.h>

#include "base/macros.h"
#include "base/mem.h"

#define UNKNOWN_CODE "UNKNOWN_ERROR"

/* BATCH: it blames the batch; DOUBT: it leaves doubt. */
enum note { PLAIN, BATCH, DOUBT };

#define ENTRY(name, kafka, fault, class, note, meaning, remedy)                                    \
	{                                                                                          \
		name, kafka, fault, class, (note) == BATCH, (note) == DOUBT, meaning, remedy       \
	}
#define KAFKA(name, class, note, meaning, remedy)                                                  \
	ENTRY(#name, RD_KAFKA_RESP_ERR_##name, FAULT_NONE, class, note, meaning, remedy)
#define FAULT(name, fault, meaning, remedy)                                                        \
	ENTRY(name, RD_KAFKA_RESP_ERR_NO_ERROR, fault, CLASS_PERMANENT, PLAIN, meaning, remedy)

static const struct contract table[] = {
	KAFKA(_TRANSPORT, CLASS_TRANSIENT, DOUBT, "the connection to the broker broke",
	      "check that the brokers run and can be reached"),
	KAFKA(_ALL_BROKERS_DOWN, CLASS_TRANSIENT, DOUBT, "no broker can be reached",
	      "check --brokers, the network and the brokers"),
	KAFKA(_RESOLVE, CLASS_TRANSIENT, DOUBT, "a broker's host name can't be resolved",
	      "check --brokers and DNS"),
	KAFKA(_TIMED_OUT, CLASS_TRANSIENT, DOUBT, "a request was not answered in time",
	      "check the brokers' load; see --request-timeout"),
	KAFKA(_TIMED_OUT_QUEUE, CLASS_TRANSIENT, DOUBT, "a request waited too long to be sent",
	      "check the brokers' load"),
	KAFKA(_MSG_TIMED_OUT, CLASS_TRANSIENT, DOUBT, "not confirmed in --delivery-timeout",
	      "look at the error that came before it"),
	KAFKA(REQUEST_TIMED_OUT, CLASS_TRANSIENT, DOUBT, "the broker gave up waiting for replicas",
	      "check the replicas of the topic"),
	KAFKA(NOT_ENOUGH_REPLICAS, CLASS_TRANSIENT, PLAIN, "fewer in sync than min.insync.replicas",
	      "bring the missing brokers back"),
	KAFKA(NOT_ENOUGH_REPLICAS_AFTER_APPEND, CLASS_TRANSIENT, DOUBT,
	      "written, but to too few replicas",
	      "bring the missing brokers back; a second try may double the record"),
	KAFKA(LEADER_NOT_AVAILABLE, CLASS_TRANSIENT, DOUBT, "the partition has no leader yet",
	      "wait for the election to end"),
	KAFKA(NOT_LEADER_FOR_PARTITION, CLASS_TRANSIENT, DOUBT, "the partition's leader has moved",
	      "none: the client finds the new leader"),
	KAFKA(BROKER_NOT_AVAILABLE, CLASS_TRANSIENT, DOUBT, "the broker is not available",
	      "check the brokers"),
	KAFKA(REPLICA_NOT_AVAILABLE, CLASS_TRANSIENT, DOUBT, "a replica is not available",
	      "check the brokers"),
	KAFKA(NETWORK_EXCEPTION, CLASS_TRANSIENT, DOUBT, "the broker lost its connection",
	      "check the network between the brokers"),
	KAFKA(KAFKA_STORAGE_ERROR, CLASS_TRANSIENT, DOUBT, "the broker can't write to its disk",
	      "check the broker's disks"),
	KAFKA(COORDINATOR_LOAD_IN_PROGRESS, CLASS_TRANSIENT, PLAIN, "the coordinator is starting",
	      "wait"),
	KAFKA(COORDINATOR_NOT_AVAILABLE, CLASS_TRANSIENT, PLAIN, "there is no coordinator yet",
	      "wait"),
	KAFKA(NOT_COORDINATOR, CLASS_TRANSIENT, PLAIN, "the coordinator has moved",
	      "none: the client finds the new one"),
	KAFKA(CONCURRENT_TRANSACTIONS, CLASS_TRANSIENT, PLAIN,
	      "an earlier transaction is still ending", "wait"),
	KAFKA(_PURGE_QUEUE, CLASS_TRANSIENT, PLAIN, "taken back before it was sent", "none"),
	KAFKA(_PURGE_INFLIGHT, CLASS_TRANSIENT, DOUBT, "taken back while it was on its way",
	      "none; it may have arrived"),
	KAFKA(OUT_OF_ORDER_SEQUENCE_NUMBER, CLASS_TRANSIENT, DOUBT,
	      "the broker missed an earlier batch", "none: sent again"),
	KAFKA(UNKNOWN_PRODUCER_ID, CLASS_TRANSIENT, DOUBT, "the broker has forgotten this producer",
	      "none: sent again"),
	KAFKA(INVALID_PRODUCER_EPOCH, CLASS_TRANSIENT, DOUBT, "the producer's epoch is outdated",
	      "none: sent again"),

	KAFKA(MSG_SIZE_TOO_LARGE, CLASS_PERMANENT, BATCH, "larger than its topic takes",
	      "raise max.message.bytes of the topic, or make the record smaller"),
	KAFKA(RECORD_LIST_TOO_LARGE, CLASS_PERMANENT, BATCH, "the batch is larger than a segment",
	      "raise segment.bytes of the topic"),
	KAFKA(INVALID_MSG_SIZE, CLASS_PERMANENT, BATCH, "the broker refuses the record's size",
	      "make the record smaller"),
	KAFKA(INVALID_RECORD, CLASS_PERMANENT, BATCH, "the broker refuses the record",
	      "give it a key (--key) if the topic is compacted; check the topic's settings"),
	KAFKA(INVALID_TIMESTAMP, CLASS_PERMANENT, BATCH, "too far from the broker's clock",
	      "check --timestamp-from and message.timestamp.*.max.ms of the topic"),
	KAFKA(INVALID_MSG, CLASS_PERMANENT, BATCH, "the broker found the batch damaged",
	      "check the network path; see the broker's log"),
	KAFKA(UNKNOWN_TOPIC_OR_PART, CLASS_PERMANENT, PLAIN, "the topic doesn't exist",
	      "create the topic, or pass --create-topics"),
	KAFKA(_UNKNOWN_TOPIC, CLASS_PERMANENT, PLAIN, "the topic doesn't exist",
	      "create the topic, or pass --create-topics"),
	KAFKA(_UNKNOWN_PARTITION, CLASS_PERMANENT, PLAIN, "the partition doesn't exist",
	      "check the topic's partitions"),
	KAFKA(TOPIC_EXCEPTION, CLASS_PERMANENT, PLAIN, "not a valid topic name",
	      "use letters, digits, '.', '_' and '-', at most 249 of them"),
	FAULT("INVALID_JSON", FAULT_INVALID_JSON, "the value is not valid JSON",
	      "mend the line; source-file and source-line say which"),
	FAULT("INVALID_CSV", FAULT_INVALID_CSV, "the row or a field of it can't be read",
	      "mend the row; source-file and source-line say which"),
	FAULT("INVALID_UTF8", FAULT_INVALID_UTF8, "the text is not UTF-8",
	      "convert the file, for example with iconv"),
	FAULT("INVALID_ENVELOPE", FAULT_INVALID_ENVELOPE, "the line is not a record's envelope",
	      "mend the line; a line edited by hand needs no crc32"),
	FAULT("MISSING_FIELD", FAULT_MISSING_FIELD, "a required field is missing or null",
	      "add the field, or drop --require"),
	FAULT("MISSING_KEY", FAULT_MISSING_KEY, "the key's field is missing or null",
	      "add the field, or change --key"),
	FAULT("INVALID_TIMESTAMP", FAULT_INVALID_TIMESTAMP, "the timestamp can't be read as one",
	      "mend the field, or change --timestamp-from"),
	FAULT("MEND_FAILED", FAULT_MEND_FAILED, "what was to be changed in it can't be",
	      "see the message; the record is as it was"),
	FAULT("MSG_SIZE_TOO_LARGE", FAULT_TOO_LARGE, "larger than its topic takes",
	      "raise max.message.bytes of the topic, or make the record smaller"),
	FAULT("KEY_HELD", FAULT_KEY_HELD, "an earlier record of its key failed",
	      "replay the DLQ: it keeps the order"),
	FAULT("NO_DESTINATION", FAULT_NO_DESTINATION, "no topic is known to send it back to",
	      "name one with --to, or say what its headers mean with --header-map"),
	FAULT("CIRCUIT_OPEN", FAULT_CIRCUIT_OPEN, "not sent: too many failures in a row",
	      "replay the DLQ when the cluster is well again"),
	FAULT("OVER_LIMIT", FAULT_OVER_LIMIT, "longer than --max-record-bytes",
	      "no sink may take it: raise --max-record-bytes, or mend the file"),

	KAFKA(_AUTHENTICATION, CLASS_CONFIGURATION, PLAIN, "the broker refuses the credentials",
	      "check sasl.mechanism, sasl.username and sasl.password"),
	KAFKA(SASL_AUTHENTICATION_FAILED, CLASS_CONFIGURATION, PLAIN,
	      "the broker refuses the credentials",
	      "check sasl.mechanism, sasl.username and sasl.password"),
	KAFKA(UNSUPPORTED_SASL_MECHANISM, CLASS_CONFIGURATION, PLAIN,
	      "the broker doesn't have this mechanism", "check sasl.mechanism"),
	KAFKA(ILLEGAL_SASL_STATE, CLASS_CONFIGURATION, PLAIN, "the SASL handshake went wrong",
	      "check security.protocol and sasl.mechanism"),
	KAFKA(SECURITY_DISABLED, CLASS_CONFIGURATION, PLAIN, "the cluster has no authorizer",
	      "set authorizer.class.name on the brokers"),
	KAFKA(_SSL, CLASS_CONFIGURATION, PLAIN, "TLS could not be set up",
	      "check security.protocol and ssl.ca.location"),
	KAFKA(TOPIC_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, PLAIN, "no permission on the topic",
	      "grant Write and Describe on the topic"),
	KAFKA(CLUSTER_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, PLAIN,
	      "no permission on the cluster",
	      "grant Write on the topic, or IdempotentWrite on the cluster"),
	KAFKA(GROUP_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, PLAIN, "no permission on the group",
	      "grant Read on the group"),
	KAFKA(TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLASS_CONFIGURATION, PLAIN,
	      "no permission on the transactional id", "grant Write and Describe on it"),
	KAFKA(INVALID_REQUIRED_ACKS, CLASS_CONFIGURATION, PLAIN,
	      "the broker refuses the value of acks", "use acks=all"),
	KAFKA(UNSUPPORTED_COMPRESSION_TYPE, CLASS_CONFIGURATION, PLAIN,
	      "the broker doesn't know the compression", "use another compression.type"),
	KAFKA(UNSUPPORTED_FOR_MESSAGE_FORMAT, CLASS_CONFIGURATION, PLAIN,
	      "the topic's message format is too old", "raise message.format.version of the topic"),
	KAFKA(_INVALID_ARG, CLASS_CONFIGURATION, PLAIN, "a property is not valid",
	      "check -X and --config"),
	KAFKA(_UNSUPPORTED_FEATURE, CLASS_CONFIGURATION, PLAIN, "the broker is too old for this",
	      "use a newer broker"),
	KAFKA(UNSUPPORTED_VERSION, CLASS_CONFIGURATION, PLAIN, "the broker is too old for this",
	      "use a newer broker"),
	KAFKA(OFFSET_METADATA_TOO_LARGE, CLASS_CONFIGURATION, PLAIN,
	      "no room for a job's checkpoint",
	      "raise offset.metadata.max.bytes of the brokers to 4096"),
	KAFKA(INVALID_TRANSACTION_TIMEOUT, CLASS_CONFIGURATION, PLAIN,
	      "a transaction may not last that long",
	      "lower --delivery-timeout, or raise transaction.max.timeout.ms of the brokers"),

	KAFKA(_FATAL, CLASS_FATAL, PLAIN, "the producer can't go on", "see the log; run it again"),
	KAFKA(_FENCED, CLASS_FATAL, PLAIN, "another process has taken over this job",
	      "let only one process run a job"),
	KAFKA(PRODUCER_FENCED, CLASS_FATAL, PLAIN, "another process has taken over this job",
	      "let only one process run a job"),
	KAFKA(_GAPLESS_GUARANTEE, CLASS_FATAL, PLAIN, "the order can't be guaranteed any more",
	      "run it again"),
};

/* rd_kafka_err2name would format a code without a name into a buffer that the
 * next call changes. */
static struct contract unlisted(rd_kafka_resp_err_t err)
{
	struct contract c = {.code = UNKNOWN_CODE,
			     .kafka = err,
			     .class = CLASS_PERMANENT,
			     .meaning = "this librdkafka has no name for the code",
			     .remedy = "see the message"};
	const struct rd_kafka_err_desc *descs;
	size_t n;

	rd_kafka_get_err_descs(&descs, &n);
	for (size_t i = 0; i < n; i++) {
		if (descs[i].code == err && descs[i].name && descs[i].desc) {
			c.code = descs[i].name;
			c.meaning = descs[i].desc;
		}
	}
	return c;
}

struct contract contract_of_kafka(rd_kafka_resp_err_t err)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].fault == FAULT_NONE && table[i].kafka == err)
			return table[i];
	return unlisted(err);
}

struct contract contract_of_fault(enum fault fault)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].fault == fault && fault != FAULT_NONE)
			return table[i];
	return (struct contract){.code = "NONE", .meaning = "", .remedy = ""};
}

bool contract_blames_record(rd_kafka_resp_err_t err)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].fault == FAULT_NONE && table[i].kafka == err)
			return table[i].class == CLASS_PERMANENT;
	return false;
}

char *contract_message(const struct contract *c)
{
	if (strcmp(c->code, UNKNOWN_CODE) == 0)
		return mem_printf("%s (%d)", c->meaning, (int)c->kafka);
	return mem_strdup(c->meaning);
}

const struct contract *contract_table(size_t *n)
{
	*n = ARRAY_SIZE(table);
	return table;
}

static const struct {
	const char *name, *effect;
} classes[CLASS_COUNT] = {
	[CLASS_TRANSIENT] = {"transient", "sent again after 1, 2, 4 s, then to the DLQ"},
	[CLASS_PERMANENT] = {"permanent", "to the DLQ at once"},
	[CLASS_CONFIGURATION] = {"configuration", "the run stops; nothing goes to the DLQ for it"},
	[CLASS_FATAL] = {"fatal", "the run stops with exit status 1"},
};

const char *contract_class_name(enum error_class class)
{
	return classes[class].name;
}

const char *contract_class_effect(enum error_class class)
{
	return classes[class].effect;
}

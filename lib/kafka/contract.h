/* The error contract: every error code, what class it is, and what to do.
 *
 * One table, used by delivery, logs, headers, metrics and `redrive errors`.
 * Codes are librdkafka's names (rd_kafka_err2name) and our own; a Kafka code
 * that librdkafka has no name for is UNKNOWN_ERROR. */
#ifndef REDRIVE_KAFKA_CONTRACT_H
#define REDRIVE_KAFKA_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "record/fault.h"

enum error_class {
	CLASS_TRANSIENT,     /* may pass: sent again, then dead-lettered */
	CLASS_PERMANENT,     /* this record won't ever pass: dead-lettered at once */
	CLASS_CONFIGURATION, /* no record would pass: the run stops */
	CLASS_FATAL,	     /* the producer can't go on */
	CLASS_COUNT,
};

/* An entry has a Kafka code or a fault, never both. */
struct contract {
	const char *code;
	rd_kafka_resp_err_t kafka; /* or RD_KAFKA_RESP_ERR_NO_ERROR */
	enum fault fault;	   /* or FAULT_NONE */
	enum error_class class;
	bool blames_batch;   /* the broker refuses a whole batch for one record in it */
	bool leaves_doubt;   /* a broker may have written what ended so, if it got it at all */
	const char *meaning; /* one line, short enough for a list beside the code */
	const char *remedy;  /* one line */
};

/* The table's entry; for a Kafka code that it doesn't list, a permanent one
 * with librdkafka's name and text, or UNKNOWN_ERROR. All strings are static. */
struct contract contract_of_kafka(rd_kafka_resp_err_t err);
struct contract contract_of_fault(enum fault fault);

/* In newer versions of librdkafka, what a batch's other records fail with when the
 * broker names those that it refuses: they are innocent. */
#define CONTRACT_DIFFERENT_RECORD ((rd_kafka_resp_err_t)(-138))

/* True when the table says of this code that the record itself won't ever pass. */
bool contract_blames_record(rd_kafka_resp_err_t err);

/* What to say when nobody knows more: the meaning and, where the code doesn't
 * tell it, Kafka's number. The caller frees it. */
char *contract_message(const struct contract *c);

/* The whole table, in the order to show it. */
const struct contract *contract_table(size_t *n);

/* "transient", "permanent", "configuration", "fatal". */
const char *contract_class_name(enum error_class class);

/* What happens to a record of that class, in one line. */
const char *contract_class_effect(enum error_class class);

#endif

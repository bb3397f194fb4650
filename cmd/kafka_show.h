/* -X list and -X dump: properties instead of a run. */
#ifndef REDRIVE_CMD_KAFKA_SHOW_H
#define REDRIVE_CMD_KAFKA_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "groups.h"
#include "kafka/properties.h"

/* True for what -X takes beside a property: "list" and "dump". */
bool kafka_is_question(const char *pair);

/* True when one of them was asked for; they come before everything else. */
bool kafka_is_asked(const struct common_options *o);

/* Prints librdkafka's properties, or those in force for the topic, and for the
 * DLQ where they differ (dlq may be NULL), with our defaults, each with its
 * origin; no secrets. 0, or -1 with *err: librdkafka doesn't take them. */
int kafka_show(const struct common_options *o, const struct properties *topic,
	       const struct properties *dlq, uint64_t max_record_bytes,
	       struct error *err) _must_check_;

#endif

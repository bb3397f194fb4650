/* librdkafka's properties out of a command's options. */
#ifndef REDRIVE_CMD_KAFKA_OPTIONS_H
#define REDRIVE_CMD_KAFKA_OPTIONS_H

#include "base/error.h"
#include "groups.h"
#include "kafka/properties.h"

/* In files and after -X, Java's names are taken for librdkafka's (kafka/java.h),
 * and lists of brokers are checked. After -X and in --dlq-config, options
 * ("redrive.retries") are refused.
 *
 * Reads --config and hands its "redrive." entries to `options`. The file's
 * properties go into *p; call properties_finish in all cases. */
int kafka_read_config(struct options *options, const char *path, struct properties *p,
		      struct error *err) _must_check_;

/* Adds what --brokers and -X say. */
int kafka_apply_common(struct properties *p, const struct common_options *o,
		       struct error *err) _must_check_;

/* -1 when no brokers are named anywhere. */
int kafka_need_brokers(const struct properties *p, struct error *err) _must_check_;

/* Adds the timeouts of the options; one that was given beats the file, and -X both. */
void kafka_apply_retry(struct properties *p, const struct options *options,
		       const struct retry_options *o);

/* The DLQ's own: `main` with --dlq-config's properties and --dlq-brokers over
 * it. *elsewhere: it is another cluster. */
int kafka_dlq_properties(struct properties *p, const struct properties *main,
			 const struct dlq_options *o, bool *elsewhere,
			 struct error *err) _must_check_;

#endif

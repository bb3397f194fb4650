/* What the produce command takes. */
#ifndef REDRIVE_CMD_PRODUCE_OPTIONS_H
#define REDRIVE_CMD_PRODUCE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "groups.h"
#include "options.h"

struct produce_options {
	struct common_options common;
	struct retry_options retry;
	struct dlq_options dlq;
	const char *topic, *key, *timestamp_from;
	struct option_list headers, headers_from, require;
	int format;
	char csv_delimiter;
	const char *csv_columns;
	int csv_header;
	uint64_t max_record_bytes, limit, rate;
	const char *max_failures;
	bool create_topics, keep_key_order, dry_run;
	const char *job;
	bool resume, skip_damaged;
	uint64_t commit_records;
	int64_t commit_interval_ms;
};

#define PRODUCE_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.common = COMMON_OPTIONS_DEFAULT, .retry = RETRY_OPTIONS_DEFAULT,                  \
		.dlq = DLQ_OPTIONS_DEFAULT, .csv_header = -1, .max_record_bytes = 16u << 20,       \
		.commit_records = 250000, .commit_interval_ms = 5000                               \
	}

extern const struct option_use produce_uses[]; /* into a struct produce_options */

#endif

/* What the replay-fallback command takes. */
#ifndef REDRIVE_CMD_RESEND_OPTIONS_H
#define REDRIVE_CMD_RESEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "groups.h"
#include "options.h"

struct resend_options {
	struct common_options common;
	struct retry_options retry;
	struct dlq_options dlq; /* fallback NULL: FILE.again */
	const char *to, *rejects;
	bool create_topics, archive, follow, dry_run, yes, keep_key_order;
	int on_outage; /* enum resend_outage */
	uint64_t max_record_bytes, limit, rate;
	const char *max_failures;
	uint64_t commit_records;
	int64_t commit_interval_ms;
};

enum resend_outage { RESEND_STOP, RESEND_WAIT };

#define RESEND_OPTIONS_DEFAULT                                                                     \
	{                                                                                          \
		.common = COMMON_OPTIONS_DEFAULT, .retry = RETRY_OPTIONS_DEFAULT,                  \
		.dlq = DLQ_OPTIONS_DEFAULT, .max_record_bytes = 64u << 20,                         \
		.commit_records = 250000, .commit_interval_ms = 5000                               \
	}

extern const struct option_use resend_uses[]; /* into a struct resend_options */

#endif

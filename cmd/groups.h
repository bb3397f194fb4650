/* Groups of options that several commands share. */
#ifndef REDRIVE_CMD_GROUPS_H
#define REDRIVE_CMD_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/event.h"
#include "deliver/deadletter.h"
#include "deliver/sender.h"
#include "options.h"
#include "report/log.h"
#include "report/progress.h"

enum summary_format { SUMMARY_TEXT, SUMMARY_JSON, SUMMARY_NONE };
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Cluster, and what is said where. A choice of -1 is not made yet:
 * common_resolve makes it. */
struct common_options {
	const char *brokers;	       /* NULL: not given */
	const char *config;	       /* a file of properties, or NULL */
	struct option_list properties; /* "name=value", in order */
	bool quiet, verbose;
	int log_format;		  /* enum log_format */
	int log_level;		  /* enum event_level */
	int summary;		  /* enum summary_format */
	int progress;		  /* enum progress_mode */
	int color;		  /* enum color_mode */
	const char *metrics_file; /* or NULL */
};

#define COMMON_OPTIONS_DEFAULT                                                                     \
	{                                                                                          \
		.log_level = -1, .summary = -1, .progress = -1                                     \
	}

extern const struct option_group common_group;
extern const struct option_group result_group; /* summary and metrics; into the same struct */

/* Settles what was left open: -q means warnings and worse, neither progress nor
 * summary; -v means debug; what was asked for by name is kept. */
void common_resolve(struct common_options *o);

/* True when text on this stream shall have colours: as --color says; for auto,
 * on a terminal that isn't dumb, unless NO_COLOR is set. */
bool common_color(const struct common_options *o, FILE *out);

/* True when out is a terminal that can erase a line (TERM isn't dumb). */
bool common_terminal(FILE *out);

struct retry_options {
	uint64_t retries;
	int64_t retry_backoff_ms, retry_backoff_max_ms;
	int64_t request_timeout_ms, delivery_timeout_ms;
	uint64_t breaker_threshold; /* failures in a row; 0: never opens */
	int64_t breaker_cooldown_ms;
	int on_outage; /* enum outage */
};

#define RETRY_OPTIONS_DEFAULT                                                                      \
	{                                                                                          \
		.retries = 3, .retry_backoff_ms = 1000, .retry_backoff_max_ms = 8000,              \
		.request_timeout_ms = 30000, .delivery_timeout_ms = 30000,                         \
		.breaker_threshold = 10, .breaker_cooldown_ms = 30000, .on_outage = OUTAGE_DLQ     \
	}

/* What to do in an outage is a group of its own, for not all commands have the choice. */
extern const struct option_group retry_group, outage_group;

struct dlq_options {
	const char *dlq; /* NULL: TOPIC.dlq */
	bool no_dlq;
	const char *dlq_brokers, *dlq_config; /* NULL: as the topic's */
	int dlq_headers;		      /* enum deadletter_names */
	const char *fallback;		      /* NULL: ./TOPIC.fallback.ndjson */
	const char *alert_command;	      /* or NULL */
};

#define DLQ_OPTIONS_DEFAULT                                                                        \
	{                                                                                          \
		.dlq_headers = DEADLETTER_REDRIVE                                                  \
	}

extern const struct option_group dlq_group;

#endif

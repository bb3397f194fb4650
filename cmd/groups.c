#include "groups.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_MS 86400000

static const char *const log_formats[] = {"text", "logfmt", "json", NULL};
static const char *const log_levels[] = {"debug", "info", "warning", "error", "critical", NULL};
static const char *const summaries[] = {"text", "json", "none", NULL};
static const char *const modes[] = {"auto", "always", "never", NULL};
static const char *const outages[] = {"dlq", "wait", "stop", NULL};
static const char *const header_names[] = {"redrive", "connect", "spring", "streams", NULL};

#define AT(member) .offset = offsetof(struct common_options, member)
static const struct option_spec common_specs[] = {
	{'b', "brokers", "HOST:PORT,...", "where the cluster is", OPTION_STRING, AT(brokers),
	 .env = "REDRIVE_BROKERS", .config_key = "redrive.brokers", .min = 1},
	{'F', "config", "FILE", "properties of librdkafka, or a Java client.properties",
	 OPTION_STRING, AT(config), .env = "REDRIVE_CONFIG", .min = 1},
	{'X', "property", "NAME=VALUE", "set a property of librdkafka", OPTION_LIST,
	 AT(properties)},
	{'q', "quiet", NULL, "say nothing but warnings and errors", OPTION_FLAG, AT(quiet)},
	{'v', "verbose", NULL, "say more: what becomes of every message, what librdkafka says",
	 OPTION_FLAG, AT(verbose)},
	{0, "log-format", NULL, "the form of log lines, which go to stderr", OPTION_CHOICE,
	 AT(log_format), .config_key = "redrive.log-format", .choices = log_formats,
	 .default_text = "text"},
	{0, "log-level", NULL, "the least that is logged", OPTION_CHOICE, AT(log_level),
	 .config_key = "redrive.log-level", .choices = log_levels, .default_text = "info"},
	{0, "progress", NULL, "show how far the run is", OPTION_CHOICE, AT(progress),
	 .config_key = "redrive.progress", .choices = modes, .default_text = "auto"},
	{0, "color", NULL,
	 "colour what a person reads; NO_COLOR in the environment counts as never", OPTION_CHOICE,
	 AT(color), .config_key = "redrive.color", .choices = modes, .default_text = "auto"},
	{0},
};

static const struct option_spec result_specs[] = {
	{0, "summary", NULL, "the form of the summary, which goes to stdout", OPTION_CHOICE,
	 AT(summary), .config_key = "redrive.summary", .choices = summaries,
	 .default_text = "text"},
	{0, "metrics-file", "FILE", "write metrics for Prometheus at the end", OPTION_STRING,
	 AT(metrics_file), .config_key = "redrive.metrics-file", .min = 1},
	{0},
};
#undef AT

const struct option_group common_group = {"Cluster and output", common_specs};
const struct option_group result_group = {"Results", result_specs};

#define AT(member) .offset = offsetof(struct retry_options, member)
static const struct option_spec retry_specs[] = {
	{0, "retries", "N", "how often a failed message is sent again", OPTION_UINT, AT(retries),
	 .config_key = "redrive.retries", .default_text = "3", .max = 1000},
	{0, "retry-backoff", "TIME",
	 "the pause before the first retry; doubled for each further one", OPTION_DURATION,
	 AT(retry_backoff_ms), .config_key = "redrive.retry-backoff", .default_text = "1s",
	 .max = DAY_MS},
	{0, "retry-backoff-max", "TIME", "the longest such pause", OPTION_DURATION,
	 AT(retry_backoff_max_ms), .config_key = "redrive.retry-backoff-max", .default_text = "8s",
	 .max = DAY_MS},
	{0, "request-timeout", "TIME", "how long a broker may take to answer", OPTION_DURATION,
	 AT(request_timeout_ms), .config_key = "redrive.request-timeout", .default_text = "30s",
	 .min = 1, .max = 900000},
	{0, "delivery-timeout", "TIME",
	 "how long a message may take to be delivered, each time it is sent", OPTION_DURATION,
	 AT(delivery_timeout_ms), .config_key = "redrive.delivery-timeout", .default_text = "30s",
	 .min = 1, .max = DAY_MS},
	{0, "breaker-threshold", "N", "failures in a row that open the circuit; 0: none do",
	 OPTION_UINT, AT(breaker_threshold), .config_key = "redrive.breaker-threshold",
	 .default_text = "10", .max = 1000000},
	{0, "breaker-cooldown", "TIME", "how long until an open circuit is tried again",
	 OPTION_DURATION, AT(breaker_cooldown_ms), .config_key = "redrive.breaker-cooldown",
	 .default_text = "30s", .max = DAY_MS},
	{0},
};

static const struct option_spec outage_specs[] = {
	{0, "on-outage", NULL,
	 "what to do while the circuit is open: send messages to the DLQ, wait, or stop the run",
	 OPTION_CHOICE, AT(on_outage), .config_key = "redrive.on-outage", .choices = outages,
	 .default_text = "dlq"},
	{0},
};
#undef AT

const struct option_group retry_group = {"Retries and outages", retry_specs};
const struct option_group outage_group = {"Outages", outage_specs};

#define AT(member) .offset = offsetof(struct dlq_options, member)
static const struct option_spec dlq_specs[] = {
	{0, "dlq", "TOPIC", "where messages go that fail for good", OPTION_STRING, AT(dlq),
	 .env = "REDRIVE_DLQ", .config_key = "redrive.dlq", .default_text = "TOPIC.dlq", .min = 1},
	{0, "no-dlq", NULL, "have no DLQ: such messages go to the fallback file", OPTION_FLAG,
	 AT(no_dlq)},
	{0, "dlq-brokers", "HOST:PORT,...", "the DLQ's cluster, where it is another", OPTION_STRING,
	 AT(dlq_brokers), .config_key = "redrive.dlq-brokers", .min = 1},
	{0, "dlq-config", "FILE", "properties for the DLQ's cluster", OPTION_STRING, AT(dlq_config),
	 .config_key = "redrive.dlq-config", .min = 1},
	{0, "dlq-headers", NULL, "whose names the DLQ's headers have", OPTION_CHOICE,
	 AT(dlq_headers), .config_key = "redrive.dlq-headers", .choices = header_names,
	 .default_text = "redrive"},
	{0, "fallback", "FILE", "where messages go that the DLQ can't take", OPTION_STRING,
	 AT(fallback), .config_key = "redrive.fallback", .default_text = "./TOPIC.fallback.ndjson",
	 .min = 1},
	{0, "alert-command", "COMMAND",
	 "run this, once for each cause, when messages go to the fallback file; it reads a line of "
	 "JSON",
	 OPTION_STRING, AT(alert_command), .config_key = "redrive.alert-command"},
	{0},
};
#undef AT

const struct option_group dlq_group = {"Failed messages", dlq_specs};

void common_resolve(struct common_options *o)
{
	if (o->log_level < 0)
		o->log_level = o->verbose ? EVENT_DEBUG : o->quiet ? EVENT_WARNING : EVENT_INFO;
	if (o->summary < 0)
		o->summary = o->quiet ? SUMMARY_NONE : SUMMARY_TEXT;
	if (o->progress < 0)
		o->progress = o->quiet ? PROGRESS_NEVER : PROGRESS_AUTO;
}

bool common_terminal(FILE *out)
{
	const char *term = getenv("TERM");

	return isatty(fileno(out)) && term && *term && strcmp(term, "dumb") != 0;
}

bool common_color(const struct common_options *o, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return !(no_color && *no_color) && common_terminal(out);
}

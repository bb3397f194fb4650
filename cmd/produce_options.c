#include "produce_options.h"

#include <stddef.h>

static const char *const formats[] = {"auto", "ndjson", "csv", "envelope", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

#define AT(member) .offset = offsetof(struct produce_options, member)
static const struct option_spec record_specs[] = {
	{'t', "topic", "TOPIC", "the topic to load", OPTION_STRING, AT(topic),
	 .env = "REDRIVE_TOPIC", .config_key = "redrive.topic", .min = 1},
	{'k', "key", "POINTER",
	 "the field that is the key: a JSON Pointer (/customer/id), a name or a CSV "
	 "column (customer.id); without it records have no key",
	 OPTION_STRING, AT(key), .config_key = "redrive.key", .min = 1},
	{'H', "header", "NAME=VALUE", "a header for every record", OPTION_LIST, AT(headers)},
	{0, "header-from", "NAME=POINTER", "a header whose value is a field", OPTION_LIST,
	 AT(headers_from)},
	{0, "timestamp-from", "POINTER",
	 "the field that is the timestamp: ms since 1970, or ISO 8601", OPTION_STRING,
	 AT(timestamp_from), .config_key = "redrive.timestamp-from", .min = 1},
	{0, "require", "POINTER",
	 "a field that must be there and not be null: records without it go to the DLQ",
	 OPTION_LIST, AT(require)},
	{0, "create-topics", NULL, "create the topic and the DLQ if they don't exist", OPTION_FLAG,
	 AT(create_topics)},
	{0},
};

static const struct option_spec input_specs[] = {
	{0, "format", NULL, "what the files hold; auto tells by name and content", OPTION_CHOICE,
	 AT(format), .config_key = "redrive.format", .choices = formats, .default_text = "auto"},
	{0, "csv-delimiter", "CHAR", "what stands between fields", OPTION_CHAR, AT(csv_delimiter),
	 .config_key = "redrive.csv-delimiter", .default_text = "comma; tab for .tsv"},
	{0, "csv-columns", "NAME[:TYPE],...",
	 "names and types (string, integer, number, boolean) of the columns; dots in a name make "
	 "nested objects",
	 OPTION_STRING, AT(csv_columns), .config_key = "redrive.csv-columns"},
	{0, "csv-header", NULL,
	 "whether the first row has the names; unless given it has, but with --csv-columns only "
	 "when all their names are in it",
	 OPTION_CHOICE, AT(csv_header), .config_key = "redrive.csv-header", .choices = no_yes},
	{0, "max-record-bytes", "SIZE", "longer lines are rejected: no sink may take them",
	 OPTION_SIZE, AT(max_record_bytes), .config_key = "redrive.max-record-bytes",
	 .default_text = "16M", .min = 1024, .max = 512u << 20},
	{0, "limit", "N", "read no more than so many records", OPTION_UINT, AT(limit)},
	{0},
};

static const struct option_spec run_specs[] = {
	{0, "dry-run", NULL,
	 "read and check everything, ask the cluster for its limits if --brokers says where it "
	 "is, and send and write nothing",
	 OPTION_FLAG, AT(dry_run)},
	{0, "rate", "N", "send no more than so many messages a second, evenly", OPTION_UINT,
	 AT(rate), .config_key = "redrive.rate", .max = 100000000},
	{0, "max-failures", "N|P%",
	 "stop when more messages than that have failed; a percentage counts from the 100th on",
	 OPTION_STRING, AT(max_failures), .config_key = "redrive.max-failures"},
	{0, "keep-key-order", NULL,
	 "once a message has failed, send all later ones of its key to the DLQ after it",
	 OPTION_FLAG, AT(keep_key_order)},
	{0},
};

static const struct option_spec job_specs[] = {
	{0, "job", "NAME",
	 "load exactly once: the job can be killed at any instant and goes on when it is run "
	 "again; "
	 "files only",
	 OPTION_STRING, AT(job), .min = 1},
	{0, "resume", NULL, "refuse to begin a job that has no checkpoint", OPTION_FLAG,
	 AT(resume)},
	{0, "skip-damaged", NULL,
	 "go on behind an input that can't be read to its end, instead of stopping there",
	 OPTION_FLAG, AT(skip_damaged)},
	{0, "commit-records", "N", "commit a job's progress at least every so many records",
	 OPTION_UINT, AT(commit_records), .config_key = "redrive.commit-records",
	 .default_text = "250000", .min = 1, .max = 1000000000},
	{0, "commit-interval", "TIME", "commit a job's progress at least that often",
	 OPTION_DURATION, AT(commit_interval_ms), .config_key = "redrive.commit-interval",
	 .default_text = "5s", .min = 100, .max = 30000},
	{0},
};
#undef AT

static const struct option_group record_group = {"Records", record_specs};
static const struct option_group input_group = {"Input", input_specs};
static const struct option_group run_group = {"The run", run_specs};

static const struct option_group job_group = {"Jobs", job_specs};

const struct option_use produce_uses[] = {
	{&record_group, 0},
	{&input_group, 0},
	{&run_group, 0},
	{&job_group, 0},
	{&dlq_group, offsetof(struct produce_options, dlq)},
	{&retry_group, offsetof(struct produce_options, retry)},
	{&outage_group, offsetof(struct produce_options, retry)},
	{&result_group, offsetof(struct produce_options, common)},
	{&common_group, offsetof(struct produce_options, common)},
	{0},
};

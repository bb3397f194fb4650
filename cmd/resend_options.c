#include "resend_options.h"

#include <stddef.h>

static const char *const outages[] = {"stop", "wait", NULL};
static const char *const header_names[] = {"redrive", "connect", "spring", "streams", NULL};

#define AT(member) .offset = offsetof(struct resend_options, member)
static const struct option_spec destination_specs[] = {
	{0, "to", "TOPIC", "send all of them there, instead of each to the topic that it names",
	 OPTION_STRING, AT(to), .min = 1},
	{0, "create-topics", NULL, "create topics and DLQs that don't exist", OPTION_FLAG,
	 AT(create_topics)},
	{0},
};

static const struct option_spec file_specs[] = {
	{0, "rejects", "FILE", "keep the lines there that can't be replayed, whole", OPTION_STRING,
	 AT(rejects), .min = 1},
	{0, "archive", NULL,
	 "rename each file that is replayed to its end to FILE.replayed-TIME, unless a line of it "
	 "was rejected",
	 OPTION_FLAG, AT(archive)},
	{0, "follow", NULL,
	 "replay what a process appends while it appends it, until stopped by a signal",
	 OPTION_FLAG, AT(follow)},
	{0, "max-record-bytes", "SIZE", "longer lines are rejected", OPTION_SIZE,
	 AT(max_record_bytes), .default_text = "64M", .min = 1024, .max = 512u << 20},
	{0, "limit", "N", "read no more than so many records", OPTION_UINT, AT(limit)},
	{0},
};

static const struct option_spec run_specs[] = {
	{0, "dry-run", NULL,
	 "show what would go where, and whether it would be taken there; send and write nothing",
	 OPTION_FLAG, AT(dry_run)},
	{0, "yes", NULL, "replay more than 1,000 messages without asking", OPTION_FLAG, AT(yes)},
	{0, "rate", "N", "send no more than so many messages a second, evenly", OPTION_UINT,
	 AT(rate), .config_key = "redrive.rate", .max = 100000000},
	{0, "max-failures", "N|P%",
	 "stop when more messages than that have failed; a percentage counts from the 100th on",
	 OPTION_STRING, AT(max_failures), .config_key = "redrive.max-failures"},
	{0, "keep-key-order", NULL,
	 "once a message has failed, send all later ones of its key to the DLQ after it",
	 OPTION_FLAG, AT(keep_key_order)},
	{0, "commit-records", "N", "commit the progress at least every so many records",
	 OPTION_UINT, AT(commit_records), .config_key = "redrive.commit-records",
	 .default_text = "250000", .min = 1, .max = 1000000000},
	{0, "commit-interval", "TIME", "commit the progress at least that often", OPTION_DURATION,
	 AT(commit_interval_ms), .config_key = "redrive.commit-interval", .default_text = "5s",
	 .min = 100, .max = 30000},
	{0},
};

static const struct option_spec outage_specs[] = {
	{0, "on-outage", NULL,
	 "what to do when the cluster stays away: stop the run, or wait for it; what was not "
	 "replayed stays in the file",
	 OPTION_CHOICE, AT(on_outage), .choices = outages, .default_text = "stop"},
	{0},
};
#undef AT

#define AT(member) .offset = offsetof(struct dlq_options, member)
static const struct option_spec failed_specs[] = {
	{0, "dlq", "TOPIC", "where messages go that fail once more", OPTION_STRING, AT(dlq),
	 .env = "REDRIVE_DLQ", .config_key = "redrive.dlq",
	 .default_text = "TOPIC.dlq, of each topic", .min = 1},
	{0, "no-dlq", NULL, "have no DLQ: such messages go to the file of --fallback", OPTION_FLAG,
	 AT(no_dlq)},
	{0, "dlq-headers", NULL, "whose names the DLQ's headers have", OPTION_CHOICE,
	 AT(dlq_headers), .config_key = "redrive.dlq-headers", .choices = header_names,
	 .default_text = "redrive"},
	{0, "fallback", "OTHER", "where messages go that the DLQ can't take", OPTION_STRING,
	 AT(fallback), .default_text = "FILE.again", .min = 1},
	{0, "alert-command", "COMMAND",
	 "run this, once for each cause, when messages go there; it reads a line of JSON",
	 OPTION_STRING, AT(alert_command), .config_key = "redrive.alert-command"},
	{0},
};
#undef AT

static const struct option_group destination_group = {"Destination", destination_specs};
static const struct option_group file_group = {"Files", file_specs};
static const struct option_group run_group = {"The run", run_specs};
static const struct option_group outage_own_group = {"Outages", outage_specs};
static const struct option_group failed_group = {"Failed messages", failed_specs};

const struct option_use resend_uses[] = {
	{&destination_group, 0},
	{&file_group, 0},
	{&run_group, 0},
	{&failed_group, offsetof(struct resend_options, dlq)},
	{&retry_group, offsetof(struct resend_options, retry)},
	{&outage_own_group, 0},
	{&result_group, offsetof(struct resend_options, common)},
	{&common_group, offsetof(struct resend_options, common)},
	{0},
};

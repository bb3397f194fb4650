#include "resolve_options.h"

#include <stddef.h>

#define AT(member) .offset = offsetof(struct resolve_options, member)
static const struct option_spec replay_specs[] = {
	{0, "to", "TOPIC", "send all of them to this topic, instead of where each came from",
	 OPTION_STRING, AT(to), .min = 1},
	{0, "max-replays", "N",
	 "park what has been sent back so often, and failed each time, instead of sending it",
	 OPTION_UINT, AT(max_replays), .config_key = "redrive.max-replays", .default_text = "3",
	 .min = 1, .max = 1000000},
	{0, "keep-key-order", NULL,
	 "when a message can't be sent, let later ones of its key wait, too", OPTION_BOOL,
	 AT(keep_key_order), .config_key = "redrive.replay-key-order", .default_text = "yes"},
	{0, "no-ledger", NULL,
	 "do without the topic DLQ.resolved: only for replays of all that is there", OPTION_FLAG,
	 AT(no_ledger)},
	{0},
};

static const struct option_spec discard_specs[] = {
	{0, "reason", "TEXT", "why: for whoever reads the ledger", OPTION_STRING, AT(reason),
	 .min = 1},
	{0},
};

static const struct option_spec care_specs[] = {
	{0, "dry-run", NULL, "show what would be done, and do nothing", OPTION_FLAG, AT(dry_run)},
	{'y', "yes", NULL, "don't ask before more than 1,000 messages", OPTION_FLAG, AT(yes)},
	{0},
};

static const struct option_spec safety_specs[] = {
	{0, "rate", "N", "send no more than so many messages a second, evenly", OPTION_UINT,
	 AT(rate), .config_key = "redrive.rate", .max = 100000000},
	{0, "canary", "N", "send so many first, and the others only if none of them comes back",
	 OPTION_UINT, AT(canary), .max = 10000},
	{0, "canary-wait", "TIME", "how long they have to come back", OPTION_DURATION,
	 AT(canary_wait_ms), .default_text = "10s", .min = 1000, .max = 86400000},
	{0, "max-failures", "N|P%",
	 "stop when more messages than that can't be sent; a percentage counts from the 100th on",
	 OPTION_STRING, AT(max_failures), .config_key = "redrive.max-failures"},
	{0},
};
#undef AT

static const struct option_group replay_group = {"Replay", replay_specs};
static const struct option_group discard_group = {"Discard", discard_specs};
static const struct option_group care_group = {"Care", care_specs};
static const struct option_group safety_group = {"Safety", safety_specs};

const struct option_use replay_dlq_uses[] = {
	{&selection_group, offsetof(struct resolve_options, selection)},
	{&replay_group, 0},
	{&mend_group, offsetof(struct resolve_options, mend)},
	{&care_group, 0},
	{&safety_group, 0},
	{&result_group, offsetof(struct resolve_options, common)},
	{&common_group, offsetof(struct resolve_options, common)},
	{0},
};

const struct option_use dlq_discard_uses[] = {
	{&selection_group, offsetof(struct resolve_options, selection)},
	{&discard_group, 0},
	{&care_group, 0},
	{&result_group, offsetof(struct resolve_options, common)},
	{&common_group, offsetof(struct resolve_options, common)},
	{0},
};

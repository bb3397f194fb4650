#include "inspect_options.h"

#include <stddef.h>

#include "inspect/latest.h"

static const char *const statuses[] = {"all", "pending", "replayed", "discarded", "parked", NULL};
static const char *const formats[] = {"table", "json", "ndjson", "csv", "html", NULL};

#define AT(member) .offset = offsetof(struct inspect_options, member)
static const struct option_spec narrow_specs[] = {
	{0, "status", NULL, "only messages of which that has become", OPTION_CHOICE, AT(status),
	 .choices = statuses, .default_text = "all"},
	{0, "tail", "N", "only the last N messages, by when they failed", OPTION_UINT, AT(tail),
	 .max = LATEST_MAX},
	{0, "follow", NULL, "when all is read, go on with messages as they come", OPTION_FLAG,
	 AT(follow)},
	{0},
};

static const struct option_spec report_specs[] = {
	{0, "format", NULL,
	 "table, json and html report groups of messages; ndjson and csv have each message",
	 OPTION_CHOICE, AT(format), .choices = formats, .default_text = "table"},
	{'o', "output", "FILE", "write to a file instead of stdout", OPTION_STRING, AT(output),
	 .min = 1},
	{0, "group-by", "FIELD,...",
	 "what messages of a group have in common; fields as in --where", OPTION_STRING,
	 AT(group_by), .default_text = "error-type,error-message", .min = 1},
	{0, "top", "N", "show the N largest groups in a table or in HTML; 0: all", OPTION_UINT,
	 AT(top), .default_text = "20"},
	{0, "show-values", NULL, "show values of messages in table, HTML and CSV, too", OPTION_FLAG,
	 AT(show_values)},
	{0, "export", "DIR",
	 "write the bad rows of each input file into a file of DIR, to be mended and loaded again",
	 OPTION_STRING, AT(export), .min = 1},
	{0},
};
#undef AT

static const struct option_group narrow_group = {"More selection", narrow_specs};
static const struct option_group report_group = {"Report", report_specs};

const struct option_use inspect_uses[] = {
	{&selection_group, offsetof(struct inspect_options, selection)},
	{&narrow_group, 0},
	{&report_group, 0},
	{&common_group, offsetof(struct inspect_options, common)},
	{0},
};

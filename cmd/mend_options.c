#include "mend_options.h"

#include <stddef.h>

#define AT(member) .offset = offsetof(struct mend_choice, member)
static const struct option_spec mend_specs[] = {
	{0, "set", "POINTER=JSON", "give a field this value: /status='\"NEW\"', retries=0",
	 OPTION_LIST, AT(set)},
	{0, "unset", "POINTER", "take a field out", OPTION_LIST, AT(unset)},
	{0, "rename", "OLD=NEW", "give a field another name, or another place", OPTION_LIST,
	 AT(rename)},
	{0, "require", "POINTER",
	 "a field that must be there and not be null when all else is done; messages without it "
	 "stay where they are",
	 OPTION_LIST, AT(require)},
	{0, "transform", "COMMAND",
	 "a command that is told each value as a line, and answers each at once with a line of "
	 "JSON: jq -c --unbuffered ...",
	 OPTION_STRING, AT(transform), .min = 1},
	{0, "transform-timeout", "TIME", "how long it may take for one value", OPTION_DURATION,
	 AT(transform_timeout_ms), .default_text = "30s", .min = 1},
	{0},
};
#undef AT

const struct option_group mend_group = {"Mending", mend_specs};

static struct mend_list list_of(const struct option_list *list)
{
	return (struct mend_list){list->items, list->n};
}

struct mend_options mend_options_from(const struct mend_choice *o, uint64_t max_bytes,
				      const volatile int *stop)
{
	return (struct mend_options){
		.lists = {[MEND_RENAME] = list_of(&o->rename),
			  [MEND_UNSET] = list_of(&o->unset),
			  [MEND_SET] = list_of(&o->set),
			  [MEND_REQUIRE] = list_of(&o->require)},
		.transform = o->transform,
		.transform_timeout_ms = o->transform_timeout_ms,
		.max_bytes = max_bytes,
		.stop = stop,
	};
}

#include "selection_options.h"

#include <stddef.h>

#include "base/clock.h"

#define AT(member) .offset = offsetof(struct selection_choice, member)
static const struct option_spec selection_specs[] = {
	{'t', "topic", "TOPIC", "the dead letter queue", OPTION_STRING, AT(topic),
	 .env = "REDRIVE_DLQ", .config_key = "redrive.dlq", .min = 1},
	{0, "where", "EXPR",
	 "only messages of which this holds: FIELD=TEXT, !=, ~REGEX, !~, <, <=, >, >=; "
	 "FIELD is error-type, header:NAME, /json/pointer, key, offset and others",
	 OPTION_LIST, AT(where)},
	{0, "since", "TIME", "only what failed then or later: 2026-01-02T03:04:05Z, or -2h",
	 OPTION_STRING, AT(since)},
	{0, "until", "TIME", "only what failed before", OPTION_STRING, AT(until)},
	{0, "offsets", "PARTITION[:FROM[:TO]]",
	 "read only this partition, from an offset to below another", OPTION_LIST, AT(offsets)},
	{0, "limit", "N", "take no more than the first N messages, partition by partition",
	 OPTION_UINT, AT(limit)},
	{0, "header-map", "FILE", "what home-made headers mean: {\"x-my-topic\":\"topic\"}",
	 OPTION_STRING, AT(header_map), .config_key = "redrive.header-map", .min = 1},
	{0},
};
#undef AT

const struct option_group selection_group = {"Selection", selection_specs};

struct selection *selection_from(const struct selection_choice *o, int status, struct error *err)
{
	const struct selection_options options = {
		.where = o->where.items,
		.n_where = o->where.n,
		.since = o->since,
		.until = o->until,
		.offsets = o->offsets.items,
		.n_offsets = o->offsets.n,
		.status = status,
	};

	return selection_create(&options, clock_wall_ms(), err);
}

struct decoder *decoder_from(const struct selection_choice *o, struct error *err)
{
	struct decoder *d = decoder_create();

	if (!o->header_map || decoder_add_map(d, o->header_map, err) == 0)
		return d;
	decoder_destroy(d);
	return NULL;
}

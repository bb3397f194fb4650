#include "record/shape.h"

#include "base/macros.h"

#define UNREADABLE "couldn't be decoded"
#define DECODED	   "was decoded with a schema, its bytes are not there"

static const struct shape_member kcat[] = {
	{"payload", MEANS_VALUE, TELLS, NULL},
	{"partition", MEANS_PARTITION, TELLS, NULL},
	{"offset", MEANS_OFFSET, TELLS, NULL},
	{"key_error", MEANS_LOSS, MAY, "the key " UNREADABLE},
	{"payload_error", MEANS_LOSS, MAY, "the value " UNREADABLE},
	{"key_schema_id", MEANS_LOSS, MAY, "the key " DECODED},
	{"value_schema_id", MEANS_LOSS, MAY, "the value " DECODED},
	{"topic", MEANS_TOPIC, MUST, NULL},
	{"key", MEANS_KEY, MUST, NULL},
	{"headers", MEANS_HEADERS, MAY, NULL},
	{"ts", MEANS_TIME, MAY, NULL},
	{"tstype", MEANS_CLOCK, MAY, NULL},
	{"unknown", MEANS_NOTHING, MAY, NULL}, /* of old builds, in place of the two */
	{"broker", MEANS_NOTHING, MAY, NULL},
};

static const struct shape_member kaf[] = {
	{"topic", MEANS_TOPIC, MUST,
	 "--output json-each-row has it, and the values as they are; --output json has neither"},
	{"payload", MEANS_VALUE, TELLS, NULL},
	{"timestamp", MEANS_DATE, TELLS, NULL},
	{"partition", MEANS_PARTITION, MUST, NULL},
	{"offset", MEANS_OFFSET, MUST, NULL},
	{"key", MEANS_KEY, MUST, NULL},
	{"headers", MEANS_HEADERS, MAY, NULL},
};

static const struct shape_member rpk[] = {
	{"topic", MEANS_TOPIC, TELLS, NULL},
	{"partition", MEANS_PARTITION, TELLS, NULL},
	{"offset", MEANS_OFFSET, TELLS, NULL},
	{"timestamp", MEANS_TIME, TELLS, NULL},
	{"value_size", MEANS_LOSS, MAY, "the value was left out (--meta-only)"},
	{"key", MEANS_KEY, MAY, NULL},
	{"value", MEANS_VALUE, MAY, NULL},
	{"headers", MEANS_HEADERS, MAY, NULL},
};

static const struct shape_member kafkactl[] = {
	{"Partition", MEANS_PARTITION, TELLS, NULL},
	{"Offset", MEANS_OFFSET, TELLS, NULL},
	{"keySchema", MEANS_LOSS, MAY, "the key " DECODED},
	{"keySchemaId", MEANS_LOSS, MAY, "the key " DECODED},
	{"valueSchema", MEANS_LOSS, MAY, "the value " DECODED},
	{"valueSchemaId", MEANS_LOSS, MAY, "the value " DECODED},
	{"Timestamp", MEANS_DATE, MUST, "--print-all has it, and keys and headers with it"},
	{"Key", MEANS_KEY, MAY, NULL},
	{"Value", MEANS_VALUE, MUST, NULL},
	{"Headers", MEANS_HEADERS, MAY, NULL},
};

static const struct shape_member kafkactl_input[] = {
	{"key", MEANS_KEY, TELLS, NULL},
	{"value", MEANS_VALUE, TELLS, NULL},
	{"headers", MEANS_HEADERS, TELLS_OBJECT, NULL},
};

/* The first one that fits is it. */
static const struct shape shapes[] = {
	{"kaf", REPLACES_BYTES | EMPTY_IS_NULL, kaf, ARRAY_SIZE(kaf)},
	{"kcat", PRINTS_BYTES | REPLACES_BYTES, kcat, ARRAY_SIZE(kcat)},
	{"rpk", REPLACES_BYTES, rpk, ARRAY_SIZE(rpk)},
	{"kafkactl", REPLACES_BYTES | HIDES_BASE64, kafkactl, ARRAY_SIZE(kafkactl)},
	{"kafkactl", 0, kafkactl_input, ARRAY_SIZE(kafkactl_input)},
};

/* Who has one of these is ours, whatever else there is. */
static const char *const own[] = {"v", "crc32", "key_base64", "value_base64"};

static bool is_told(const struct shape_member *m, const struct part *whole)
{
	const struct part *p;

	if (m->duty != TELLS && m->duty != TELLS_OBJECT)
		return true;
	p = part_find(whole, m->name);
	return p && (m->duty == TELLS || p->kind == JSON_KIND_OBJECT);
}

static bool fits(const struct shape *shape, const struct part *whole)
{
	for (size_t i = 0; i < shape->n; i++)
		if (!is_told(&shape->members[i], whole))
			return false;
	return true;
}

const struct shape *shape_find(const struct part *whole)
{
	if (whole->kind != JSON_KIND_OBJECT)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (part_find(whole, own[i]))
			return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (fits(&shapes[i], whole))
			return &shapes[i];
	return NULL;
}

static bool knows(const struct shape *shape, struct slice name)
{
	for (size_t i = 0; i < shape->n; i++)
		if (slice_is(name, shape->members[i].name))
			return true;
	return false;
}

bool shape_knows_all(const struct shape *shape, const struct part *whole)
{
	for (const struct part *member = whole + 1; member < part_end(whole);
	     member += member->span)
		if (!knows(shape, member->name))
			return false;
	return true;
}

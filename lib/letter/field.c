#include "letter/field.h"

#include "base/macros.h"

static const struct {
	const char *name, *key;
} names[LETTER_FIELDS] = {
	[LETTER_TOPIC] = {"original-topic", "topic"},
	[LETTER_PARTITION] = {"original-partition", "partition"},
	[LETTER_OFFSET] = {"original-offset", "offset"},
	[LETTER_TIMESTAMP] = {"original-timestamp", "timestamp"},
	[LETTER_TIMESTAMP_TYPE] = {"timestamp-type", "timestamp_type"},
	[LETTER_GROUP] = {"group", "group"},
	[LETTER_ATTEMPTS] = {"attempts", "attempts"},
	[LETTER_TYPE] = {"error-type", "type"},
	[LETTER_ROOT] = {"root-type", "root"},
	[LETTER_CLASS] = {"error-class", "class"},
	[LETTER_MESSAGE] = {"error-message", "message"},
	[LETTER_STACK] = {"stack", "stack"},
	[LETTER_STAGE] = {"stage", "stage"},
	[LETTER_COMPONENT] = {"component", "component"},
	[LETTER_WHEN] = {"error-timestamp", "when"},
	[LETTER_PERSISTED] = {"persisted", "persisted"},
	[LETTER_JOB] = {"job", "job"},
	[LETTER_FILE] = {"source-file", "file"},
	[LETTER_LINE] = {"source-line", "line"},
	[LETTER_BYTE] = {"source-offset", "byte"},
	[LETTER_FORMAT] = {"source-format", "format"},
	[LETTER_COLUMNS] = {"source-columns", "columns"},
	[LETTER_DELIMITER] = {"source-delimiter", "delimiter"},
	[LETTER_REPLAYS] = {"replay-count", "replays"},
};

const char *letter_field_name(enum letter_field field)
{
	return names[field].name;
}

bool letter_field_is_number(enum letter_field field)
{
	static const enum letter_field numbers[] = {LETTER_PARTITION, LETTER_OFFSET,
						    LETTER_ATTEMPTS,  LETTER_LINE,
						    LETTER_BYTE,      LETTER_REPLAYS};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i] == field)
			return true;
	return false;
}

const char *letter_field_key(enum letter_field field)
{
	return names[field].key;
}

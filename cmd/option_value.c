#include "option_value.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static bool in_range(const struct option_spec *spec, uint64_t value)
{
	return value >= spec->min && (!spec->max || value <= spec->max);
}

static bool read_bool(const struct option_spec *spec, void *member, const char *text)
{
	static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};

	(void)spec;
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(text, words[i]) == 0) {
			*(bool *)member = i % 2;
			return true;
		}
	return false;
}

static bool read_string(const struct option_spec *spec, void *member, const char *text)
{
	if (strlen(text) < spec->min)
		return false;
	*(const char **)member = text;
	return true;
}

static bool read_uint(const struct option_spec *spec, void *member, const char *text)
{
	uint64_t value;

	if (!text_parse_u64(text, &value) || !in_range(spec, value))
		return false;
	*(uint64_t *)member = value;
	return true;
}

static bool read_size(const struct option_spec *spec, void *member, const char *text)
{
	uint64_t value;

	if (!text_parse_size(text, &value) || !in_range(spec, value))
		return false;
	*(uint64_t *)member = value;
	return true;
}

static bool read_duration(const struct option_spec *spec, void *member, const char *text)
{
	int64_t ms;

	if (!clock_parse_duration(text, &ms) || ms > INT32_MAX || !in_range(spec, (uint64_t)ms))
		return false;
	*(int64_t *)member = ms;
	return true;
}

static bool read_choice(const struct option_spec *spec, void *member, const char *text)
{
	for (int i = 0; spec->choices[i]; i++)
		if (strcmp(text, spec->choices[i]) == 0) {
			*(int *)member = i;
			return true;
		}
	return false;
}

static bool read_char(const struct option_spec *spec, void *member, const char *text)
{
	bool tab = strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0;

	(void)spec;
	if (!tab && strlen(text) != 1)
		return false;
	*(char *)member = tab ? '\t' : *text;
	return true;
}

static const struct {
	bool (*read)(const struct option_spec *spec, void *member, const char *text);
	const char *expects;
	const char *unit; /* of min and max */
} kinds[] = {
	[OPTION_FLAG] = {read_bool, "yes or no", NULL},
	[OPTION_BOOL] = {read_bool, "yes or no", NULL},
	[OPTION_STRING] = {read_string, "a text", NULL},
	[OPTION_LIST] = {NULL, "a text", NULL},
	[OPTION_UINT] = {read_uint, "a whole number", ""},
	[OPTION_SIZE] = {read_size, "a size such as 64k or 16M,", " bytes"},
	[OPTION_DURATION] = {read_duration, "a duration such as 500ms, 30s or 5m,", " ms"},
	[OPTION_CHOICE] = {read_choice, NULL, NULL},
	[OPTION_CHAR] = {read_char, "one character, or tab", NULL},
};

bool option_value_read(const struct option_spec *spec, void *member, const char *text)
{
	return kinds[spec->kind].read(spec, member, text);
}

static void describe_choices(struct buf *out, const char *const *choices)
{
	for (int i = 0; choices[i]; i++) {
		if (i)
			buf_add_str(out, choices[i + 1] ? ", " : " or ");
		buf_add_str(out, choices[i]);
	}
}

static void describe_range(struct buf *out, const struct option_spec *spec, const char *unit)
{
	if (spec->max)
		buf_addf(out, " from %" PRIu64 " to %" PRIu64 "%s", spec->min, spec->max, unit);
	else if (spec->min)
		buf_addf(out, " of at least %" PRIu64 "%s", spec->min, unit);
	else if (out->data[out->len - 1] == ',')
		out->data[--out->len] = '\0';
}

void option_value_describe(struct buf *out, const struct option_spec *spec)
{
	if (spec->kind == OPTION_CHOICE) {
		describe_choices(out, spec->choices);
		return;
	}
	buf_add_str(out, kinds[spec->kind].expects);
	if (kinds[spec->kind].unit)
		describe_range(out, spec, kinds[spec->kind].unit);
}

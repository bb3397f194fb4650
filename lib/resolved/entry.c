#include "resolved/entry.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define KEY_MAX 40

static const struct {
	const char *name;
	enum letter_status status;
} resolutions[RESOLUTIONS] = {
	[RESOLUTION_REPLAYED] = {"replayed", STATUS_REPLAYED},
	[RESOLUTION_DISCARDED] = {"discarded", STATUS_DISCARDED},
	[RESOLUTION_PARKED] = {"parked", STATUS_PARKED},
	[RESOLUTION_RETURNED] = {"returned", STATUS_REPLAYED},
};

const char *resolution_name(enum resolution r)
{
	return resolutions[r].name;
}

enum letter_status resolution_status(enum resolution r)
{
	return resolutions[r].status;
}

/* printf takes several times as long, and there is one for each letter. */
static void add_number(struct buf *out, uint64_t number)
{
	char digits[20], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	buf_add(out, at, (size_t)(digits + sizeof(digits) - at));
}

void entry_key(struct buf *out, const struct entry *e)
{
	add_number(out, (uint64_t)e->partition);
	buf_add_char(out, ':');
	add_number(out, (uint64_t)e->offset);
}

static void add_text(struct buf *out, const char *name, const char *text)
{
	struct buf shown = {0};

	if (!text)
		return;
	if (text_is_utf8(slice_of(text)))
		buf_add_str(&shown, text);
	else
		text_add_escaped(&shown, slice_of(text));
	buf_addf(out, ",\"%s\":", name);
	text_add_json(out, buf_slice(&shown));
	buf_finish(&shown);
}

void entry_value(struct buf *out, const struct entry *e)
{
	char at[CLOCK_ISO_SIZE];

	buf_addf(out, "{\"status\":\"%s\"", resolution_name(e->resolution));
	add_text(out, "to", e->to);
	buf_addf(out, ",\"at\":\"%s\"", clock_iso(e->at, at));
	add_text(out, "by", e->by);
	add_text(out, "reason", e->reason);
	buf_add_char(out, '}');
}

static bool read_key(struct entry *e, struct slice key)
{
	char text[KEY_MAX], *colon;
	uint64_t partition, offset;

	if (!key.len || key.len >= sizeof(text))
		return false;
	memcpy(text, key.data, key.len);
	text[key.len] = '\0';
	colon = strchr(text, ':');
	if (!colon || strlen(text) != key.len)
		return false;
	*colon = '\0';
	if (!text_parse_u64(text, &partition) || !text_parse_u64(colon + 1, &offset) ||
	    partition > INT32_MAX || offset > INT64_MAX)
		return false;
	e->partition = (int32_t)partition;
	e->offset = (int64_t)offset;
	return true;
}

static bool by_name(struct entry *e, const char *name)
{
	for (size_t i = 0; name && i < RESOLUTIONS; i++)
		if (strcmp(name, resolutions[i].name) == 0) {
			e->resolution = (enum resolution)i;
			return true;
		}
	return false;
}

/* As entry_value begins: there may be a million of them. */
static bool read_quickly(struct entry *e, struct slice value)
{
	static const char begin[] = "{\"status\":\"";
	size_t n = sizeof(begin) - 1, len;
	const char *end;
	char name[16];

	if (value.len <= n || memcmp(value.data, begin, n) != 0 ||
	    value.data[value.len - 1] != '}' || !text_is_utf8(value))
		return false;
	end = memchr(value.data + n, '"', value.len - n);
	len = end ? (size_t)(end - value.data) - n : sizeof(name);
	if (len >= sizeof(name))
		return false;
	memcpy(name, value.data + n, len);
	name[len] = '\0';
	return by_name(e, name);
}

static bool read_slowly(struct entry *e, struct slice value)
{
	json_t *root = json_loadb(value.data, value.len, JSON_REJECT_DUPLICATES, NULL);
	bool fine = by_name(e, json_string_value(json_object_get(root, "status")));

	json_decref(root);
	return fine;
}

int entry_read(struct entry *e, const struct record *r, struct error *err)
{
	*e = (struct entry){0};
	if (!r->key.data || !read_key(e, r->key))
		return error_set(err, ERROR_INPUT, "its key is not PARTITION:OFFSET");
	if (!r->value.data)
		return 0;
	if (read_quickly(e, r->value) || read_slowly(e, r->value))
		return 1;
	return error_set(err, ERROR_INPUT,
			 "its value is no JSON object with a status that redrive knows");
}

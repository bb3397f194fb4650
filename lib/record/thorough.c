#include "record/thorough.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "record/checksum.h"
#include "record/headers.h"

static struct slice json_slice(const json_t *text)
{
	return (struct slice){json_string_value(text), json_string_length(text)};
}

/* Of all texts of a line none is longer than it stands there, so that the bytes don't
 * move; nor with a NUL, which takes the room of a quote. */
static struct slice add_text(struct envelope *e, struct slice text)
{
	size_t at = e->bytes.len;

	buf_add_slice(&e->bytes, text);
	buf_add_char(&e->bytes, '\0');
	return (struct slice){e->bytes.data + at, text.len};
}

static int add_base64(struct envelope *e, const json_t *text, struct slice *bytes)
{
	if (!json_is_string(text))
		return -1;
	*bytes = add_text(e, json_slice(text));
	return headers_decode(bytes) ? 0 : -1;
}

/* A text without a NUL, or NULL. */
static const char *add_name(struct envelope *e, const json_t *text)
{
	if (!json_is_string(text) || strlen(json_string_value(text)) != json_string_length(text))
		return NULL;
	return add_text(e, json_slice(text)).data;
}

/* Of a job's record; what isn't there is 0. */
static void take_job(struct envelope *e, const json_t *line)
{
	const json_t *source = json_object_get(line, "source"), *id;

	id = json_object_get(line, "job_id");
	e->job_id = json_is_string(id) ? strtoull(json_string_value(id), NULL, 16) : 0;
	e->input = (unsigned)json_integer_value(json_object_get(source, "input"));
	e->number = (unsigned)json_integer_value(json_object_get(source, "number"));
	e->line = (uint64_t)json_integer_value(json_object_get(source, "line"));
	e->offset = (uint64_t)json_integer_value(json_object_get(source, "offset"));
}

/* -1 for what isn't there, or can't be. */
static int64_t number_of(const json_t *line, const char *name, int64_t most)
{
	const json_t *number = json_object_get(line, name);
	int64_t value = json_integer_value(number);

	return json_is_integer(number) && value >= 0 && value <= most ? value : -1;
}

static void take_notes(struct envelope *e, const json_t *line)
{
	const json_t *error = json_object_get(line, "error");

	e->error_type = add_name(e, json_object_get(error, "type"));
	e->partition = (int32_t)number_of(line, "partition", INT32_MAX);
	e->kafka_offset = number_of(line, "offset", INT64_MAX);
	e->writer = json_object_get(line, "crc32") ? ENVELOPE_OURS : ENVELOPE_EDITED;
	take_job(e, line);
}

static int check_crc(struct slice line, const json_t *crc, struct error *err)
{
	if (!crc || (json_is_string(crc) && checksum_fits(line, json_slice(crc))))
		return 0;
	return error_set(err, ERROR_INPUT,
			 "the line's crc32 doesn't match its content; remove the field "
			 "\"crc32\" if you edited the line by hand");
}

static int take_bytes(struct envelope *e, const json_t *line, const char *name, struct slice *bytes,
		      struct error *err)
{
	char encoded[32];
	const json_t *text = json_object_get(line, name), *base64;

	snprintf(encoded, sizeof(encoded), "%s_base64", name);
	base64 = json_object_get(line, encoded);
	if (text && base64)
		return error_set(err, ERROR_INPUT, "both \"%s\" and \"%s\": one must go", name,
				 encoded);
	if (base64 && add_base64(e, base64, bytes) == 0)
		return 0;
	if (base64)
		return error_set(err, ERROR_INPUT, "\"%s\" is not base64", encoded);
	if (!text || json_is_null(text))
		return 0;
	if (!json_is_string(text))
		return error_set(err, ERROR_INPUT,
				 "\"%s\" must be a string or null (a JSON text goes into the "
				 "string, escaped)",
				 name);
	*bytes = add_text(e, json_slice(text));
	return 0;
}

static int take_header_part(struct envelope *e, const json_t *part, struct slice *bytes)
{
	*bytes = SLICE_NULL;
	if (json_is_null(part))
		return 0;
	if (json_is_object(part))
		return add_base64(e, json_object_get(part, "base64"), bytes);
	if (!json_is_string(part))
		return -1;
	*bytes = add_text(e, json_slice(part));
	return 0;
}

static int take_header(struct envelope *e, const json_t *pair)
{
	struct slice name, value;

	if (json_array_size(pair) != 2 || take_header_part(e, json_array_get(pair, 0), &name) < 0 ||
	    !name.data || take_header_part(e, json_array_get(pair, 1), &value) < 0)
		return -1;
	headers_add(e, name, value);
	return 0;
}

static int take_headers(struct envelope *e, const json_t *list, struct error *err)
{
	headers_begin(e);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (take_header(e, json_array_get(list, i)) < 0)
			return error_set(err, ERROR_INPUT,
					 "\"headers\" must be a list of [name, value], value a "
					 "string, null or {\"base64\": ...}");
	return 0;
}

/* A misspelt name must not make a tombstone. */
static int take_value(struct envelope *e, const json_t *line, struct error *err)
{
	if (json_object_get(line, "value") || json_object_get(line, "value_base64"))
		return take_bytes(e, line, "value", &e->record.value, err);
	return error_set(err, ERROR_INPUT,
			 "neither \"value\" nor \"value_base64\"; a record without a value has "
			 "\"value\":null");
}

static int check_version(const json_t *v, struct error *err)
{
	if (!v || (json_is_integer(v) && json_integer_value(v) == 1))
		return 0;
	return error_set(err, ERROR_INPUT, "\"v\" must be 1, the only version known here");
}

static int take_timestamp(struct envelope *e, const json_t *timestamp, struct error *err)
{
	e->record.timestamp = RECORD_NO_TIMESTAMP;
	if (!timestamp || json_is_null(timestamp))
		return 0;
	e->record.timestamp = json_integer_value(timestamp);
	if (json_is_integer(timestamp) && e->record.timestamp >= RECORD_NO_TIMESTAMP)
		return 0;
	return error_set(err, ERROR_INPUT,
			 "\"timestamp\" must be a whole number of milliseconds since 1970, or -1 "
			 "for none");
}

static int take_topic(struct envelope *e, const json_t *topic, struct error *err)
{
	if (!topic || json_is_null(topic))
		return 0;
	if (!json_is_string(topic))
		return error_set(err, ERROR_INPUT, "\"topic\" must be a string");
	e->topic = add_name(e, topic);
	return e->topic ? 0 : error_set(err, ERROR_INPUT, "\"topic\" has a NUL in it");
}

static int take_line(struct envelope *e, const json_t *line, struct slice text, struct error *err)
{
	const json_t *headers = json_object_get(line, "headers");

	if (headers && !json_is_null(headers) && !json_is_array(headers))
		return error_set(err, ERROR_INPUT, "\"headers\" must be a list");
	if (check_crc(text, json_object_get(line, "crc32"), err) < 0 ||
	    check_version(json_object_get(line, "v"), err) < 0 ||
	    take_topic(e, json_object_get(line, "topic"), err) < 0 ||
	    take_timestamp(e, json_object_get(line, "timestamp"), err) < 0 ||
	    take_bytes(e, line, "key", &e->record.key, err) < 0 || take_value(e, line, err) < 0 ||
	    take_headers(e, headers, err) < 0)
		return -1;
	take_notes(e, line);
	return 0;
}

static const struct {
	enum json_error_code code;
	const char *text;
} reasons[] = {
	{json_error_numeric_overflow, "a number in the line is too large to be read"},
	{json_error_duplicate_key, "a name stands twice in the line"},
	{json_error_null_byte_in_key, "a name in the line has a NUL in it"},
	{json_error_stack_overflow, "the line is nested too deeply"},
	{json_error_invalid_utf8, "the line is not UTF-8"},
};

/* jansson's own words show what stands around the error, which is payload. */
static int refuse_text(const json_error_t *where, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].code == json_error_code(where))
			return error_set(err, ERROR_INPUT, "%s", reasons[i].text);
	return error_set(err, ERROR_INPUT, "not a JSON object, which an envelope is");
}

int thorough_read(struct envelope *e, struct slice line, struct error *err)
{
	json_error_t where;
	json_t *root =
		json_loadb(line.data, line.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &where);
	int rc;

	if (!root)
		return refuse_text(&where, err);
	if (json_is_object(root))
		rc = take_line(e, root, line, err);
	else
		rc = error_set(err, ERROR_INPUT, "not a JSON object, which an envelope is");
	json_decref(root);
	return rc;
}

#include "job/checkpoint.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

#define VERSION 1
/* What an escape of one byte takes at most: \u001f. */
#define ESCAPE_MAX 6

void checkpoint_finish(struct checkpoint *c)
{
	free(c->job);
	free(c->file);
	c->job = c->file = NULL;
}

static void add_number(struct buf *out, const char *name, uint64_t number)
{
	buf_addf(out, ",\"%s\":%" PRIu64, name, number);
}

static void add_checksum(struct buf *out, const char *name, uint32_t sum)
{
	buf_addf(out, ",\"%s\":\"%08" PRIx32 "\"", name, sum);
}

/* A name need not be UTF-8; JSON must be. */
static void add_safe(struct buf *out, const char *text)
{
	struct slice s = slice_of(text);

	if (text_is_utf8(s))
		buf_add_slice(out, s);
	else
		text_add_escaped(out, s);
}

/* Adds as much of text as makes a JSON string of at most `room` bytes. */
static void add_cut(struct buf *out, const char *text, size_t room)
{
	struct buf safe = {0};
	size_t start = out->len, end = start + room;
	struct slice s;

	add_safe(&safe, text);
	s = text_cut(buf_slice(&safe), room);
	text_add_json(out, s);
	while (out->len > end && s.len) {
		size_t over = (out->len - end + ESCAPE_MAX - 1) / ESCAPE_MAX;

		s = text_cut(s, over < s.len ? s.len - over : 0);
		out->len = start;
		text_add_json(out, s);
	}
	buf_finish(&safe);
}

static void add_head(struct buf *out, const struct checkpoint *c)
{
	buf_addf(out, "{\"v\":%d,\"job\":", VERSION);
	add_cut(out, c->job, CHECKPOINT_MAX);
	buf_addf(out, ",\"id\":\"%016" PRIx64 "\",\"run\":\"%016" PRIx64 "\",\"at\":%" PRId64,
		 c->id, c->run, c->at);
	add_number(out, "inputs", c->inputs);
	add_number(out, "input", c->place.input);
	add_number(out, "member", c->place.member);
	add_number(out, "offset", c->place.offset);
	add_number(out, "line", c->place.line);
}

static void add_identity(struct buf *out, const struct identity *id)
{
	add_number(out, "size", id->size);
	add_checksum(out, "head", id->head);
	add_checksum(out, "tail", id->tail);
}

static void add_tail(struct buf *out, const struct checkpoint *c)
{
	buf_add_str(out, ",\"done\":[");
	for (unsigned i = 0; i < checkpoint_prints(c); i++)
		buf_addf(out, "%s\"%08" PRIx32 "\"", i ? "," : "", c->prints[i]);
	buf_add_char(out, ']');
	add_checksum(out, "chain", c->chain);
	add_number(out, "bytes", c->bytes);
	add_number(out, "bytes_total", c->bytes_total);
	add_number(out, "damaged", c->damaged);
	if (c->rejected)
		add_number(out, "rejected", c->rejected);
	if (c->held)
		buf_add_str(out, ",\"held\":true");
	add_checksum(out, "reading", c->reading);
	buf_add_char(out, '}');
}

void checkpoint_write(struct buf *out, const struct checkpoint *c)
{
	static const char file[] = ",\"file\":";
	struct buf tail = {0};
	size_t start = out->len, used;

	if (!checkpoint_is_complete(c))
		add_identity(&tail, &c->identity);
	add_tail(&tail, c);
	add_head(out, c);
	used = out->len - start + tail.len + strlen(file);
	if (!checkpoint_is_complete(c)) {
		buf_add_str(out, file);
		add_cut(out, c->file ? c->file : "",
			used < CHECKPOINT_MAX ? CHECKPOINT_MAX - used : 0);
	}
	buf_add_slice(out, buf_slice(&tail));
	buf_finish(&tail);
}

static bool take_number(const json_t *root, const char *name, uint64_t max, uint64_t *number)
{
	const json_t *item = json_object_get(root, name);

	if (!json_is_integer(item) || json_integer_value(item) < 0)
		return false;
	*number = (uint64_t)json_integer_value(item);
	return *number <= max;
}

static bool take_uint(const json_t *root, const char *name, unsigned *number)
{
	uint64_t wide = 0;
	bool taken = take_number(root, name, UINT_MAX, &wide);

	*number = (unsigned)wide;
	return taken;
}

/* Exactly so many digits. */
static bool read_hex(const json_t *item, size_t digits, uint64_t *number)
{
	const char *text = json_string_value(item);

	if (!text || json_string_length(item) != digits ||
	    strspn(text, "0123456789abcdef") != digits)
		return false;
	*number = strtoull(text, NULL, 16);
	return true;
}

static bool take_id(const json_t *root, const char *name, uint64_t *id)
{
	return read_hex(json_object_get(root, name), 16, id);
}

static bool read_checksum(const json_t *item, uint32_t *sum)
{
	uint64_t wide = 0;
	bool taken = read_hex(item, 8, &wide);

	*sum = (uint32_t)wide;
	return taken;
}

static bool take_checksum(const json_t *root, const char *name, uint32_t *sum)
{
	return read_checksum(json_object_get(root, name), sum);
}

static bool take_text(const json_t *root, const char *name, char **text)
{
	const char *value = json_string_value(json_object_get(root, name));

	*text = mem_strdup(value);
	return value;
}

static bool take_place(struct checkpoint *c, const json_t *root)
{
	return take_uint(root, "inputs", &c->inputs) && take_uint(root, "input", &c->place.input) &&
	       c->place.input <= c->inputs && take_uint(root, "member", &c->place.member) &&
	       take_number(root, "offset", INT64_MAX, &c->place.offset) &&
	       take_number(root, "line", INT64_MAX, &c->place.line);
}

static bool take_input(struct checkpoint *c, const json_t *root)
{
	return checkpoint_is_complete(c) ||
	       (take_text(root, "file", &c->file) &&
		take_number(root, "size", INT64_MAX, &c->identity.size) &&
		take_checksum(root, "head", &c->identity.head) &&
		take_checksum(root, "tail", &c->identity.tail));
}

static bool take_prints(struct checkpoint *c, const json_t *root)
{
	const json_t *done = json_object_get(root, "done");

	if (!json_is_array(done) || json_array_size(done) != checkpoint_prints(c))
		return false;
	for (size_t i = 0; i < json_array_size(done); i++)
		if (!read_checksum(json_array_get(done, i), &c->prints[i]))
			return false;
	return take_checksum(root, "chain", &c->chain);
}

static bool take_all(struct checkpoint *c, const json_t *root)
{
	uint64_t at = 0;
	bool taken = take_text(root, "job", &c->job) && take_id(root, "id", &c->id) &&
		     take_id(root, "run", &c->run) && take_number(root, "at", INT64_MAX, &at) &&
		     take_place(c, root) && take_input(c, root) && take_prints(c, root) &&
		     take_number(root, "bytes", INT64_MAX, &c->bytes) &&
		     take_number(root, "bytes_total", INT64_MAX, &c->bytes_total) &&
		     take_uint(root, "damaged", &c->damaged);

	taken = taken &&
		(!json_object_get(root, "reading") || take_checksum(root, "reading", &c->reading));
	taken = taken && (!json_object_get(root, "rejected") ||
			  take_number(root, "rejected", INT64_MAX, &c->rejected));
	c->held = json_is_true(json_object_get(root, "held"));
	c->at = (int64_t)at;
	return taken;
}

/* Somebody else's JSON may have a "v", too. */
static int check_version(const json_t *root, struct error *err)
{
	const json_t *v = json_object_get(root, "v");

	if (json_is_integer(v) && json_integer_value(v) == VERSION)
		return 0;
	if (json_is_integer(v) && json_is_string(json_object_get(root, "job")))
		return error_set(err, ERROR_INPUT,
				 "a checkpoint of version %" JSON_INTEGER_FORMAT
				 ", which is not known here: use a newer redrive",
				 json_integer_value(v));
	return error_set(err, ERROR_INPUT, "not a checkpoint of redrive");
}

int checkpoint_read(struct checkpoint *c, struct slice metadata, uint64_t offset, struct error *err)
{
	json_t *root;
	int rc;

	*c = (struct checkpoint){.records = offset};
	root = json_loadb(metadata.data ? metadata.data : "", metadata.len, JSON_REJECT_DUPLICATES,
			  NULL);
	rc = check_version(root, err);
	if (rc == 0 && !take_all(c, root))
		rc = error_set(err, ERROR_INPUT, "a checkpoint of redrive that is damaged");
	json_decref(root);
	return rc;
}

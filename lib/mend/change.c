#include "mend/change.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/scan.h"
#include "mend/edit.h"
#include "record/block.h"

static const struct {
	const char *option, *form;
} kinds[] = {
	[CHANGE_RENAME] = {"--rename", "OLD=NEW"},
	[CHANGE_UNSET] = {"--unset", "POINTER"},
	[CHANGE_SET] = {"--set", "POINTER=JSON"},
};

static int read_pointer(struct pointer *p, enum change_kind kind, struct slice text,
			struct error *err)
{
	const char *option = kinds[kind].option;
	char *copy = mem_dup(text);
	struct error why;
	int rc = pointer_init(p, copy, &why);

	if (rc < 0)
		error_set(err, ERROR_USAGE, "%s: %s", option, why.text);
	else if (!text_is_utf8(text))
		rc = error_set(err, ERROR_USAGE, "%s %s: not valid UTF-8", option, copy);
	free(copy);
	return rc;
}

/* What somebody writes who means it as a text. */
static bool is_bare(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.data[i] < ' ' || strchr("\"'\\{}[]", value.data[i]))
			return false;
	return value.len && text_is_utf8(value);
}

static int refuse_value(struct slice at, struct slice value, const char *message, struct error *err)
{
	if (!is_bare(value) || memchr(at.data, '\'', at.len))
		return error_set(err, ERROR_USAGE, "--set %.*s=...: not valid JSON: %s",
				 (int)at.len, at.data, message);
	return error_set(
		err, ERROR_USAGE,
		"--set %.*s=%s: not valid JSON; a text needs its quotes: --set '%.*s=\"%s\"'",
		(int)at.len, at.data, value.data, (int)at.len, at.data, value.data);
}

static int read_value(struct change *c, struct slice at, struct slice value,
		      struct json_checker *json, struct error *err)
{
	struct buf padded = {0};
	int rc = 0;

	buf_add_slice(&padded, value);
	buf_reserve(&padded, BLOCK_PADDING);
	if (json_run(json, buf_slice(&padded)) == FAULT_NONE)
		buf_add_slice(&c->value, scan_trim(value));
	else
		rc = refuse_value(at, value, json_message(json), err);
	buf_finish(&padded);
	return rc;
}

static int read_target(struct change *c, const char *text, struct slice to, struct error *err)
{
	if (!c->at.n_tokens || !to.len)
		return error_set(err, ERROR_USAGE, "--rename %s: want OLD=NEW", text);
	if (read_pointer(&c->to, c->kind, to, err) < 0)
		return -1;
	if (edit_is_within(&c->to, &c->at) || edit_is_within(&c->at, &c->to))
		return error_set(err, ERROR_USAGE,
				 "--rename %s: one of them is the other, or holds it", text);
	return 0;
}

int change_init(struct change *c, enum change_kind kind, const char *text,
		struct json_checker *json, struct error *err)
{
	const char *equals = kind == CHANGE_UNSET ? NULL : strchr(text, '=');
	struct slice at = slice_of(text), behind = slice_of(equals ? equals + 1 : NULL);

	*c = (struct change){.kind = kind};
	if (kind != CHANGE_UNSET && !equals)
		return error_set(err, ERROR_USAGE, "%s %s: want %s", kinds[kind].option, text,
				 kinds[kind].form);
	if (equals)
		at.len = (size_t)(equals - text);
	if (read_pointer(&c->at, kind, at, err) < 0)
		return -1;
	if (kind == CHANGE_SET)
		return read_value(c, at, behind, json, err);
	if (kind == CHANGE_RENAME)
		return read_target(c, text, behind, err);
	if (!c->at.n_tokens)
		return error_set(err, ERROR_USAGE, "--unset '': the whole value can't be unset");
	return 0;
}

void change_finish(struct change *c)
{
	pointer_finish(&c->at);
	pointer_finish(&c->to);
	buf_finish(&c->value);
}

static int apply_rename(const struct change *c, struct buf *out, struct slice json,
			struct error *why)
{
	struct error reason;
	int rc = edit_rename(out, json, &c->at, &c->to, &reason);

	if (rc < 0)
		error_set(why, ERROR_INPUT, "can't rename %s to %s: %s", c->at.text, c->to.text,
			  reason.text);
	return rc;
}

static int apply_set(const struct change *c, struct buf *out, struct slice json, struct error *why)
{
	struct error reason;
	int rc = edit_set(out, json, &c->at, buf_slice(&c->value), &reason);

	if (rc < 0)
		error_set(why, ERROR_INPUT, "can't set %s: %s", c->at.text, reason.text);
	return rc;
}

int change_apply(const struct change *c, struct buf *out, struct slice json, struct error *why)
{
	switch (c->kind) {
	case CHANGE_RENAME:
		return apply_rename(c, out, json, why);
	case CHANGE_UNSET:
		return edit_unset(out, json, &c->at);
	default:
		return apply_set(c, out, json, why);
	}
}

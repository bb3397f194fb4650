#include "record/headers.h"

#include "base/mem.h"
#include "base/text.h"

void headers_begin(struct envelope *e)
{
	e->record.headers = NULL;
	e->record.n_headers = 0;
}

void headers_add(struct envelope *e, struct slice name, struct slice value)
{
	size_t n = e->record.n_headers++;

	e->headers = mem_grow(e->headers, &e->cap_headers, n + 1, sizeof(*e->headers));
	e->headers[n] = (struct header){name, value};
	e->record.headers = e->headers;
}

bool headers_decode(struct slice *base64)
{
	struct buf plain = {(char *)base64->data, 0, base64->len + 1};

	if (!text_decode_base64(&plain, *base64))
		return false;
	base64->len = plain.len;
	return true;
}

static bool take_text(struct slice *bytes, const struct part *part)
{
	*bytes = part->kind == JSON_KIND_STRING ? part->text : SLICE_NULL;
	return part->kind == JSON_KIND_STRING || part->kind == JSON_KIND_NULL;
}

static bool take_bytes(struct slice *bytes, const struct part *part)
{
	const struct part *base64 = part_find(part, "base64");

	if (!base64)
		return take_text(bytes, part);
	return take_text(bytes, base64) && bytes->data && headers_decode(bytes);
}

static bool take_pair(struct envelope *e, const struct part *pair)
{
	struct slice name, value;

	if (pair->kind != JSON_KIND_ARRAY || part_count(pair) != 2)
		return false;
	if (!take_bytes(&name, pair + 1) || !name.data ||
	    !take_bytes(&value, pair + 1 + pair[1].span))
		return false;
	headers_add(e, name, value);
	return true;
}

/* {"key":"name","value":"..."} */
static bool take_object(struct envelope *e, const struct part *item)
{
	const struct part *key = part_find(item, "key"), *value = part_find(item, "value");
	struct slice bytes;

	if (!key || key->kind != JSON_KIND_STRING || !value || !take_text(&bytes, value))
		return false;
	headers_add(e, key->text, bytes);
	return true;
}

/* Of {name:value} */
static bool take_member(struct envelope *e, const struct part *item)
{
	struct slice value;

	if (!take_text(&value, item))
		return false;
	headers_add(e, item->name, value);
	return true;
}

static bool take_each(struct envelope *e, const struct part *list,
		      bool (*take)(struct envelope *e, const struct part *item))
{
	for (const struct part *item = list + 1; item < part_end(list); item += item->span)
		if (!take(e, item))
			return false;
	return true;
}

/* [name,value,...]: all of its parts are of one item, or it is something else. */
static bool take_flat(struct envelope *e, const struct part *list)
{
	struct slice value;

	if (list->span % 2 == 0)
		return false;
	for (const struct part *name = list + 1; name < part_end(list); name += 2) {
		if (name->kind != JSON_KIND_STRING || !take_text(&value, name + 1))
			return false;
		headers_add(e, name->text, value);
	}
	return true;
}

bool headers_read(struct envelope *e, const struct part *list)
{
	return list->kind == JSON_KIND_ARRAY && take_each(e, list, take_pair);
}

bool headers_read_any(struct envelope *e, const struct part *list)
{
	if (list->kind == JSON_KIND_NULL)
		return true;
	if (list->kind == JSON_KIND_OBJECT)
		return take_each(e, list, take_member);
	if (list->kind != JSON_KIND_ARRAY)
		return false;
	if (list->span == 1)
		return true;
	switch (list[1].kind) {
	case JSON_KIND_STRING:
		return take_flat(e, list);
	case JSON_KIND_OBJECT:
		return take_each(e, list, take_object);
	default:
		return headers_read(e, list);
	}
}

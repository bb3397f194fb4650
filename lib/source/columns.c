#include "source/columns.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* As many as a spreadsheet has; columns are looked up one by one. */
#define MAX_COLUMNS 16384

static const char *const type_names[] = {
	[COLUMN_STRING] = "string",
	[COLUMN_INTEGER] = "integer",
	[COLUMN_NUMBER] = "number",
	[COLUMN_BOOLEAN] = "boolean",
};

struct slice columns_trim(struct slice s)
{
	while (s.len && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

int columns_add(struct columns *c, struct slice name, enum column_type type, struct error *err)
{
	name = columns_trim(name);
	if (!name.len)
		return error_set(err, ERROR_INPUT, "column %zu has no name", c->n + 1);
	if (!text_is_utf8(name) || memchr(name.data, '\0', name.len))
		return error_set(err, ERROR_INPUT, "the name of column %zu is not UTF-8 text",
				 c->n + 1);
	if (c->n == MAX_COLUMNS)
		return error_set(err, ERROR_INPUT, "there are more than %d columns", MAX_COLUMNS);
	c->items = mem_grow(c->items, &c->cap, c->n + 1, sizeof(*c->items));
	c->items[c->n++] = (struct column){mem_dup(name), type};
	return 0;
}

static int parse_type(struct slice text, enum column_type *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
		if (slice_is(text, type_names[i])) {
			*type = (enum column_type)i;
			return 0;
		}
	return -1;
}

static int parse_one(struct columns *c, struct slice item, struct error *err)
{
	const char *colon = item.len ? memrchr(item.data, ':', item.len) : NULL;
	enum column_type type = COLUMN_STRING;
	struct slice name = item;

	if (colon) {
		size_t n = (size_t)(colon - item.data);

		name.len = n;
		if (parse_type(columns_trim((struct slice){colon + 1, item.len - n - 1}), &type) <
		    0)
			return error_set(err, ERROR_USAGE,
					 "column '%.*s' has an unknown type; types are string, "
					 "integer, number and boolean",
					 (int)item.len, item.data);
	}
	return columns_add(c, name, type, err);
}

int columns_parse(struct columns *c, const char *spec, struct error *err)
{
	for (;;) {
		size_t n = strcspn(spec, ",");

		if (parse_one(c, (struct slice){spec, n}, err) < 0)
			return -1;
		if (!spec[n])
			return 0;
		spec += n + 1;
	}
}

static struct column *find(struct columns *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

char *columns_label(const char *name)
{
	struct buf label = {0};

	text_add_escaped(&label, slice_of(name));
	return label.data;
}

int columns_apply(struct columns *c, const struct columns *types, struct error *err)
{
	for (size_t i = 0; i < types->n; i++) {
		struct column *found = find(c, types->items[i].name);
		char *label;

		if (found) {
			found->type = types->items[i].type;
			continue;
		}
		label = columns_label(types->items[i].name);
		error_set(err, ERROR_INPUT, "the header row has no column '%s'", label);
		free(label);
		return -1;
	}
	return 0;
}

void columns_finish(struct columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->items[i].name);
	free(c->items);
	*c = (struct columns){0};
}

#include "letter/map.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

static void cut(struct map *map, size_t n)
{
	while (map->n > n)
		free((char *)map->rules[--map->n].name);
}

void map_finish(struct map *map)
{
	cut(map, 0);
	free(map->rules);
	*map = (struct map){0};
}

/* Fields that are numbers or times, when nobody says how they are written. */
static enum encoding usual_encoding(enum letter_field field)
{
	if (letter_field_is_number(field))
		return ENCODING_DECIMAL;
	return field == LETTER_TIMESTAMP || field == LETTER_WHEN ? ENCODING_TIME : ENCODING_TEXT;
}

static bool field_by_name(struct slice name, enum letter_field *field)
{
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (slice_is(name, letter_field_name((enum letter_field)i)) ||
		    slice_is(name, letter_field_key((enum letter_field)i))) {
			*field = (enum letter_field)i;
			return true;
		}
	return false;
}

static int unknown_field(const char *path, const char *header, struct slice name, struct error *err)
{
	const char *names[2 * LETTER_FIELDS], *nearest;
	char *word = mem_dup(name);
	struct buf list = {0};

	for (size_t i = 0; i < LETTER_FIELDS; i++) {
		names[2 * i] = letter_field_key((enum letter_field)i);
		names[2 * i + 1] = letter_field_name((enum letter_field)i);
	}
	nearest = text_nearest(word, names, ARRAY_SIZE(names));
	for (size_t i = 0; i < LETTER_FIELDS && !nearest; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", letter_field_name((enum letter_field)i));
	error_set(err, ERROR_USAGE, "%s: header %.60s: there is no field %.60s; %s %s%s", path,
		  header, word, nearest ? "did you mean" : "there are",
		  nearest ? nearest : list.data, nearest ? "?" : "");
	buf_finish(&list);
	free(word);
	return -1;
}

static int unknown_encoding(const char *path, const char *header, struct slice name,
			    struct error *err)
{
	struct buf list = {0};

	encoding_list(&list);
	error_set(err, ERROR_USAGE, "%s: header %.60s: there is no encoding %.*s; there are %s",
		  path, header, name.len > 60 ? 60 : (int)name.len, name.data, list.data);
	buf_finish(&list);
	return -1;
}

static bool is_time(enum encoding e)
{
	switch (e) {
	case ENCODING_INT64_MS:
	case ENCODING_BIG_MS:
	case ENCODING_MS:
	case ENCODING_NS:
	case ENCODING_TICKS:
	case ENCODING_ISO:
	case ENCODING_TIME:
		return true;
	default:
		return false;
	}
}

static bool is_number(enum encoding e)
{
	return e == ENCODING_DECIMAL || e == ENCODING_INT32 || e == ENCODING_INT64;
}

/* What is told as a time must be written as one. */
static int check_kind(const char *path, const struct rule *rule, struct error *err)
{
	enum encoding usual = usual_encoding(rule->field);

	if (is_time(usual) == is_time(rule->encoding) &&
	    is_number(usual) == is_number(rule->encoding))
		return 0;
	return error_set(err, ERROR_USAGE, "%s: header %.60s: %s is %s, and can't be written as %s",
			 path, rule->name, letter_field_name(rule->field),
			 is_time(usual)	    ? "a time"
			 : is_number(usual) ? "a number"
					    : "text",
			 encoding_describe(rule->encoding));
}

/* "FIELD" or "FIELD:ENCODING". */
static int add_rule(struct map *map, const char *path, const char *header, const json_t *meaning,
		    struct error *err)
{
	struct slice text = {json_string_value(meaning), json_string_length(meaning)};
	struct slice name = text;
	const char *colon;
	struct rule *rule;

	if (!json_is_string(meaning))
		return error_set(err, ERROR_USAGE, "%s: header %.60s: its field must be a string",
				 path, header);
	colon = memchr(text.data, ':', text.len);
	map->rules = mem_grow(map->rules, &map->cap, map->n + 1, sizeof(*map->rules));
	rule = &map->rules[map->n];
	*rule = (struct rule){.system = SYSTEM_CUSTOM, .tells = true};
	if (colon)
		name.len = (size_t)(colon - text.data);
	if (!field_by_name(name, &rule->field))
		return unknown_field(path, header, name, err);
	rule->encoding = usual_encoding(rule->field);
	if (colon) {
		name = (struct slice){colon + 1, text.len - name.len - 1};
		if (!encoding_by_name(name, &rule->encoding))
			return unknown_encoding(path, header, name, err);
	}
	rule->name = mem_strdup(header);
	map->n++;
	return check_kind(path, rule, err);
}

static int add_rules(struct map *map, const char *path, json_t *root, struct error *err)
{
	const char *header;
	json_t *meaning;

	if (!json_is_object(root))
		return error_set(err, ERROR_USAGE,
				 "%s is not a JSON object of headers and their fields", path);
	json_object_foreach(root, header, meaning)
	{
		if (add_rule(map, path, header, meaning, err) < 0)
			return -1;
	}
	return 0;
}

int map_read(struct map *map, const char *path, struct error *err)
{
	json_error_t where;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	size_t before = map->n;
	int rc;

	if (!root && json_error_code(&where) == json_error_cannot_open_file)
		return error_set(err, ERROR_USAGE, "%s: %s", path, strerror(errno));
	if (!root && where.line < 0)
		return error_set(err, ERROR_USAGE, "%s: %s", path, where.text);
	if (!root)
		return error_set(err, ERROR_USAGE, "%s:%d: %s", path, where.line, where.text);
	rc = add_rules(map, path, root, err);
	json_decref(root);
	if (rc < 0)
		cut(map, before);
	return rc;
}

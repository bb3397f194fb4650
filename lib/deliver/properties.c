#include "deliver/properties.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

static void property_finish(struct property *item)
{
	free(item->name);
	free(item->value);
	free(item->origin);
}

void properties_finish(struct properties *p)
{
	for (size_t i = 0; i < p->n; i++)
		property_finish(&p->items[i]);
	free(p->items);
	*p = (struct properties){0};
}

static struct property *find(const struct properties *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

void properties_set(struct properties *p, const char *name, const char *value, const char *origin)
{
	struct property item = {mem_strdup(name), mem_strdup(value), mem_strdup(origin), 0};
	struct property *at = find(p, name);

	if (at) {
		property_finish(at);
	} else {
		p->items = mem_grow(p->items, &p->cap, p->n + 1, sizeof(*p->items));
		at = &p->items[p->n++];
	}
	*at = item;
}

void properties_default(struct properties *p, const char *name, const char *value)
{
	if (!find(p, name))
		properties_set(p, name, value, "default");
}

const char *properties_get(const struct properties *p, const char *name)
{
	const struct property *at = find(p, name);

	return at ? at->value : NULL;
}

void properties_copy(struct properties *to, const struct properties *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct property *item = &from->items[i];

		properties_set(to, item->name, item->value, item->origin);
		find(to, item->name)->line = item->line;
	}
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int set_pair(struct properties *p, const char *pair, const char *origin, unsigned line,
		    struct error *err)
{
	char *copy = mem_strdup(pair), *equals = strchr(copy, '='), *name;
	int rc = 0;

	if (equals) {
		*equals = '\0';
		name = trim(copy);
		if (strncmp(name, "topic.", 6) == 0)
			name += 6;
		properties_set(p, name, trim(equals + 1), origin);
		find(p, name)->line = line;
	} else {
		rc = error_set(err, ERROR_USAGE, "%s: '%s' is not of the form name=value", origin,
			       pair);
	}
	free(copy);
	return rc;
}

int properties_set_pair(struct properties *p, const char *pair, const char *origin,
			struct error *err)
{
	return set_pair(p, pair, origin, 0, err);
}

static int read_line(struct properties *p, char *line, const char *path, unsigned number,
		     struct error *err)
{
	char *text = trim(line), *origin;
	int rc;

	if (!*text || *text == '#' || *text == '!')
		return 0;
	origin = mem_printf("%s:%u", path, number);
	rc = set_pair(p, text, origin, number, err);
	free(origin);
	return rc;
}

int properties_read(struct properties *p, const char *path, struct error *err)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	unsigned number = 0;
	int rc = 0;

	if (!file)
		return error_set(err, ERROR_USAGE, "can't read the configuration file %s: %s",
				 path, strerror(errno));
	while (rc == 0 && getline(&line, &cap, file) >= 0)
		rc = read_line(p, line, path, ++number, err);
	if (rc == 0 && ferror(file))
		rc = error_set(err, ERROR_USAGE, "can't read the configuration file %s: %s",
			       path, strerror(errno));
	free(line);
	fclose(file);
	return rc;
}

bool properties_is_secret(const char *name)
{
	static const char *const marks[] = {"password", "secret", "jaas", "token", "ssl.key.pem"};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strcasestr(name, marks[i]))
			return true;
	return false;
}

/* The caller frees it; NULL when none is near. */
static char *nearest_property(const char *name)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	size_t n = 0;
	const char **dump = rd_kafka_conf_dump(conf, &n), **names;
	char *best;

	names = mem_alloc(n / 2, sizeof(*names));
	for (size_t i = 0; i < n / 2; i++)
		names[i] = dump[2 * i];
	best = mem_strdup(text_nearest(name, names, n / 2));
	free(names);
	rd_kafka_conf_dump_free(dump, n);
	rd_kafka_conf_destroy(conf);
	return best;
}

static int refuse_property(const struct property *item, rd_kafka_conf_res_t res,
			   const char *reason, struct error *err)
{
	char *near;

	if (res != RD_KAFKA_CONF_UNKNOWN)
		return error_set(err, ERROR_USAGE, "%s: property %s: %s", item->origin, item->name,
				 properties_is_secret(item->name) ? "not a valid value" : reason);
	near = nearest_property(item->name);
	error_set(err, ERROR_USAGE, "%s: unknown property %s%s%s%s", item->origin, item->name,
		  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	free(near);
	return -1;
}

rd_kafka_conf_t *properties_conf(const struct properties *p, struct error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char reason[256];

	for (size_t i = 0; i < p->n; i++) {
		const struct property *item = &p->items[i];
		rd_kafka_conf_res_t res;

		if (strncmp(item->name, "redrive.", 8) == 0)
			continue;
		res = rd_kafka_conf_set(conf, item->name, item->value, reason, sizeof(reason));
		if (res != RD_KAFKA_CONF_OK) {
			refuse_property(item, res, reason, err);
			rd_kafka_conf_destroy(conf);
			return NULL;
		}
	}
	return conf;
}

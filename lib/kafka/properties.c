#include "kafka/properties.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "kafka/java.h"
#include "kafka/property_names.h"

/* librdkafka's longest name has 41; a line of base64 has 64. */
#define NAME_MAX_BYTES 48

static void property_finish(struct property *item)
{
	free(item->name);
	free(item->value);
	free(item->origin);
	free(item->unused);
}

void properties_finish(struct properties *p)
{
	for (size_t i = 0; i < p->n; i++)
		property_finish(&p->items[i]);
	free(p->items);
	*p = (struct properties){0};
}

/* librdkafka takes the last of two names for one thing, whatever their order
 * meant; so only one of them is kept. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{"metadata.broker.list", "bootstrap.servers"},
	{"retries", "message.send.max.retries"},
	{"max.in.flight", "max.in.flight.requests.per.connection"},
	{"queue.buffering.max.ms", "linger.ms"},
	{"request.required.acks", "acks"},
	{"delivery.timeout.ms", "message.timeout.ms"},
	{"compression.type", "compression.codec"},
	{"sasl.mechanisms", "sasl.mechanism"},
};

static const char *canonical(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcmp(name, aliases[i].alias) == 0)
			return aliases[i].name;
	return name;
}

static struct property *find(const struct properties *p, const char *name)
{
	name = canonical(name);
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

void properties_set(struct properties *p, const char *name, const char *value, const char *origin)
{
	struct property item = {.name = mem_strdup(canonical(name)),
				.value = mem_strdup(value),
				.origin = mem_strdup(origin)};
	struct property *at = find(p, name);

	if (at) {
		property_finish(at);
	} else {
		p->items = mem_grow(p->items, &p->cap, p->n + 1, sizeof(*p->items));
		at = &p->items[p->n++];
	}
	*at = item;
}

void properties_set_at(struct properties *p, const char *name, const char *value,
		       const struct property *at)
{
	properties_set(p, name, value, at->origin);
	find(p, name)->line = at->line;
}

void properties_set_unused(struct properties *p, const char *name, const char *why)
{
	struct property *item = find(p, name);

	free(item->unused);
	item->unused = mem_strdup(why);
}

void properties_default(struct properties *p, const char *name, const char *value)
{
	if (!find(p, name))
		properties_set(p, name, value, "default");
}

const struct property *properties_find(const struct properties *p, const char *name)
{
	const struct property *at = find(p, name);

	return at && !at->unused ? at : NULL;
}

bool properties_has(const struct properties *p, const char *name, const char *origin)
{
	const struct property *at = find(p, name);

	return at && strcmp(at->origin, origin) == 0;
}

const char *properties_get(const struct properties *p, const char *name)
{
	const struct property *at = properties_find(p, name);

	return at ? at->value : NULL;
}

bool properties_same(const struct properties *a, const struct properties *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct property *other = find(b, a->items[i].name);

		if (!other || strcmp(other->value, a->items[i].value) != 0)
			return false;
	}
	return a->n == b->n;
}

void properties_copy(struct properties *to, const struct properties *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct property *item = &from->items[i];

		properties_set_at(to, item->name, item->value, item);
		if (item->unused)
			properties_set_unused(to, item->name, item->unused);
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

static bool is_known(const char *name)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	size_t size;
	bool known = rd_kafka_conf_get(conf, name, NULL, &size) == RD_KAFKA_CONF_OK;

	rd_kafka_conf_destroy(conf);
	return known;
}

static void set_named(struct properties *p, const char *name, const char *value, const char *origin,
		      unsigned line)
{
	if (strncmp(name, "topic.", 6) == 0 && !is_known(name))
		name += 6;
	properties_set(p, name, value, origin);
	find(p, name)->line = line;
}

/* Anything but a property's name may hold a secret. */
static int refuse_pair(const char *text, const char *origin, struct error *err)
{
	bool known = is_known(text);

	return error_set(err, ERROR_USAGE, "%s: %s%snot of the form name=value", origin,
			 known ? text : "", known ? " is " : "");
}

int properties_set_pair(struct properties *p, const char *pair, const char *origin,
			struct error *err)
{
	char *copy = mem_strdup(pair), *equals = strchr(copy, '='), *name;
	int rc = 0;

	if (equals)
		*equals = '\0';
	name = trim(copy);
	if (equals && *name)
		set_named(p, name, trim(equals + 1), origin, 0);
	else
		rc = refuse_pair(name, origin, err);
	free(copy);
	return rc;
}

static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (text[0] == '\\' && (text[1] == ':' || text[1] == '='))
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

/* Ends the name and returns the value behind it, NULL when there is no
 * separator: '=' or ':' with or without blanks around it, or blanks alone. */
static char *split(char *text)
{
	static const char blanks[] = " \t\f\v";
	char *p = text, *value;

	while (*p && *p != '=' && *p != ':' && !strchr(blanks, *p))
		p += p[0] == '\\' && p[1] ? 2 : 1;
	if (!*p)
		return NULL;
	value = p + strspn(p, blanks);
	if (*value == '=' || *value == ':')
		value++;
	*p = '\0';
	return trim(value);
}

/* A line, or several that a backslash joins. */
struct reader {
	FILE *file;
	char *line;
	size_t cap;
	unsigned number; /* of lines read */
	struct buf text;
};

static const char *skip_mark(const struct reader *r)
{
	return r->line + (r->number == 1 && strncmp(r->line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
}

static bool is_comment(const char *text)
{
	return *text == '#' || *text == '!';
}

/* An even number of backslashes are escaped ones. */
static bool cut_backslash(struct buf *text)
{
	size_t n = 0;

	while (n < text->len && text->data[text->len - 1 - n] == '\\')
		n++;
	if (n % 2)
		text->data[--text->len] = '\0';
	return n % 2;
}

static void add_line(struct buf *text, const char *line)
{
	size_t len;

	line += strspn(line, " \t\f");
	len = strlen(line);
	while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	buf_add(text, line, len);
}

/* Sets *first to the number of the (first) line; false at the end of the file. */
static bool next_text(struct reader *r, unsigned *first)
{
	bool more = true;

	buf_clear(&r->text);
	*first = r->number + 1;
	while (more && getline(&r->line, &r->cap, r->file) >= 0) {
		r->number++;
		add_line(&r->text, skip_mark(r));
		more = !is_comment(r->text.data) && cut_backslash(&r->text);
	}
	return r->number >= *first;
}

static int read_text(struct properties *p, char *text, const char *path, unsigned number,
		     struct error *err)
{
	char *name = trim(text), *value, *origin;
	int rc = 0;

	if (!*name || is_comment(name))
		return 0;
	origin = mem_printf("%s:%u", path, number);
	value = split(name);
	unescape(name);
	if (value && *name) {
		unescape(value);
		set_named(p, name, value, origin, number);
	} else {
		rc = refuse_pair(name, origin, err);
	}
	free(origin);
	return rc;
}

int properties_read(struct properties *p, const char *path, struct error *err)
{
	struct reader r = {.file = fopen(path, "re")};
	unsigned number;
	int rc = 0;

	if (!r.file)
		return error_set(err, ERROR_USAGE, "can't read the configuration file %s: %s", path,
				 strerror(errno));
	while (rc == 0 && next_text(&r, &number))
		rc = read_text(p, r.text.data, path, number, err);
	if (rc == 0 && ferror(r.file))
		rc = error_set(err, ERROR_USAGE, "can't read the configuration file %s: %s", path,
			       strerror(errno));
	free(r.line);
	buf_finish(&r.text);
	fclose(r.file);
	return rc;
}

bool properties_is_secret(const char *name)
{
	static const char *const marks[] = {
		"password",    "passphrase",   "secret",      "jaas",	   "token",
		"ssl.key.pem", "keystore.key", "private.key", "user.info", "oauthbearer.config",
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strcasestr(name, marks[i]))
			return true;
	return false;
}

/* The caller frees it; NULL when none is near. */
static char *nearest_property(const char *name)
{
	struct property_names own = property_names_load();
	const char **java;
	size_t n = java_names(&java);
	const char **all = mem_alloc(own.n + n, sizeof(*all));
	char *best;

	memcpy(all, java, n * sizeof(*all));
	if (own.n)
		memcpy(all + n, own.names, own.n * sizeof(*all));
	best = mem_strdup(text_nearest(name, all, n + own.n));
	free(all);
	free(java);
	property_names_finish(&own);
	return best;
}

/* What stands where a name should may be a part of a secret. */
static bool looks_like_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return n <= NAME_MAX_BYTES && !text[n];
}

static int refuse_property(const struct property *item, rd_kafka_conf_res_t res, const char *reason,
			   struct error *err)
{
	bool shown = looks_like_name(item->name);
	char *near;

	if (res != RD_KAFKA_CONF_UNKNOWN && properties_is_secret(item->name))
		return error_set(err, ERROR_USAGE, "%s: property %s: not a valid value",
				 item->origin, item->name);
	if (res != RD_KAFKA_CONF_UNKNOWN)
		return error_set(err, ERROR_USAGE, "%s: property %s=%.60s: %s", item->origin,
				 item->name, item->value, reason);
	near = nearest_property(item->name);
	error_set(err, ERROR_USAGE, "%s: unknown property%s%s%s%s%s", item->origin,
		  shown ? " " : "", shown ? item->name : "", near ? "; did you mean " : "",
		  near ? near : "", near ? "?" : "");
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

		if (item->unused || strncmp(item->name, "redrive.", 8) == 0)
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

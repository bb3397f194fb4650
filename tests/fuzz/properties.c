/* Properties: a file that is written as it was understood reads the same, and
 * no message shows a secret. */
#include "fuzz.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kafka/java.h"
#include "kafka/properties.h"

#define SECRET "Tr0ub4dor&3-correct-horse"

static bool is_trimmed(const char *text)
{
	size_t n = strlen(text);

	return !n || (!isspace((unsigned char)text[0]) && !isspace((unsigned char)text[n - 1]));
}

static void check_items(const struct properties *p, const char *path, size_t n_lines)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct property *item = &p->items[i];
		char *origin = mem_printf("%s:%u", path, item->line);

		REQUIRE(item->line >= 1 && item->line <= n_lines);
		REQUIRE(strcmp(item->origin, origin) == 0);
		REQUIRE(is_trimmed(item->value));
		REQUIRE(properties_get(p, item->name) == item->value);
		free(origin);
	}
}

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == ':' || *text == '=')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
}

static size_t count_last_backslashes(const char *text)
{
	size_t len = strlen(text), n = 0;

	while (n < len && text[len - 1 - n] == '\\')
		n++;
	return n;
}

/* On two lines, which a backslash joins. A blank at the end keeps a value's
 * last backslash from joining one more; "topic." keeps a name from being a
 * comment. */
static void add_line(struct buf *out, const struct property *item)
{
	buf_add_str(out, "topic.");
	add_escaped(out, item->name);
	buf_add_str(out, item->line % 2 ? " =\\\n  " : " : \\\r\n\t");
	add_escaped(out, item->value);
	buf_add_str(out, count_last_backslashes(item->value) % 2 ? " \n" : "\r\n");
}

static void check_same(const struct properties *a, const struct properties *b)
{
	REQUIRE(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		REQUIRE(strcmp(a->items[i].name, b->items[i].name) == 0);
		REQUIRE(strcmp(a->items[i].value, b->items[i].value) == 0);
	}
}

static void check_written(const struct properties *p)
{
	struct properties again = {0}, copy = {0};
	struct buf text = {0};

	for (size_t i = 0; i < p->n; i++)
		add_line(&text, &p->items[i]);
	REQUIRE(properties_read(&again, fuzz_file(buf_slice(&text)), NULL) == 0);
	check_same(p, &again);
	properties_copy(&copy, p);
	check_same(p, &copy);
	properties_finish(&copy);
	properties_finish(&again);
	buf_finish(&text);
}

static bool is_known(const char *name)
{
	static rd_kafka_conf_t *conf;
	size_t size;

	if (!conf)
		conf = rd_kafka_conf_new();
	return rd_kafka_conf_get(conf, name, NULL, &size) == RD_KAFKA_CONF_OK;
}

/* "orders.conf:3: acks is not of the form name=value": no more than that. */
static void check_refusal(const struct error *err, const char *origin)
{
	static const char end[] = "not of the form name=value";
	const char *text = err->text + strlen(origin), *is;

	REQUIRE(err->kind == ERROR_USAGE);
	REQUIRE(strncmp(err->text, origin, strlen(origin)) == 0);
	while (isdigit((unsigned char)*text) || *text == ':')
		text++;
	REQUIRE(*text++ == ' ');
	is = strstr(text, " is not of");
	if (is) {
		char *name = mem_dup((struct slice){text, (size_t)(is - text)});

		REQUIRE(is_known(name));
		free(name);
		text = is + 4;
	}
	REQUIRE(strcmp(text, end) == 0);
}

/* Plugins load code, and stores are files: neither is for chance to choose. */
static bool is_dangerous(const struct property *item)
{
	return strcmp(item->name, "plugin.library.paths") == 0 ||
	       (strstr(item->name, "store.location") && strchr(item->value, '/'));
}

/* False when the set must not be used. */
static bool hide_secrets(struct properties *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct property *item = &p->items[i];

		if (is_dangerous(item) || strstr(item->name, SECRET) || strstr(item->value, SECRET))
			return false;
		if (properties_is_secret(item->name)) {
			free(item->value);
			item->value = mem_strdup(SECRET);
		}
	}
	return true;
}

static void check_conf(const struct properties *p)
{
	struct error err = {0};
	rd_kafka_conf_t *conf = properties_conf(p, &err);

	REQUIRE(conf || (err.kind == ERROR_USAGE && *err.text && !strstr(err.text, SECRET)));
	if (conf)
		rd_kafka_conf_destroy(conf);
}

static const struct property *find(const struct properties *p, const char *name)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

static bool has_place(const struct properties *p, const struct property *item)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].line == item->line && strcmp(p->items[i].origin, item->origin) == 0)
			return true;
	return false;
}

/* What is translated comes from somewhere, tells no secret, and is nothing to
 * translate again. */
static void check_translated(const struct properties *was, const struct properties *p)
{
	struct properties again = {0};

	properties_copy(&again, p);
	java_translate(&again);
	REQUIRE(again.n == p->n);
	for (size_t i = 0; i < p->n; i++) {
		const struct property *item = &p->items[i], *other = find(&again, item->name);

		REQUIRE(find(p, item->name) == item && has_place(was, item));
		REQUIRE(other && strcmp(other->value, item->value) == 0);
		REQUIRE(!other->unused == !item->unused);
		REQUIRE(!item->unused || !strstr(item->unused, SECRET));
	}
	properties_finish(&again);
}

static void use(const struct properties *p)
{
	struct properties own = {0};

	properties_copy(&own, p);
	if (hide_secrets(&own)) {
		check_conf(&own);
		java_translate(&own);
		check_translated(p, &own);
		check_conf(&own);
	}
	properties_finish(&own);
}

static size_t count_lines(struct slice text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	return n;
}

static void read_file(struct slice content, bool thorough)
{
	const char *path = fuzz_file(content);
	struct properties p = {0};
	struct error err = {0};

	if (properties_read(&p, path, &err) == 0) {
		check_items(&p, path, count_lines(content));
		check_written(&p);
		if (thorough)
			use(&p);
	} else {
		check_refusal(&err, path);
	}
	properties_finish(&p);
}

static void set_pair(const char *pair)
{
	struct properties p = {0};
	const char *equals = strchr(pair, '=');
	struct error err = {0};

	if (properties_set_pair(&p, pair, "-X", &err) == 0) {
		REQUIRE(equals && p.n == 1 && is_trimmed(p.items[0].value));
		REQUIRE(strlen(p.items[0].value) <= strlen(equals + 1));
		REQUIRE(strstr(equals + 1, p.items[0].value));
		REQUIRE(strcmp(p.items[0].origin, "-X") == 0 && p.items[0].line == 0);
	} else {
		REQUIRE(p.n == 0);
		check_refusal(&err, "-X");
	}
	properties_finish(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size), first = in;
	char *pair = fuzz_text(fuzz_take_line(&first));

	/* librdkafka takes a hundred times as long as all the rest. */
	read_file(in, size % 4 == 0);
	set_pair(pair);
	free(pair);
	return 0;
}

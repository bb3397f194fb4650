/* librdkafka properties, and where each came from.
 * https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md */
#ifndef REDRIVE_KAFKA_PROPERTIES_H
#define REDRIVE_KAFKA_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>

#include <librdkafka/rdkafka.h>

#include "base/error.h"

struct property {
	char *name;
	char *value;
	char *origin;  /* "default", "orders.conf:3", "-X" */
	unsigned line; /* in its file; 0 when it comes from none */
	char *unused;  /* why it has no effect, "" when that goes without saying; NULL: it has */
};

/* Zero-initialise. */
struct properties {
	struct property *items;
	size_t n, cap;
};

void properties_finish(struct properties *p);

/* Sets or replaces; all strings are copied. An alias ("metadata.broker.list")
 * is kept under librdkafka's other name for it ("bootstrap.servers"). */
void properties_set(struct properties *p, const char *name, const char *value, const char *origin);

/* As properties_set, with the origin and line of `at`, which may be of another set. */
void properties_set_at(struct properties *p, const char *name, const char *value,
		       const struct property *at);

/* Marks a property that is set as having no effect. */
void properties_set_unused(struct properties *p, const char *name, const char *why);

/* As properties_set, unless it is set already. */
void properties_default(struct properties *p, const char *name, const char *value);

/* NULL when it isn't set, or has no effect. */
const char *properties_get(const struct properties *p, const char *name);
const struct property *properties_find(const struct properties *p, const char *name);

/* Is it set there, with effect or without? */
bool properties_has(const struct properties *p, const char *name, const char *origin);

/* Do both set the same to the same? */
bool properties_same(const struct properties *a, const struct properties *b);

/* Adds copies of all of `from`. */
void properties_copy(struct properties *to, const struct properties *from);

/* "name=value", as -X has it: only the first '=' separates, blanks around name
 * and value don't count, and "topic." before a name is dropped. 0, or -1 with
 * *err naming the origin; the text is shown only when it is a property's name. */
int properties_set_pair(struct properties *p, const char *pair, const char *origin,
			struct error *err) _must_check_;

/* Reads a file of `name=value` lines in librdkafka's, kcat's and Java's formats:
 * # and ! begin a comment; ':' or blanks separate as '=' does; blanks around name
 * and value don't count; \: and \= stand for : and =, any other backslash for
 * itself, but one at the end of a line joins the next line to it; a byte order
 * mark is skipped; "topic." before a name is dropped. 0, or -1 with *err naming
 * file and line, and showing no value. */
int properties_read(struct properties *p, const char *path, struct error *err) _must_check_;

/* A configuration that the caller owns (rd_kafka_new takes it), or NULL with
 * *err naming the property, its origin and, for an unknown one, its nearest
 * neighbour; an unknown name is shown only when it looks like one. Properties
 * without effect, and those whose name begins with "redrive.", are left out. */
rd_kafka_conf_t *properties_conf(const struct properties *p, struct error *err);

/* True for passwords and the like, which are never shown. */
bool properties_is_secret(const char *name);

#endif

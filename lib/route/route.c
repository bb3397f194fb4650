#include "route/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

#define NO_FIELD SIZE_MAX

/* A header of ours: a fixed value, or a field's. */
struct rule {
	char *name;
	char *value;
	size_t field;
};

struct route {
	const struct check *check;
	size_t key, timestamp; /* field numbers */
	struct rule *rules;
	size_t n_rules;
	struct header *headers; /* of the record at hand */
	size_t cap_headers;
	char message[256];
};

static int add_rule(struct route *route, struct check *check, const char *text, bool from_field,
		    struct error *err)
{
	const char *equals = strchr(text, '=');
	size_t name_len = equals ? (size_t)(equals - text) : strlen(text);
	struct rule *rule = &route->rules[route->n_rules];

	if (!name_len || (from_field && !equals))
		return error_set(err, ERROR_USAGE, "header '%s': want name=%s", text,
				 from_field ? "POINTER" : "value");
	rule->name = mem_dup((struct slice){text, name_len});
	rule->field = NO_FIELD;
	route->n_rules++;
	if (from_field)
		return check_want(check, equals + 1, &rule->field, err);
	rule->value = equals ? mem_strdup(equals + 1) : NULL;
	return 0;
}

static int add_rules(struct route *route, const struct route_options *o, struct check *check,
		     struct error *err)
{
	route->rules = mem_alloc(o->n_headers + o->n_headers_from, sizeof(*route->rules));
	for (size_t i = 0; i < o->n_headers; i++)
		if (add_rule(route, check, o->headers[i], false, err) < 0)
			return -1;
	for (size_t i = 0; i < o->n_headers_from; i++)
		if (add_rule(route, check, o->headers_from[i], true, err) < 0)
			return -1;
	return 0;
}

struct route *route_create(const struct route_options *o, struct check *check, struct error *err)
{
	struct route *route = mem_alloc(1, sizeof(*route));

	route->check = check;
	route->key = route->timestamp = NO_FIELD;
	if ((o->key && check_want(check, o->key, &route->key, err) < 0) ||
	    (o->timestamp_from &&
	     check_want(check, o->timestamp_from, &route->timestamp, err) < 0) ||
	    add_rules(route, o, check, err) < 0) {
		route_destroy(route);
		return NULL;
	}
	return route;
}

void route_destroy(struct route *route)
{
	if (!route)
		return;
	for (size_t i = 0; i < route->n_rules; i++) {
		free(route->rules[i].name);
		free(route->rules[i].value);
	}
	free(route->rules);
	free(route->headers);
	free(route);
}

static bool refuse(struct route *route, struct verdict *v, enum fault fault, size_t field,
		   const char *what)
{
	snprintf(route->message, sizeof(route->message), "%s %s",
		 check_pointer(route->check, field), what);
	*v = (struct verdict){fault, route->message};
	return false;
}

static const char *const absent[] = {
	[JSON_KIND_MISSING] = "is missing",
	[JSON_KIND_NULL] = "is null",
	[JSON_KIND_OBJECT] = "is an object, where a string or a number is needed",
	[JSON_KIND_ARRAY] = "is an array, where a string or a number is needed",
};

static bool set_key(struct route *route, struct record *r, struct verdict *v)
{
	const struct json_field *f;

	if (route->key == NO_FIELD)
		return true;
	f = check_field(route->check, route->key);
	if (f->kind < ARRAY_SIZE(absent) && absent[f->kind])
		return refuse(route, v, FAULT_MISSING_KEY, route->key, absent[f->kind]);
	r->key = f->text;
	return true;
}

static bool parse_timestamp(const struct json_field *f, int64_t *ms)
{
	char digits[24];
	uint64_t value;
	int64_t parsed;

	if (f->text.len < sizeof(digits) && !memchr(f->text.data, '\0', f->text.len)) {
		memcpy(digits, f->text.data, f->text.len);
		digits[f->text.len] = '\0';
		if (text_parse_u64(digits, &value) && value <= INT64_MAX) {
			*ms = (int64_t)value;
			return true;
		}
	}
	if (f->kind != JSON_KIND_STRING || !clock_parse_iso(f->text, &parsed) || parsed < 0)
		return false;
	*ms = parsed;
	return true;
}

static bool set_timestamp(struct route *route, struct record *r, struct verdict *v)
{
	const struct json_field *f;

	if (route->timestamp == NO_FIELD)
		return true;
	f = check_field(route->check, route->timestamp);
	if (f->kind <= JSON_KIND_NULL)
		return refuse(route, v, FAULT_MISSING_FIELD, route->timestamp, absent[f->kind]);
	if (parse_timestamp(f, &r->timestamp))
		return true;
	return refuse(route, v, FAULT_INVALID_TIMESTAMP, route->timestamp,
		      "is neither milliseconds since 1970 nor an ISO 8601 time");
}

static bool rule_value(const struct route *route, const struct rule *rule, struct slice *value)
{
	const struct json_field *f;

	*value = slice_of(rule->value);
	if (rule->field == NO_FIELD)
		return true;
	f = check_field(route->check, rule->field);
	*value = f->kind == JSON_KIND_NULL ? SLICE_NULL : f->text;
	return f->kind != JSON_KIND_MISSING;
}

static void set_headers(struct route *route, struct record *r, bool fixed_only)
{
	size_t n = r->n_headers;

	if (!route->n_rules)
		return;
	route->headers = mem_grow(route->headers, &route->cap_headers, n + route->n_rules,
				  sizeof(*route->headers));
	if (n)
		memcpy(route->headers, r->headers, n * sizeof(*route->headers));
	for (size_t i = 0; i < route->n_rules; i++) {
		const struct rule *rule = &route->rules[i];
		struct header *h = &route->headers[n];

		if (fixed_only && rule->field != NO_FIELD)
			continue;
		h->name = slice_of(rule->name);
		n += rule_value(route, rule, &h->value);
	}
	r->headers = route->headers;
	r->n_headers = n;
}

bool route_record(struct route *route, struct record *r, struct verdict *v)
{
	*v = (struct verdict){FAULT_NONE, NULL};
	if (!set_key(route, r, v) || !set_timestamp(route, r, v))
		return false;
	set_headers(route, r, false);
	return true;
}

void route_fixed(struct route *route, struct record *r)
{
	set_headers(route, r, true);
}

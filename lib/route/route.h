/* Where a record goes: its key, its headers, its timestamp. */
#ifndef REDRIVE_ROUTE_ROUTE_H
#define REDRIVE_ROUTE_ROUTE_H

#include "base/error.h"
#include "check/check.h"
#include "record/record.h"

/* Lists of "name=value" strings; a value-less "name" in headers is a null
 * header. */
struct route_options {
	const char *key; /* JSON Pointer or top-level name; NULL keeps the record's own key */
	const char *const *headers; /* name=value, the same for all records */
	size_t n_headers;
	const char *const *headers_from; /* name=POINTER */
	size_t n_headers_from;
	const char *timestamp_from; /* JSON Pointer, or NULL */
};

struct route;

/* Strings are copied; the fields that are needed are asked of `check`, which
 * must outlive the route. NULL with *err for what can't be read. */
struct route *route_create(const struct route_options *options, struct check *check,
			   struct error *err);
void route_destroy(struct route *route); /* NULL is fine */

/* Fills key, headers and timestamp of the record that `check` checked last.
 * They live until the next record is checked. True, or false with *v:
 * FAULT_MISSING_KEY, FAULT_MISSING_FIELD (no timestamp there) or
 * FAULT_INVALID_TIMESTAMP. The record's own headers come first and stay. A
 * header whose field is missing is left out; one whose field is null is null. */
bool route_record(struct route *route, struct record *r, struct verdict *v);

/* Fills what doesn't depend on the record's fields: for a record that can't be
 * read, so that it has its fixed headers when it comes back mended. */
void route_fixed(struct route *route, struct record *r);

#endif

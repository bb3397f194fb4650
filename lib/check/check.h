/* Which records may go on: valid JSON, with the fields that are required. */
#ifndef REDRIVE_CHECK_CHECK_H
#define REDRIVE_CHECK_CHECK_H

#include "base/error.h"
#include "check/json.h"
#include "record/fault.h"
#include "record/record.h"

/* What is wrong with a record; message is valid until the next record. */
struct verdict {
	enum fault fault;
	const char *message;
};

struct check;

/* require: names of n fields (see check_want); copied. NULL with *err when one
 * can't be read. */
struct check *check_create(const char *const *require, size_t n, struct error *err);
void check_destroy(struct check *c); /* NULL is fine */

/* A field is named by a JSON Pointer ("/customer/id"), or by the name of a
 * top-level field. A name with dots ("customer.id") that no top-level field has
 * means the field of a nested object, as CSV columns make them. */

/* Asks for a field of every record (the key, say) and sets its number for
 * check_field. -1 with *err when `pointer` can't be read. */
int check_want(struct check *c, const char *pointer, size_t *number, struct error *err)
	_must_check_;

/* True when r may go on; else *v says why not. Fields are looked up only in
 * records that may be JSON: all, unless r->json is false and none is wanted. */
bool check_record(struct check *c, const struct record *r, struct verdict *v);

/* Field `number` of the record last checked. */
const struct json_field *check_field(const struct check *c, size_t number);

/* The pointer of field `number`, as text. */
const char *check_pointer(const struct check *c, size_t number);

#endif

/* Is this text valid JSON (RFC 8259), and what do these fields of it say?
 *
 * Two tiers. simdjson answers fast for what it accepts; whatever it doesn't
 * accept goes to jansson, which decides and says what is wrong. A valid text
 * is never refused for the size of a number or a NUL (\u0000) in a name. */
#ifndef REDRIVE_CHECK_JSON_H
#define REDRIVE_CHECK_JSON_H

#include "base/slice.h"
#include "check/pointer.h"
#include "record/fault.h"
#include "record/parts.h"

/* A field: text is what a string stands for, else the value as it is written.
 * Valid until the next json_run on the same checker. */
struct json_field {
	enum json_kind kind;
	struct slice text;
};

struct json_checker;

struct json_checker *json_checker_create(void);
void json_checker_destroy(struct json_checker *c); /* NULL is fine */

/* Adds a field to look up and returns its number; p is kept, not copied, and
 * must outlive the checker. */
size_t json_checker_want(struct json_checker *c, const struct pointer *p);

/* Checks text, behind whose end BLOCK_PADDING bytes must be readable, and
 * looks the wanted fields up. FAULT_NONE, FAULT_INVALID_UTF8 or
 * FAULT_INVALID_JSON. */
enum fault json_run(struct json_checker *c, struct slice text);

/* What was wrong at the last json_run, without any of the text. */
const char *json_message(const struct json_checker *c);

/* Field number i of the text last checked. */
const struct json_field *json_field(const struct json_checker *c, size_t i);

/* "simdjson 3.0.1, jansson 2.14" or "jansson 2.14": for --version. */
const char *json_engines(void);

#endif

/* The JSON check's slow tier alone, as builds without simdjson have it: meson.build
 * compiles lib/check/json.c once more with these names. A checker of the one kind
 * must not be handed to the other. */
#ifndef REDRIVE_FUZZ_SLOW_H
#define REDRIVE_FUZZ_SLOW_H

#include "check/json.h"

struct json_checker *slow_checker_create(void);
void slow_checker_destroy(struct json_checker *c);
size_t slow_checker_want(struct json_checker *c, const struct pointer *p);
enum fault slow_run(struct json_checker *c, struct slice text);
const char *slow_message(const struct json_checker *c);
const struct json_field *slow_field(const struct json_checker *c, size_t i);

#endif

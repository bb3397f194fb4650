/* The fast tier: simdjson behind a C interface. */
#ifndef REDRIVE_CHECK_SIMD_H
#define REDRIVE_CHECK_SIMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"
#include "check/scan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct simd;

/* NULL when there is no memory. */
struct simd *simd_create(void);
void simd_destroy(struct simd *s); /* NULL is fine */

/* A field to look up, and what was found. `text` is set for strings and whole
 * numbers and lives until the next call; for other kinds, and for a number
 * whose text must be looked up in the source, it is SLICE_NULL. */
struct simd_field {
	const struct slice *tokens;
	size_t n_tokens;
	enum json_kind kind;
	struct slice text;
	char digits[24];
};

/* True: text is valid JSON, and the fields are filled. False: somebody else
 * must decide. 64 bytes behind text must be readable. */
bool simd_run(struct simd *s, struct slice text, struct simd_field *fields, size_t n);

#ifdef __cplusplus
}
#endif

#endif

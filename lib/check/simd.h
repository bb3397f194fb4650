/* The fast tier: simdjson behind a C interface. */
#ifndef REDRIVE_CHECK_SIMD_H
#define REDRIVE_CHECK_SIMD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

#ifdef __cplusplus
extern "C" {
#endif

struct simd;

/* NULL when there is no memory, or a simdjson that takes what is no JSON. */
struct simd *simd_create(void);
void simd_destroy(struct simd *s); /* NULL is fine */

/* A field to look up, by the tokens of its pointer, and the exact text of its
 * value: SLICE_NULL when there is none. Where `known` is false nobody has
 * looked. */
struct simd_field {
	const struct slice *tokens;
	size_t n_tokens;
	bool known;
	struct slice raw;
};

/* True: text is valid JSON, and the fields are filled. False: somebody else
 * must decide. BLOCK_PADDING bytes behind text must be readable. */
bool simd_run(struct simd *s, struct slice text, struct simd_field *fields, size_t n);

#ifdef __cplusplus
}
#endif

#endif

/* What the fuzz targets share: inputs taken apart, files in memory, and what must hold. */
#ifndef REDRIVE_FUZZ_FUZZ_H
#define REDRIVE_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Every target: one input, 0. Ends the program when something doesn't hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As assert, but in every build. */
#define REQUIRE(holds) ((holds) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #holds))

_Noreturn void fuzz_fail(const char *file, int line, const char *what);

static inline struct slice fuzz_input(const uint8_t *data, size_t size)
{
	return (struct slice){size ? (const char *)data : "", size};
}

/* Cut what they return off the front of *in. A byte is 0 when none is left; a
 * line comes without its line feed. */
unsigned fuzz_take_byte(struct slice *in);
struct slice fuzz_take(struct slice *in, size_t n);
struct slice fuzz_take_line(struct slice *in);

/* The path of a file in memory with this content, until the next call. */
const char *fuzz_file(struct slice content);

/* A copy whose last byte is followed by BLOCK_PADDING others and then by
 * nothing, as a checker of JSON may read it; the caller frees data with free(). */
struct slice fuzz_pad(struct slice text);

/* A terminated copy up to the first NUL; the caller frees it with free(). */
char *fuzz_text(struct slice bytes);

size_t fuzz_count(struct slice s, char c);

bool fuzz_equal(struct slice a, struct slice b); /* bytes, and null against empty */

/* True for a text that may stand in a message: some text, UTF-8, no control characters. */
bool fuzz_is_clean(const char *text);

/* True when a file may be taken for something other than records, though its
 * format is given: for a compressed file or an archive; or for a picture, a
 * page, UTF-16, a pretty-printed document and the like. */
bool fuzz_is_packed(struct slice head);
bool fuzz_is_alien(struct slice head);

#endif

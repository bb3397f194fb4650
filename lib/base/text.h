/* Text that comes from outside: told apart, shown safely, converted. */
#ifndef REDRIVE_BASE_TEXT_H
#define REDRIVE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* True for valid UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). */
bool text_is_utf8(struct slice s);

/* Adds s so that it can't move a cursor or forge a line: control bytes and
 * what is not UTF-8 become \xNN, a line feed \n, a tab \t, a backslash \\. */
void text_add_escaped(struct buf *out, struct slice s);

/* Adds s as a JSON string with its quotes. s must be valid UTF-8. */
void text_add_json(struct buf *out, struct slice s);

/* RFC 4648 base64 with padding. Decoding refuses anything else and then
 * leaves *out as it was. */
void text_add_base64(struct buf *out, struct slice s);
bool text_decode_base64(struct buf *out, struct slice s);

/* A decimal number without sign or blanks; false when it is none or too big. */
bool text_parse_u64(const char *text, uint64_t *value);

/* "1000000", "64k", "16M", "1G" (powers of 1024; "KiB" and "KB" forms too). */
bool text_parse_size(const char *text, uint64_t *bytes);

/* Of n candidates the one with the fewest edits to `word`, or NULL when none
 * is near enough to be a slip of the fingers. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

/* 1234567 as "1,234,567". */
#define TEXT_COUNT_SIZE 32
char *text_count(uint64_t value, char out[TEXT_COUNT_SIZE]);

#endif

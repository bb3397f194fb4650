/* Text that comes from outside: told apart, shown safely, converted. */
#ifndef REDRIVE_BASE_TEXT_H
#define REDRIVE_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* Length in bytes of the character at s.data[at], which is valid UTF-8; adds to *columns what
 * it takes on a terminal: 2 for those of East Asia that are wide (UAX #11), else 1. */
size_t text_step(struct slice s, size_t at, unsigned *columns);

/* True for valid UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). */
bool text_is_utf8(struct slice s);

/* Length of the UTF-8 character at p, of which `left` bytes (at least one) are there;
 * 0 when there is none. */
size_t text_utf8_length(const char *p, size_t left);

/* The longest beginning of s that has at most max bytes and doesn't end in the
 * middle of a UTF-8 character. */
struct slice text_cut(struct slice s, size_t max);

/* Adds s so that it can't move a cursor, forge a line or turn the text around
 * it: what is not UTF-8, control characters, line separators and the marks that
 * change the direction of text become \xNN for each of their bytes, a line feed
 * \n, a tab \t, a backslash \\. */
void text_add_escaped(struct buf *out, struct slice s);

/* The same, but a backslash stays as it is: for values that have many. What was escaped
 * can't be told from what looks so. */
void text_add_visible(struct buf *out, struct slice s);

/* Adds s as a JSON string with its quotes. s must be valid UTF-8; what text_add_escaped
 * keeps from a terminal is \uXXXX. */
void text_add_json(struct buf *out, struct slice s);

/* RFC 4648 base64 with padding. Decoding refuses anything else, stray bits
 * before the padding too, and then leaves *out's content as it was. */
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

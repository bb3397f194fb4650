/* What a person can name of a dead letter, to select and to group by it:
 *
 *   error-type, original-topic, ...  what the headers say (letter/field.h)
 *   type, topic, message, when, ...  the same by their names in JSON; error-type and type
 *                                    mean the root cause, too, where it is known
 *   system                           whose headers they are
 *   partition, offset, timestamp     of the dead letter itself
 *   key, value                       as text
 *   status                           pending, replayed, discarded, parked, unknown
 *   header:NAME                      any header's values
 *   /json/pointer                    a field of its value
 */
#ifndef REDRIVE_LETTER_TERM_H
#define REDRIVE_LETTER_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/macros.h"
#include "base/slice.h"
#include "letter/letter.h"

/* Terms that are evaluated together. One thread. */
struct terms;

struct terms *terms_create(void);
void terms_destroy(struct terms *t); /* NULL is fine */

/* Adds a term by its name, and sets its number. 0, or -1 with *err (ERROR_USAGE),
 * which suggests the nearest. */
int terms_add(struct terms *t, struct slice name, size_t *number, struct error *err) _must_check_;

/* From now on, terms are those of this letter. */
void terms_begin(struct terms *t, const struct letter *l);

/* So many values of a term are looked at. */
#define TERM_VALUES 64

/* True for what is a number, when it is told. */
bool terms_is_number(const struct terms *t, size_t number);

/* The values that the term has, as text: none when nothing is said, several of a header
 * that stands there several times. Returns how many; they live until the next call of
 * terms_begin. null values of headers are passed over. */
size_t terms_values(struct terms *t, size_t number, struct slice out[TERM_VALUES]);

/* Its name, as it was given. */
const char *terms_name(const struct terms *t, size_t number);

/* It is a time, written in ISO 8601. */
bool terms_is_time(const struct terms *t, size_t number);

/* It is the error's message, of which the varying parts may be folded. */
bool terms_is_message(const struct terms *t, size_t number);

/* Names of all terms but headers and pointers, for messages: "a, b, c". */
void terms_list(struct buf *out);

#endif

/* A dead letter: what its headers say, whoever wrote them.
 *
 * Headers are told by their exact names, never by guessing at bytes. A record may carry
 * the headers of several systems, one after the other: each is read for itself, and the
 * newest, whose headers were added last, is the one that counts. */
#ifndef REDRIVE_LETTER_LETTER_H
#define REDRIVE_LETTER_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/macros.h"
#include "kafka/received.h"
#include "letter/convention.h"
#include "letter/field.h"
#include "letter/status.h"

/* Strings that a header map adds belong to the decoder. */
struct decoder;

/* Never NULL. */
struct decoder *decoder_create(void);
void decoder_destroy(struct decoder *d); /* NULL is fine */

/* Adds names of one's own from a file with a JSON object, {"x-failed-topic":"topic",
 * "x-failed-at":"when:ms"}: a field's name, as letter_field_name or letter_field_key has
 * it, and an encoding, which is text (decimal for numbers, time for times) unless it is
 * given. 0, or -1 with *err (ERROR_USAGE) that names file and header. */
int decoder_add_map(struct decoder *d, const char *path, struct error *err) _must_check_;

struct letter {
	const struct received *received; /* borrowed */
	const struct record *record;	 /* of it */
	bool dead; /* it has the headers of some system; otherwise all that follows is empty */
	enum system system;
	struct letter_value fields[LETTER_FIELDS];
	enum letter_status status; /* STATUS_PENDING, unless its reader knows better */
	bool strange; /* some header is not what its name promises: see letter_warnings */
};

/* What r's headers say. r stays the caller's, and must stay as it is as long as the
 * letter is used, which is until the next call with the same decoder. */
void letter_read(struct letter *l, struct decoder *d, const struct received *r);

/* The systems whose headers the letter that was read last has, the newest first; n is at
 * most SYSTEMS. */
size_t letter_systems(const struct decoder *d, enum system out[SYSTEMS]);

/* The same letter as an older system of those has it. */
void letter_read_as(struct letter *l, struct decoder *d, const struct received *r,
		    enum system system);

/* Adds a line, with its line feed, for each header that is not what its name promises:
 * "kafka_dlt-original-partition is not 4 bytes: 000001". Bytes are in hex. */
void letter_warnings(struct buf *out, const struct decoder *d, const struct letter *l);

/* Of the letter that was read last, for each header of its record: true for those that
 * its system has added when it gave the record up. What the record had before, it keeps,
 * also the headers of an older system, and those of such a name that come before. */
void letter_owned(struct decoder *d, const struct letter *l, bool *owned);

/* The headers that are not owned, into out, which has room for all. Returns how many. */
size_t letter_foreign(struct decoder *d, const struct letter *l, struct header *out);

static inline bool letter_has(const struct letter *l, enum letter_field field)
{
	return l->fields[field].kind != LETTER_NONE;
}

/* The field's text, SLICE_NULL when it has none. */
static inline struct slice letter_text(const struct letter *l, enum letter_field field)
{
	const struct letter_value *v = &l->fields[field];

	return v->kind == LETTER_TEXT ? v->text : SLICE_NULL;
}

/* What to group errors by: the root cause where it is known. */
static inline struct slice letter_error(const struct letter *l)
{
	return letter_text(l, letter_has(l, LETTER_ROOT) ? LETTER_ROOT : LETTER_TYPE);
}

/* When it failed or, where nobody says, the record's own timestamp; ms since 1970 UTC,
 * or RECORD_NO_TIMESTAMP. */
int64_t letter_time(const struct letter *l);

#endif

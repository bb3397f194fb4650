/* How systems write a value into a header. */
#ifndef REDRIVE_LETTER_ENCODING_H
#define REDRIVE_LETTER_ENCODING_H

#include <stdbool.h>

#include "base/buf.h"
#include "letter/field.h"

enum encoding {
	ENCODING_TEXT,		/* UTF-8 */
	ENCODING_DECIMAL,	/* a number in decimal digits */
	ENCODING_INT32,		/* 4 bytes, big-endian, signed */
	ENCODING_INT64,		/* 8 bytes, the same */
	ENCODING_BYTE_INT32,	/* 1 byte without sign, or 4 as above */
	ENCODING_INT32_TEXT,	/* 4 bytes as above, or decimal digits */
	ENCODING_INT64_TEXT,	/* 8 bytes, or decimal digits */
	ENCODING_INT64_MS,	/* 8 bytes: a time in ms since 1970 UTC */
	ENCODING_BIG_MS,	/* the same as Java's BigInteger.toByteArray(): 1 to 8 bytes */
	ENCODING_INT64_TEXT_MS, /* 8 bytes, or decimal digits: the same */
	ENCODING_MS,		/* the same in decimal digits */
	ENCODING_NS,		/* ns since 1970 UTC, in decimal digits */
	ENCODING_TICKS,		/* .NET's: 100 ns since the year 1, in decimal digits */
	ENCODING_ISO,		/* ISO 8601, .NET's round-trip form among it */
	ENCODING_TIME,		/* ISO 8601, or ms in decimal digits */
	ENCODING_URI,		/* a topic's address: what stands behind its last slash */
	ENCODING_BASE64,	/* UTF-8 in base64 */
	ENCODING_JAVA,		/* a serialised Java object, of which only the class is told */
	ENCODING_CLASS,		/* a class name, perhaps with ": message" behind it */
	ENCODING_TYPE_IN,	/* a type, perhaps with " in SOURCE" behind it */
	ENCODINGS,
};

/* Reads raw. A number that is none in its place (Kafka's -1 for unknown partitions, offsets and
 * timestamps, and null) is LETTER_NONE. Text is a slice of raw, or of what is added to
 * scratch, in which raw.len bytes must be free already. False when raw is no such
 * value. */
bool encoding_read(enum encoding e, struct slice raw, struct buf *scratch, struct letter_value *v);

/* What it takes: "4 bytes". */
const char *encoding_describe(enum encoding e);

/* By its name in a header map ("int64"); false when there is none. */
bool encoding_by_name(struct slice name, enum encoding *e);

/* "text, decimal, int32, ..." for messages. */
void encoding_list(struct buf *out);

#endif

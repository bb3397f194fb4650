/* By which members a line tells which tool has printed it, and what they mean.
 *
 * kcat -J, kaf consume --output json-each-row, rpk topic consume --pretty-print=false,
 * kafkactl consume --print-all -o json-raw; and what kafkactl produce reads. */
#ifndef REDRIVE_RECORD_SHAPE_H
#define REDRIVE_RECORD_SHAPE_H

#include "record/parts.h"

/* What a member is to us. */
enum meaning {
	MEANS_TOPIC,
	MEANS_PARTITION,
	MEANS_OFFSET,
	MEANS_KEY,
	MEANS_VALUE,
	MEANS_HEADERS,
	MEANS_TIME,  /* ms since 1970 */
	MEANS_DATE,  /* RFC 3339 */
	MEANS_CLOCK, /* whose time it is, or "unknown" */
	MEANS_LOSS,  /* the line doesn't tell the record's own bytes */
	MEANS_NOTHING,
};

enum duty {
	MAY,	      /* be there */
	MUST,	      /* be there, or the line is refused */
	TELLS,	      /* the shape: a line without it has another */
	TELLS_OBJECT, /* the same, if it is an object */
};

struct shape_member {
	const char *name;
	enum meaning meaning;
	enum duty duty;
	const char *why; /* what to do for it to be there, or what is lost; or NULL */
};

enum trait {
	PRINTS_BYTES = 1,   /* also those that are not UTF-8, as they are */
	REPLACES_BYTES = 2, /* those by U+FFFD; if not the tool, then jq, where lines are cut */
	HIDES_BASE64 = 4,   /* of those, and nothing says so */
	EMPTY_IS_NULL = 8,  /* in keys and values: both are printed alike */
};

struct shape {
	const char *tool;
	unsigned traits;
	const struct shape_member *members;
	size_t n;
};

/* The shape of a line with these members; NULL: it is none of another tool, but ours
 * or nobody's. */
const struct shape *shape_find(const struct part *whole);

/* True when each of the members has a place in the shape. */
bool shape_knows_all(const struct shape *shape, const struct part *whole);

#endif

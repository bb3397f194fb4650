/* What is told of a dead letter, whatever system wrote it: one view for all conventions. */
#ifndef REDRIVE_LETTER_FIELD_H
#define REDRIVE_LETTER_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum letter_field {
	LETTER_TOPIC,	  /* where the original was read from, or should have gone */
	LETTER_PARTITION, /* of the original, as are the next three */
	LETTER_OFFSET,
	LETTER_TIMESTAMP,      /* ms since 1970 UTC */
	LETTER_TIMESTAMP_TYPE, /* "CreateTime", "LogAppendTime" */
	LETTER_GROUP,	       /* the consumer group that gave it up */
	LETTER_ATTEMPTS,       /* deliveries, tries or retries: as the system counts */
	LETTER_TYPE,	       /* the error: a class name, or a code */
	LETTER_ROOT,	       /* the same of its root cause */
	LETTER_CLASS,	       /* "transient", "permanent", ...: redrive's */
	LETTER_MESSAGE,
	LETTER_STACK,
	LETTER_STAGE,	  /* where in the pipeline it failed */
	LETTER_COMPONENT, /* what failed: a connector, a handler, a node */
	LETTER_WHEN,	  /* it failed; ms since 1970 UTC */
	LETTER_PERSISTED, /* "no", "possibly": whether its topic may have it after all */
	LETTER_JOB,	  /* the load that it was part of; these and the next are redrive's */
	LETTER_FILE,
	LETTER_LINE,	  /* from 1 */
	LETTER_BYTE,	  /* bytes before it in the (decompressed) file */
	LETTER_FORMAT,	  /* "ndjson", "csv", "envelope" */
	LETTER_COLUMNS,	  /* the header row of its CSV file, as it stands there, */
	LETTER_DELIMITER, /* and what separates columns, unless it is a comma */
	LETTER_REPLAYS,	  /* how often it was sent back to its topic, and failed again */
	LETTER_FIELDS,
};

/* A value as text and, for numbers and times, as a number, too. */
struct letter_value {
	enum { LETTER_NONE, LETTER_TEXT, LETTER_NUMBER, LETTER_TIME } kind;
	int64_t number;	   /* of a NUMBER; of a TIME, ms since 1970 UTC */
	struct slice text; /* of a TEXT */
};

/* Its name in reports, the same in all of them: "original-topic". */
const char *letter_field_name(enum letter_field field);

/* True for those that are numbers, but no times. */
bool letter_field_is_number(enum letter_field field);

/* Its name in JSON: "topic". */
const char *letter_field_key(enum letter_field field);

#endif

/* What has become of a dead letter since it came to the DLQ. */
#ifndef REDRIVE_LETTER_STATUS_H
#define REDRIVE_LETTER_STATUS_H

#include <stdbool.h>

enum letter_status {
	STATUS_PENDING,	  /* nothing yet */
	STATUS_REPLAYED,  /* sent back to its topic */
	STATUS_DISCARDED, /* somebody has said that it shall not be sent */
	STATUS_PARKED,	  /* sent back too often: it stays where it is */
	STATUSES,
	STATUS_UNKNOWN = STATUSES, /* nobody could be asked */
};

/* "pending", "replayed", "discarded", "parked", "unknown". */
const char *status_name(enum letter_status status);

/* Nobody need care for it any more: it is replayed or discarded. */
bool status_is_done(enum letter_status status);

#endif

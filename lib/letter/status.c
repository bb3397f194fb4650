#include "letter/status.h"

static const char *const names[STATUSES + 1] = {
	[STATUS_PENDING] = "pending",	  [STATUS_REPLAYED] = "replayed",
	[STATUS_DISCARDED] = "discarded", [STATUS_PARKED] = "parked",
	[STATUS_UNKNOWN] = "unknown",
};

const char *status_name(enum letter_status status)
{
	return names[status];
}

bool status_is_done(enum letter_status status)
{
	return status == STATUS_REPLAYED || status == STATUS_DISCARDED;
}

/* What is put into archives without being asked for. */
#ifndef REDRIVE_SOURCE_LITTER_H
#define REDRIVE_SOURCE_LITTER_H

#include <stdbool.h>

/* Of macOS and Windows, told by the member's path. */
bool litter_is(const char *member);

#endif

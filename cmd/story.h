/* The demo's files, inside the program: it needs nothing but itself. */
#ifndef REDRIVE_CMD_STORY_H
#define REDRIVE_CMD_STORY_H

#include "base/slice.h"

struct slice story_orders(void);  /* ten good orders */
struct slice story_trouble(void); /* two good ones; one that is no JSON, two without a currency */
struct slice story_late(void);	  /* five that meet an outage */

#endif

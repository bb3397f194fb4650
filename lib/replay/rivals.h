/* Who else is in the group of a DLQ, and what they want: it stands in the client.id of
 * each member, "redrive-PRINT-STARTED-RANDOM", three numbers in hex. */
#ifndef REDRIVE_REPLAY_RIVALS_H
#define REDRIVE_REPLAY_RIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "base/slice.h"
#include "kafka/client.h"

struct rivals_id {
	uint64_t print;	  /* of what is wanted */
	uint64_t started; /* ms since 1970 UTC */
	uint32_t random;  /* of two that started at once one is the younger all the same */
};

#define RIVALS_ID_SIZE 64

/* Started now. */
void rivals_id_init(struct rivals_id *id, uint64_t print);

/* Returns out. */
char *rivals_id_text(const struct rivals_id *id, char out[RIVALS_ID_SIZE]);

/* False when the text is no such thing. */
bool rivals_id_parse(struct rivals_id *id, const char *text);

/* < 0: a is the older. */
int rivals_id_compare(const struct rivals_id *a, const struct rivals_id *b);

/* All borrowed. */
struct rivals {
	struct client *client;
	const char *group;
	const struct rivals_id *me;
	bool joined; /* the younger have to go; before, whoever is there is the older */
	int patience_ms;
	const volatile int *stop;
};

/* 0 when this process may work. -1 with *err (ERROR_CONFIG): somebody older wants something
 * else, or works on the DLQ with another program; ERROR_OUTPUT: nobody can tell. */
int rivals_check(const struct rivals *r, struct error *err) _must_check_;

#endif

/* Order within a key when records fail: once one has failed, all later ones of
 * its key follow it, so that a replay finds them in the order of the input.
 *
 * A record that fails before it is sent may not overtake an earlier one of its
 * key that is on its way and will fail there: it is set aside until all that is
 * on its way has settled. */
#ifndef REDRIVE_DELIVER_KEY_ORDER_H
#define REDRIVE_DELIVER_KEY_ORDER_H

#include <stdbool.h>

#include "base/event.h"
#include "deliver/failure.h"
#include "deliver/keyset.h"

struct key_order {
	bool on;
	struct keyset held;   /* keys of all that have failed: new records must follow */
	struct keyset broken; /* of those that failed on their way: what is sent again, too */
	struct keyset fresh;  /* of those held, what key_order_roll_back forgets */
	bool revocable;	      /* new ones go to `fresh` */
	bool full;	      /* and that has been said */
	struct failure_list aside;
	size_t aside_bytes;
	const struct event_sink *events;
};

/* When it isn't on, nothing is ever held or set aside. */
void key_order_init(struct key_order *o, bool on, const struct event_sink *events);
void key_order_finish(struct key_order *o); /* destroys what is set aside */

/* True when a new record of this key must follow one that has failed. */
bool key_order_holds(const struct key_order *o, struct slice key);

/* The same for a record that was on its way, and would be sent again: what
 * failed before it was sent came behind it. */
bool key_order_holds_back(const struct key_order *o, struct slice key);

/* Holds the key of a record that has failed; early: before it was sent. Memory
 * is bounded: when there is no room for further keys, a warning says so, once. */
void key_order_failed(struct key_order *o, struct slice key, bool early);

/* Of a job, whose transactions may be aborted: what was held since the last of
 * these two calls stays, or is forgotten. */
void key_order_commit(struct key_order *o);
void key_order_roll_back(struct key_order *o);

/* Takes f. True when so much is set aside that it should be settled now. */
bool key_order_set_aside(struct key_order *o, struct failure *f);

/* Gives back, in order, what was set aside; the caller owns the failures, and
 * frees the items. */
struct failure_list key_order_release(struct key_order *o);

#endif

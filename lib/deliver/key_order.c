#include "deliver/key_order.h"

/* Some 200,000 short keys; those that fail on their way stand in both. */
#define HELD_BYTES    (32u << 20)
#define BROKEN_BYTES  (16u << 20)
#define ASIDE_RECORDS 1000
#define ASIDE_BYTES   (4u << 20)

void key_order_init(struct key_order *o, bool on, const struct event_sink *events)
{
	*o = (struct key_order){.on = on, .events = events};
	keyset_init(&o->held, HELD_BYTES);
	keyset_init(&o->broken, BROKEN_BYTES);
	keyset_init(&o->fresh, HELD_BYTES);
}

void key_order_finish(struct key_order *o)
{
	keyset_finish(&o->held);
	keyset_finish(&o->broken);
	keyset_finish(&o->fresh);
	failure_list_finish(&o->aside);
}

bool key_order_holds(const struct key_order *o, struct slice key)
{
	return o->on && key.data && (keyset_has(&o->held, key) || keyset_has(&o->fresh, key));
}

bool key_order_holds_back(const struct key_order *o, struct slice key)
{
	return o->on && key.data && keyset_has(&o->broken, key);
}

static void say_full(struct key_order *o)
{
	if (o->full)
		return;
	o->full = true;
	event_emit(
		o->events, EVENT_WARNING, "keys_not_held",
		EVENT_FIELDS(EVENT_NUMBER("keys", (long long)(o->held.n + o->fresh.n))),
		"--keep-key-order can't note more than these %zu keys with a failed record: later "
		"records of other keys that fail from here on are sent",
		o->held.n + o->fresh.n);
}

/* The records of a job that fail on their way fail with their transaction, and
 * are read again: they never break anything. */
void key_order_failed(struct key_order *o, struct slice key, bool early)
{
	bool noted;

	if (!o->on || !key.data)
		return;
	if (o->revocable)
		noted = keyset_has(&o->held, key) || keyset_add(&o->fresh, key);
	else
		noted = keyset_add(&o->held, key) && (early || keyset_add(&o->broken, key));
	if (!noted)
		say_full(o);
}

void key_order_roll_back(struct key_order *o)
{
	keyset_finish(&o->fresh);
	keyset_init(&o->fresh, HELD_BYTES);
}

void key_order_commit(struct key_order *o)
{
	for (size_t i = 0; o->fresh.n && i < o->fresh.n_slots; i++) {
		const struct keyset_slot *slot = &o->fresh.slots[i];

		if (slot->key && !keyset_add(&o->held, (struct slice){slot->key, slot->len}))
			say_full(o);
	}
	key_order_roll_back(o);
}

bool key_order_set_aside(struct key_order *o, struct failure *f)
{
	failure_list_add(&o->aside, f);
	o->aside_bytes += f->record.value.len;
	return o->aside.n >= ASIDE_RECORDS || o->aside_bytes >= ASIDE_BYTES;
}

struct failure_list key_order_release(struct key_order *o)
{
	struct failure_list list = o->aside;

	o->aside = (struct failure_list){0};
	o->aside_bytes = 0;
	return list;
}

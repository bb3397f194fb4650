/* What a replay would do, for a person to look at before it is done: how many records go to
 * which topic, why they had failed, whether the topic is there and takes them. */
#ifndef REDRIVE_CMD_PLAN_H
#define REDRIVE_CMD_PLAN_H

#include <stdint.h>

#include "base/buf.h"
#include "deliver/outlets.h"
#include "source/source.h"

struct plan_share {
	char *topic, *type; /* owned; type "" for records that don't say why they failed */
	enum topic_state state;
	uint64_t records;
	uint64_t refused; /* of these, what the topic would not take as it is set up */
};

/* Zero-initialise. */
struct plan {
	struct plan_share *shares; /* of a topic and a type, in order of appearance */
	size_t n, cap;
	size_t last; /* the one that was counted last */
	uint64_t rejected;
};

void plan_finish(struct plan *p);

void plan_take(struct plan *p, const struct outlet *to, const struct source_item *item);

static inline void plan_reject(struct plan *p)
{
	p->rejected++;
}

/* Adds a table for a person; and "destinations":[...] for the JSON object. */
void plan_text(struct buf *out, const struct plan *p);
void plan_json(struct buf *out, const struct plan *p);

#endif

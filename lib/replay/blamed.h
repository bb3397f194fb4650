/* Dead letters that a broker refuses where they should go: when the batch is done again,
 * they go elsewhere. */
#ifndef REDRIVE_REPLAY_BLAMED_H
#define REDRIVE_REPLAY_BLAMED_H

#include "base/index.h"
#include "replay/judge.h"

/* Zero-initialise. */
struct blamed {
	struct index index; /* by partition and offset */
	struct judgement *items;
	size_t n, cap;
};

void blamed_finish(struct blamed *b);

/* What was known of that letter is replaced. */
void blamed_add(struct blamed *b, int32_t partition, int64_t offset, enum fate fate,
		struct contract cause, const char *why);

/* Valid until the next call of another function; or NULL. */
const struct judgement *blamed_find(const struct blamed *b, int32_t partition, int64_t offset);

#endif

/* Dead letters that a broker refuses where they should go: when the batch is done again,
 * they go elsewhere. */
#ifndef REDRIVE_REPLAY_BLAMED_H
#define REDRIVE_REPLAY_BLAMED_H

#include "base/index.h"
#include "replay/judge.h"

struct blamed_letter {
	enum fate fate;
	struct contract cause;
	char *why; /* owned */
};

/* Zero-initialise. */
struct blamed {
	struct index index; /* by partition and offset */
	struct blamed_letter *items;
	size_t n, cap;
};

/* Forgets all of them; it can be used again. */
void blamed_finish(struct blamed *b);

/* What was known of that letter is replaced; why is copied. */
void blamed_add(struct blamed *b, int32_t partition, int64_t offset, enum fate fate,
		struct contract cause, const char *why);

/* False when that letter isn't one. */
bool blamed_find(const struct blamed *b, int32_t partition, int64_t offset, struct judgement *out);

#endif

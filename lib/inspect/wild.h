/* Words that tell many messages apart which are alike otherwise: names, that no rule
 * knows for something that varies. They are found by counting, and folded away.
 *
 *   no customer Miller here, no customer Smith here, ... : no customer <*> here */
#ifndef REDRIVE_INSPECT_WILD_H
#define REDRIVE_INSPECT_WILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* Messages of more words are left as they are. */
#define WILD_WORDS 32

/* Which words of a message of so many words are folded away. */
struct wild_mask {
	unsigned words; /* 0: no message */
	uint32_t at;	/* bit i: word i */
};

#define WILD_MASKS 32

/* The masks that were ever learned. Zero-initialise. */
struct wild {
	struct wild_mask masks[WILD_MASKS];
	size_t n;
};

/* A message, folded, and a number for what else must be the same. */
struct wild_message {
	struct slice text;
	uint64_t context;
};

/* Sets chosen[i] to the mask under which message i is alike with at least `least` others
 * among the n messages, or to one of no words; learned masks are added to w. Returns how
 * many messages have one. */
size_t wild_learn(struct wild *w, const struct wild_message *messages, size_t n, size_t least,
		  struct wild_mask *chosen);

/* Adds the message with the words of the mask folded away. False, with nothing added,
 * when it has another number of words. */
bool wild_fold(struct buf *out, struct slice message, struct wild_mask mask);

#endif

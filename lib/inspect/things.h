/* Things in a text that are told by how they are written: ids, times, addresses. */
#ifndef REDRIVE_INSPECT_THINGS_H
#define REDRIVE_INSPECT_THINGS_H

#include <stdbool.h>

#include "base/slice.h"

/* A letter for each; they mean nothing but here and in a folded text. */
enum thing {
	THING_NUMBER = 'n',
	THING_ID = 'i',
	THING_TIME = 't',
	THING_HOST = 'h',
	THING_URL = 'u',
	THING_MAIL = 'm',
	THING_TEXT = 'x', /* quoted of something larger */
};

/* Sorts of bytes. Those of words beyond ASCII are letters; joints hold a word together. */
enum sort { SORT_LETTER = 1, SORT_DIGIT = 2, SORT_JOINT = 4, SORT_HEX = 8 };

extern const unsigned char thing_sorts[256];

static inline unsigned thing_sort(char c)
{
	return thing_sorts[(unsigned char)c];
}

/* Is byte i there, and of one of those sorts? */
static inline bool thing_is(struct slice s, size_t i, unsigned wanted)
{
	return i < s.len && thing_sort(s.data[i]) & wanted;
}

/* How many bytes from there on are of those sorts. */
static inline size_t thing_run(struct slice s, size_t from, unsigned wanted)
{
	size_t n = from;

	while (thing_is(s, n, wanted))
		n++;
	return n - from;
}

/* A joint as a bit: they differ in these. */
static inline unsigned thing_joint(char joint)
{
	return 1u << (joint & 31);
}

/* How long the word at the beginning of s is, without joints at its end. */
size_t thing_word(struct slice s);

/* How long the thing at the beginning of s is, which may be longer than the word there;
 * 0 when there is none. joints: of that word, all of its bits. */
size_t thing_match(struct slice s, unsigned joints, enum thing *thing);

#endif

/* The record that a dead letter was, before it failed. */
#ifndef REDRIVE_REPLAY_ORIGINAL_H
#define REDRIVE_REPLAY_ORIGINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "letter/letter.h"

/* A topic's name is no longer. */
#define ORIGINAL_TOPIC_MAX 249

/* Zero-initialise; it can be made again and again with the same memory. */
struct original {
	struct record record; /* key and value are the letter's; valid until the next make */
	char topic[ORIGINAL_TOPIC_MAX + 1]; /* where it belongs; "" when nobody says, or what is
					     * said is no topic's name */
	size_t topic_len;
	int32_t partition; /* where it was, or -1 */
	int64_t replays;   /* how often it was sent back before */
	struct header *headers;
	size_t cap;
};

/* Key, value, timestamp and headers of the original: those of the system that gave it up
 * are taken off, and nothing else. The decoder is the one that has read l last. */
void original_make(struct original *o, struct decoder *d, const struct letter *l);
void original_finish(struct original *o);

/* The same, but keeps what redrive has noted of the file that it came from: for a letter
 * that becomes another one. Headers go to `out`, which has room for all; how many. */
size_t original_for_letter(struct decoder *d, const struct letter *l, struct header *out);

#endif

/* What is to become of a dead letter: sent back, or why not. It sends nothing, so that a dry
 * run and a replay say the same. One thread. */
#ifndef REDRIVE_REPLAY_JUDGE_H
#define REDRIVE_REPLAY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "check/check.h"
#include "kafka/contract.h"
#include "letter/letter.h"
#include "mend/mend.h"
#include "replay/destinations.h"
#include "replay/held.h"
#include "replay/original.h"

enum fate {
	FATE_SEND,
	FATE_DISCARD,
	FATE_PARK,   /* it was sent back too often */
	FATE_STAY,   /* it can't be sent now: it stays where it is, pending */
	FATE_RETURN, /* it goes to the end of the DLQ, with what is wrong now in its headers */
	FATE_MOVE,   /* it goes there as it is, behind an earlier one of its key */
};

struct judge_options {
	const char *dlq;
	const char *to;	     /* for all; NULL: where each belongs */
	bool discard;	     /* none is sent */
	bool keep_key_order; /* later ones of a key wait for those that can't be sent */
	bool nothing_stays;  /* what can't be sent goes to the DLQ's end instead */
	int64_t max_replays;
	struct decoder *decoder; /* borrowed, as are the next two */
	struct destinations *destinations;
	const struct limits *dlq_limits; /* what may go back to the DLQ */
	struct mend *mend;		 /* changes values before they are sent; or NULL */
};

struct judge {
	struct judge_options options;
	struct held held;
	struct original original;
	struct check *check;
	struct buf padded; /* a value that is checked */
	struct buf mended; /* one that was changed: a mend keeps it no longer than it must */
};

struct judgement {
	enum fate fate;
	struct contract cause; /* of all but FATE_SEND and FATE_DISCARD; code NULL for FATE_PARK */
	/* Of FATE_SEND; valid until the next letter. */
	struct destination *to;
	int32_t partition; /* or -1: by its key */
	const struct record *record;
	char message[512]; /* in words, of those that have a cause, and of FATE_PARK */
};

void judge_init(struct judge *j, const struct judge_options *options);
void judge_finish(struct judge *j);

/* l is the letter that the decoder has read last. culprit: what a broker has refused it for,
 * or NULL. 0, or -1 with *err: no letter can be judged any more (destinations.h, mend.h), or
 * nothing may stay, and this one must. What
 * a mend has made unsure is for the caller to find out, before anything is kept. */
int judge_letter(struct judge *j, const struct letter *l, const struct judgement *culprit,
		 struct judgement *out, struct error *err) _must_check_;

#endif

/* What the parts of a replay share. Only sources of lib/replay/ include it. */
#ifndef REDRIVE_REPLAY_WORK_H
#define REDRIVE_REPLAY_WORK_H

#include "deliver/deadletter.h"
#include "deliver/pace.h"
#include "kafka/reader.h"
#include "replay/blamed.h"
#include "replay/canary.h"
#include "replay/judge.h"
#include "replay/member.h"
#include "replay/outbox.h"
#include "replay/replay.h"
#include "replay/track.h"
#include "resolved/entry.h"
#include "resolved/resolved.h"

/* A letter of the batch at hand. */
struct slip {
	int32_t partition;
	int64_t offset;
	struct destination *to; /* or NULL */
};

/* What a batch has to go back to when it is aborted. */
struct saved {
	struct track *tracks;
	struct ledger ledger;
	uint64_t taken;
};

struct replay {
	struct replay_options options;
	struct client client; /* that asks */
	struct properties properties;
	struct member *member;
	struct reader *reader;
	struct resolved *resolved; /* NULL: there is no ledger */
	struct destinations destinations;
	struct topic_info dlq;
	struct outbox_topic dlq_topic, ledger_topic;
	struct judge judge;
	struct outbox outbox;
	struct pace pace;
	struct canary canary;
	char *by; /* who: "host:4711", in entries */
	char *id; /* transactional.id */

	struct track *tracks; /* of all partitions */
	size_t n;
	struct reader_part *ends; /* of all partitions, at the start */
	size_t n_ours;
	uint64_t total; /* records to read, of those that are ours */
	bool assigned;	/* the group has given partitions, or none, */
	bool held;	/* and what to do there is known */
	bool begun;	/* it ever was */
	bool told;	/* the group knows that all of ours is read */
	int64_t asked;	/* mono ms: whether the others are, too */
	int64_t looked; /* mono ms: whether the cluster is there was asked then */
	bool enough;	/* options.limit is reached */
	bool done;

	/* The batch. */
	struct slip *slips;
	size_t n_slips, cap_slips;
	struct saved saved;
	int64_t began;	    /* mono ms */
	int64_t began_wall; /* the same in ms since 1970 UTC: when its letters are resolved */
	uint64_t most;	    /* slips that a batch may have now */
	uint64_t narrow;    /* so many slips are still to be done in such small batches */
	uint64_t taken;	    /* of options.limit */
	struct blamed blamed;
	bool slow;	   /* that the transform command is has been said */
	bool waited;	   /* for room in the outbox, since the clock was read last */
	unsigned failures; /* batches that have failed */
	int attempts;	   /* the same in a row */
	char reason[1024]; /* of the last */
	bool reopen;	   /* the outbox needs a new client before it can begin */
	bool doubt;	   /* whether the last batch was committed is not known */

	struct failure *failure; /* that the dead letter is made of */
	struct dead_letter letter;
	struct header *headers; /* memory for a letter that becomes another one */
	size_t cap_headers;
	struct buf key, value; /* of an entry, */
	struct entry last;     /* which it is; its texts are others' */
	struct error halted;   /* kind is set: nothing more may be done, and why */
};

/* Nothing more may be done: the first reason counts. */
void work_halt(struct replay *r, const struct error *why);

/* It may not, or shall not. */
bool work_is_over(const struct replay *r);

/* Waits, and looks after everybody; ctx is the replay. */
void work_wait(struct replay *r, int64_t ms);
void work_idle(void *ctx);

#endif

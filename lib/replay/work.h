/* What the parts of a replay share. Only files of lib/replay/ include it. */
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

/* batch.c: begins one where none is open; false when that is not possible now. */
bool batch_begin(struct replay *r);

/* Takes a letter as it was judged. False: the batch has failed, and everything is as it was
 * before it. */
bool batch_take(struct replay *r, const struct letter *l, const struct judgement *j);

/* Commits what was taken, and how far it is. False: as batch_take. */
bool batch_commit(struct replay *r);

/* Gives up what is open. */
void batch_abort(struct replay *r);

/* Counts what becomes of a letter: which one of its code, or fate, from 1. */
uint64_t work_count(struct replay *r, const struct judgement *j);

/* It can't take any more; or has also been open for long enough, for which the clock is read. */
bool batch_is_full(const struct replay *r);
bool batch_is_due(const struct replay *r);

/* What is now is what there is to go back to; the same, and it is counted, with no
 * transaction open; what was taken is done; everything is as it
 * was before. */
void batch_save(struct replay *r);
void batch_keep(struct replay *r);
void batch_settle(struct replay *r);
void batch_roll_back(struct replay *r);

/* recover.c: after a failure finds out why, ends the transaction and waits: sets halted when
 * that is in vain. The reader is where the batch began. */
void work_recover(struct replay *r, enum txn_answer answer);

/* Opens the outbox with a new client, to batches of at most so many bytes (0: as before);
 * waits for the cluster. reopen is unset when it could. */
void work_reopen(struct replay *r, int batch_size);

/* rights.c: the cluster refuses the transaction, for what outbox.txn tells; it refuses what
 * failed; it lets nobody write to a topic of the batch. Sets halted. */
void rights_transaction(struct replay *r);
void rights_failure(struct replay *r, rd_kafka_resp_err_t code, const char *topic);
void rights_topics(struct replay *r);

/* share.c: finds out how far it is what is ours now, and begins to read. False: there are
 * news of the group, or it is halted. */
bool share_take(struct replay *r);

/* 0, or -1 and halted: the ledger speaks of what is beyond the ends of these partitions. */
int share_check_ends(struct replay *r, const rd_kafka_topic_partition_list_t *parts) _must_check_;

/* A partition is ours: the group has committed that for it. */
void share_begin_part(struct replay *r, const rd_kafka_topic_partition_t *part);

/* Nothing is ours any more. */
void share_drop(struct replay *r);

/* Finds out whether the batch in doubt was committed. */
void share_settle(struct replay *r);

/* The group has given nothing yet, or has taken it back: sets halted when that is so because
 * the cluster isn't there. */
void share_await(struct replay *r);

/* All of ours is read; and all of the others', too. */
bool share_is_read(const struct replay *r);
bool share_all_done(struct replay *r);

/* prepare.c: what there is, and how far it goes; the same, and what is needed to send. 0, or
 * -1 with *err. */
int work_ask(struct replay *r, struct error *err) _must_check_;
int work_prepare(struct replay *r, struct error *err) _must_check_;

/* replay.c: unless there shall be none. */
int work_open_ledger(struct replay *r, struct error *err) _must_check_;

/* The ledger isn't there: 0 when nothing is lost with it, else -1 with *err. */
int work_check_ledger_lost(struct replay *r, struct error *err) _must_check_;

/* Bytes that a batch for such a topic may have. */
int work_batch_size(const struct limits *l);

/* look.c: the first records are sent: begins to wait for them; and looks, when the time has
 * come, whether they are back: sets halted or canary.passed. */
void canary_wait(struct replay *r);
void canary_look(struct replay *r);

/* replay.c: reads on from where the tracks are; and those that are being read are. */
void work_start_reading(struct replay *r);
void work_end_tracks(struct replay *r);

/* What the ledger says of a letter. */
enum letter_status work_status(const struct replay *r, const struct received *received);

/* Is it of the DLQ that the ledger is about? */
bool work_is_of_this(struct replay *r, const struct track *t, const struct received *received);

/* Waits, and looks after everybody. */
void work_wait(struct replay *r, int64_t ms);

#endif

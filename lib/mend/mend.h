/* Changes a record's JSON value on its way, before it is sent again.
 *
 * Members are renamed, then unset, then set, each in the order given; then the value goes
 * through the user's command, and then it must be valid and have the required fields. What
 * isn't changed stays byte for byte (mend/edit.h). One thread uses it. */
#ifndef REDRIVE_MEND_MEND_H
#define REDRIVE_MEND_MEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "check/check.h"
#include "mend/result.h"

enum mend_kind {
	MEND_RENAME,  /* "OLD=NEW" */
	MEND_UNSET,   /* a field */
	MEND_SET,     /* "POINTER=JSON" */
	MEND_REQUIRE, /* a field, as check_create has them: it must not be null either */
	MEND_KINDS,
};

struct mend_list {
	const char *const *items;
	size_t n;
};

/* Strings, which stay the caller's and are not kept. A field is named by a JSON Pointer, or
 * by the name of a top-level field; in strings with a =, the first one ends it. What becomes
 * of a value depends on `lists` and `transform` alone. */
struct mend_options {
	struct mend_list lists[MEND_KINDS]; /* in the order of the work */
	const char *transform;	      /* for `/bin/sh -c`, or NULL: none; with it must be set: */
	int64_t transform_timeout_ms; /* for one answer, and for its end in mend_settle */
	uint64_t max_bytes;	      /* of what it answers */
	const volatile int *stop;     /* not 0: it is waited for no longer. Must outlive the mend;
				     * or NULL */
};

struct mend;

/* NULL with *err (ERROR_USAGE), which names the option and what it was given. Starts no
 * process yet. */
struct mend *mend_create(const struct mend_options *options, struct error *err);

/* Kills the command if it runs. NULL is fine. */
void mend_destroy(struct mend *m);

/* Nothing is to be changed or required: values pass unread. */
bool mend_is_idle(const struct mend *m);

/* Changes a value, which need not be padded, nor valid: null isn't.
 *
 * MEND_DONE: *out is the value as it shall be, valid until the next call; the very slice
 * that was given where nothing changed. MEND_REFUSED: *why says what is wrong with this
 * record, without any of it, until the next call: FAULT_INVALID_JSON, FAULT_INVALID_UTF8,
 * FAULT_MISSING_FIELD, FAULT_MEND_FAILED. When *stop was set meanwhile, the record has no
 * fault, and what was answered before may be unsure. MEND_BROKEN: *err (ERROR_SYSTEM): none
 * would pass, or the command can't be used as it is. */
enum mend_result mend_apply(struct mend *m, struct slice value, struct slice *out,
			    struct verdict *why, struct error *err);

/* To be called before what mend_apply has answered is committed. MEND_DONE: each answer is
 * that of its record. MEND_UNSURE, with *why as mend_apply has it: the command has mixed
 * them up, perhaps, since the last settling; nothing of that, refusals neither, may be
 * kept, and all is to be done again after mend_set_exact. Waits for the command's end, at
 * most for its timeout, whatever *stop says. */
enum mend_result mend_settle(struct mend *m, struct verdict *why);

/* mend_settle would say MEND_UNSURE: what was begun need not be brought to its end. */
bool mend_is_unsure(const struct mend *m);

/* Each record has a process of its own, unasked for, since the command is several processes
 * side by side, `a | b`, whose answers can't be told apart. Somebody should say so: it takes
 * some milliseconds a record. Known once a record has been changed. */
bool mend_is_slow(const struct mend *m);

/* From now on the command has a process of its own for each record, which takes from one to
 * fifty milliseconds, and leaves no doubt; or no longer. Forgets what is unsure. */
void mend_set_exact(struct mend *m, bool exact);

#endif

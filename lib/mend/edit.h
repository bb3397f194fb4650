/* Edits of a JSON text that leave everything else in it as it stands, byte for byte:
 * numbers, blanks, the order of members, names that stand twice.
 *
 * Texts must be valid JSON, and a pointer's tokens UTF-8. What comes of an edit is added to
 * `out`, which must not be where the text is; a text that nothing is changed in isn't
 * added.
 *
 * Names may stand twice in an object, and some readers take the first, others the last. An
 * edit is about all that have the name, so that each reader sees it; on the way there the
 * last one counts, as most parsers have it. */
#ifndef REDRIVE_MEND_EDIT_H
#define REDRIVE_MEND_EDIT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/macros.h"
#include "check/pointer.h"

/* 1: changed, and added to out. 0: not changed. -1: it can't be done, and *why
 * (ERROR_INPUT) says where, with nothing of the text in it. */

/* The value at `at` becomes `value`, of all that have the name. Where there is none, the
 * object that should have it gets a member, and the array an item, when `at` ends with - or
 * its length. -1 when there is no such object or array. */
int edit_set(struct buf *out, struct slice json, const struct pointer *at, struct slice value,
	     struct error *why) _must_check_;

/* Takes the member (all of that name) or the item out; 0 when there is none. `at` must not
 * be the whole text. */
int edit_unset(struct buf *out, struct slice json, const struct pointer *at);

/* Moves a value; within one object only the name changes, in its place. 0 when there is no
 * value, -1 when there is one at `to` already, or nothing that could hold it. Both pointers
 * are about the text as it is before; neither may lead to the other. */
int edit_rename(struct buf *out, struct slice json, const struct pointer *from,
		const struct pointer *to, struct error *why) _must_check_;

/* True when `inner` is `outer`, or leads to something in it. */
bool edit_is_within(const struct pointer *inner, const struct pointer *outer);

#endif

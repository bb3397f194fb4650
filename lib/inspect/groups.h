/* Dead letters grouped by what they have in common.
 *
 * Memory is bounded: past GROUPS_MAX groups, words are folded away by which many groups
 * differ (inspect/wild.h), and what finds no group then is counted among others. */
#ifndef REDRIVE_INSPECT_GROUPS_H
#define REDRIVE_INSPECT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "inspect/group.h"

#define GROUPS_MAX 2000

struct groups;

/* by: names of terms (letter/term.h), n_by of them, at least one. NULL with *err
 * (ERROR_USAGE). */
struct groups *groups_create(const char *const *by, size_t n_by, struct error *err);
void groups_destroy(struct groups *g); /* NULL is fine */

void groups_add(struct groups *g, const struct letter *l);

/* Puts them into the order of their counts, those of others with them; none may be added
 * any more. */
void groups_sort(struct groups *g);

/* After that: how many, and each. */
size_t groups_count(const struct groups *g);
const struct group *groups_at(const struct groups *g, size_t i);

/* How many letters were counted among others. */
uint64_t groups_left_over(const struct groups *g);

/* What they are grouped by. */
size_t groups_by(const struct groups *g);
const char *groups_by_name(const struct groups *g, size_t i);

/* True for the one that is the error's message, of which what varies is folded away. */
bool groups_by_is_message(const struct groups *g, size_t i);

/* Adds a group's value as people read it, but nothing in it is escaped. False, with
 * nothing added, where there is none. */
bool groups_show(struct buf *out, const struct groups *g, const struct group *group, size_t i);

#endif

/* Folds away what differs between messages of one error: numbers, ids, times, hosts,
 * addresses, and what was quoted of a payload.
 *
 *   order 4711 of customer-9f8c2b7e at 192.0.2.7:9092: took 1,204 ms
 *   order <n> of customer-<id> at <host>: took <n> ms
 */
#ifndef REDRIVE_INSPECT_FOLD_H
#define REDRIVE_INSPECT_FOLD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

/* So many bytes of a message are looked at. */
#define FOLD_MAX 1024

/* Stands in a folded text before the letter that says what was folded away. No text that
 * is folded keeps it. */
#define FOLD_MARK '\x01'

/* Adds the message with a mark and a letter in the place of each thing that varies: texts
 * of which only the letters behind marks differ are of one error. */
void fold_text(struct buf *out, struct slice message);

/* Makes texts of one error the same, byte for byte, by levelling the letters behind
 * marks. */
void fold_level(char *text, size_t len);

/* True for texts that fold_level would make the same; null is only like null. */
bool fold_same(struct slice a, struct slice b);

/* Adds a folded text as people read it. */
void fold_show(struct buf *out, struct slice folded);

#endif

/* The items that every format yields alike. */
#ifndef REDRIVE_SOURCE_ITEMS_H
#define REDRIVE_SOURCE_ITEMS_H

#include "source/source.h"
#include "source/window.h"

/* A line or row over the limit; raw_len is its length. */
void item_set_large(struct source_item *item, struct position position, uint64_t raw_len);

/* What a result that is not WINDOW_LINE means for the source. */
enum source_type item_of_window(struct source_item *item, const struct window *w,
				enum window_result result);

#endif

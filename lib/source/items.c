#include "source/items.h"

void item_set_large(struct source_item *item, struct position position, uint64_t raw_len)
{
	item->fault = FAULT_OVER_LIMIT;
	item->message = "larger than the limit for a record (--max-record-bytes)";
	item->position = position;
	item->raw_len = raw_len;
}

enum source_type item_of_window(struct source_item *item, const struct window *w,
				enum window_result result)
{
	switch (result) {
	case WINDOW_LARGE:
		item_set_large(item, (struct position){w->origin, w->large_line, w->large_offset},
			       w->large_len);
		return SOURCE_LARGE;
	case WINDOW_FAILED:
		item->error = w->error;
		item->position = (struct position){w->origin, w->line, w->offset};
		return SOURCE_FAILED;
	case WINDOW_WAIT:
		return SOURCE_WAIT;
	default:
		return SOURCE_END;
	}
}

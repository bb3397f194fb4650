/* The line that progress.h shows, as text. */
#ifndef REDRIVE_REPORT_BAR_H
#define REDRIVE_REPORT_BAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct bar_view {
	uint64_t records;		  /* that have ended somewhere */
	uint64_t failed;		  /* of these, not delivered */
	uint64_t bytes;			  /* read, after decompression */
	uint64_t input_done, input_total; /* bytes of files; total 0: unknown */
	double records_per_s, input_per_s;
	const char *state; /* what is waited for, or NULL */
};

/* Adds a line of at most `width` columns, without line feed. What matters least
 * is left out first where there is no room. */
void bar_render(struct buf *out, const struct bar_view *view, unsigned width, bool color);

/* Adds everything in words, without bar, colour and line feed. */
void bar_render_plain(struct buf *out, const struct bar_view *view);

#endif

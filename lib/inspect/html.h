/* Findings as a page of HTML: one file that asks nobody for anything, with charts, and
 * groups that open to examples. Light or dark as the reader's system is, readable on a
 * phone. No byte of a message is anything but text in it: neither markup nor script. */
#ifndef REDRIVE_INSPECT_HTML_H
#define REDRIVE_INSPECT_HTML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "inspect/findings.h"

struct html_options {
	size_t groups;		 /* at most so many are shown; 0: all */
	bool values;		 /* of the examples */
	int64_t now;		 /* when the report is made; ms since 1970 UTC */
	struct decoder *decoder; /* for the examples; borrowed */
};

/* Adds the page. */
void html_render(struct buf *out, struct findings *f, const struct html_options *o);

#endif

/* HTML: what is the same on every page, and text that is nothing but text. */
#ifndef REDRIVE_INSPECT_MARKUP_H
#define REDRIVE_INSPECT_MARKUP_H

#include "base/buf.h"

/* Adds text for an element or a quoted attribute. Markup, control bytes and marks that
 * change the direction of text are shown, and have no effect. */
void markup_text(struct buf *out, struct slice text);

/* The same, but a line feed ends a line. */
void markup_lines(struct buf *out, struct slice text);

/* Up to the title. Nothing may be loaded or run, whatever stands in the page. */
#define MARKUP_HEAD                                                                                \
	"<!DOCTYPE html>\n"                                                                        \
	"<html lang=\"en\">\n"                                                                     \
	"<head>\n"                                                                                 \
	"<meta charset=\"utf-8\">\n"                                                               \
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "              \
	"style-src 'unsafe-inline'\">\n"                                                           \
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"               \
	"<meta name=\"color-scheme\" content=\"light dark\">\n"

extern const char markup_style[];

#endif

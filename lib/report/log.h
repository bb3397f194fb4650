/* Events as lines: for people, for logfmt readers, for JSON readers.
 *
 *   text    2026-01-02T03:04:05.678Z WARN  Retry 1/3 after 1000 ms  topic=orders
 *   logfmt  level=warning ts=… event=retry msg="Retry 1/3 after 1000 ms" topic=orders
 *   json    {"level":"warning","ts":"…","event":"retry","msg":"…","topic":"orders"}
 *
 * Texts may hold untrusted bytes: no control byte gets through, and a JSON line
 * is valid JSON whatever the bytes. In text, a field that the message already
 * says is left out; the other two always have all fields. */
#ifndef REDRIVE_REPORT_LOG_H
#define REDRIVE_REPORT_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/event.h"

enum log_format { LOG_TEXT, LOG_LOGFMT, LOG_JSON };

/* Called around every line that is written, so that a progress bar on the same
 * terminal can make room. Either may be NULL. */
struct log_hooks {
	void (*before)(void *ctx);
	void (*after)(void *ctx);
	void *ctx;
};

struct log;

/* Writes events of level `min` and above to out, one write() a line, past
 * out's own buffer. out stays the caller's and must outlive the log. Colours
 * are for LOG_TEXT only. Write errors are ignored. Never NULL. */
struct log *log_create(FILE *out, enum log_format format, enum event_level min, bool color);

void log_destroy(struct log *log); /* NULL is fine */

/* hooks is copied; its ctx must outlive the log, or be taken away with NULL. */
void log_set_hooks(struct log *log, const struct log_hooks *hooks);

/* The sink borrows the log. */
struct event_sink log_sink(struct log *log);

/* Adds one line, with its line feed, as log_create's would be at wall_ms (UTC). */
void log_render(struct buf *out, enum log_format format, bool color, int64_t wall_ms,
		const struct event *event);

#endif

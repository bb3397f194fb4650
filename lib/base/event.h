/* What the library has to say while it works.
 *
 * The library prints nothing: it hands events to a sink, and whoever made the
 * sink decides what becomes of them (lib/report/log.h renders them). An
 * event's texts are valid only during the call. They may hold untrusted bytes;
 * the renderer escapes them. Payloads never go into an event. */
#ifndef REDRIVE_BASE_EVENT_H
#define REDRIVE_BASE_EVENT_H

#include <stddef.h>
#include <stdint.h>

enum event_level { EVENT_DEBUG, EVENT_INFO, EVENT_WARNING, EVENT_ERROR, EVENT_CRITICAL };

/* A named value: text when it is set, else the number. */
struct event_field {
	const char *name;
	const char *text;
	int64_t number;
};

#define EVENT_TEXT(n, t)   ((struct event_field){(n), (t) ? (t) : "", 0})
#define EVENT_NUMBER(n, v) ((struct event_field){(n), NULL, (int64_t)(v)})

struct event {
	enum event_level level;
	const char *name; /* stable, for machines: "retry", "breaker_open" */
	const char *msg;  /* for people, one line, no full stop */
	const struct event_field *fields;
	size_t n_fields;
};

/* Called from the thread that runs the pipeline, never concurrently. */
struct event_sink {
	void (*emit)(void *ctx, const struct event *event);
	void *ctx;
};

/* Formats msg and sends it with n fields. sink may be NULL. */
void event_emit(const struct event_sink *sink, enum event_level level, const char *name,
		const struct event_field *fields, size_t n, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* The two arguments `fields, n` of event_emit, from a list of EVENT_TEXT and EVENT_NUMBER. */
#define EVENT_FIELDS(...)                                                                          \
	(const struct event_field[]){__VA_ARGS__},                                                 \
		sizeof((const struct event_field[]){__VA_ARGS__}) / sizeof(struct event_field)
#define EVENT_NO_FIELDS NULL, 0

#endif

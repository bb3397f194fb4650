#include "reports.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"

/* What the progress says after an event. */
static const struct {
	const char *event;
	const char *text;
	bool pause; /* for the event's delay_ms only, which are counted down */
} states[] = {
	{"retry", "retrying in", true},
	{"outage_wait", "circuit open for", true},
	{"stalled", "waiting for the cluster", false},
	{"resumed", NULL, false},
	{"breaker_open", "circuit open", false},
	{"breaker_half_open", "circuit open, trying", false},
	{"breaker_closed", NULL, false},
};

static struct event_field field_of(const struct event *event, const char *name)
{
	for (size_t i = 0; i < event->n_fields; i++)
		if (strcmp(event->fields[i].name, name) == 0)
			return event->fields[i];
	return EVENT_TEXT(name, NULL);
}

static void set_state(struct reports *r, int64_t now)
{
	int64_t left = r->pause ? r->pause_ends_ms - now : 0;
	char text[64];

	if (left > 0)
		snprintf(text, sizeof(text), "%s %" PRId64 " s", r->pause, (left + 999) / 1000);
	progress_set_state(r->progress, left > 0 ? text : r->state);
}

static void take_state(struct reports *r, const struct event *event, size_t i)
{
	int64_t now = clock_mono_ms();

	r->pause = states[i].pause ? states[i].text : NULL;
	r->pause_ends_ms = now + field_of(event, "delay_ms").number;
	if (!states[i].pause)
		r->state = states[i].text;
	set_state(r, now);
}

/* The DLQ's pauses hold up nothing. */
static void watch(struct reports *r, const struct event *event)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i].event, event->name) == 0 &&
		    strcmp(field_of(event, "topic").text, r->topic) == 0)
			take_state(r, event, i);
}

static void emit(void *ctx, const struct event *event)
{
	struct reports *r = ctx;

	watch(r, event);
	r->to_log.emit(r->to_log.ctx, event);
}

void reports_open(struct reports *r, const struct common_options *o, const char *topic)
{
	bool color = common_color(o, stderr);
	struct log_hooks hooks;

	r->topic = topic;
	r->log = log_create(stderr, (enum log_format)o->log_format, (enum event_level)o->log_level,
			    color);
	r->to_log = log_sink(r->log);
	r->events = (struct event_sink){emit, r};
	r->progress = progress_create(&(struct progress_options){
		stderr, (enum progress_mode)o->progress, common_terminal(stderr), color});
	hooks = progress_log_hooks(r->progress);
	log_set_hooks(r->log, &hooks);
}

void reports_close(struct reports *r)
{
	if (r->log)
		log_set_hooks(r->log, NULL);
	progress_destroy(r->progress);
	log_destroy(r->log);
}

void reports_show(struct reports *r, const struct ledger *ledger, const struct source_stats *stats)
{
	int64_t now = clock_mono_ms();

	set_state(r, now);
	progress_update(r->progress, ledger, stats, now);
}

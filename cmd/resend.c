#include "resend.h"

#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "follow.h"
#include "load.h"

/* How often a file that is followed is looked at. */
#define LOOK_EVERY_MS 100
#define TOPIC_MAX     249

/* As Kafka has it: org.apache.kafka.common.internals.Topic. */
bool resend_is_topic(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	size_t len = strspn(name, letters);

	return len && len <= TOPIC_MAX && !name[len] && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

void resend_reject(struct resend *r, const struct source_item *item, enum fault fault,
		   const char *why)
{
	deliver_reject(r->deliver, &item->position, item->raw_len, fault, why);
	if (r->plan)
		plan_reject(r->plan);
	else if (r->rejects)
		rejects_add(r->rejects, item->raw);
}

/* As for most: the one of the record before. */
static bool is_turned_to(const struct resend *r, const char *topic)
{
	const struct outlet *to = deliver_outlet(r->deliver);

	return to && strcmp(to->topic.name, topic) == 0;
}

static void halt_changed(struct resend *r)
{
	struct error err;

	error_set(&err, ERROR_OUTPUT, "%s is not what it was when it was looked at: run it again",
		  r->path);
	deliver_halt(r->deliver, &err);
}

bool resend_prepare(struct resend *r, struct source_item *item)
{
	const char *topic = r->to ? r->to : item->topic;

	if (!topic) {
		resend_reject(r, item, FAULT_INVALID_ENVELOPE,
			      "names no topic to send it to: say which with --to");
		return false;
	}
	if (!r->to && !is_turned_to(r, topic) && !resend_is_topic(topic)) {
		resend_reject(r, item, FAULT_INVALID_ENVELOPE,
			      "names a topic that can't be one: mend it, or send all elsewhere "
			      "with --to");
		return false;
	}
	r->refused = r->sends_nothing || !deliver_turn_to(r->deliver, topic);
	if (r->sends_nothing)
		halt_changed(r);
	if (r->plan && !r->refused)
		plan_take(r->plan, deliver_outlet(r->deliver), item);
	return !r->refused;
}

bool resend_keep(struct resend *r)
{
	struct error err;

	if (r->refused)
		return false;
	if (!r->rejects || rejects_keep(r->rejects, &err) == 0)
		return true;
	r->refused = true;
	deliver_halt(r->deliver, &err);
	return false;
}

void resend_go_back(struct resend *r)
{
	if (r->rejects)
		rejects_forget(r->rejects);
}

static void say_gone(const struct resend *r, const char *why)
{
	event_emit(r->events, EVENT_WARNING, "not_followed",
		   EVENT_FIELDS(EVENT_TEXT("file", r->path)), "%s is followed no longer: it %s",
		   r->path, why);
}

/* True when there is more of it by now. */
static bool has_grown(struct resend *r, bool *gone)
{
	struct error err;

	if (survey_look(r->survey, r->path, r->max_line, true, &err) < 0) {
		say_gone(r, err.text);
		*gone = true;
		return false;
	}
	if (r->survey->end == r->manifest->bytes)
		return false;
	r->manifest->bytes = r->survey->end;
	r->manifest->lines = r->survey->lines;
	return true;
}

static void pause_a_little(struct load *l)
{
	int64_t until = clock_mono_ms() + LOOK_EVERY_MS;

	while (clock_mono_ms() < until && !*l->stop) {
		deliver_wait(l->deliver);
		load_show(l);
	}
}

bool resend_wait(struct resend *r, struct load *l)
{
	bool gone = false;

	if (!r->follow || !l->follow.on || deliver_halted(r->deliver))
		return false;
	while (!*r->stop && !deliver_halted(r->deliver)) {
		if (has_grown(r, &gone)) {
			follow_on(l);
			return true;
		}
		if (gone)
			break;
		pause_a_little(l);
	}
	return false;
}

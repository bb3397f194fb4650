#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "report/json.h"

static const char *const states[] = {
	[TOPIC_UNKNOWN] = "not known",
	[TOPIC_EXISTS] = "yes",
	[TOPIC_MISSING] = "NO",
	[TOPIC_REFUSED] = "NO, refused",
};

void plan_finish(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->shares[i].topic);
		free(p->shares[i].type);
	}
	free(p->shares);
	*p = (struct plan){0};
}

static bool is_of(const struct plan_share *share, const char *topic, const char *type)
{
	return strcmp(share->topic, topic) == 0 && strcmp(share->type, type) == 0;
}

static struct plan_share *share_of(struct plan *p, const struct outlet *to, const char *type)
{
	const char *topic = to->topic.name;

	if (p->n && is_of(&p->shares[p->last], topic, type))
		return &p->shares[p->last];
	for (p->last = 0; p->last < p->n; p->last++)
		if (is_of(&p->shares[p->last], topic, type))
			return &p->shares[p->last];
	p->shares = mem_grow(p->shares, &p->cap, p->n + 1, sizeof(*p->shares));
	p->shares[p->n++] = (struct plan_share){
		.topic = mem_strdup(topic), .type = mem_strdup(type), .state = to->topic.state};
	return &p->shares[p->last];
}

void plan_take(struct plan *p, const struct outlet *to, const struct source_item *item)
{
	struct plan_share *share = share_of(p, to, item->error_type ? item->error_type : "");
	char why[128];

	share->records++;
	share->refused += limits_check(&to->limits, &item->record, why, sizeof(why)) != FAULT_NONE;
}

static int width_of(const struct plan *p)
{
	size_t width = strlen("TOPIC");

	for (size_t i = 0; i < p->n; i++)
		width = strlen(p->shares[i].topic) > width ? strlen(p->shares[i].topic) : width;
	return (int)width;
}

static void add_share(struct buf *out, const struct plan_share *share, int width)
{
	char digits[TEXT_COUNT_SIZE];

	buf_addf(out, "%11s  %-*s  %-11s  ", text_count(share->records, digits), width,
		 share->topic, states[share->state]);
	text_add_escaped(out, slice_of(*share->type ? share->type : "-"));
	if (share->refused)
		buf_addf(out, " (%s of them it would refuse)", text_count(share->refused, digits));
	buf_add_char(out, '\n');
}

void plan_text(struct buf *out, const struct plan *p)
{
	int width = width_of(p);
	char digits[TEXT_COUNT_SIZE];

	buf_addf(out, "%11s  %-*s  %-11s  ERROR\n", "MESSAGES", width, "TOPIC", "EXISTS");
	for (size_t i = 0; i < p->n; i++)
		add_share(out, &p->shares[i], width);
	if (p->rejected)
		buf_addf(out, "%11s  would be rejected\n", text_count(p->rejected, digits));
}

static const char *json_state(enum topic_state state)
{
	if (state == TOPIC_UNKNOWN)
		return "null";
	return state == TOPIC_EXISTS ? "true" : "false";
}

void plan_json(struct buf *out, const struct plan *p)
{
	buf_add_str(out, "\"destinations\":[");
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_share *share = &p->shares[i];

		buf_add_str(out, i ? ",{\"topic\":" : "{\"topic\":");
		json_add_text(out, share->topic);
		buf_add_str(out, ",\"error\":");
		json_add_text(out, *share->type ? share->type : NULL);
		buf_addf(out, ",\"records\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"exists\":%s}",
			 share->records, share->refused, json_state(share->state));
	}
	buf_add_char(out, ']');
}

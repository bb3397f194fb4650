#include "inspect/group.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* Kafka's limit of a topic's name. A header may say anything. */
#define TOPIC_MAX 249

static void set_values(struct group *g, const struct slice *values, size_t n)
{
	size_t bytes = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		bytes += values[i].len;
	g->bytes = mem_alloc(bytes + 1, 1);
	for (size_t i = 0; i < n; i++) {
		g->values[i] = values[i];
		if (!values[i].data)
			continue;
		g->values[i].data = g->bytes + at;
		memcpy(g->bytes + at, values[i].data, values[i].len);
		at += values[i].len;
	}
}

struct group *group_create(const struct slice *values, size_t n, uint64_t hash)
{
	struct group *g = mem_alloc(1, sizeof(*g));

	g->hash = hash;
	span_init(&g->span);
	set_values(g, values, n);
	return g;
}

void group_destroy(struct group *g, struct example_room *room)
{
	for (size_t i = 0; i < g->n_topics; i++)
		free(g->topics[i]);
	example_finish(&g->example, room);
	free(g->bytes);
	free(g);
}

void group_rename(struct group *g, const struct slice *values, size_t n, uint64_t hash)
{
	char *old = g->bytes;

	set_values(g, values, n);
	g->hash = hash;
	free(old);
}

/* No topic has a NUL in its name, but a header may. */
static void add_topic(struct group *g, struct slice topic)
{
	topic.len = strnlen(topic.data, topic.len);
	topic = text_cut(topic, TOPIC_MAX);
	for (size_t i = 0; i < g->n_topics; i++)
		if (slice_is(topic, g->topics[i]))
			return;
	if (g->n_topics == GROUP_TOPICS)
		g->more_topics = true;
	else
		g->topics[g->n_topics++] = mem_dup(topic);
}

void group_count(struct group *g, const struct letter *l, struct example_room *room)
{
	if (!g->count++)
		example_init(&g->example, l, room);
	g->pending += l->status == STATUS_PENDING;
	span_add(&g->span, letter_time(l));
	if (letter_has(l, LETTER_TOPIC))
		add_topic(g, letter_text(l, LETTER_TOPIC));
}

void group_merge(struct group *g, const struct group *from)
{
	g->count += from->count;
	g->pending += from->pending;
	span_add(&g->span, from->span.first);
	span_add(&g->span, from->span.last);
	for (size_t i = 0; i < from->n_topics; i++)
		add_topic(g, slice_of(from->topics[i]));
	g->more_topics = g->more_topics || from->more_topics;
}

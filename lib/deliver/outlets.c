#include "deliver/outlets.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void outlets_finish(struct outlets *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free((char *)all->items[i]->topic.name);
		free((char *)all->items[i]->dlq.name);
		free(all->items[i]);
	}
	free(all->items);
	*all = (struct outlets){0};
}

struct outlet *outlets_find(const struct outlets *all, const char *topic)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i]->topic.name, topic) == 0)
			return all->items[i];
	return NULL;
}

struct outlet *outlets_add(struct outlets *all, const char *topic, const char *dlq)
{
	struct outlet *to = mem_alloc(1, sizeof(*to));

	to->topic.name = mem_strdup(topic);
	to->dlq.name = dlq ? mem_strdup(dlq) : NULL;
	limits_init(&to->topic.limits);
	limits_init(&to->dlq.limits);
	limits_init(&to->limits);
	limits_init(&to->dlq_limits);
	all->items = mem_grow(all->items, &all->cap, all->n + 1, sizeof(struct outlet *));
	all->items[all->n++] = to;
	return to;
}

int outlet_open_topic(rd_kafka_topic_t **rkt, rd_kafka_t *rk, const char *name, struct error *err)
{
	if (!*rkt && name)
		*rkt = rd_kafka_topic_new(rk, name, NULL);
	if (*rkt || !name)
		return 0;
	return error_set(err, ERROR_USAGE, "topic %s: %s", name,
			 rd_kafka_err2str(rd_kafka_last_error()));
}

int outlet_open(struct outlet *to, rd_kafka_t *rk, struct error *err)
{
	if (outlet_open_topic(&to->rkt, rk, to->topic.name, err) < 0)
		return -1;
	return outlet_open_topic(&to->dlq_rkt, rk, to->dlq.name, err);
}

void outlet_close(struct outlet *to)
{
	if (to->rkt)
		rd_kafka_topic_destroy(to->rkt);
	if (to->dlq_rkt)
		rd_kafka_topic_destroy(to->dlq_rkt);
	to->rkt = to->dlq_rkt = NULL;
}

#include "replay/destinations.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/refusal.h"

void destinations_init(struct destinations *d, struct client *client, int patience_ms,
		       const volatile int *stop)
{
	*d = (struct destinations){.client = client, .patience_ms = patience_ms, .stop = stop};
}

void destinations_finish(struct destinations *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->items[i]->name);
		free(d->items[i]);
	}
	free(d->items);
	index_finish(&d->index);
	*d = (struct destinations){0};
}

static struct destination *add(struct destinations *d, const char *name)
{
	struct destination *item = mem_alloc(1, sizeof(*item));

	item->name = mem_strdup(name);
	item->info.name = item->topic.name = item->name;
	limits_init(&item->info.limits);
	d->items = mem_grow(d->items, &d->cap, d->n + 1, sizeof(*d->items));
	d->items[d->n++] = item;
	return item;
}

static int refused(const struct destinations *d, const struct topic_info *t, struct error *err)
{
	char *grant;

	if (!t->unauthorized)
		return error_set(err, ERROR_CONFIG, "the topic %s can't be had: %s", t->name,
				 t->refusal);
	grant = refusal_grant(d->client->properties, "Write", t->name);
	error_set(err, ERROR_CONFIG, "no permission for the topic %s: %s (grant it: %s)", t->name,
		  t->refusal, grant);
	free(grant);
	return -1;
}

static int ask(struct destinations *d, struct topic_info *t, struct error *err)
{
	const char *last;

	switch (cluster_ask(d->client, t, 1, d->patience_ms, d->stop, err)) {
	case CLUSTER_UP:
		return t->state == TOPIC_REFUSED ? refused(d, t, err) : 0;
	case CLUSTER_MISCONFIGURED:
		return -1;
	case CLUSTER_DOWN:
		break;
	}
	last = client_last_error(d->client);
	return error_set(err, ERROR_OUTPUT, "nobody tells of the topic %s: no broker answers%s%s",
			 t->name, *last ? ": " : "", last);
}

static struct destination *find(struct destinations *d, const char *name)
{
	bool added;
	size_t i;

	if (d->last && strcmp(d->last->name, name) == 0)
		return d->last;
	i = index_add(&d->index, slice_of(name), &added);
	d->last = added ? add(d, name) : d->items[i];
	return d->last;
}

struct destination *destinations_get(struct destinations *d, const char *name, struct error *err)
{
	struct destination *item = find(d, name);

	if (item->info.state == TOPIC_UNKNOWN && ask(d, &item->info, err) < 0) {
		item->info.state = TOPIC_UNKNOWN;
		return NULL;
	}
	return item;
}

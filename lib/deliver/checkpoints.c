#include "deliver/checkpoints.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kafka/inquiry.h"

static char *group_of(const char *job)
{
	return mem_printf(CHECKPOINTS_PREFIX "%s", job);
}

/* 1 with *c, 0 when nothing is committed, -1 with *err when it is not of that job.
 * Call checkpoint_finish in all cases. */
static int read_one(const rd_kafka_topic_partition_t *part, const char *job, struct checkpoint *c,
		    struct error *err)
{
	struct slice metadata = {part->metadata, part->metadata_size};

	*c = (struct checkpoint){0};
	if (part->offset < 0)
		return 0;
	if (checkpoint_read(c, metadata, (uint64_t)part->offset, err) < 0)
		return -1;
	if (strcmp(c->job, job) != 0)
		return error_set(err, ERROR_INPUT, "a checkpoint of another job");
	return 1;
}

/* Keeps the further one of two, and what of theirs is told with it. */
static bool keep_further(struct checkpoint *best, int found, struct checkpoint *c)
{
	if (found > 0 && best->records >= c->records) {
		checkpoint_finish(c);
		return false;
	}
	checkpoint_finish(best);
	*best = *c;
	return true;
}

static int refuse_offset(const char *group, const char *topic, const struct error *why,
			 struct error *err)
{
	return error_set(
		err, ERROR_CONFIG,
		"what the group %s has committed for the topic %s is %s; to have nothing to "
		"do with it, give the job another name",
		group, topic, why->text);
}

static int pick(const rd_kafka_topic_partition_list_t *parts, const char *group, const char *job,
		struct checkpoint *best, struct error *err)
{
	struct checkpoint c;
	struct error why;
	int found = 0;

	for (int i = 0; i < parts->cnt; i++) {
		int rc = read_one(&parts->elems[i], job, &c, &why);

		if (rc > 0) {
			keep_further(best, found, &c);
			found = 1;
		} else {
			checkpoint_finish(&c);
		}
		if (rc < 0)
			return refuse_offset(group, parts->elems[i].topic, &why, err);
	}
	return found;
}

/* What a load needs in the end is the permission to commit, which is Read. */
int checkpoints_read(const struct checkpoints *k, const char *job, const char *const *topics,
		     size_t n, struct checkpoint *found, struct error *err)
{
	rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_new((int)n);
	char *group = group_of(job);
	struct inquiry q;
	int rc;

	*found = (struct checkpoint){0};
	for (size_t i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(parts, topics[i], 0);
	inquiry_init(&q, k->client, group, k->timeout_ms, k->stop);
	q.stable = true;
	rc = inquiry_committed(&q, parts, "Read", err);
	inquiry_finish(&q);
	if (rc == 0)
		rc = pick(parts, group, job, found, err);
	rd_kafka_topic_partition_list_destroy(parts);
	free(group);
	return rc;
}

void checkpoints_list_finish(struct checkpoints_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		checkpoint_finish(&list->items[i].checkpoint);
		free(list->items[i].topic);
	}
	free(list->items);
	*list = (struct checkpoints_list){0};
}

static void add_job(struct checkpoints_list *list, const rd_kafka_topic_partition_list_t *parts,
		    const char *job)
{
	struct checkpoint best = {0}, c;
	const char *topic = NULL;

	for (int i = 0; i < parts->cnt; i++) {
		if (read_one(&parts->elems[i], job, &c, NULL) <= 0)
			checkpoint_finish(&c);
		else if (keep_further(&best, topic != NULL, &c))
			topic = parts->elems[i].topic;
	}
	if (!topic)
		return;
	list->items = mem_grow(list->items, &list->cap, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = (struct checkpoints_job){best, mem_strdup(topic)};
}

static int add_group(const struct checkpoints *k, const char *group,
		     const rd_kafka_topic_partition_list_t *topics, struct checkpoints_list *list,
		     struct error *err)
{
	rd_kafka_topic_partition_list_t *parts = rd_kafka_topic_partition_list_copy(topics);
	struct inquiry q;
	int rc;

	inquiry_init(&q, k->client, group, k->timeout_ms, k->stop);
	rc = inquiry_committed(&q, parts, "Describe", err);
	inquiry_finish(&q);
	if (rc == 0)
		add_job(list, parts, group + strlen(CHECKPOINTS_PREFIX));
	rd_kafka_topic_partition_list_destroy(parts);
	return rc;
}

struct names {
	char **items;
	size_t n, cap;
};

static void names_finish(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static void add_name(struct names *names, const char *name)
{
	names->items = mem_grow(names->items, &names->cap, names->n + 1, sizeof(char *));
	names->items[names->n++] = mem_strdup(name);
}

static void send_groups(const struct inquiry *q, void *arg, const struct admin *a)
{
	(void)arg;
	rd_kafka_ListConsumerGroups(q->rk, a->options, a->queue);
}

static rd_kafka_resp_err_t take_groups(rd_kafka_event_t *answer, void *arg)
{
	const rd_kafka_ListConsumerGroups_result_t *result =
		rd_kafka_event_ListConsumerGroups_result(answer);
	const rd_kafka_ConsumerGroupListing_t **groups;
	const rd_kafka_error_t **errors;
	struct names *names = arg;
	size_t n = 0;

	errors = rd_kafka_ListConsumerGroups_result_errors(result, &n);
	if (n)
		return rd_kafka_error_code(errors[0]);
	groups = rd_kafka_ListConsumerGroups_result_valid(result, &n);
	for (size_t i = 0; i < n; i++) {
		const char *group = rd_kafka_ConsumerGroupListing_group_id(groups[i]);

		if (strncmp(group, CHECKPOINTS_PREFIX, strlen(CHECKPOINTS_PREFIX)) == 0)
			add_name(names, group);
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static const struct inquiry_question all_groups = {
	.op = RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
	.send = send_groups,
	.take = take_groups,
	.operation = "Describe",
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The groups that may be jobs, and the topics that they may be for. */
static int ask_names(const struct checkpoints *k, const char *job, struct names *names,
		     rd_kafka_topic_partition_list_t **topics, struct error *err)
{
	char *group = job ? group_of(job) : NULL;
	struct inquiry q;
	int rc = 0;

	inquiry_init(&q, k->client, NULL, k->timeout_ms, k->stop);
	if (group)
		add_name(names, group);
	else
		rc = inquiry_ask(&q, &all_groups, names, err);
	if (rc == 0 && names->n && !(*topics = inquiry_topics(&q, err)))
		rc = -1;
	inquiry_finish(&q);
	free(group);
	return rc;
}

int checkpoints_list(const struct checkpoints *k, const char *job, struct checkpoints_list *list,
		     struct error *err)
{
	rd_kafka_topic_partition_list_t *topics = NULL;
	struct names names = {0};
	int rc = ask_names(k, job, &names, &topics, err);

	if (names.n)
		qsort(names.items, names.n, sizeof(char *), by_name);
	for (size_t i = 0; topics && topics->cnt && i < names.n && rc == 0; i++)
		rc = add_group(k, names.items[i], topics, list, err);
	names_finish(&names);
	if (topics)
		rd_kafka_topic_partition_list_destroy(topics);
	return rc;
}

static void send_deletion(const struct inquiry *q, void *arg, const struct admin *a)
{
	rd_kafka_DeleteGroup_t *group = rd_kafka_DeleteGroup_new(q->group);

	(void)arg;
	rd_kafka_DeleteGroups(q->rk, &group, 1, a->options, a->queue);
	rd_kafka_DeleteGroup_destroy(group);
}

static rd_kafka_resp_err_t take_deletion(rd_kafka_event_t *answer, void *arg)
{
	const rd_kafka_group_result_t **groups;
	rd_kafka_resp_err_t code;
	bool *was_there = arg;
	size_t n = 0;

	groups =
		rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(answer), &n);
	if (!n)
		return RD_KAFKA_RESP_ERR__BAD_MSG;
	code = rd_kafka_error_code(rd_kafka_group_result_error(groups[0]));
	*was_there = code != RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND;
	return *was_there ? code : RD_KAFKA_RESP_ERR_NO_ERROR;
}

static const struct inquiry_question deletion = {
	.op = RD_KAFKA_ADMIN_OP_DELETEGROUPS,
	.send = send_deletion,
	.take = take_deletion,
	.operation = "Delete",
};

int checkpoints_forget(const struct checkpoints *k, const char *job, struct error *err)
{
	char *group = group_of(job);
	bool was_there = false;
	struct inquiry q;
	int rc;

	inquiry_init(&q, k->client, group, k->timeout_ms, k->stop);
	rc = inquiry_ask(&q, &deletion, &was_there, err);
	inquiry_finish(&q);
	free(group);
	return rc < 0 ? -1 : was_there;
}

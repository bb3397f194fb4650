#include "replay/rehearsal.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

/* Of a value in an example. */
#define EXAMPLE_MAX_BYTES 2000

void rehearsal_finish(struct rehearsal *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		free(p->rows[i].to);
		free(p->rows[i].error);
		free(p->rows[i].message);
	}
	for (size_t i = 0; i < p->n_topics; i++)
		free(p->topics[i].name);
	for (size_t i = 0; i < p->n_examples; i++) {
		free(p->examples[i].before);
		free(p->examples[i].after);
	}
	free(p->rows);
	free(p->topics);
	index_finish(&p->index);
	index_finish(&p->names);
	*p = (struct rehearsal){0};
}

static void add_part(struct buf *key, struct slice part)
{
	buf_add_slice(key, part);
	buf_add_char(key, part.data ? '\1' : '\2');
}

/* What letters of one row have in common. */
static void row_key(struct buf *key, const struct letter *l, const struct judgement *j)
{
	add_part(key, slice_of(j->to ? j->to->name : NULL));
	add_part(key, letter_error(l));
	add_part(key, slice_of(j->cause.code));
	buf_add_char(key, (char)j->fate);
}

static struct rehearsal_row *new_row(struct rehearsal *p, const struct letter *l,
				     const struct judgement *j)
{
	p->rows = mem_grow(p->rows, &p->cap_rows, p->n_rows + 1, sizeof(*p->rows));
	p->rows[p->n_rows] = (struct rehearsal_row){
		.to = mem_strdup(j->to ? j->to->name : NULL),
		.error = letter_error(l).data ? mem_dup(letter_error(l)) : NULL,
		.fate = j->fate,
		.code = j->cause.code,
		.message = mem_strdup(j->message),
	};
	return &p->rows[p->n_rows++];
}

static struct rehearsal_row *row_of(struct rehearsal *p, const struct letter *l,
				    const struct judgement *j)
{
	struct buf key = {0};
	size_t i;

	row_key(&key, l, j);
	i = index_find(&p->index, buf_slice(&key));
	if (i == INDEX_NONE && p->n_rows < REHEARSAL_ROWS_MAX)
		index_add(&p->index, buf_slice(&key), NULL);
	buf_finish(&key);
	if (i != INDEX_NONE)
		return &p->rows[i];
	return p->n_rows < REHEARSAL_ROWS_MAX ? new_row(p, l, j) : &p->rows[p->n_rows - 1];
}

static struct rehearsal_topic *topic_of(struct rehearsal *p, const struct destination *to)
{
	bool added;
	size_t i = index_add(&p->names, slice_of(to->name), &added);

	if (!added)
		return &p->topics[i];
	p->topics = mem_grow(p->topics, &p->cap_topics, i + 1, sizeof(*p->topics));
	p->topics[i] = (struct rehearsal_topic){
		.name = mem_strdup(to->name),
		.exists = to->info.state == TOPIC_EXISTS,
		.partitions = to->info.partitions,
		.max_bytes = to->info.limits.batch_bytes,
	};
	p->n_topics = i + 1;
	return &p->topics[i];
}

static void add_topic(struct rehearsal *p, const struct judgement *j)
{
	struct rehearsal_topic *topic = topic_of(p, j->to);
	uint64_t size = j->record ? record_batch_size(j->record) : 0;

	if (size > topic->largest)
		topic->largest = size;
	topic->count += j->fate == FATE_SEND;
}

static char *shown(struct slice value)
{
	struct buf out = {0};

	if (!value.data)
		return mem_strdup("null");
	text_add_escaped(&out, text_cut(value, EXAMPLE_MAX_BYTES));
	return out.data ? out.data : mem_strdup("");
}

static void add_example(struct rehearsal *p, const struct letter *l, const struct judgement *j)
{
	struct slice before = l->record->value, after = j->record->value;

	if (p->n_examples == REHEARSAL_EXAMPLES || slice_equal(before, after))
		return;
	p->examples[p->n_examples++] = (struct rehearsal_example){
		l->received->partition, l->received->offset, shown(before), shown(after)};
}

void rehearsal_add(struct rehearsal *p, const struct letter *l, const struct judgement *j)
{
	row_of(p, l, j)->count++;
	if (j->to)
		add_topic(p, j);
	if (j->fate == FATE_SEND)
		add_example(p, l, j);
}

const char *rehearsal_fate_name(enum fate fate)
{
	static const char *const names[] = {
		[FATE_SEND] = "sent",	 [FATE_DISCARD] = "discarded", [FATE_PARK] = "parked",
		[FATE_STAY] = "pending", [FATE_RETURN] = "returned",   [FATE_MOVE] = "moved",
	};

	return names[fate];
}

#include "replay/original.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void original_finish(struct original *o)
{
	free(o->headers);
	*o = (struct original){0};
}

/* https://kafka.apache.org/documentation/ : [a-zA-Z0-9._-], 249 of them at most. */
static bool is_topic(struct slice name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	if (!name.len || name.len > ORIGINAL_TOPIC_MAX || slice_is(name, ".") ||
	    slice_is(name, ".."))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!name.data[i] || !strchr(letters, name.data[i]))
			return false;
	return true;
}

/* Kafka's own: nobody may write there. */
static bool is_internal(struct slice name)
{
	return slice_is(name, "__consumer_offsets") || slice_is(name, "__transaction_state") ||
	       slice_is(name, "__share_group_state");
}

/* As a rule it is the same as the last one's. */
static void set_topic(struct original *o, struct slice name)
{
	if (slice_equal(name, (struct slice){o->topic, o->topic_len}))
		return;
	o->topic_len = is_topic(name) && !is_internal(name) ? name.len : 0;
	memcpy(o->topic, name.data ? name.data : "", o->topic_len);
	o->topic[o->topic_len] = '\0';
}

static int64_t number_of(const struct letter *l, enum letter_field field, int64_t otherwise)
{
	return letter_has(l, field) && l->fields[field].kind != LETTER_TEXT
		       ? l->fields[field].number
		       : otherwise;
}

void original_make(struct original *o, struct decoder *d, const struct letter *l)
{
	const struct record *r = l->record;
	int64_t partition = number_of(l, LETTER_PARTITION, -1);

	o->headers = mem_grow(o->headers, &o->cap, r->n_headers + 1, sizeof(*o->headers));
	o->record = *r;
	o->record.headers = o->headers;
	o->record.n_headers = letter_foreign(d, l, o->headers);
	o->record.timestamp = number_of(l, LETTER_TIMESTAMP, r->timestamp);
	if (o->record.timestamp < 0)
		o->record.timestamp = r->timestamp;
	o->partition = partition >= 0 && partition <= INT32_MAX ? (int32_t)partition : -1;
	o->replays = number_of(l, LETTER_REPLAYS, 0);
	set_topic(o, letter_text(l, LETTER_TOPIC));
}

static bool is_source(struct slice name)
{
	return name.len > 7 && memcmp(name.data, "source-", 7) == 0;
}

size_t original_for_letter(struct decoder *d, const struct letter *l, struct header *out)
{
	const struct record *r = l->record;
	bool *owned = mem_alloc(r->n_headers + 1, sizeof(*owned));
	size_t n = 0;

	letter_owned(d, l, owned);
	for (size_t i = 0; i < r->n_headers; i++)
		if (!owned[i] || is_source(r->headers[i].name))
			out[n++] = r->headers[i];
	free(owned);
	return n;
}

#include "kafka_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "deliver/deliver.h"
#include "deliver/preflight.h"
#include "kafka/secrets.h"

bool kafka_is_question(const char *pair)
{
	return strcmp(pair, "dump") == 0 || strcmp(pair, "list") == 0;
}

static bool asks(const struct common_options *o, const char *question)
{
	for (size_t i = 0; i < o->properties.n; i++)
		if (strcmp(o->properties.items[i], question) == 0)
			return true;
	return false;
}

bool kafka_is_asked(const struct common_options *o)
{
	return asks(o, "dump") || asks(o, "list");
}

static int by_name(const void *a, const void *b)
{
	const struct property *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static void add_property(struct buf *out, const struct property *item)
{
	if (item->unused)
		buf_add_str(out, "# ");
	buf_addf(out, "%s = ", item->name);
	text_add_escaped(out,
			 slice_of(properties_is_secret(item->name) && *item->value ? SECRETS_MASK
										   : item->value));
	buf_add_str(out, "  # ");
	text_add_escaped(out, slice_of(item->origin));
	if (item->unused) {
		buf_addf(out, ", no effect%s", *item->unused ? ": " : "");
		text_add_escaped(out, slice_of(item->unused));
	}
	buf_add_char(out, '\n');
}

static bool same_in(const struct properties *p, const struct property *item)
{
	const struct property *other = p ? properties_find(p, item->name) : NULL;

	return other && strcmp(other->value, item->value) == 0;
}

/* Those that are the same in `but` are left out. */
static void add_properties(struct buf *out, const struct properties *p,
			   const struct properties *but)
{
	const struct property **sorted = mem_alloc(p->n + 1, sizeof(*sorted));

	for (size_t i = 0; i < p->n; i++)
		sorted[i] = &p->items[i];
	qsort(sorted, p->n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < p->n; i++)
		if (!same_in(but, sorted[i]) && strncmp(sorted[i]->name, "redrive.", 8) != 0 &&
		    !(but && sorted[i]->unused &&
		      properties_has(but, sorted[i]->name, sorted[i]->origin)))
			add_property(out, sorted[i]);
	free(sorted);
}

static void dump(const struct preflight *p, bool dlq)
{
	struct buf out = {0}, differs = {0};

	add_properties(&out, &p->topic_properties, NULL);
	if (dlq)
		add_properties(&differs, &p->dlq_properties, &p->topic_properties);
	if (differs.len)
		buf_addf(&out, "\n# for the DLQ\n%s", differs.data);
	fwrite(out.data, 1, out.len, stdout);
	buf_finish(&differs);
	buf_finish(&out);
}

int kafka_show(const struct common_options *o, const struct properties *topic,
	       const struct properties *dlq, uint64_t max_record_bytes, struct error *err)
{
	const struct deliver_options options = {
		.properties = topic,
		.dlq = dlq ? "" : NULL,
		.dlq_properties = dlq ? dlq : topic,
		.max_record_bytes = max_record_bytes,
	};
	struct preflight p;
	int rc = 0;

	if (asks(o, "list")) {
		rd_kafka_conf_properties_show(stdout);
		return 0;
	}
	rc = preflight_init(&p, &options, err);
	if (rc == 0)
		dump(&p, dlq != NULL);
	preflight_finish(&p);
	return rc;
}

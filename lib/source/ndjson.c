#include <stdlib.h>

#include "base/mem.h"
#include "source/format.h"
#include "source/items.h"

struct ndjson {
	struct format format;
	struct window window;
	uint64_t limit;
	struct source_stats *stats;
};

static struct format *ndjson_create(const struct format_args *args)
{
	struct ndjson *j = mem_alloc(1, sizeof(*j));

	j->format.ops = &format_ndjson;
	j->limit = args->options->max_record_bytes;
	j->stats = args->stats;
	j->format.window = &j->window;
	window_init(&j->window, args->bytes, args->pool, args->origin, &args->goal);
	window_go_to_goal(&j->window);
	return &j->format;
}

static void ndjson_destroy(struct format *f)
{
	struct ndjson *j = (struct ndjson *)f;

	window_finish(&j->window);
	free(j);
}

static enum source_type ndjson_next(struct format *f, struct source_item *item)
{
	struct ndjson *j = (struct ndjson *)f;
	struct window *w = &j->window;
	enum window_result r;
	struct line line;

	while ((r = window_line(w, 0, j->limit, &line)) == WINDOW_LINE) {
		window_take(w, line.len, 1);
		if (line_is_blank(line.text)) {
			j->stats->skipped++;
			continue;
		}
		item->record.value = line.text;
		item->record.block = w->block;
		item->record.json = true;
		item->raw_len = line.text.len;
		return SOURCE_RECORD;
	}
	return item_of_window(item, w, r);
}

const struct format_ops format_ndjson = {"ndjson", ndjson_create, ndjson_next, ndjson_destroy};

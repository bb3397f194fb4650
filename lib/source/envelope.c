#include "record/envelope.h"

#include <stdlib.h>

#include "base/mem.h"
#include "source/derived.h"
#include "source/format.h"
#include "source/items.h"

/* Lines are read into blocks of the source's own, values go into the pool's. */
#define LINE_BLOCK  (256 * 1024)
#define LINE_BLOCKS 2

struct envelopes {
	struct format format;
	struct block_pool *lines;
	struct window window;
	struct derived derived;
	uint64_t limit, end;
	bool causes;
	struct source_stats *stats;
	bool pending; /* line was read and waits for a block */
	struct line line;
	struct envelope envelope;
	int rc; /* of envelope_read */
	struct error error;
};

static struct format *envelopes_create(const struct format_args *args)
{
	struct envelopes *e = mem_alloc(1, sizeof(*e));

	e->format.ops = &format_envelope;
	e->limit = args->options->max_record_bytes;
	e->end = args->options->end;
	e->causes = args->options->causes;
	e->stats = args->stats;
	e->lines = block_pool_create(LINE_BLOCK, LINE_BLOCKS);
	e->format.window = &e->window;
	window_init(&e->window, args->bytes, e->lines, args->origin, &args->goal);
	window_go_to_goal(&e->window);
	derived_init(&e->derived, args->pool, args->origin);
	return &e->format;
}

static void envelopes_destroy(struct format *f)
{
	struct envelopes *e = (struct envelopes *)f;

	envelope_finish(&e->envelope);
	derived_finish(&e->derived);
	window_finish(&e->window);
	block_pool_destroy(e->lines);
	free(e);
}

static enum source_type put(struct envelopes *e, struct source_item *item)
{
	const struct window *w = &e->window;
	struct slice value = e->line.text;

	if (e->rc == 0) {
		item->record = e->envelope.record;
		item->topic = e->envelope.topic;
		item->error_type = e->envelope.error_type;
		value = item->record.value;
	} else {
		item->fault = FAULT_INVALID_ENVELOPE;
		item->message = e->error.text;
	}
	e->pending = !derived_put(&e->derived, value, w->line, w->offset, &item->record);
	if (e->pending)
		return SOURCE_WAIT;
	item->position = (struct position){w->origin, w->line, w->offset};
	item->raw = e->line.text;
	item->raw_len = e->line.text.len;
	window_take(&e->window, e->line.len, 1);
	return e->rc == 0 ? SOURCE_RECORD : SOURCE_BAD;
}

static int read_line(struct envelopes *e)
{
	struct slice line = e->line.text;

	return e->causes ? envelope_read_any(&e->envelope, line, &e->error)
			 : envelope_read_record(&e->envelope, line, &e->error);
}

static enum window_result next_line(struct envelopes *e)
{
	struct source_place place;

	window_tell(&e->window, &place);
	if (e->end && place.offset >= e->end)
		return WINDOW_END;
	return window_line(&e->window, 0, e->limit, &e->line);
}

static enum source_type envelopes_next(struct format *f, struct source_item *item)
{
	struct envelopes *e = (struct envelopes *)f;
	enum window_result r;

	if (e->pending)
		return put(e, item);
	while ((r = next_line(e)) == WINDOW_LINE) {
		if (!line_is_blank(e->line.text)) {
			e->rc = read_line(e);
			return put(e, item);
		}
		window_take(&e->window, e->line.len, 1);
		e->stats->skipped++;
	}
	return item_of_window(item, &e->window, r);
}

const struct format_ops format_envelope = {"envelope", envelopes_create, envelopes_next,
					   envelopes_destroy};

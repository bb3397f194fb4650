#include "source/source.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "source/bytes.h"
#include "source/format.h"
#include "source/layout.h"
#include "source/litter.h"
#include "source/paths.h"
#include "source/sniff.h"

#define LARGEST_RECORD (1024 * 1024 * 1024)

struct source {
	struct paths paths;
	size_t n_opened, most_opened; /* the latter ever, before a way back */
	uint64_t *bytes_of;	      /* decompressed, of each input that is closed */
	struct source_options options;
	struct columns columns; /* of options.csv.columns */
	struct block_pool *pool;
	struct bytes *bytes;   /* the input that is open, */
	struct format *format; /* and its member that is read */
	struct origin *origin;
	struct source_place goal;   /* where reading begins in the member, */
	struct source_place failed; /* of the last SOURCE_FAILED */
	bool on_way;		    /* which is still looked for */
	uint64_t passed;	    /* bytes of the open input that lie before its goal */
	struct source_stats stats;  /* yielded and skipped; else of inputs that are closed */
	struct buf message;
	bool notice; /* message is one that was not told yet */
	struct error why;
};

static const struct format_ops *const formats[] = {
	[SOURCE_NDJSON] = &format_ndjson,
	[SOURCE_CSV] = &format_csv,
	[SOURCE_ENVELOPE] = &format_envelope,
};

static int check_csv(struct source *s, const char *columns, struct error *err)
{
	struct layout layout = {0};
	int rc;

	if (s->options.format == SOURCE_NDJSON || s->options.format == SOURCE_ENVELOPE)
		return 0;
	if (strchr("\"\r\n", s->options.csv.delimiter) && s->options.csv.delimiter)
		return error_set(err, ERROR_USAGE, "a quote or a line end can't separate columns");
	if (columns && columns_parse(&s->columns, columns, err) < 0)
		return -1;
	if (s->options.csv.header == 0 && !s->columns.n)
		return error_set(err, ERROR_USAGE,
				 "CSV without a header row needs the names of its columns");
	rc = layout_build(&layout, &s->columns, err);
	layout_finish(&layout);
	return rc;
}

struct source *source_create(const char *const *paths, size_t n,
			     const struct source_options *options, struct block_pool *pool,
			     struct error *err)
{
	struct source *s = mem_alloc(1, sizeof(*s));

	s->options = *options;
	s->options.csv.columns = NULL;
	if (!options->max_record_bytes || options->max_record_bytes > LARGEST_RECORD)
		s->options.max_record_bytes = LARGEST_RECORD;
	s->pool = pool;
	paths_set(&s->paths, paths, n);
	s->bytes_of = mem_alloc(n, sizeof(*s->bytes_of));
	s->stats.bytes_total = paths_total(&s->paths);
	if (check_csv(s, options->csv.columns, err) == 0)
		return s;
	if (err)
		err->kind = ERROR_USAGE;
	source_destroy(s);
	return NULL;
}

/* Of so many bytes of the open input, those that were not had before the goal. */
static uint64_t beyond(const struct source *s, uint64_t bytes)
{
	return bytes > s->passed ? bytes - s->passed : 0;
}

static void close_member(struct source *s)
{
	struct format *f = TAKE_PTR(s->format);

	if (f)
		f->ops->destroy(f);
}

static void close_input(struct source *s)
{
	close_member(s);
	if (s->bytes) {
		s->stats.bytes_in += bytes_taken(s->bytes);
		s->stats.bytes_raw += beyond(s, bytes_given(s->bytes));
		s->bytes_of[s->n_opened - 1] = bytes_given(s->bytes);
	}
	bytes_close(TAKE_PTR(s->bytes));
	s->on_way = false;
	s->passed = 0;
}

void source_destroy(struct source *s)
{
	if (!s)
		return;
	close_input(s);
	origin_unref(s->origin);
	columns_finish(&s->columns);
	paths_finish(&s->paths);
	free(s->bytes_of);
	buf_finish(&s->message);
	free(s);
}

static const char *open_path(const struct source *s)
{
	return s->paths.items[s->n_opened - 1].name;
}

static void set_origin(struct source *s, const char *member, const char *format)
{
	origin_unref(s->origin);
	s->origin = origin_create((unsigned)(s->n_opened - 1), open_path(s), member, format);
	s->origin->number = member ? bytes_members(s->bytes) - 1 : 0;
}

/* A member that failed before it was open is the place itself; behind the last
 * one, the archive's end is. */
static void note_failed(struct source *s)
{
	struct source_place *at = &s->failed;

	source_tell(s, at);
	if (s->on_way || s->format)
		return;
	*at = (struct source_place){.input = (unsigned)s->n_opened - 1, .line = 1};
	if (s->bytes)
		at->member = s->origin->member ? s->origin->number : bytes_members(s->bytes);
}

/* Gives up the open input, or only the open member where others can be read.
 * The item's origin stays until the next call. */
static enum source_type fail(struct source *s, struct source_item *item)
{
	if (!item->position.origin)
		item->position.origin = s->origin;
	note_failed(s);
	if (s->bytes && bytes_goes_on(s->bytes))
		close_member(s);
	else
		close_input(s);
	return SOURCE_FAILED;
}

/* Puts the name of what is open, and `before`, before the text in *why. */
static const char *sentence(struct source *s, const char *before, struct error *why)
{
	bytes_name_error(s->bytes, why);
	buf_clear(&s->message);
	buf_addf(&s->message, "%s%s", before, why->text);
	return s->message.data;
}

/* This and those below return SOURCE_END when there is nothing to report. */
static enum source_type open_input(struct source *s, struct source_item *item)
{
	const struct path *path = &s->paths.items[s->n_opened++];
	bool again = s->n_opened <= s->most_opened;

	if (!again)
		s->most_opened = s->n_opened;
	s->bytes = bytes_open(path->name, s->options.idle, s->options.idle_ctx, &item->error);
	set_origin(s, NULL, "");
	if (s->bytes && again && !path->regular) {
		error_set(&item->error, ERROR_INPUT, "can't be read again: it is no file");
		bytes_name_error(s->bytes, &item->error);
		close_input(s);
	}
	return s->bytes ? SOURCE_END : fail(s, item);
}

static enum source_type leave_out(struct source *s, bool quietly, struct source_item *item)
{
	/* Without the names that sentence() puts before it. */
	s->why = item->error;
	item->left_out = s->why.text;
	item->message = quietly ? NULL : sentence(s, "left out: ", &item->error);
	item->position.origin = s->origin;
	return SOURCE_LEFT_OUT;
}

static bool is_office(const char *member)
{
	return strcmp(member, "[Content_Types].xml") == 0;
}

/* Members that are told by their names. */
static enum source_type judge_name(struct source *s, const char *member, struct source_item *item)
{
	if (litter_is(member)) {
		error_set(&item->error, ERROR_INPUT,
			  "belongs to the operating system it was packed on");
		return leave_out(s, true, item);
	}
	if (!is_office(member))
		return SOURCE_END;
	error_set(&item->error, ERROR_INPUT, "is an Office document; save it as CSV first");
	bytes_name_error(s->bytes, &item->error);
	item->position.origin = s->origin;
	close_input(s);
	return SOURCE_FAILED;
}

static void open_member(struct source *s, const char *member, const struct sniffed *sniffed)
{
	const struct format_ops *ops = formats[sniffed->format];

	set_origin(s, member, ops->name);
	s->format = ops->create(&(struct format_args){
		.bytes = s->bytes,
		.origin = s->origin,
		.pool = s->pool,
		.options = &s->options,
		.columns = &s->columns,
		.delimiter = sniffed->delimiter,
		.goal = s->goal,
		.stats = &s->stats,
	});
}

/* Opens what was found, with what there is to say about it. */
static enum source_type begin(struct source *s, const char *member, const struct sniffed *sniffed,
			      struct source_item *item)
{
	const struct csv_options *csv = &s->options.csv;
	bool headless = sniffed->headless && csv->header < 0 && !s->columns.n;

	if (headless)
		error_set(&item->error, ERROR_INPUT,
			  "begins with a row that looks like values, but is taken for the names "
			  "of the columns; if it is an order: --csv-header no, and --csv-columns "
			  "for the names");
	s->notice = (headless || sniffed->notice) && !s->goal.offset;
	if (s->notice)
		sentence(s, "", &item->error);
	open_member(s, member, sniffed);
	if (!member)
		return SOURCE_END;
	item->position.origin = s->origin;
	return SOURCE_MEMBER;
}

static enum source_type judge_member(struct source *s, const char *member, struct source_item *item)
{
	enum source_type type = member ? judge_name(s, member, item) : SOURCE_END;
	struct sniffed sniffed;

	if (type != SOURCE_END)
		return type;
	sniffed = sniff(member ? member : open_path(s), bytes_peek(s->bytes), s->options.format,
			s->options.csv.delimiter, &item->error);
	if (sniffed.verdict == SNIFF_FINE)
		return begin(s, member, &sniffed, item);
	if (member && sniffed.verdict == SNIFF_ALIEN)
		return leave_out(s, false, item);
	bytes_name_error(s->bytes, &item->error);
	return fail(s, item);
}

static enum bytes_next next_member(struct source *s, const char **member, struct error *err)
{
	enum bytes_next next;

	if (!s->on_way) {
		s->goal = (struct source_place){.line = 1};
		return bytes_next_member(s->bytes, member, err);
	}
	next = bytes_find_member(s->bytes, s->goal.member, member, err);
	s->on_way = next == BYTES_AGAIN;
	return next;
}

static enum source_type begin_member(struct source *s, struct source_item *item)
{
	enum bytes_next next;
	const char *member;

	next = next_member(s, &member, &item->error);
	switch (next) {
	case BYTES_AGAIN:
		return SOURCE_WAIT;
	case BYTES_FAILED:
		set_origin(s, member, "");
		return fail(s, item);
	case BYTES_END:
		close_input(s);
		return SOURCE_END;
	case BYTES_MEMBER:
	case BYTES_LINK:
		break;
	}
	set_origin(s, member, "");
	if (next == BYTES_LINK) {
		error_set(&item->error, ERROR_INPUT, "is a link");
		return leave_out(s, false, item);
	}
	return judge_member(s, member, item);
}

static enum source_type tell(struct source *s, struct source_item *item)
{
	s->notice = false;
	item->message = s->message.data;
	return SOURCE_NOTICE;
}

static enum source_type read_member(struct source *s, struct source_item *item)
{
	enum source_type type = s->format->ops->next(s->format, item);

	switch (type) {
	case SOURCE_END:
		close_member(s);
		break;
	case SOURCE_FAILED:
		return fail(s, item);
	case SOURCE_RECORD:
	case SOURCE_BAD:
	case SOURCE_LARGE:
		s->stats.yielded++;
		break;
	default:
		break;
	}
	return type;
}

/* Not the error: it is a kilobyte, and this runs for every record. */
static void clear_item(struct source_item *item)
{
	item->record = (struct record){.timestamp = RECORD_NO_TIMESTAMP};
	item->topic = item->error_type = NULL;
	item->raw = SLICE_NULL;
	item->fault = FAULT_NONE;
	item->message = item->left_out = NULL;
	item->position = (struct position){0};
	item->raw_len = 0;
}

enum source_type source_next(struct source *s, struct source_item *item)
{
	enum source_type type = SOURCE_END;

	clear_item(item);
	while (type == SOURCE_END && (s->bytes || s->n_opened < s->paths.n)) {
		if (s->options.limit && s->stats.yielded >= s->options.limit)
			break;
		if (s->notice)
			type = tell(s, item);
		else if (s->format)
			type = read_member(s, item);
		else
			type = s->bytes ? begin_member(s, item) : open_input(s, item);
	}
	return type;
}

/* Bytes of the open input up to the place that is told: what was read ahead of it
 * will be read again from there. */
static uint64_t bytes_told(const struct source *s)
{
	struct source_place place;

	if (!s->format)
		return bytes_given(s->bytes);
	window_tell(s->format->window, &place);
	return bytes_given_before(s->bytes) + place.offset;
}

void source_get_stats(const struct source *s, struct source_stats *stats)
{
	*stats = s->stats;
	if (!s->bytes)
		return;
	stats->bytes_in += bytes_taken(s->bytes);
	stats->bytes_raw += beyond(s, bytes_told(s));
}

void source_tell_failed(const struct source *s, struct source_place *place)
{
	*place = s->failed;
}

void source_tell(const struct source *s, struct source_place *place)
{
	if (s->on_way) {
		*place = s->goal;
		return;
	}
	*place = (struct source_place){.input = (unsigned)s->n_opened, .line = 1};
	if (!s->bytes)
		return;
	place->input--;
	if (s->format) {
		place->member = s->origin->number;
		window_tell(s->format->window, place);
	} else {
		place->member = bytes_members(s->bytes);
	}
}

void source_go_to(struct source *s, const struct source_place *place,
		  const struct source_stats *so_far)
{
	size_t input = place->input < s->paths.n ? place->input : s->paths.n;

	close_input(s);
	for (size_t i = input; i < s->paths.n; i++)
		s->bytes_of[i] = 0;
	s->n_opened = input;
	s->goal = *place;
	s->on_way = input < s->paths.n;
	s->passed = s->on_way ? place->offset : 0;
	s->notice = false;
	s->stats.yielded = so_far->yielded;
	s->stats.skipped = so_far->skipped;
	s->stats.bytes_raw = so_far->bytes_raw;
	s->stats.bytes_in = paths_size(&s->paths, input);
}

void source_set_end(struct source *s, uint64_t end)
{
	s->options.end = end;
}

uint64_t source_input_bytes(const struct source *s, size_t input)
{
	return s->bytes && input + 1 == s->n_opened ? bytes_given(s->bytes) : s->bytes_of[input];
}

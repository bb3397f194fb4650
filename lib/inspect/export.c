#include "inspect/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/publish.h"
#include "base/text.h"
#include "inspect/rows.h"
#include "record/envelope.h"

/* So much is read and written at once. */
#define PIECE (256u << 10)

/* So many bytes of an input's name. */
#define NAME_MAX_BYTES 200

/* A file to be: of one input, in one format. */
struct target {
	char *from;   /* the input, as the letters have it */
	char *header; /* row, or NULL */
	char *name;   /* in the folder; unique */
	uint64_t rows;
};

struct entry {
	uint32_t target;
	uint32_t len;
	uint64_t place; /* bytes before it in the input */
	uint64_t at;	/* in the spool; grows with the letters */
};

struct export
{
	char *dir;
	int spool;	  /* rows, in a file without a name until all of them are known */
	int failed;	  /* errno of the spool */
	uint64_t spooled; /* bytes of it, and of `pending` */
	struct buf pending;
	struct target *targets;
	size_t n_targets, cap_targets;
	struct entry *entries;
	size_t n, cap;
	struct rows rows;
	struct buf line;
	struct export_counts counts;
};

static int open_unnamed(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *name;

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	name = mem_printf("%s/.rows.XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	free(name);
	return fd;
}

struct export *export_create(const char *dir, struct error *err)
{
	struct export *e = mem_alloc(1, sizeof(*e));

	e->dir = mem_strdup(dir);
	e->spool = -1;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		error_set(err, ERROR_USAGE, "--export: can't create the folder %s: %s", dir,
			  strerror(errno));
	else if ((e->spool = open_unnamed(dir)) < 0)
		error_set(err, ERROR_USAGE, "--export: can't write into %s: %s", dir,
			  strerror(errno));
	else
		return e;
	export_destroy(e);
	return NULL;
}

void export_destroy(struct export *e)
{
	if (!e)
		return;
	if (e->spool >= 0)
		close(e->spool);
	for (size_t i = 0; i < e->n_targets; i++) {
		free(e->targets[i].from);
		free(e->targets[i].header);
		free(e->targets[i].name);
	}
	free(e->targets);
	free(e->entries);
	rows_finish(&e->rows);
	buf_finish(&e->line);
	buf_finish(&e->pending);
	free(e->dir);
	free(e);
}

static bool has_name(const struct export *e, const char *name)
{
	for (size_t i = 0; i < e->n_targets; i++)
		if (strcmp(e->targets[i].name, name) == 0)
			return true;
	return false;
}

static bool ends_with(struct slice name, const char *tail)
{
	size_t n = strlen(tail);

	return name.len > n && memcmp(name.data + name.len - n, tail, n) == 0;
}

/* The last part of a path, without what says how it was packed. It comes from a header, so
 * that it may be anything: what is no plain name must not leave the folder. */
static struct slice base_name(struct slice from)
{
	static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2", ".lz4"};
	const char *slash = memrchr(from.data, '/', from.len);

	if (slash) {
		from.len -= (size_t)(slash + 1 - from.data);
		from.data = slash + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(packed); i++)
		if (ends_with(from, packed[i]))
			from.len -= strlen(packed[i]);
	return text_cut(from, NAME_MAX_BYTES);
}

/* What a terminal would have to be kept from is no name either. */
static void add_plain(struct buf *out, struct slice name)
{
	struct buf shown = {0};

	text_add_escaped(&shown, name);
	name = text_cut(buf_slice(&shown), NAME_MAX_BYTES);
	for (size_t i = 0; i < name.len; i++) {
		bool hides = name.data[i] == '\\' || (name.data[i] == '.' && i == 0);

		buf_add_char(out, hides ? '_' : name.data[i]);
	}
	buf_finish(&shown);
}

/* "orders.csv", or where that is taken "orders-2.csv". The extension says the format. */
static char *make_name(const struct export *e, struct slice from, const char *format)
{
	struct slice base = base_name(from);
	struct buf stem = {0};
	char *ext = mem_printf(".%s", format), *name;
	unsigned n = 1;

	if (slice_is(from, "-") || !base.len)
		base = SLICE_LIT("stdin");
	if (ends_with(base, ext))
		base.len -= strlen(ext);
	add_plain(&stem, base);
	name = mem_printf("%s%s", stem.data, ext);
	while (has_name(e, name)) {
		free(name);
		name = mem_printf("%s-%u%s", stem.data, ++n, ext);
	}
	buf_finish(&stem);
	free(ext);
	return name;
}

static uint32_t target_of(struct export *e, struct slice from, struct slice header,
			  const char *format)
{
	struct target *t;

	for (size_t i = e->n_targets; i-- > 0;) {
		t = &e->targets[i];
		if (slice_is(from, t->from) && slice_equal(slice_of(t->header), header) &&
		    ends_with(slice_of(t->name), format))
			return (uint32_t)i;
	}
	e->targets = mem_grow(e->targets, &e->cap_targets, e->n_targets + 1, sizeof(*t));
	t = &e->targets[e->n_targets];
	*t = (struct target){mem_dup(from), mem_dup(header), make_name(e, from, format), 0};
	return (uint32_t)e->n_targets++;
}

static void flush(struct export *e)
{
	struct slice rest = buf_slice(&e->pending);

	while (rest.len && !e->failed) {
		ssize_t n = write(e->spool, rest.data, rest.len);

		if (n < 0 && errno != EINTR)
			e->failed = errno;
		if (n > 0) {
			rest.data += n;
			rest.len -= (size_t)n;
		}
	}
	buf_clear(&e->pending);
}

static void keep(struct export *e, uint32_t target, uint64_t place, struct slice row)
{
	if (row.len > UINT32_MAX) {
		e->counts.unfit++;
		return;
	}
	buf_add_slice(&e->pending, row);
	if (e->pending.len >= PIECE)
		flush(e);
	e->entries = mem_grow(e->entries, &e->cap, e->n + 1, sizeof(*e->entries));
	e->entries[e->n++] = (struct entry){target, (uint32_t)row.len, place, e->spooled};
	e->spooled += row.len;
}

/* A line must be one: what holds a line feed would make several. */
static void add_line(struct export *e, struct slice from, uint64_t place, struct slice line)
{
	while (line.len && (line.data[line.len - 1] == '\n' || line.data[line.len - 1] == '\r'))
		line.len--;
	if (!line.data || memchr(line.data, '\n', line.len))
		e->counts.unfit++;
	else
		keep(e, target_of(e, from, SLICE_NULL, "ndjson"), place, line);
}

static bool is_raw_row(const struct letter *l)
{
	struct slice type = letter_text(l, LETTER_TYPE);

	return slice_is(type, "INVALID_CSV") || slice_is(type, "INVALID_UTF8");
}

static void add_row(struct export *e, const struct letter *l, struct slice from, uint64_t place)
{
	struct slice header = letter_text(l, LETTER_COLUMNS), value = l->record->value;
	struct slice delimiter = letter_text(l, LETTER_DELIMITER);

	if (is_raw_row(l) && value.data) {
		keep(e, target_of(e, from, header, "csv"), place, value);
		return;
	}
	buf_clear(&e->line);
	if (header.data &&
	    rows_add(&e->line, &e->rows, header, delimiter.len == 1 ? *delimiter.data : ',', value))
		keep(e, target_of(e, from, header, "csv"), place, buf_slice(&e->line));
	else
		add_line(e, from, place, value);
}

/* As it was before it failed: without the headers that say so. */
static void add_envelope(struct export *e, const struct decoder *d, const struct letter *l,
			 struct slice from, uint64_t place)
{
	struct envelope_notes notes = {0};
	struct record r = *l->record;
	struct header *own;
	char *topic;

	if (slice_is(letter_text(l, LETTER_TYPE), "INVALID_ENVELOPE")) {
		add_line(e, from, place, r.value);
		return;
	}
	own = mem_alloc(r.n_headers, sizeof(*own));
	r.n_headers = 0;
	for (size_t i = 0; i < l->record->n_headers; i++)
		if (!letter_owns(d, r.headers[i].name))
			own[r.n_headers++] = r.headers[i];
	r.headers = own;
	notes.topic = topic = mem_dup(letter_text(l, LETTER_TOPIC));
	buf_clear(&e->line);
	envelope_write(&e->line, &r, &notes);
	add_line(e, from, place, buf_slice(&e->line));
	free(topic);
	free(own);
}

void export_add(struct export *e, const struct decoder *d, const struct letter *l)
{
	struct slice from = letter_text(l, LETTER_FILE), format = letter_text(l, LETTER_FORMAT);
	uint64_t place;

	if (!from.len || !letter_has(l, LETTER_BYTE)) {
		e->counts.foreign++;
		return;
	}
	place = (uint64_t)l->fields[LETTER_BYTE].number;
	if (slice_is(format, "csv"))
		add_row(e, l, from, place);
	else if (slice_is(format, "envelope"))
		add_envelope(e, d, l, from, place);
	else
		add_line(e, from, place, l->record->value);
}

/* By file, by place, the newest first. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->at < y->at) - (x->at > y->at);
}

static int no_room(const char *path, int why, struct error *err)
{
	return error_set(err, ERROR_OUTPUT, "--export: can't write %s: %s", path, strerror(why));
}

static int check_places(const struct export *e, struct error *err)
{
	struct stat st;
	int rc = 0;

	for (size_t i = 0; i < e->n_targets && rc == 0; i++) {
		char *path = mem_printf("%s/%s", e->dir, e->targets[i].name);

		if (lstat(path, &st) == 0)
			rc = error_set(err, ERROR_OUTPUT,
				       "--export: %s is there already, and may have been mended: "
				       "name another folder, or move it away",
				       path);
		free(path);
	}
	return rc;
}

/* Adds the row and a line end to e->pending, which is written when it is long enough. */
static int copy_row(struct export *e, struct publish *to, const struct entry *entry)
{
	size_t done = 0;

	buf_reserve(&e->pending, entry->len + 1);
	while (done < entry->len) {
		ssize_t n = pread(e->spool, e->pending.data + e->pending.len, entry->len - done,
				  (off_t)(entry->at + done));

		if (n <= 0)
			return -1;
		e->pending.len += (size_t)n;
		done += (size_t)n;
	}
	buf_add_char(&e->pending, '\n');
	if (e->pending.len >= PIECE) {
		publish_write(to, buf_slice(&e->pending));
		buf_clear(&e->pending);
	}
	return 0;
}

/* The entries of one target, which are sorted. */
static int write_rows(struct export *e, struct publish *to, size_t from, size_t end)
{
	struct target *t = &e->targets[e->entries[from].target];

	buf_clear(&e->pending);
	if (t->header)
		buf_addf(&e->pending, "%s\n", t->header);
	for (size_t i = from; i < end; i++) {
		if (i > from && e->entries[i].place == e->entries[i - 1].place) {
			e->counts.again++;
			continue;
		}
		if (copy_row(e, to, &e->entries[i]) < 0)
			return -1;
		t->rows++;
		e->counts.rows++;
	}
	publish_write(to, buf_slice(&e->pending));
	return 0;
}

static int write_target(struct export *e, const char *path, size_t from, size_t end,
			struct error *err)
{
	struct publish file = {0};

	if (publish_begin(&file, path, 0600) < 0)
		return no_room(path, errno, err);
	if (write_rows(e, &file, from, end) < 0) {
		publish_drop(&file);
		return no_room(path, errno, err);
	}
	return publish_end(&file) < 0 ? no_room(path, errno, err) : 0;
}

int export_end(struct export *e, struct export_counts *counts,
	       void (*on_file)(void *ctx, const char *path, uint64_t rows, const char *from),
	       void *ctx, struct error *err)
{
	int rc = 0;

	flush(e);
	if (e->failed)
		return no_room(e->dir, e->failed, err);
	if (check_places(e, err) < 0)
		return -1;
	if (e->n)
		qsort(e->entries, e->n, sizeof(*e->entries), compare);
	for (size_t from = 0, end; from < e->n && rc == 0; from = end) {
		const struct target *t = &e->targets[e->entries[from].target];
		char *path = mem_printf("%s/%s", e->dir, t->name);

		for (end = from; end < e->n && e->entries[end].target == e->entries[from].target;)
			end++;
		rc = write_target(e, path, from, end, err);
		if (rc == 0)
			on_file(ctx, path, t->rows, t->from);
		free(path);
	}
	*counts = e->counts;
	return rc;
}

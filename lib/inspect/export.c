#include "inspect/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/publish.h"
#include "base/text.h"
#include "inspect/rows.h"
#include "inspect/targets.h"
#include "record/envelope.h"

/* So much is read and written at once. */
#define PIECE (256u << 10)
/* With so many rows at the same place a row is compared. */
#define LOOK_BACK 64

struct entry {
	uint32_t target;
	uint32_t len;
	uint64_t place; /* bytes before it in the input */
	int64_t time;	/* when it failed */
	uint64_t hash;	/* of the row */
	uint64_t at;	/* in the spool */
};

struct export
{
	char *dir;
	int spool;	  /* rows, in a file without a name until all of them are known */
	int failed;	  /* errno of the spool */
	uint64_t spooled; /* bytes of it, and of `pending` */
	struct buf pending;
	struct targets targets;
	uint64_t seed;
	int64_t time; /* of the letter that is added */
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
	e->seed = hash_seed();
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
	targets_finish(&e->targets);
	free(e->entries);
	rows_finish(&e->rows);
	buf_finish(&e->line);
	buf_finish(&e->pending);
	free(e->dir);
	free(e);
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

static void keep(struct export *e, size_t target, uint64_t place, struct slice row)
{
	if (row.len > UINT32_MAX || target == TARGETS_MAX) {
		e->counts.unfit++;
		return;
	}
	buf_add_slice(&e->pending, row);
	if (e->pending.len >= PIECE)
		flush(e);
	e->entries = mem_grow(e->entries, &e->cap, e->n + 1, sizeof(*e->entries));
	e->entries[e->n++] = (struct entry){(uint32_t)target, (uint32_t)row.len,	place,
					    e->time,	      hash_bytes(e->seed, row), e->spooled};
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
		keep(e, targets_find(&e->targets, from, SLICE_NULL, "ndjson"), place, line);
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
		keep(e, targets_find(&e->targets, from, header, "csv"), place, value);
		return;
	}
	buf_clear(&e->line);
	if (header.data &&
	    rows_add(&e->line, &e->rows, header, delimiter.len == 1 ? *delimiter.data : ',', value))
		keep(e, targets_find(&e->targets, from, header, "csv"), place, buf_slice(&e->line));
	else
		add_line(e, from, place, value);
}

/* As it was before it failed: without the headers that say so. */
static void add_envelope(struct export *e, struct decoder *d, const struct letter *l,
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
	r.n_headers = letter_foreign(d, l, own);
	r.headers = own;
	notes.topic = topic = mem_dup(letter_text(l, LETTER_TOPIC));
	buf_clear(&e->line);
	envelope_write(&e->line, &r, &notes);
	add_line(e, from, place, buf_slice(&e->line));
	free(topic);
	free(own);
}

void export_add(struct export *e, struct decoder *d, const struct letter *l)
{
	struct slice from = letter_text(l, LETTER_FILE), format = letter_text(l, LETTER_FORMAT);
	uint64_t place;

	if (!from.len || !letter_has(l, LETTER_BYTE)) {
		e->counts.foreign++;
		return;
	}
	place = (uint64_t)l->fields[LETTER_BYTE].number;
	e->time = letter_time(l);
	if (slice_is(format, "csv"))
		add_row(e, l, from, place);
	else if (slice_is(format, "envelope"))
		add_envelope(e, d, l, from, place);
	else
		add_line(e, from, place, l->record->value);
}

/* By file, by place, by time. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static int no_room(const char *path, int why, struct error *err)
{
	return error_set(err, ERROR_OUTPUT, "--export: can't write %s: %s", path, strerror(why));
}

static int check_places(const struct export *e, struct error *err)
{
	struct stat st;
	int rc = 0;

	for (size_t i = 0; i < e->targets.n && rc == 0; i++) {
		char *path = mem_printf("%s/%s", e->dir, e->targets.items[i].name);

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

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO;
			return -1;
		}
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

/* A row that has failed more than once is the same row again; what stands at the same place
 * of a file that has been written anew since then is another. */
static bool is_again(const struct export *e, size_t from, size_t i)
{
	const struct entry *x = &e->entries[i];

	for (size_t k = i; k-- > from && i - k <= LOOK_BACK;) {
		const struct entry *y = &e->entries[k];

		if (y->place != x->place)
			return false;
		if (y->hash == x->hash && y->len == x->len)
			return true;
	}
	return false;
}

/* The entries of one target, which are sorted. */
static int write_rows(struct export *e, struct publish *to, size_t from, size_t end)
{
	struct target *t = &e->targets.items[e->entries[from].target];

	buf_clear(&e->pending);
	if (t->header.data) {
		buf_add_slice(&e->pending, t->header);
		buf_add_char(&e->pending, '\n');
	}
	for (size_t i = from; i < end; i++) {
		if (is_again(e, from, i)) {
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
	struct publish file = {.keeps = true};
	int why = 0;

	if (publish_begin(&file, path, 0600) < 0)
		return no_room(path, errno, err);
	if (write_rows(e, &file, from, end) < 0)
		why = errno;
	if (why)
		publish_drop(&file);
	else if (publish_end(&file) < 0)
		why = errno;
	return why ? no_room(path, why, err) : 0;
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
		const struct target *t = &e->targets.items[e->entries[from].target];
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

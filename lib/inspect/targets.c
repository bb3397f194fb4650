#include "inspect/targets.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

/* So many bytes of an input's name. */
#define NAME_MAX_BYTES 200

void targets_finish(struct targets *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->items[i].from);
		free((char *)t->items[i].header.data);
		free(t->items[i].name);
	}
	free(t->items);
	free(t->taken);
	index_finish(&t->keys);
	index_finish(&t->names);
	index_finish(&t->stems);
	buf_finish(&t->key);
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

/* What an input's extension says of its delimiter, it must go on saying. */
static const char *extension_of(struct slice from, const char *format)
{
	if (strcmp(format, "csv") == 0 && ends_with(base_name(from), ".tsv"))
		return ".tsv";
	return strcmp(format, "csv") == 0 ? ".csv" : ".ndjson";
}

static void add_stem(struct buf *out, struct slice from, const char *ext)
{
	struct slice base = base_name(from);

	if (slice_is(from, "-") || !base.len)
		base = SLICE_LIT("stdin");
	if (ends_with(base, ext))
		base.len -= strlen(ext);
	add_plain(out, base);
}

/* How often names of that extension have begun like that. */
static unsigned *count_stem(struct targets *t, struct slice stem)
{
	bool added;
	size_t number = index_add(&t->stems, stem, &added);

	t->taken = mem_grow(t->taken, &t->cap_taken, t->stems.n, sizeof(*t->taken));
	if (added)
		t->taken[number] = 0;
	return &t->taken[number];
}

/* "orders.csv", or where that is taken "orders-2.csv". The extension says the format. */
static char *make_name(struct targets *t, struct slice from, const char *format)
{
	const char *ext = extension_of(from, format);
	struct buf stem = {0};
	char *name = NULL;
	unsigned *n;
	bool added = false;

	add_stem(&stem, from, ext);
	/* Behind its end: to printf it is none of the stem. */
	buf_add_char(&stem, '\0');
	buf_add_str(&stem, ext);
	n = count_stem(t, buf_slice(&stem));
	while (!added) {
		free(name);
		name = ++*n == 1 ? mem_printf("%s%s", stem.data, ext)
				 : mem_printf("%s-%u%s", stem.data, *n, ext);
		index_add(&t->names, slice_of(name), &added);
	}
	buf_finish(&stem);
	return name;
}

static void add_key_part(struct buf *key, struct slice part)
{
	buf_add(key, &part.len, sizeof(part.len));
	buf_add_char(key, part.data ? 'x' : '-');
	buf_add_slice(key, part);
}

size_t targets_find(struct targets *t, struct slice from, struct slice header, const char *format)
{
	size_t number;
	bool added;

	buf_clear(&t->key);
	add_key_part(&t->key, from);
	add_key_part(&t->key, header);
	buf_add_str(&t->key, format);
	number = index_find(&t->keys, buf_slice(&t->key));
	if (number != INDEX_NONE || t->n == TARGETS_MAX)
		return number == INDEX_NONE ? TARGETS_MAX : number;
	number = index_add(&t->keys, buf_slice(&t->key), &added);
	t->items = mem_grow(t->items, &t->cap, t->n + 1, sizeof(*t->items));
	t->items[t->n++] = (struct target){
		mem_dup(from), {mem_dup(header), header.len}, make_name(t, from, format), 0};
	return number;
}

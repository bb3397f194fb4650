#include "resolve_print.h"

#include <stddef.h>
#include <stdio.h>

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
#define BASIS 0xcbf29ce484222325u
#define PRIME 0x100000001b3u

static void add_bytes(uint64_t *print, const void *data, size_t len)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < len; i++)
		*print = (*print ^ bytes[i]) * PRIME;
}

/* None is not the same as an empty one, and two are not the same as both in one. */
static void add_text(uint64_t *print, const char *text)
{
	for (; text && *text; text++)
		add_bytes(print, text, 1);
	add_bytes(print, text ? "\1" : "\2", 1);
}

static void add_number(uint64_t *print, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	add_text(print, text);
}

static void add_list(uint64_t *print, const struct option_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		add_text(print, list->items[i]);
	add_number(print, list->n);
}

/* A map's content counts: on another machine it may have another name. */
static void add_file(uint64_t *print, const char *path)
{
	FILE *file = path ? fopen(path, "re") : NULL;
	char bytes[4096];
	size_t n;

	while (file && (n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		add_bytes(print, bytes, n);
	if (file)
		fclose(file);
	add_text(print, path ? "" : NULL);
}

uint64_t resolve_print(const struct resolve_options *o, bool discard)
{
	const struct selection_choice *s = &o->selection;
	uint64_t print = BASIS;

	add_list(&print, &s->where);
	add_list(&print, &s->offsets);
	add_text(&print, s->since);
	add_text(&print, s->until);
	add_number(&print, s->limit);
	add_file(&print, s->header_map);
	add_list(&print, &o->mend.rename);
	add_list(&print, &o->mend.unset);
	add_list(&print, &o->mend.set);
	add_list(&print, &o->mend.require);
	add_text(&print, o->mend.transform);
	add_text(&print, o->to);
	add_text(&print, o->reason);
	add_number(&print, o->max_replays);
	add_number(&print, (uint64_t)discard << 2 | (uint64_t)o->no_ledger << 1 |
				   (uint64_t)o->keep_key_order);
	return print;
}

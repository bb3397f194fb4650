#include "letter/outline.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"

void outline_finish(struct outline *l)
{
	buf_finish(&l->names);
	free(l->hits);
	free(l->owned);
	free(l->ends);
	*l = (struct outline){0};
}

bool outline_is_of(const struct outline *l, const struct header *headers, size_t n)
{
	const char *at = l->names.data;
	size_t from = 0;

	if (n != l->n)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct slice name = headers[i].name;

		if (name.len != l->ends[i] - from ||
		    (name.len && memcmp(name.data, at + from, name.len) != 0))
			return false;
		from = l->ends[i];
	}
	return true;
}

static void keep_names(struct outline *l, const struct header *headers, size_t n)
{
	buf_clear(&l->names);
	if (n > l->cap)
		l->ends = mem_grow(l->ends, &l->cap, n, sizeof(*l->ends));
	for (size_t i = 0; i < n; i++) {
		buf_add_slice(&l->names, headers[i].name);
		l->ends[i] = l->names.len;
	}
	l->n = n;
}

static void add_hit(struct outline *l, struct outline_hit hit)
{
	enum system system = hit.rule->system;

	if (l->n_hits == l->cap_hits)
		l->hits = mem_grow(l->hits, &l->cap_hits, l->n_hits + 1, sizeof(*l->hits));
	l->hits[l->n_hits++] = hit;
	if (hit.rule->tells)
		l->tells[system] = true;
	if (l->newest[system] == SIZE_MAX || hit.rule->pick == PICK_LAST)
		l->newest[system] = hit.at;
}

static void find_hits(struct outline *l, const struct names *names, const struct header *headers,
		      size_t n)
{
	l->n_hits = 0;
	memset(l->tells, 0, sizeof(l->tells));
	memset(l->newest, 0xff, sizeof(l->newest));
	for (size_t i = 0; i < n; i++) {
		size_t first, n_rules = names_find(names, headers[i].name, &first);

		for (size_t k = first; k < first + n_rules; k++)
			add_hit(l, (struct outline_hit){names->order[k], k, i});
	}
	/* Everybody uses names like these. */
	for (size_t i = SYSTEM_OURS + 1; i < SYSTEMS; i++)
		if (l->tells[i] && i != SYSTEM_HAND_MADE)
			l->tells[SYSTEM_HAND_MADE] = false;
}

/* Which of two is the newer? A map was given to be followed. */
static bool is_newer(const struct outline *l, enum system a, enum system b)
{
	if (a == SYSTEM_CUSTOM || b == SYSTEM_CUSTOM)
		return a == SYSTEM_CUSTOM;
	return l->newest[a] > l->newest[b];
}

size_t outline_systems(const struct outline *l, enum system out[SYSTEMS])
{
	size_t n = 0;

	for (size_t i = SYSTEM_OURS + 1; i < SYSTEMS; i++) {
		size_t k;

		if (!l->tells[i])
			continue;
		for (k = n++; k && is_newer(l, (enum system)i, out[k - 1]); k--)
			out[k] = out[k - 1];
		out[k] = (enum system)i;
	}
	return n;
}

/* The newest of the systems before `end`; SYSTEM_OURS when there is none. */
static enum system newest(const struct outline *l, enum system end)
{
	enum system found = SYSTEM_OURS;

	for (size_t i = SYSTEM_OURS + 1; i < (size_t)end; i++)
		if (l->tells[i] && (!found || is_newer(l, (enum system)i, found)))
			found = (enum system)i;
	return found;
}

static enum system newest_known(const struct outline *l)
{
	return newest(l, SYSTEM_CUSTOM);
}

/* Of two values for one field: the rule that comes first, then what it picks. */
static bool is_better(const struct outline_hit *a, const struct outline_hit *b)
{
	if (!b)
		return true;
	if (a->rule != b->rule)
		return a->rule < b->rule;
	return a->rule->pick == PICK_LAST;
}

static void choose(const struct outline *l, enum system system, outline_choice out)
{
	for (size_t i = 0; i < l->n_hits; i++) {
		const struct outline_hit *hit = &l->hits[i];
		enum letter_field field = hit->rule->field;

		if (hit->rule->system == system && is_better(hit, out[field]))
			out[field] = hit;
	}
}

/* Whose letter redrive wrote: its own names, or those that it was told to write. */
static enum system written_as(const struct outline *l)
{
	static const enum system names[] = {SYSTEM_CONNECT, SYSTEM_SPRING, SYSTEM_STREAMS};
	enum system found = SYSTEM_OURS;

	if (!l->tells[SYSTEM_OURS] || l->tells[SYSTEM_REDRIVE])
		return l->tells[SYSTEM_OURS] ? SYSTEM_REDRIVE : SYSTEM_OURS;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (l->tells[names[i]] && (!found || is_newer(l, names[i], found)))
			found = names[i];
	return found;
}

/* What redrive has added beside those names. */
static void choose_ours(const struct outline *l, outline_choice out)
{
	outline_choice ours = {0};

	choose(l, SYSTEM_OURS, ours);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (ours[i])
			out[i] = ours[i];
}

static void choose_all(const struct outline *l, enum system system, outline_choice out)
{
	choose(l, system, out);
	if (system && system == written_as(l))
		choose_ours(l, out);
}

/* What a header map doesn't say, it leaves to the newest of the others. */
static void fill_in(const struct outline *l, outline_choice out)
{
	outline_choice others = {0};

	choose_all(l, newest_known(l), others);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (!out[i])
			out[i] = others[i];
}

void outline_choose(const struct outline *l, enum system system, outline_choice out)
{
	memset(out, 0, sizeof(outline_choice));
	choose_all(l, system, out);
	if (system == SYSTEM_CUSTOM)
		fill_in(l, out);
	out[LETTER_FIELDS] = NULL;
}

static bool keeps_time(const struct outline *l, enum system system)
{
	return system == written_as(l) || system_time(system) == SYSTEM_KEEPS_TIME;
}

static bool has_left_time(const struct outline *l, enum system system)
{
	for (size_t i = SYSTEM_OURS + 1; i < SYSTEM_CUSTOM; i++)
		if (l->tells[i] && i != (size_t)system && is_newer(l, (enum system)i, system) &&
		    !keeps_time(l, (enum system)i))
			return false;
	return true;
}

enum letter_field outline_time(const struct outline *l, enum system system)
{
	if (system == SYSTEM_CUSTOM)
		system = newest_known(l);
	if (!has_left_time(l, system))
		return LETTER_FIELDS;
	return system && keeps_time(l, system) ? LETTER_TIMESTAMP : LETTER_WHEN;
}

/* The first or the last header of each rule. */
static void find_places(const struct outline *l, enum system_adds adds, size_t *places)
{
	for (size_t i = 0; i < l->n_hits; i++)
		places[l->hits[i].number] = SIZE_MAX;
	for (size_t i = 0; i < l->n_hits; i++) {
		size_t *place = &places[l->hits[i].number];

		if (*place == SIZE_MAX || adds != SYSTEM_ADDS_BEFORE)
			*place = l->hits[i].at;
	}
}

/* Is that of the headers that the system has added last? */
static bool is_newest(enum system system, const size_t *places, const struct outline_hit *hit)
{
	return system_adds(system) == SYSTEM_ADDS_AGAIN || places[hit->number] == hit->at;
}

static bool are_kin(enum system a, enum system b)
{
	return system_kin(a) == system_kin(b);
}

/* Where the headers begin that were added with a system's names. */
static size_t begin_of(const struct outline *l, enum system system, const size_t *places)
{
	size_t from = SIZE_MAX;

	for (size_t i = 0; i < l->n_hits; i++) {
		const struct outline_hit *hit = &l->hits[i];

		if (are_kin(hit->rule->system, system) && is_newest(system, places, hit) &&
		    hit->at < from)
			from = hit->at;
	}
	return from;
}

/* redrive's further headers have common names, which a record may have of its own. */
static void mark_owned(const struct outline *l, enum system system, size_t *places, bool *owned)
{
	bool is_ours = system == written_as(l);
	size_t from;

	find_places(l, system_adds(system), places);
	from = begin_of(l, system, places);
	for (size_t i = 0; i < l->n_hits; i++) {
		const struct outline_hit *hit = &l->hits[i];

		if (hit->rule->system == SYSTEM_OURS ? is_ours && hit->at >= from
						     : are_kin(hit->rule->system, system))
			owned[hit->at] |= is_newest(system, places, hit);
	}
}

void outline_own(const struct outline *l, enum system system, size_t *places, bool *owned)
{
	for (size_t i = 0; i < l->n; i++)
		owned[i] = false;
	mark_owned(l, system, places, owned);
	/* What a map says stands in the place of what another system has added. */
	if (system == SYSTEM_CUSTOM && newest_known(l))
		mark_owned(l, newest_known(l), places, owned);
}

static size_t count_systems(const struct outline *l)
{
	size_t n = 0;

	for (size_t i = 0; i < SYSTEMS; i++)
		n += l->tells[i];
	return n;
}

void outline_make(struct outline *l, const struct names *names, size_t *places,
		  const struct header *headers, size_t n)
{
	keep_names(l, headers, n);
	find_hits(l, names, headers, n);
	l->system = newest(l, SYSTEMS);
	if (!l->system)
		l->tells[SYSTEM_OURS] = false;
	l->n_systems = count_systems(l);
	if (n > l->cap_owned)
		l->owned = mem_grow(l->owned, &l->cap_owned, n, sizeof(*l->owned));
	outline_choose(l, l->system, l->chosen);
	l->time = outline_time(l, l->system);
	outline_own(l, l->system, places, l->owned);
}

#include "letter/letter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check/scan.h"
#include "letter/map.h"
#include "letter/names.h"

/* A header that some rule is about. */
struct hit {
	const struct rule *rule;
	const struct header *header;
	size_t at; /* the header's number */
};

struct decoder {
	struct names names;
	struct map map;
	struct hit *hits;
	size_t n_hits, cap_hits;
	bool tells[SYSTEMS];
	size_t newest[SYSTEMS]; /* the number of its newest header */
	size_t *places;		/* by a rule's number; only while headers are told apart */
	struct buf scratch;
};

/* The rules of a map may have moved. */
static void build_names(struct decoder *d)
{
	const struct rule *rules;
	size_t n;

	names_finish(&d->names);
	rules = convention_rules(&n);
	for (size_t i = 0; i < n; i++)
		names_add(&d->names, &rules[i]);
	for (size_t i = 0; i < d->map.n; i++)
		names_add(&d->names, &d->map.rules[i]);
	names_build(&d->names);
	free(d->places);
	d->places = mem_alloc(n + d->map.n, sizeof(*d->places));
}

struct decoder *decoder_create(void)
{
	struct decoder *d = mem_alloc(1, sizeof(*d));

	build_names(d);
	return d;
}

void decoder_destroy(struct decoder *d)
{
	if (!d)
		return;
	names_finish(&d->names);
	map_finish(&d->map);
	buf_finish(&d->scratch);
	free(d->hits);
	free(d->places);
	free(d);
}

int decoder_add_map(struct decoder *d, const char *path, struct error *err)
{
	int rc = map_read(&d->map, path, err);

	build_names(d);
	return rc;
}

static void add_hit(struct decoder *d, const struct rule *rule, const struct header *header,
		    size_t at)
{
	enum system system = rule->system;

	if (d->n_hits == d->cap_hits)
		d->hits = mem_grow(d->hits, &d->cap_hits, d->n_hits + 1, sizeof(*d->hits));
	d->hits[d->n_hits++] = (struct hit){rule, header, at};
	if (rule->tells)
		d->tells[system] = true;
	if (d->newest[system] == SIZE_MAX || rule->pick == PICK_LAST)
		d->newest[system] = at;
}

static void find_hits(struct decoder *d, const struct record *r)
{
	size_t bytes = 0, systems = 1;

	d->n_hits = 0;
	memset(d->tells, 0, sizeof(d->tells));
	memset(d->newest, 0xff, sizeof(d->newest));
	for (size_t i = 0; i < r->n_headers; i++) {
		const struct rule *const *rules;
		size_t n;

		rules = names_find(&d->names, r->headers[i].name, &n);
		for (size_t k = 0; k < n; k++)
			add_hit(d, rules[k], &r->headers[i], i);
		bytes += n ? r->headers[i].value.len : 0;
	}
	/* Everybody uses names like these. */
	for (size_t i = SYSTEM_OURS + 1; i < SYSTEMS; i++)
		if (d->tells[i] && i != SYSTEM_HAND_MADE)
			d->tells[SYSTEM_HAND_MADE] = false;
	/* Nothing that is decoded gets longer, and each value may be decoded and unquoted
	 * for each system. */
	for (size_t i = 0; i < SYSTEMS; i++)
		systems += d->tells[i];
	buf_clear(&d->scratch);
	buf_reserve(&d->scratch, 2 * systems * bytes);
}

/* Which of two is the newer? A map was given to be followed. */
static bool is_newer(const struct decoder *d, enum system a, enum system b)
{
	if (a == SYSTEM_CUSTOM || b == SYSTEM_CUSTOM)
		return a == SYSTEM_CUSTOM;
	return d->newest[a] > d->newest[b];
}

size_t letter_systems(const struct decoder *d, enum system out[SYSTEMS])
{
	size_t n = 0;

	for (size_t i = SYSTEM_OURS + 1; i < SYSTEMS; i++) {
		size_t k;

		if (!d->tells[i])
			continue;
		for (k = n++; k && is_newer(d, (enum system)i, out[k - 1]); k--)
			out[k] = out[k - 1];
		out[k] = (enum system)i;
	}
	return n;
}

/* The newest of the systems before `end`; SYSTEM_OURS when there is none. */
static enum system newest(const struct decoder *d, enum system end)
{
	enum system found = SYSTEM_OURS;

	for (size_t i = SYSTEM_OURS + 1; i < (size_t)end; i++)
		if (d->tells[i] && (!found || is_newer(d, (enum system)i, found)))
			found = (enum system)i;
	return found;
}

/* Of two values for one field: the rule that comes first, then what it picks. */
static bool is_better(const struct hit *a, const struct hit *b)
{
	if (!b)
		return true;
	if (a->rule != b->rule)
		return a->rule < b->rule;
	return a->rule->pick == PICK_LAST;
}

static void choose(const struct decoder *d, enum system system,
		   const struct hit *chosen[LETTER_FIELDS + 1])
{
	for (size_t i = 0; i < d->n_hits; i++) {
		const struct hit *hit = &d->hits[i];
		enum letter_field field = hit->rule->field;

		if (hit->rule->system == system && is_better(hit, chosen[field]))
			chosen[field] = hit;
	}
}

/* Whose letter redrive wrote: its own names, or those that it was told to write. */
static enum system written_as(const struct decoder *d)
{
	static const enum system names[] = {SYSTEM_CONNECT, SYSTEM_SPRING, SYSTEM_STREAMS};
	enum system found = SYSTEM_OURS;

	if (!d->tells[SYSTEM_OURS] || d->tells[SYSTEM_REDRIVE])
		return d->tells[SYSTEM_OURS] ? SYSTEM_REDRIVE : SYSTEM_OURS;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (d->tells[names[i]] && (!found || is_newer(d, names[i], found)))
			found = names[i];
	return found;
}

/* What redrive has added beside those names. */
static void choose_ours(const struct decoder *d, const struct hit *chosen[LETTER_FIELDS + 1])
{
	const struct hit *ours[LETTER_FIELDS + 1] = {0};

	choose(d, SYSTEM_OURS, ours);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (ours[i])
			chosen[i] = ours[i];
}

static void choose_all(const struct decoder *d, enum system system,
		       const struct hit *chosen[LETTER_FIELDS + 1])
{
	choose(d, system, chosen);
	if (system && system == written_as(d))
		choose_ours(d, chosen);
}

/* What a header map doesn't say, it leaves to the newest of the others. */
static void fill_in(const struct decoder *d, const struct hit *chosen[LETTER_FIELDS + 1])
{
	const struct hit *others[LETTER_FIELDS + 1] = {0};

	choose_all(d, newest(d, SYSTEM_CUSTOM), others);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (!chosen[i])
			chosen[i] = others[i];
}

static bool is_springs(enum system system)
{
	return system == SYSTEM_SPRING || system == SYSTEM_SPRING_RETRY ||
	       system == SYSTEM_SPRING_CLOUD;
}

/* A text between quotes, in which no other quote stands for itself. */
static bool is_json_string(struct slice text)
{
	if (text.len < 2 || *text.data != '"' || text.data[text.len - 1] != '"')
		return false;
	for (size_t i = 1; i < text.len - 1; i++) {
		if (text.data[i] == '"')
			return false;
		i += text.data[i] == '\\';
		if (i == text.len - 1)
			return false;
	}
	return true;
}

/* Where Spring lists the types of headers, strings may be JSON strings. */
static void unquote(struct letter *l, struct buf *scratch)
{
	bool quoted = false;

	for (size_t i = 0; i < l->record->n_headers && !quoted; i++)
		quoted = slice_is(l->record->headers[i].name, "spring_json_header_types");
	for (size_t i = 0; quoted && i < LETTER_FIELDS; i++) {
		struct slice *text = &l->fields[i].text;
		size_t from = scratch->len;

		if (l->fields[i].kind != LETTER_TEXT || !is_json_string(*text))
			continue;
		scan_unescape(scratch, (struct slice){text->data + 1, text->len - 2});
		*text = (struct slice){scratch->data + from, scratch->len - from};
	}
}

static bool keeps_time(const struct decoder *d, enum system system)
{
	return system == written_as(d) || system_time(system) == SYSTEM_KEEPS_TIME;
}

/* Is the record's own timestamp what that system has left there? Whoever has written it
 * later may have set another. */
static bool has_left_time(const struct decoder *d, enum system system)
{
	for (size_t i = SYSTEM_OURS + 1; i < SYSTEM_CUSTOM; i++)
		if (d->tells[i] && i != (size_t)system && is_newer(d, (enum system)i, system) &&
		    !keeps_time(d, (enum system)i))
			return false;
	return true;
}

static void set_times(struct letter *l, const struct decoder *d)
{
	enum system system = l->system == SYSTEM_CUSTOM ? newest(d, SYSTEM_CUSTOM) : l->system;
	enum letter_field field = LETTER_WHEN;

	if (l->record->timestamp == RECORD_NO_TIMESTAMP || !has_left_time(d, system))
		return;
	if (system && keeps_time(d, system) && !l->received->append_time)
		field = LETTER_TIMESTAMP;
	if (!letter_has(l, field))
		l->fields[field] =
			(struct letter_value){LETTER_TIME, l->record->timestamp, SLICE_NULL};
}

static bool read_hit(struct decoder *d, const struct hit *hit, struct letter_value *out)
{
	return encoding_read(hit->rule->encoding, hit->header->value, &d->scratch, out);
}

/* Nothing is told of it, but it may be strange. */
static bool is_passed_over(const struct decoder *d, const struct hit *hit,
			   const struct hit *const chosen[LETTER_FIELDS + 1])
{
	return d->tells[hit->rule->system] &&
	       (hit->rule->field == LETTER_FIELDS || chosen[hit->rule->field] != hit);
}

void letter_read_as(struct letter *l, struct decoder *d, const struct received *r,
		    enum system system)
{
	const struct hit *chosen[LETTER_FIELDS + 1] = {0};
	struct letter_value unused;

	*l = (struct letter){.received = r, .record = &r->record, .dead = true, .system = system};
	choose_all(d, system, chosen);
	if (system == SYSTEM_CUSTOM)
		fill_in(d, chosen);
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (chosen[i] && !read_hit(d, chosen[i], &l->fields[i]))
			l->strange = true;
	for (size_t i = 0; i < d->n_hits && !l->strange; i++)
		l->strange = is_passed_over(d, &d->hits[i], chosen) &&
			     !read_hit(d, &d->hits[i], &unused);
	if (is_springs(system))
		unquote(l, &d->scratch);
	set_times(l, d);
}

void letter_read(struct letter *l, struct decoder *d, const struct received *r)
{
	enum system system;

	find_hits(d, &r->record);
	system = newest(d, SYSTEMS);
	if (system) {
		letter_read_as(l, d, r, system);
		return;
	}
	d->tells[SYSTEM_OURS] = false;
	*l = (struct letter){.received = r, .record = &r->record};
}

/* Stack traces are no numbers: what can be wrong is short, or cut. */
#define SHOWN_MAX 32

static void warn(struct buf *out, const struct hit *hit)
{
	struct slice value = hit->header->value;

	buf_addf(out, "%s is not %s: ", hit->rule->name, encoding_describe(hit->rule->encoding));
	for (size_t i = 0; i < value.len && i < SHOWN_MAX; i++)
		buf_addf(out, "%02x", (unsigned char)value.data[i]);
	buf_add_str(out, !value.len ? "no bytes\n" : value.len > SHOWN_MAX ? "...\n" : "\n");
}

void letter_warnings(struct buf *out, const struct decoder *d, const struct letter *l)
{
	const struct header *warned = NULL;
	struct letter_value unused;
	struct buf scratch = {0};

	for (size_t i = 0; i < d->n_hits && l->dead; i++) {
		const struct hit *hit = &d->hits[i];

		/* Several systems may share a header. */
		if (!d->tells[hit->rule->system] || hit->header == warned)
			continue;
		buf_clear(&scratch);
		buf_reserve(&scratch, hit->header->value.len);
		if (encoding_read(hit->rule->encoding, hit->header->value, &scratch, &unused))
			continue;
		warn(out, hit);
		warned = hit->header;
	}
	buf_finish(&scratch);
}

static size_t number_of(const struct decoder *d, const struct rule *rule)
{
	const struct rule *rules;
	size_t n;

	rules = convention_rules(&n);
	return rule >= rules && rule < rules + n ? (size_t)(rule - rules)
						 : n + (size_t)(rule - d->map.rules);
}

/* The first or the last header of each rule. */
static void find_places(struct decoder *d, enum system_adds adds)
{
	for (size_t i = 0; i < d->n_hits; i++)
		d->places[number_of(d, d->hits[i].rule)] = SIZE_MAX;
	for (size_t i = 0; i < d->n_hits; i++) {
		size_t *place = &d->places[number_of(d, d->hits[i].rule)];

		if (*place == SIZE_MAX || adds != SYSTEM_ADDS_BEFORE)
			*place = d->hits[i].at;
	}
}

/* Is that of the headers that the system has added last? */
static bool is_newest(const struct decoder *d, enum system system, const struct hit *hit)
{
	return system_adds(system) == SYSTEM_ADDS_AGAIN ||
	       d->places[number_of(d, hit->rule)] == hit->at;
}

static bool are_kin(enum system a, enum system b)
{
	return system_kin(a) == system_kin(b);
}

/* Where the headers begin that were added with a system's names. */
static size_t begin_of(const struct decoder *d, enum system system)
{
	size_t from = SIZE_MAX;

	for (size_t i = 0; i < d->n_hits; i++) {
		const struct hit *hit = &d->hits[i];

		if (are_kin(hit->rule->system, system) && is_newest(d, system, hit) &&
		    hit->at < from)
			from = hit->at;
	}
	return from;
}

/* redrive's further headers have common names, which a record may have of its own. */
static void mark_owned(struct decoder *d, enum system system, bool *owned)
{
	size_t from;

	find_places(d, system_adds(system));
	from = begin_of(d, system);
	for (size_t i = 0; i < d->n_hits; i++) {
		const struct hit *hit = &d->hits[i];
		bool ours = hit->rule->system == SYSTEM_OURS;

		if (ours ? system == written_as(d) && hit->at >= from
			 : are_kin(hit->rule->system, system))
			owned[hit->at] |= is_newest(d, system, hit);
	}
}

void letter_owned(struct decoder *d, const struct letter *l, bool *owned)
{
	memset(owned, 0, l->record->n_headers * sizeof(*owned));
	if (!l->dead)
		return;
	mark_owned(d, l->system, owned);
	/* What a map says stands in the place of what another system has added. */
	if (l->system == SYSTEM_CUSTOM && newest(d, SYSTEM_CUSTOM))
		mark_owned(d, newest(d, SYSTEM_CUSTOM), owned);
}

size_t letter_foreign(struct decoder *d, const struct letter *l, struct header *out)
{
	bool *owned = mem_alloc(l->record->n_headers, sizeof(*owned));
	size_t n = 0;

	letter_owned(d, l, owned);
	for (size_t i = 0; i < l->record->n_headers; i++)
		if (!owned[i])
			out[n++] = l->record->headers[i];
	free(owned);
	return n;
}

int64_t letter_time(const struct letter *l)
{
	if (letter_has(l, LETTER_WHEN))
		return l->fields[LETTER_WHEN].number;
	return l->record->timestamp;
}

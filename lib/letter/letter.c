#include "letter/letter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check/scan.h"
#include "letter/map.h"
#include "letter/names.h"
#include "letter/outline.h"

/* Those that were met last. */
#define OUTLINES 8

struct decoder {
	struct names names;
	struct map map;
	struct outline outlines[OUTLINES];
	struct outline *outline;      /* of the record that was read last */
	const struct header *headers; /* which are its */
	size_t oldest;		      /* of the outlines */
	size_t *places;		      /* by a rule's number */
	bool *owned;		      /* by header */
	size_t cap_owned;
	struct buf scratch;
};

static void forget_outlines(struct decoder *d)
{
	for (size_t i = 0; i < OUTLINES; i++) {
		outline_finish(&d->outlines[i]);
		outline_make(&d->outlines[i], &d->names, d->places, NULL, 0);
	}
	d->outline = d->outlines;
}

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
	forget_outlines(d);
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
	for (size_t i = 0; i < OUTLINES; i++)
		outline_finish(&d->outlines[i]);
	names_finish(&d->names);
	map_finish(&d->map);
	buf_finish(&d->scratch);
	free(d->places);
	free(d->owned);
	free(d);
}

int decoder_add_map(struct decoder *d, const char *path, struct error *err)
{
	int rc = map_read(&d->map, path, err);

	build_names(d);
	return rc;
}

static struct outline *find_outline(struct decoder *d, const struct record *r)
{
	struct outline *o = d->outline;

	if (outline_is_of(o, r->headers, r->n_headers))
		return o;
	for (size_t i = 0; i < OUTLINES; i++)
		if (outline_is_of(&d->outlines[i], r->headers, r->n_headers))
			return &d->outlines[i];
	o = &d->outlines[d->oldest++ % OUTLINES];
	outline_make(o, &d->names, d->places, r->headers, r->n_headers);
	return o;
}

/* Nothing that is decoded gets longer, and each value may be decoded and unquoted for each
 * system. */
static void reserve_scratch(struct decoder *d)
{
	const struct outline *o = d->outline;
	size_t bytes = 0, last = SIZE_MAX;

	for (size_t i = 0; i < o->n_hits; i++) {
		if (o->hits[i].at != last)
			bytes += d->headers[o->hits[i].at].value.len;
		last = o->hits[i].at;
	}
	buf_clear(&d->scratch);
	buf_reserve(&d->scratch, 2 * (1 + o->n_systems) * bytes);
}

size_t letter_systems(const struct decoder *d, enum system out[SYSTEMS])
{
	return outline_systems(d->outline, out);
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

static void set_time(struct letter *l, enum letter_field field)
{
	int64_t timestamp = l->record->timestamp;

	if (field == LETTER_TIMESTAMP && l->received->append_time)
		field = LETTER_WHEN;
	if (timestamp != RECORD_NO_TIMESTAMP && field != LETTER_FIELDS && !letter_has(l, field))
		l->fields[field] = (struct letter_value){LETTER_TIME, timestamp, SLICE_NULL};
}

static bool read_hit(struct decoder *d, const struct outline_hit *hit, struct letter_value *out)
{
	return encoding_read(hit->rule->encoding, d->headers[hit->at].value, &d->scratch, out);
}

/* Nothing is told of it, but it may be strange. */
static bool is_passed_over(const struct outline *o, const struct outline_hit *hit,
			   const outline_choice chosen)
{
	return o->tells[hit->rule->system] &&
	       (hit->rule->field == LETTER_FIELDS || chosen[hit->rule->field] != hit);
}

static void read_fields(struct letter *l, struct decoder *d, const outline_choice chosen,
			enum letter_field time)
{
	const struct outline *outline = d->outline;
	struct letter_value unused;

	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (chosen[i] && !read_hit(d, chosen[i], &l->fields[i]))
			l->strange = true;
	for (size_t i = 0; i < outline->n_hits && !l->strange; i++)
		l->strange = is_passed_over(outline, &outline->hits[i], chosen) &&
			     !read_hit(d, &outline->hits[i], &unused);
	if (is_springs(l->system))
		unquote(l, &d->scratch);
	set_time(l, time);
}

void letter_read_as(struct letter *l, struct decoder *d, const struct received *r,
		    enum system system)
{
	outline_choice chosen;

	*l = (struct letter){.received = r, .record = &r->record, .dead = true, .system = system};
	if (system == d->outline->system) {
		read_fields(l, d, d->outline->chosen, d->outline->time);
		return;
	}
	outline_choose(d->outline, system, chosen);
	read_fields(l, d, chosen, outline_time(d->outline, system));
}

void letter_read(struct letter *l, struct decoder *d, const struct received *r)
{
	d->outline = find_outline(d, &r->record);
	d->headers = r->record.headers;
	if (d->outline->system) {
		reserve_scratch(d);
		letter_read_as(l, d, r, d->outline->system);
		return;
	}
	*l = (struct letter){.received = r, .record = &r->record};
}

/* Stack traces are no numbers: what can be wrong is short, or cut. */
#define SHOWN_MAX 32

static void warn(struct buf *out, const struct rule *rule, struct slice value)
{
	buf_addf(out, "%s is not %s: ", rule->name, encoding_describe(rule->encoding));
	for (size_t i = 0; i < value.len && i < SHOWN_MAX; i++)
		buf_addf(out, "%02x", (unsigned char)value.data[i]);
	buf_add_str(out, !value.len ? "no bytes\n" : value.len > SHOWN_MAX ? "...\n" : "\n");
}

void letter_warnings(struct buf *out, const struct decoder *d, const struct letter *l)
{
	const struct outline *outline = d->outline;
	size_t warned = SIZE_MAX;
	struct letter_value unused;
	struct buf scratch = {0};

	for (size_t i = 0; i < outline->n_hits && l->dead; i++) {
		const struct outline_hit *hit = &outline->hits[i];
		struct slice value = l->record->headers[hit->at].value;

		/* Several systems may share a header. */
		if (!outline->tells[hit->rule->system] || hit->at == warned)
			continue;
		buf_clear(&scratch);
		buf_reserve(&scratch, value.len);
		if (encoding_read(hit->rule->encoding, value, &scratch, &unused))
			continue;
		warn(out, hit->rule, value);
		warned = hit->at;
	}
	buf_finish(&scratch);
}

/* By header; NULL: none, for it is no dead letter. */
static const bool *owned_of(struct decoder *d, const struct letter *l)
{
	if (!l->dead)
		return NULL;
	if (l->system == d->outline->system)
		return d->outline->owned;
	if (l->record->n_headers > d->cap_owned)
		d->owned =
			mem_grow(d->owned, &d->cap_owned, l->record->n_headers, sizeof(*d->owned));
	outline_own(d->outline, l->system, d->places, d->owned);
	return d->owned;
}

void letter_owned(struct decoder *d, const struct letter *l, bool *owned)
{
	const bool *known = owned_of(d, l);

	for (size_t i = 0; i < l->record->n_headers; i++)
		owned[i] = known && known[i];
}

size_t letter_foreign(struct decoder *d, const struct letter *l, struct header *out)
{
	const bool *owned = owned_of(d, l);
	size_t n = 0;

	for (size_t i = 0; i < l->record->n_headers; i++)
		if (!owned || !owned[i])
			out[n++] = l->record->headers[i];
	return n;
}

int64_t letter_time(const struct letter *l)
{
	if (letter_has(l, LETTER_WHEN))
		return l->fields[LETTER_WHEN].number;
	return l->record->timestamp;
}

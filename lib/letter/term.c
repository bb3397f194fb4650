#include "letter/term.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "check/check.h"
#include "letter/status.h"

#define HEADER_PREFIX "header:"

/* Of texts that are made: a number, a time. */
#define MADE_MAX CLOCK_ISO_SIZE

struct term;
typedef size_t values_fn(struct terms *t, const struct term *term, struct slice out[TERM_VALUES]);

/* What terms are there. */
struct kind {
	const char *name;
	values_fn *values;
	enum letter_field field; /* of those that headers tell */
};

struct term {
	const struct kind *kind;
	char *name;
	size_t wanted; /* of a pointer: the number of its field */
	struct slice header;
	char made[MADE_MAX];
};

struct terms {
	struct term **items;
	size_t n, cap;
	const struct letter *letter;
	struct check *check; /* NULL while there are no pointers */
	bool checked, json;  /* the letter's value was looked at; it is JSON */
	struct buf value;    /* a copy with the padding that the check needs */
};

static size_t one(struct slice out[TERM_VALUES], struct slice value)
{
	if (!value.data)
		return 0;
	out[0] = value;
	return 1;
}

static size_t made_number(struct term *term, struct slice out[TERM_VALUES], int64_t number)
{
	snprintf(term->made, sizeof(term->made), "%" PRId64, number);
	return one(out, slice_of(term->made));
}

static size_t made_time(struct term *term, struct slice out[TERM_VALUES], int64_t ms)
{
	return one(out, slice_of(clock_iso(ms, term->made)));
}

static size_t values_of_field(struct terms *t, const struct term *term,
			      struct slice out[TERM_VALUES])
{
	const struct letter_value *v = &t->letter->fields[term->kind->field];

	switch (v->kind) {
	case LETTER_TEXT:
		return one(out, v->text);
	case LETTER_NUMBER:
		return made_number((struct term *)term, out, v->number);
	case LETTER_TIME:
		return made_time((struct term *)term, out, v->number);
	default:
		return 0;
	}
}

/* The root cause first: that is what errors are grouped by. */
static size_t values_of_error(struct terms *t, const struct term *term,
			      struct slice out[TERM_VALUES])
{
	size_t n = one(out, letter_text(t->letter, LETTER_ROOT));

	(void)term;
	return n + one(out + n, letter_text(t->letter, LETTER_TYPE));
}

static size_t values_of_system(struct terms *t, const struct term *term,
			       struct slice out[TERM_VALUES])
{
	(void)term;
	return t->letter->dead ? one(out, slice_of(system_name(t->letter->system))) : 0;
}

static size_t values_of_status(struct terms *t, const struct term *term,
			       struct slice out[TERM_VALUES])
{
	(void)term;
	return one(out, slice_of(status_name(t->letter->status)));
}

static size_t values_of_partition(struct terms *t, const struct term *term,
				  struct slice out[TERM_VALUES])
{
	return made_number((struct term *)term, out, t->letter->received->partition);
}

static size_t values_of_offset(struct terms *t, const struct term *term,
			       struct slice out[TERM_VALUES])
{
	return made_number((struct term *)term, out, t->letter->received->offset);
}

static size_t values_of_timestamp(struct terms *t, const struct term *term,
				  struct slice out[TERM_VALUES])
{
	int64_t ms = t->letter->record->timestamp;

	return ms == RECORD_NO_TIMESTAMP ? 0 : made_time((struct term *)term, out, ms);
}

static size_t values_of_key(struct terms *t, const struct term *term, struct slice out[TERM_VALUES])
{
	(void)term;
	return one(out, t->letter->record->key);
}

static size_t values_of_value(struct terms *t, const struct term *term,
			      struct slice out[TERM_VALUES])
{
	(void)term;
	return one(out, t->letter->record->value);
}

static size_t values_of_header(struct terms *t, const struct term *term,
			       struct slice out[TERM_VALUES])
{
	const struct record *r = t->letter->record;
	size_t n = 0;

	for (size_t i = 0; i < r->n_headers && n < TERM_VALUES; i++)
		if (slice_equal(r->headers[i].name, term->header))
			n += one(out + n, r->headers[i].value);
	return n;
}

/* Values need not be JSON: a pointer leads nowhere then. */
static void check_value(struct terms *t)
{
	struct record copy = *t->letter->record;
	struct verdict unused;

	t->checked = true;
	t->json = false;
	if (!copy.value.data)
		return;
	buf_clear(&t->value);
	buf_reserve(&t->value, copy.value.len + BLOCK_PADDING);
	buf_add_slice(&t->value, copy.value);
	copy.value = buf_slice(&t->value);
	t->json = check_record(t->check, &copy, &unused);
}

static size_t values_of_pointer(struct terms *t, const struct term *term,
				struct slice out[TERM_VALUES])
{
	const struct json_field *field;

	if (!t->checked)
		check_value(t);
	if (!t->json)
		return 0;
	field = check_field(t->check, term->wanted);
	return field->kind == JSON_KIND_MISSING ? 0 : one(out, field->text);
}

#define OWN(name)                                                                                  \
	{                                                                                          \
#name, values_of_##name, LETTER_FIELDS                                             \
	}

static const struct kind kinds[] = {
	{"error-type", values_of_error, LETTER_TYPE},
	{"type", values_of_error, LETTER_TYPE},
	{"topic", values_of_field, LETTER_TOPIC},
	{"root", values_of_field, LETTER_ROOT},
	{"class", values_of_field, LETTER_CLASS},
	{"message", values_of_field, LETTER_MESSAGE},
	{"when", values_of_field, LETTER_WHEN},
	{"file", values_of_field, LETTER_FILE},
	{"line", values_of_field, LETTER_LINE},
	OWN(system),
	OWN(status),
	OWN(partition),
	OWN(offset),
	OWN(timestamp),
	OWN(key),
	OWN(value),
};

static const struct kind field_kind[LETTER_FIELDS] = {
#define FIELD(field) [field] = {NULL, values_of_field, field}
	FIELD(LETTER_TOPIC),
	FIELD(LETTER_PARTITION),
	FIELD(LETTER_OFFSET),
	FIELD(LETTER_TIMESTAMP),
	FIELD(LETTER_TIMESTAMP_TYPE),
	FIELD(LETTER_GROUP),
	FIELD(LETTER_ATTEMPTS),
	FIELD(LETTER_TYPE),
	FIELD(LETTER_ROOT),
	FIELD(LETTER_CLASS),
	FIELD(LETTER_MESSAGE),
	FIELD(LETTER_STACK),
	FIELD(LETTER_STAGE),
	FIELD(LETTER_COMPONENT),
	FIELD(LETTER_WHEN),
	FIELD(LETTER_PERSISTED),
	FIELD(LETTER_JOB),
	FIELD(LETTER_FILE),
	FIELD(LETTER_LINE),
	FIELD(LETTER_BYTE),
	FIELD(LETTER_FORMAT),
	FIELD(LETTER_COLUMNS),
	FIELD(LETTER_DELIMITER),
	FIELD(LETTER_REPLAYS),
#undef FIELD
};

static const struct kind header_kind = {NULL, values_of_header, LETTER_FIELDS};
static const struct kind pointer_kind = {NULL, values_of_pointer, LETTER_FIELDS};

struct terms *terms_create(void)
{
	return mem_alloc(1, sizeof(struct terms));
}

void terms_destroy(struct terms *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		free(t->items[i]->name);
		free(t->items[i]);
	}
	free(t->items);
	check_destroy(t->check);
	buf_finish(&t->value);
	free(t);
}

static const struct kind *find_kind(struct slice name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (slice_is(name, kinds[i].name))
			return &kinds[i];
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (slice_is(name, letter_field_name((enum letter_field)i)) ||
		    slice_is(name, letter_field_key((enum letter_field)i)))
			return &field_kind[i];
	return NULL;
}

#define NAMES (ARRAY_SIZE(kinds) + LETTER_FIELDS)

/* All names, each once. */
static size_t all_names(const char *out[NAMES])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		out[n++] = kinds[i].name;
	for (size_t i = 0; i < LETTER_FIELDS; i++)
		if (i != LETTER_TYPE)
			out[n++] = letter_field_name((enum letter_field)i);
	return n;
}

static int unknown(struct slice name, struct error *err)
{
	const char *names[NAMES], *nearest;
	char *word = mem_dup(name);
	size_t n = all_names(names);
	struct buf list = {0};

	nearest = text_nearest(word, names, n);
	if (!nearest)
		terms_list(&list);
	error_set(err, ERROR_USAGE,
		  "there is no field '%.60s'%s%s%s; a header is header:NAME, a field of the value "
		  "/NAME",
		  word, nearest ? "; did you mean " : "; there are ", nearest ? nearest : list.data,
		  nearest ? "?" : "");
	buf_finish(&list);
	free(word);
	return -1;
}

static int want_pointer(struct terms *t, struct term *term, struct error *err)
{
	term->kind = &pointer_kind;
	if (!t->check)
		t->check = check_create(NULL, 0, err);
	return check_want(t->check, term->name, &term->wanted, err);
}

static int set_kind(struct terms *t, struct term *term, struct slice name, struct error *err)
{
	size_t prefix = strlen(HEADER_PREFIX);

	if (name.len && *name.data == '/')
		return want_pointer(t, term, err);
	if (name.len > prefix && memcmp(name.data, HEADER_PREFIX, prefix) == 0) {
		term->kind = &header_kind;
		term->header = slice_of(term->name + prefix);
		return 0;
	}
	term->kind = find_kind(name);
	return term->kind ? 0 : unknown(name, err);
}

int terms_add(struct terms *t, struct slice name, size_t *number, struct error *err)
{
	struct term *term = mem_alloc(1, sizeof(*term));

	term->name = mem_dup(name);
	if (set_kind(t, term, name, err) < 0) {
		free(term->name);
		free(term);
		return -1;
	}
	t->items = mem_grow(t->items, &t->cap, t->n + 1, sizeof(*t->items));
	*number = t->n;
	t->items[t->n++] = term;
	return 0;
}

void terms_begin(struct terms *t, const struct letter *l)
{
	t->letter = l;
	t->checked = false;
}

size_t terms_values(struct terms *t, size_t number, struct slice out[TERM_VALUES])
{
	const struct term *term = t->items[number];

	return term->kind->values(t, term, out);
}

const char *terms_name(const struct terms *t, size_t number)
{
	return t->items[number]->name;
}

bool terms_is_time(const struct terms *t, size_t number)
{
	const struct kind *kind = t->items[number]->kind;

	return kind->values == values_of_timestamp ||
	       (kind->values == values_of_field &&
		(kind->field == LETTER_WHEN || kind->field == LETTER_TIMESTAMP));
}

bool terms_is_number(const struct terms *t, size_t number)
{
	const struct kind *kind = t->items[number]->kind;

	return kind->values == values_of_partition || kind->values == values_of_offset ||
	       (kind->values == values_of_field && letter_field_is_number(kind->field));
}

bool terms_is_message(const struct terms *t, size_t number)
{
	const struct kind *kind = t->items[number]->kind;

	return kind->values == values_of_field && kind->field == LETTER_MESSAGE;
}

void terms_list(struct buf *out)
{
	const char *names[NAMES];
	size_t n = all_names(names);

	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s", i ? ", " : "", names[i]);
}

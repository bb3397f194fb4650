#include "letter/selection.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "letter/where.h"

struct selection {
	struct terms *terms;
	struct where *where;
	size_t n_where;
	int64_t since, until; /* ms since 1970 UTC */
	bool timed;
	int status;
	struct reader_part *parts; /* the only ones, unless there are none */
	size_t n_parts;
};

static int add_where(struct selection *s, const char *text, int64_t now, struct error *err)
{
	struct error why;

	if (where_init(&s->where[s->n_where++], s->terms, text, now, &why) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--where %s", why.text);
}

static int read_time(const char *option, const char *text, int64_t now, int64_t *ms,
		     struct error *err)
{
	if (!text || where_parse_time(text, now, ms))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%s: '%.60s' is no time: 2026-01-02T03:04:05Z or, for two hours ago, -2h",
			 option, text);
}

/* Takes digits up to a colon or the end. */
static bool take_number(const char **at, int64_t *number)
{
	size_t len = strcspn(*at, ":");
	char *digits = mem_dup((struct slice){*at, len});
	uint64_t n;
	bool fine = text_parse_u64(digits, &n) && n <= INT64_MAX;

	free(digits);
	*at += len + ((*at)[len] == ':');
	if (fine)
		*number = (int64_t)n;
	return fine;
}

static int add_offsets(struct selection *s, const char *text, struct error *err)
{
	struct reader_part *part = &s->parts[s->n_parts++];
	const char *at = text;
	int64_t partition = 0;
	bool fine;

	*part = (struct reader_part){0, 0, READER_NO_END};
	fine = take_number(&at, &partition) && partition <= INT32_MAX;
	if (fine && *at && *at != ':')
		fine = take_number(&at, &part->from);
	else if (fine && *at == ':')
		at++;
	if (fine && *at)
		fine = take_number(&at, &part->to) && !*at;
	fine = fine && at[-1] != ':';
	part->partition = (int32_t)partition;
	for (size_t i = 0; fine && i + 1 < s->n_parts; i++)
		if (s->parts[i].partition == part->partition)
			return error_set(err, ERROR_USAGE, "--offsets names partition %d twice",
					 part->partition);
	if (fine && part->from <= part->to)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "--offsets: '%.60s' is not PARTITION[:FROM[:TO]], as in 3:1000:2000",
			 text);
}

static int fill(struct selection *s, const struct selection_options *o, int64_t now,
		struct error *err)
{
	for (size_t i = 0; i < o->n_where; i++)
		if (add_where(s, o->where[i], now, err) < 0)
			return -1;
	for (size_t i = 0; i < o->n_offsets; i++)
		if (add_offsets(s, o->offsets[i], err) < 0)
			return -1;
	if (read_time("--since", o->since, now, &s->since, err) < 0 ||
	    read_time("--until", o->until, now, &s->until, err) < 0)
		return -1;
	if (s->since > s->until)
		return error_set(err, ERROR_USAGE, "--since is later than --until");
	return 0;
}

struct selection *selection_create(const struct selection_options *options, int64_t now,
				   struct error *err)
{
	struct selection *s = mem_alloc(1, sizeof(*s));

	s->terms = terms_create();
	s->where = mem_alloc(options->n_where + 1, sizeof(*s->where));
	s->parts = mem_alloc(options->n_offsets + 1, sizeof(*s->parts));
	s->since = INT64_MIN;
	s->until = INT64_MAX;
	s->timed = options->since || options->until;
	s->status = options->status;
	if (fill(s, options, now, err) == 0)
		return s;
	selection_destroy(s);
	return NULL;
}

void selection_destroy(struct selection *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_where; i++)
		where_finish(&s->where[i]);
	free(s->where);
	free(s->parts);
	terms_destroy(s->terms);
	free(s);
}

static const struct reader_part *find_part(const struct selection *s, int32_t partition)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i].partition == partition)
			return &s->parts[i];
	return NULL;
}

static void cut(struct reader_part *part, const struct reader_part *to)
{
	if (part->from < to->from)
		part->from = to->from;
	if (part->to > to->to)
		part->to = to->to;
}

int selection_cut(const struct selection *s, struct reader_part *parts, size_t n, struct error *err)
{
	size_t left = 0;

	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i].partition >= (int32_t)n)
			return error_set(err, ERROR_USAGE,
					 "--offsets: there is no partition %d, the topic has %zu",
					 s->parts[i].partition, n);
	for (size_t i = 0; i < n; i++) {
		const struct reader_part *wanted = find_part(s, parts[i].partition);

		if (s->n_parts && !wanted)
			continue;
		parts[left] = parts[i];
		if (wanted)
			cut(&parts[left], wanted);
		left++;
	}
	return (int)left;
}

static bool is_in_time(const struct selection *s, const struct letter *l)
{
	int64_t at;

	if (!s->timed)
		return true;
	at = letter_time(l);
	return at != RECORD_NO_TIMESTAMP && at >= s->since && at < s->until;
}

static bool has_status(const struct selection *s, const struct letter *l)
{
	return s->status < 0 || (int)l->status == s->status;
}

static bool has_rest(struct selection *s, const struct letter *l)
{
	if (!is_in_time(s, l))
		return false;
	if (s->n_where)
		terms_begin(s->terms, l);
	for (size_t i = 0; i < s->n_where; i++)
		if (!where_holds(&s->where[i], s->terms))
			return false;
	return true;
}

bool selection_has(struct selection *s, const struct letter *l)
{
	return has_status(s, l) && has_rest(s, l);
}

bool selection_has_but_for_status(struct selection *s, const struct letter *l)
{
	return !has_status(s, l) && has_rest(s, l);
}

bool selection_takes_all(const struct selection *s)
{
	return !s->n_where && !s->timed && s->status < 0;
}

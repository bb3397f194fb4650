#include "inspect/wild.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "inspect/fold.h"

/* What stands in the place of a word. */
static const char any_word[] = {FOLD_MARK, 'w'};

/* Splits at blanks; 0 when there are too many. */
static unsigned split(struct slice text, struct slice words[WILD_WORDS])
{
	const char *at = text.data, *end = text.data + text.len;
	unsigned n = 0;

	while (at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		const char *stop = blank ? blank : end;

		if (n == WILD_WORDS)
			return 0;
		words[n++] = (struct slice){at, (size_t)(stop - at)};
		at = blank ? blank + 1 : end;
	}
	return n;
}

/* Of what has been folded away already any word may come in the place. */
static bool is_wild(struct slice word)
{
	return word.len == sizeof(any_word) && *word.data == FOLD_MARK;
}

static void join(struct buf *out, const struct slice words[WILD_WORDS], struct wild_mask mask)
{
	for (unsigned i = 0; i < mask.words; i++) {
		if (i)
			buf_add_char(out, ' ');
		if (mask.at & 1u << i)
			buf_add(out, any_word, sizeof(any_word));
		else
			buf_add_slice(out, words[i]);
	}
}

bool wild_fold(struct buf *out, struct slice message, struct wild_mask mask)
{
	struct slice words[WILD_WORDS];

	if (split(message, words) != mask.words)
		return false;
	join(out, words, mask);
	return true;
}

/* A message under one mask; those that are alike have the same hash. */
struct likeness {
	uint64_t hash;
	size_t message;
	struct wild_mask mask;
};

static int by_hash(const void *a, const void *b)
{
	const struct likeness *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static void add_likenesses(struct likeness *all, size_t *n, const struct wild_message *m, size_t i,
			   struct buf *scratch)
{
	struct slice words[WILD_WORDS];
	struct wild_mask mask = {split(m->text, words), 0};

	for (unsigned k = 0; k < mask.words; k++)
		mask.at |= is_wild(words[k]) ? 1u << k : 0;
	for (unsigned k = 0; k < mask.words; k++) {
		struct wild_mask other = {mask.words, mask.at | 1u << k};

		if (other.at == mask.at)
			continue;
		buf_clear(scratch);
		join(scratch, words, other);
		all[(*n)++] = (struct likeness){
			hash_bytes(m->context, buf_slice(scratch)),
			i,
			other,
		};
	}
}

static void learn_mask(struct wild *w, struct wild_mask mask)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->masks[i].words == mask.words && w->masks[i].at == mask.at)
			return;
	if (w->n < WILD_MASKS)
		w->masks[w->n++] = mask;
}

/* Each message takes the mask under which most are alike. */
static void choose(const struct likeness *all, size_t n, size_t least, size_t *best,
		   struct wild_mask *chosen)
{
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && all[to].hash == all[from].hash; to++)
			;
		for (size_t i = from; i < to && to - from > least; i++)
			if (to - from > best[all[i].message]) {
				best[all[i].message] = to - from;
				chosen[all[i].message] = all[i].mask;
			}
	}
}

size_t wild_learn(struct wild *w, const struct wild_message *messages, size_t n, size_t least,
		  struct wild_mask *chosen)
{
	struct likeness *all = mem_alloc(n * WILD_WORDS, sizeof(*all));
	size_t *best = mem_alloc(n, sizeof(*best));
	size_t n_all = 0, found = 0;
	struct buf scratch = {0};

	for (size_t i = 0; i < n; i++) {
		chosen[i] = (struct wild_mask){0};
		add_likenesses(all, &n_all, &messages[i], i, &scratch);
	}
	qsort(all, n_all, sizeof(*all), by_hash);
	choose(all, n_all, least, best, chosen);
	for (size_t i = 0; i < n; i++)
		if (chosen[i].words) {
			learn_mask(w, chosen[i]);
			found++;
		}
	buf_finish(&scratch);
	free(best);
	free(all);
	return found;
}

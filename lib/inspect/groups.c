#include "inspect/groups.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "inspect/fold.h"
#include "inspect/wild.h"
#include "letter/term.h"

#define BUCKETS 4096
/* So many groups of others there may be beside the others. */
#define OTHERS_MAX 200

/* Messages repeat: what was found before needn't be folded again. */
#define MEMO_SLOTS 1024
#define MEMO_BYTES 480
/* After so many in a row that were not found, only every so many-th is looked for. */
#define MEMO_MISSES 1000
#define MEMO_EVERY  64

/* What the examples may take. */
#define EXAMPLE_BYTES  (64u << 10)
#define EXAMPLES_BYTES (12u << 20)

/* So many groups must differ in one word only before it is folded away; that is also
 * done in the end, unless the groups are a handful. */
#define WILD_LEAST 10
#define HANDFUL	   25

/* In a key: the length of a value that isn't there. */
#define NO_VALUE UINT32_MAX

/* In the place of values that are not told apart. */
static const struct slice other_value = {(const char[]){FOLD_MARK, 'o'}, 2};

struct memo {
	struct group *group; /* NULL: free */
	uint64_t hash;
	size_t len;
	char key[MEMO_BYTES];
};

struct groups {
	struct terms *terms;
	size_t by[GROUP_BY_MAX], n_by;
	size_t message; /* which value is one; n_by: none */
	uint64_t seed;
	struct group *buckets[BUCKETS];
	struct group **all; /* sorted once groups_sort has run */
	size_t n, cap, n_others;
	struct memo *memo;
	uint64_t misses; /* in a row */
	struct wild wild;
	uint64_t turned_away; /* letters, since words were looked for */
	struct example_room room;
	struct buf key, folded;
};

static int add_by(struct groups *g, const char *name, struct error *err)
{
	if (g->n_by == GROUP_BY_MAX)
		return error_set(err, ERROR_USAGE, "messages can be grouped by %d fields at most",
				 GROUP_BY_MAX);
	if (terms_add(g->terms, slice_of(name), &g->by[g->n_by], err) < 0)
		return -1;
	if (g->message == g->n_by && !terms_is_message(g->terms, g->by[g->n_by]))
		g->message++;
	g->n_by++;
	return 0;
}

struct groups *groups_create(const char *const *by, size_t n_by, struct error *err)
{
	struct groups *g = mem_alloc(1, sizeof(*g));

	g->terms = terms_create();
	g->seed = hash_seed();
	g->memo = mem_alloc(MEMO_SLOTS, sizeof(*g->memo));
	g->room = (struct example_room){EXAMPLE_BYTES, EXAMPLES_BYTES};
	for (size_t i = 0; i < n_by; i++)
		if (add_by(g, by[i], err) < 0) {
			groups_destroy(g);
			return NULL;
		}
	return g;
}

void groups_destroy(struct groups *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n; i++)
		group_destroy(g->all[i], &g->room);
	free(g->all);
	free(g->memo);
	terms_destroy(g->terms);
	buf_finish(&g->key);
	buf_finish(&g->folded);
	free(g);
}

/* A long value tells no more than its beginning. */
static void read_values(struct groups *g, const struct letter *l, struct slice out[GROUP_BY_MAX])
{
	struct slice values[TERM_VALUES];

	terms_begin(g->terms, l);
	for (size_t i = 0; i < g->n_by; i++) {
		out[i] = SLICE_NULL;
		if (terms_values(g->terms, g->by[i], values))
			out[i] = text_cut(values[0], FOLD_MAX);
	}
}

/* Sets g->key, too. level: of a folded message, what was folded away makes no difference. */
static uint64_t hash_key(struct groups *g, const struct slice values[GROUP_BY_MAX], bool level)
{
	buf_clear(&g->key);
	for (size_t i = 0; i < g->n_by; i++) {
		uint32_t len = values[i].data ? (uint32_t)values[i].len : NO_VALUE;

		buf_add(&g->key, &len, sizeof(len));
		buf_add_slice(&g->key, values[i]);
		if (level && i == g->message)
			fold_level(g->key.data + g->key.len - values[i].len, values[i].len);
	}
	return hash_bytes(g->seed, buf_slice(&g->key));
}

static uint64_t hash_values(struct groups *g, const struct slice values[GROUP_BY_MAX])
{
	return hash_key(g, values, true);
}

static bool same_value(const struct groups *g, size_t i, struct slice a, struct slice b)
{
	return i == g->message ? fold_same(a, b) : slice_equal(a, b);
}

static struct group *find(const struct groups *g, const struct slice values[GROUP_BY_MAX],
			  uint64_t hash)
{
	for (struct group *group = g->buckets[hash % BUCKETS]; group; group = group->next) {
		size_t i = 0;

		while (group->hash == hash && i < g->n_by &&
		       same_value(g, i, group->values[i], values[i]))
			i++;
		if (i == g->n_by)
			return group;
	}
	return NULL;
}

static void put_into_bucket(struct groups *g, struct group *group)
{
	group->next = g->buckets[group->hash % BUCKETS];
	g->buckets[group->hash % BUCKETS] = group;
}

static void take_from_bucket(struct groups *g, struct group *group)
{
	struct group **at = &g->buckets[group->hash % BUCKETS];

	while (*at != group)
		at = &(*at)->next;
	*at = group->next;
}

static struct group *add_group(struct groups *g, const struct slice values[GROUP_BY_MAX],
			       uint64_t hash)
{
	struct group *group = group_create(values, g->n_by, hash);

	put_into_bucket(g, group);
	g->all = mem_grow(g->all, &g->cap, g->n + 1, sizeof(*g->all));
	return g->all[g->n++] = group;
}

/* Folds words of the message away. The values are those then, of which the message lies
 * in *text. False: it has another number of words, and all is as it was. */
static bool fold_words(struct groups *g, struct slice values[GROUP_BY_MAX], struct wild_mask mask,
		       struct buf *text)
{
	buf_clear(text);
	if (!values[g->message].data || !wild_fold(text, values[g->message], mask))
		return false;
	values[g->message] = buf_slice(text);
	return true;
}

/* The group becomes what the mask makes of it, which may be one that there is. */
static void widen(struct groups *g, struct group *group, struct wild_mask mask)
{
	struct slice values[GROUP_BY_MAX];
	struct buf text = {0};
	struct group *other;
	uint64_t hash;

	memcpy(values, group->values, sizeof(values));
	if (!fold_words(g, values, mask, &text))
		return;
	hash = hash_values(g, values);
	/* Levelled, it may be what it was. */
	take_from_bucket(g, group);
	other = find(g, values, hash);
	if (other) {
		group_rename(other, values, g->n_by, hash);
		group_merge(other, group);
		group->count = 0;
	} else {
		group_rename(group, values, g->n_by, hash);
		put_into_bucket(g, group);
	}
	buf_finish(&text);
}

static void drop_merged(struct groups *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		if (g->all[i]->count)
			g->all[n++] = g->all[i];
		else
			group_destroy(g->all[i], &g->room);
	}
	g->n = n;
	memset(g->memo, 0, MEMO_SLOTS * sizeof(*g->memo));
}

static struct wild_message message_of(struct groups *g, const struct group *group)
{
	struct slice values[GROUP_BY_MAX];
	struct wild_message m;

	memcpy(values, group->values, sizeof(values));
	m.text = group->others ? SLICE_LIT("") : values[g->message];
	values[g->message] = SLICE_NULL;
	m.context = hash_values(g, values);
	return m;
}

/* Looks for words by which many groups differ. */
static void look_for_words(struct groups *g)
{
	struct wild_message *messages = mem_alloc(g->n, sizeof(*messages));
	struct wild_mask *chosen = mem_alloc(g->n, sizeof(*chosen));

	for (size_t i = 0; i < g->n; i++)
		messages[i] = message_of(g, g->all[i]);
	if (wild_learn(&g->wild, messages, g->n, WILD_LEAST, chosen)) {
		for (size_t i = 0; i < g->n; i++)
			if (chosen[i].words)
				widen(g, g->all[i], chosen[i]);
		drop_merged(g);
	}
	free(chosen);
	free(messages);
}

/* Among the groups whose words were folded away. */
static struct group *find_wild(struct groups *g, const struct slice values[GROUP_BY_MAX])
{
	struct group *group = NULL;
	struct buf text = {0};

	for (size_t i = 0; i < g->wild.n && !group; i++) {
		struct slice other[GROUP_BY_MAX];

		memcpy(other, values, sizeof(other));
		if (fold_words(g, other, g->wild.masks[i], &text))
			group = find(g, other, hash_values(g, other));
	}
	buf_finish(&text);
	return group;
}

static bool is_full(const struct groups *g)
{
	return g->n - g->n_others >= GROUPS_MAX;
}

static struct group *find_others(struct groups *g, const struct slice values[GROUP_BY_MAX])
{
	struct slice other[GROUP_BY_MAX];
	struct group *group;
	uint64_t hash;

	other[0] = g->n_others < OTHERS_MAX && g->n_by > 1 ? values[0] : other_value;
	for (size_t i = 1; i < g->n_by; i++)
		other[i] = other_value;
	hash = hash_values(g, other);
	group = find(g, other, hash);
	if (group)
		return group;
	group = add_group(g, other, hash);
	group->others = true;
	g->n_others++;
	return group;
}

/* Those that were turned away say when it is worth while to look again. */
static struct group *make_group(struct groups *g, const struct slice values[GROUP_BY_MAX],
				uint64_t hash)
{
	bool message = g->message < g->n_by;
	struct group *group = message ? find_wild(g, values) : NULL;

	if (!group && message && is_full(g) && g->turned_away++ % (4 * GROUPS_MAX) == 0) {
		look_for_words(g);
		group = find_wild(g, values);
	}
	if (group)
		return group;
	return is_full(g) ? find_others(g, values) : add_group(g, values, hash);
}

static struct group *group_of(struct groups *g, const struct slice raw[GROUP_BY_MAX])
{
	struct slice values[GROUP_BY_MAX];
	struct group *group;
	uint64_t hash;

	memcpy(values, raw, sizeof(values));
	if (g->message < g->n_by && values[g->message].data) {
		buf_clear(&g->folded);
		fold_text(&g->folded, values[g->message]);
		values[g->message] = buf_slice(&g->folded);
	}
	hash = hash_values(g, values);
	group = find(g, values, hash);
	return group ? group : make_group(g, values, hash);
}

/* The same values as a moment ago are of the same group. */
static struct group *recall(struct groups *g, const struct slice values[GROUP_BY_MAX])
{
	struct group *group;
	struct memo *memo;
	uint64_t hash;
	size_t len;

	if (g->misses > MEMO_MISSES && g->misses++ % MEMO_EVERY)
		return group_of(g, values);
	hash = hash_key(g, values, false);
	memo = &g->memo[hash % MEMO_SLOTS];
	len = g->key.len;
	if (memo->group && memo->hash == hash && memo->len == len &&
	    memcmp(memo->key, g->key.data, len) == 0) {
		g->misses = 0;
		return memo->group;
	}
	g->misses++;
	group = group_of(g, values);
	if (len > MEMO_BYTES || group->others)
		return group;
	hash_key(g, values, false);
	memo->group = group;
	memo->hash = hash;
	memo->len = len;
	memcpy(memo->key, g->key.data, len);
	return group;
}

void groups_add(struct groups *g, const struct letter *l)
{
	struct slice values[GROUP_BY_MAX];

	read_values(g, l, values);
	group_count(recall(g, values), l, &g->room);
}

/* Those of equal counts stand in the same order each time. */
static int by_values(const struct group *a, const struct group *b)
{
	for (size_t i = 0; i < GROUP_BY_MAX; i++) {
		struct slice x = a->values[i], y = b->values[i];
		size_t len = x.len < y.len ? x.len : y.len;
		int order = len ? memcmp(x.data, y.data, len) : 0;

		if (!order)
			order = (x.len > y.len) - (x.len < y.len);
		if (order)
			return order;
	}
	return 0;
}

static int by_count(const void *a, const void *b)
{
	const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	if (x->span.first != y->span.first)
		return x->span.first < y->span.first ? -1 : 1;
	if (x->others != y->others)
		return x->others - y->others;
	return by_values(x, y);
}

void groups_sort(struct groups *g)
{
	if (g->message < g->n_by && g->n > HANDFUL)
		look_for_words(g);
	if (g->n)
		qsort(g->all, g->n, sizeof(*g->all), by_count);
}

size_t groups_count(const struct groups *g)
{
	return g->n;
}

const struct group *groups_at(const struct groups *g, size_t i)
{
	return g->all[i];
}

uint64_t groups_left_over(const struct groups *g)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->all[i]->others ? g->all[i]->count : 0;
	return n;
}

size_t groups_by(const struct groups *g)
{
	return g->n_by;
}

const char *groups_by_name(const struct groups *g, size_t i)
{
	return terms_name(g->terms, g->by[i]);
}

bool groups_by_is_message(const struct groups *g, size_t i)
{
	return i == g->message;
}

bool groups_show(struct buf *out, const struct groups *g, const struct group *group, size_t i)
{
	struct slice value = group->values[i];

	if (!value.data)
		return false;
	if (i == g->message || (group->others && slice_equal(value, other_value)))
		fold_show(out, value);
	else
		buf_add_slice(out, value);
	return true;
}

#include "mend/edit.h"

#include "base/text.h"
#include "mend/walk.h"

/* What a pointer's last token means. */
struct place {
	struct walk holder; /* over what has it, or should have it */
	struct slice value; /* null when there is none */
	unsigned n;	    /* parts that have the name */
};

static void add_until(struct buf *out, const char **from, const char *to)
{
	buf_add(out, *from, (size_t)(to - *from));
	*from = to;
}

static void add_rest(struct buf *out, const char *from, struct slice json)
{
	add_until(out, &from, json.data + json.len);
}

/* Of the pointer's text as far as its first n tokens go. */
static int head_len(const struct pointer *p, size_t n)
{
	const char *c = p->text;

	for (; *c; c++)
		if (*c == '/' && !n--)
			break;
	return (int)(c - p->text);
}

static int no_holder(const struct pointer *at, size_t n, bool missing, struct error *why)
{
	int len = head_len(at, n);

	if (missing)
		return error_set(why, ERROR_INPUT, "there is no %.*s", len, at->text);
	return error_set(why, ERROR_INPUT, "%s%.*s is neither an object nor an array",
			 len ? "" : "the value", len, at->text);
}

/* 0, or -1 when there is nothing that could hold it. */
static int locate(struct place *p, const struct pointer *at, struct slice json, struct error *why)
{
	p->value = json;
	for (size_t i = 0; i < at->n_tokens; i++) {
		struct slice holder = p->value;

		if (!holder.data || !walk_init(&p->holder, holder))
			return no_holder(at, i, !holder.data, why);
		p->value = SLICE_NULL;
		p->n = 0;
		while (walk_next(&p->holder)) {
			if (!walk_is_at(&p->holder, at->tokens[i]))
				continue;
			p->value = p->holder.value;
			p->n++;
		}
	}
	return 0;
}

static struct slice last_token(const struct pointer *p)
{
	return p->tokens[p->n_tokens - 1];
}

static void add_part(struct buf *out, struct slice json, const struct walk *holder,
		     struct slice name, struct slice value)
{
	const char *from = json.data;

	add_until(out, &from, holder->to);
	if (holder->n)
		buf_add_char(out, ',');
	if (holder->is_object) {
		text_add_json(out, name);
		buf_add_char(out, ':');
	}
	buf_add_slice(out, value);
	add_rest(out, from, json);
}

static struct walk walk_again(const char *open, struct slice json)
{
	struct walk w;

	walk_init(&w, (struct slice){open, (size_t)(json.data + json.len - open)});
	return w;
}

static void add_replaced(struct buf *out, struct slice json, const struct place *p,
			 struct slice token, struct slice value)
{
	struct walk w = walk_again(p->holder.open, json);
	const char *from = json.data;

	while (p->n > 1 && walk_next(&w)) {
		if (!walk_is_at(&w, token) || w.value.data == p->value.data)
			continue;
		add_until(out, &from, w.value.data);
		buf_add_slice(out, value);
		from = w.to;
	}
	add_until(out, &from, p->value.data);
	buf_add_slice(out, value);
	add_rest(out, p->value.data + p->value.len, json);
}

/* May the array have an item of that number behind its last one? */
static bool is_next(const struct walk *array, struct slice token)
{
	struct walk behind = *array;

	behind.n++;
	return slice_is(token, "-") || walk_is_at(&behind, token);
}

int edit_set(struct buf *out, struct slice json, const struct pointer *at, struct slice value,
	     struct error *why)
{
	struct place p;

	if (locate(&p, at, json, why) < 0)
		return -1;
	if (!at->n_tokens)
		buf_add_slice(out, value);
	else if (p.value.data)
		add_replaced(out, json, &p, last_token(at), value);
	else if (p.holder.is_object || is_next(&p.holder, last_token(at)))
		add_part(out, json, &p.holder, last_token(at), value);
	else
		return error_set(why, ERROR_INPUT, "there is no %s, nor is it the next item",
				 at->text);
	return 1;
}

/* The first part that stays has what stood before the first one, each other what stood
 * before itself, with the comma. */
static void add_without(struct buf *out, struct slice holder, struct slice token)
{
	struct walk w;
	const char *first = NULL, *before = NULL;
	bool any = false;

	for (walk_init(&w, holder); walk_next(&w); before = w.to) {
		const char *from = any ? before : w.from;

		if (!first)
			first = w.from;
		if (walk_is_at(&w, token))
			continue;
		if (!any)
			buf_add(out, w.open, (size_t)(first - w.open));
		any = true;
		add_until(out, &from, w.to);
	}
	if (any)
		buf_add(out, before, (size_t)(w.close - before));
	else
		buf_add_char(out, *w.open);
}

int edit_unset(struct buf *out, struct slice json, const struct pointer *at)
{
	struct place p;
	const char *from = json.data;

	if (!at->n_tokens || locate(&p, at, json, NULL) < 0 || !p.value.data)
		return 0;
	add_until(out, &from, p.holder.open);
	add_without(out, (struct slice){from, (size_t)(p.holder.close + 1 - from)}, last_token(at));
	add_rest(out, p.holder.close, json);
	return 1;
}

static bool tokens_equal(const struct pointer *a, const struct pointer *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!slice_equal(a->tokens[i], b->tokens[i]))
			return false;
	return true;
}

bool edit_is_within(const struct pointer *inner, const struct pointer *outer)
{
	return inner->n_tokens >= outer->n_tokens && tokens_equal(inner, outer, outer->n_tokens);
}

static void add_renamed(struct buf *out, struct slice json, const char *open, struct slice old,
			struct slice new)
{
	struct walk w = walk_again(open, json);
	const char *from = json.data;

	while (walk_next(&w)) {
		if (!walk_is_at(&w, old))
			continue;
		add_until(out, &from, w.from);
		text_add_json(out, new);
		from = w.name.data + w.name.len + 1;
	}
	add_rest(out, from, json);
}

static int move(struct buf *out, struct slice json, const struct pointer *from,
		const struct pointer *to, struct slice value, struct error *why)
{
	struct buf both = {0};
	int rc = edit_set(&both, json, to, value, why);

	if (rc > 0)
		rc = edit_unset(out, buf_slice(&both), from);
	buf_finish(&both);
	return rc;
}

int edit_rename(struct buf *out, struct slice json, const struct pointer *from,
		const struct pointer *to, struct error *why)
{
	struct place old, new;

	if (!from->n_tokens || locate(&old, from, json, NULL) < 0 || !old.value.data)
		return 0;
	if (locate(&new, to, json, why) < 0)
		return -1;
	if (new.value.data)
		return error_set(why, ERROR_INPUT, "%s is there already", to->text);
	if (old.holder.open != new.holder.open || !old.holder.is_object)
		return move(out, json, from, to, old.value, why);
	add_renamed(out, json, old.holder.open, last_token(from), last_token(to));
	return 1;
}

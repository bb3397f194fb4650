#include "source/layout.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

#define MAX_DEPTH 32

/* A member of an object: a column, or an object in turn. */
struct node {
	struct slice key;
	size_t column; /* that made it; columns of the same object share it */
	bool object;
	struct node *first, *last; /* of the members */
	struct node *next;
};

static void free_members(struct node *n)
{
	struct node *member = n->first;

	while (member) {
		struct node *next = member->next;

		free_members(member);
		free(member);
		member = next;
	}
}

static struct node *find_member(const struct node *object, struct slice key)
{
	struct node *n = object->first;

	while (n && !slice_equal(n->key, key))
		n = n->next;
	return n;
}

static struct node *add_member(struct node *object, struct slice key, size_t column, bool is_object)
{
	struct node *n = mem_alloc(1, sizeof(*n));

	*n = (struct node){.key = key, .column = column, .object = is_object};
	if (object->last)
		object->last->next = n;
	else
		object->first = n;
	object->last = n;
	return n;
}

/* In a file without a header row the names would be data: they are not shown. */
static int conflict(size_t a, size_t b, struct error *err)
{
	return error_set(err, ERROR_INPUT,
			 "the names of columns %zu and %zu can't stand in one object: rename one",
			 a + 1, b + 1);
}

/* Parts of a name; 1 when it doesn't nest. */
static size_t count_parts(const char *name)
{
	size_t len = strlen(name), parts = 1;

	if (name[0] == '.' || name[len - 1] == '.' || strstr(name, ".."))
		return 1;
	for (const char *p = name; (p = strchr(p, '.')); p++)
		parts++;
	return parts;
}

static int add_column(struct node *root, const struct columns *columns, size_t i, struct error *err)
{
	const char *name = columns->items[i].name;
	size_t parts = count_parts(name);
	struct node *object = root;

	if (parts > MAX_DEPTH)
		return error_set(err, ERROR_INPUT, "the name of column %zu has more than %d parts",
				 i + 1, MAX_DEPTH);
	for (; parts; parts--) {
		struct slice key = {name, parts > 1 ? strcspn(name, ".") : strlen(name)};
		struct node *member = find_member(object, key);

		if (member && (parts == 1 || !member->object))
			return conflict(member->column, i, err);
		object = member ? member : add_member(object, key, i, parts > 1);
		name += key.len + (parts > 1);
	}
	return 0;
}

/* Writes punctuation to *text, which becomes the next slot's at each column. */
static void write_object(struct layout *l, const struct node *object, struct buf *text)
{
	buf_add_char(text, '{');
	for (const struct node *n = object->first; n; n = n->next) {
		if (n != object->first)
			buf_add_char(text, ',');
		text_add_json(text, n->key);
		buf_add_char(text, ':');
		if (n->object) {
			write_object(l, n, text);
		} else {
			l->slots[l->n++] = (struct layout_slot){*text, n->column};
			buf_init(text);
		}
	}
	buf_add_char(text, '}');
}

int layout_build(struct layout *l, const struct columns *columns, struct error *err)
{
	struct node root = {.object = true};
	int rc = 0;

	for (size_t i = 0; i < columns->n && rc == 0; i++)
		rc = add_column(&root, columns, i, err);
	if (rc == 0) {
		l->slots = mem_alloc(columns->n, sizeof(*l->slots));
		write_object(l, &root, &l->after);
	}
	free_members(&root);
	return rc;
}

void layout_finish(struct layout *l)
{
	for (size_t i = 0; i < l->n; i++)
		buf_finish(&l->slots[i].before);
	free(l->slots);
	buf_finish(&l->after);
	*l = (struct layout){0};
}

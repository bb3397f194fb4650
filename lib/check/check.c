#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check/pointer.h"

/* A field that somebody wants. Pointers are allocated one by one: the JSON
 * checker keeps their addresses. */
struct want {
	struct pointer *pointer, *nested; /* nested: NULL, or the other reading of a.b */
	size_t field, nested_field;
};

struct check {
	struct json_checker *json;
	struct want *wants;
	size_t n_wants, cap_wants;
	size_t n_required; /* the first ones */
	char message[256];
};

static void pointer_destroy(struct pointer *p)
{
	if (p)
		pointer_finish(p);
	free(p);
}

static struct pointer *pointer_create(const char *text, struct error *err)
{
	struct pointer *p = mem_alloc(1, sizeof(*p));

	if (pointer_init(p, text, err) == 0)
		return p;
	pointer_destroy(p);
	return NULL;
}

struct check *check_create(const char *const *require, size_t n, struct error *err)
{
	struct check *c = mem_alloc(1, sizeof(*c));
	size_t number;

	c->json = json_checker_create();
	for (size_t i = 0; i < n; i++) {
		if (check_want(c, require[i], &number, err) < 0) {
			check_destroy(c);
			return NULL;
		}
	}
	c->n_required = n;
	return c;
}

void check_destroy(struct check *c)
{
	if (!c)
		return;
	json_checker_destroy(c->json);
	for (size_t i = 0; i < c->n_wants; i++) {
		pointer_destroy(c->wants[i].pointer);
		pointer_destroy(c->wants[i].nested);
	}
	free(c->wants);
	free(c);
}

/* "customer.id" is a CSV column that became a member of an object. */
static char *nested_text(const char *name)
{
	struct buf text = {0};

	if (*name == '/' || !strchr(name, '.'))
		return NULL;
	buf_add_char(&text, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			buf_add_str(&text, *name == '~' ? "~0" : "~1");
		else
			buf_add_char(&text, *name == '.' ? '/' : *name);
	}
	return text.data;
}

int check_want(struct check *c, const char *pointer, size_t *number, struct error *err)
{
	char *nested = nested_text(pointer);
	struct want w = {.pointer = pointer_create(pointer, err)};

	if (w.pointer && nested)
		w.nested = pointer_create(nested, err);
	if (!w.pointer || (nested && !w.nested)) {
		pointer_destroy(w.pointer);
		free(nested);
		return -1;
	}
	free(nested);
	w.field = json_checker_want(c->json, w.pointer);
	if (w.nested)
		w.nested_field = json_checker_want(c->json, w.nested);
	c->wants = mem_grow(c->wants, &c->cap_wants, c->n_wants + 1, sizeof(*c->wants));
	*number = c->n_wants;
	c->wants[c->n_wants++] = w;
	return 0;
}

static bool has_required(struct check *c, struct verdict *v)
{
	for (size_t i = 0; i < c->n_required; i++) {
		enum json_kind kind = check_field(c, i)->kind;

		if (kind > JSON_KIND_NULL)
			continue;
		snprintf(c->message, sizeof(c->message), "required field %s is %s",
			 check_pointer(c, i), kind == JSON_KIND_NULL ? "null" : "missing");
		*v = (struct verdict){FAULT_MISSING_FIELD, c->message};
		return false;
	}
	return true;
}

bool check_record(struct check *c, const struct record *r, struct verdict *v)
{
	enum fault fault;

	*v = (struct verdict){FAULT_NONE, NULL};
	if (!r->json && !c->n_wants)
		return true;
	fault = json_run(c->json, r->value);
	if (fault == FAULT_NONE)
		return has_required(c, v);
	*v = (struct verdict){fault, json_message(c->json)};
	return false;
}

const struct json_field *check_field(const struct check *c, size_t number)
{
	const struct want *w = &c->wants[number];
	const struct json_field *field = json_field(c->json, w->field);

	if (field->kind == JSON_KIND_MISSING && w->nested)
		field = json_field(c->json, w->nested_field);
	return field;
}

const char *check_pointer(const struct check *c, size_t number)
{
	return c->wants[number].pointer->text;
}

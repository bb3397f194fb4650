#include "mend/mend.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "mend/change.h"
#include "mend/transform.h"

struct mend {
	struct change *changes; /* in the order of the work */
	size_t n_changes;
	bool idle;
	struct json_checker *json;   /* of what comes in */
	struct check *check;	     /* of what goes out */
	struct transform *transform; /* or NULL */
	struct buf text, next;	     /* as changed so far, and by the change at hand */
	struct error error;
	char message[1100]; /* room for an error's text */
};

static const enum change_kind kinds[] = {
	[MEND_RENAME] = CHANGE_RENAME, [MEND_UNSET] = CHANGE_UNSET, [MEND_SET] = CHANGE_SET};

static int add_changes(struct mend *m, enum change_kind kind, const struct mend_list *list,
		       struct error *err)
{
	for (size_t i = 0; i < list->n; i++)
		if (change_init(&m->changes[m->n_changes++], kind, list->items[i], m->json, err) <
		    0)
			return -1;
	return 0;
}

static int read_changes(struct mend *m, const struct mend_options *o, struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		n += o->lists[i].n;
	m->changes = mem_alloc(n, sizeof(*m->changes));
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (add_changes(m, kinds[i], &o->lists[i], err) < 0)
			return -1;
	return 0;
}

static int read_required(struct mend *m, const struct mend_options *o, struct error *err)
{
	const struct mend_list *require = &o->lists[MEND_REQUIRE];

	m->check = check_create(require->items, require->n, &m->error);
	if (m->check)
		return 0;
	return error_set(err, ERROR_USAGE, "--require: %s", m->error.text);
}

static int read_transform(struct mend *m, const struct mend_options *o, struct error *err)
{
	struct transform_options options = {.command = o->transform,
					    .timeout_ms = o->transform_timeout_ms,
					    .max_bytes = o->max_bytes,
					    .stop = o->stop};

	if (o->transform && !o->transform[strspn(o->transform, " \t\n")])
		return error_set(err, ERROR_USAGE, "--transform '%s': want a command",
				 o->transform);
	if (o->transform)
		m->transform = transform_create(&options);
	return 0;
}

struct mend *mend_create(const struct mend_options *o, struct error *err)
{
	struct mend *m = mem_alloc(1, sizeof(*m));

	m->json = json_checker_create();
	m->idle = !o->transform;
	for (size_t i = 0; i < MEND_KINDS; i++)
		m->idle &= !o->lists[i].n;
	if (read_changes(m, o, err) == 0 && read_required(m, o, err) == 0 &&
	    read_transform(m, o, err) == 0)
		return m;
	mend_destroy(m);
	return NULL;
}

void mend_destroy(struct mend *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_changes; i++)
		change_finish(&m->changes[i]);
	free(m->changes);
	json_checker_destroy(m->json);
	check_destroy(m->check);
	transform_destroy(m->transform);
	buf_finish(&m->text);
	buf_finish(&m->next);
	free(m);
}

bool mend_is_idle(const struct mend *m)
{
	return m->idle;
}

static enum mend_result refuse(struct mend *m, struct verdict *why, const char *before,
			       const char *message)
{
	snprintf(m->message, sizeof(m->message), "%s%s", before, message);
	*why = (struct verdict){FAULT_MEND_FAILED, m->message};
	return MEND_REFUSED;
}

/* Copies the value to where bytes behind its end can be read. */
static enum mend_result read_value(struct mend *m, struct slice value, struct verdict *why)
{
	enum fault fault;

	buf_clear(&m->text);
	buf_add_slice(&m->text, value);
	buf_reserve(&m->text, BLOCK_PADDING);
	fault = json_run(m->json, value.data ? buf_slice(&m->text) : SLICE_NULL);
	if (fault == FAULT_NONE)
		return MEND_DONE;
	*why = (struct verdict){fault, json_message(m->json)};
	return MEND_REFUSED;
}

static enum mend_result make_changes(struct mend *m, struct verdict *why)
{
	for (size_t i = 0; i < m->n_changes; i++) {
		struct buf before = m->text;
		int rc;

		buf_clear(&m->next);
		rc = change_apply(&m->changes[i], &m->next, buf_slice(&m->text), &m->error);
		if (rc < 0)
			return refuse(m, why, "", m->error.text);
		if (rc > 0) {
			m->text = m->next;
			m->next = before;
		}
	}
	buf_reserve(&m->text, BLOCK_PADDING);
	return MEND_DONE;
}

static enum mend_result run_transform(struct mend *m, struct slice *text, struct verdict *why,
				      struct error *err)
{
	enum mend_result result = MEND_DONE;

	if (m->transform)
		result = transform_run(m->transform, *text, text, err);
	if (result == MEND_REFUSED)
		refuse(m, why, "", transform_message(m->transform));
	return result;
}

static enum mend_result check_text(struct mend *m, struct slice text, struct verdict *why)
{
	struct record r = {.value = text, .json = true};

	if (check_record(m->check, &r, why))
		return MEND_DONE;
	/* Nested too deep, say. */
	if (why->fault != FAULT_MISSING_FIELD)
		return refuse(m, why, "changed, it is not valid JSON: ", why->message);
	return MEND_REFUSED;
}

enum mend_result mend_apply(struct mend *m, struct slice value, struct slice *out,
			    struct verdict *why, struct error *err)
{
	enum mend_result result;
	struct slice text;

	*out = value;
	*why = (struct verdict){FAULT_NONE, NULL};
	if (m->idle)
		return MEND_DONE;
	result = read_value(m, value, why);
	if (result == MEND_DONE)
		result = make_changes(m, why);
	text = buf_slice(&m->text);
	if (result == MEND_DONE)
		result = run_transform(m, &text, why, err);
	if (result == MEND_DONE)
		result = check_text(m, text, why);
	if (result == MEND_DONE && !slice_equal(text, value))
		*out = text;
	return result;
}

enum mend_result mend_settle(struct mend *m, struct verdict *why)
{
	enum mend_result result = m->transform ? transform_settle(m->transform) : MEND_DONE;

	*why = (struct verdict){FAULT_NONE, NULL};
	if (result != MEND_DONE)
		refuse(m, why, "", transform_message(m->transform));
	return result;
}

bool mend_is_unsure(const struct mend *m)
{
	return m->transform && transform_is_unsure(m->transform);
}

bool mend_is_slow(const struct mend *m)
{
	return m->transform && transform_is_slow(m->transform);
}

void mend_set_exact(struct mend *m, bool exact)
{
	if (m->transform)
		transform_set_exact(m->transform, exact);
}

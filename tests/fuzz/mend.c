/* A change of a JSON text, held against the same change of jansson's own tree.
 *
 * The first line is "set POINTER=JSON", "unset POINTER" or "rename OLD=NEW", the rest is the
 * text. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "mend/mend.h"
#include "slow.h"
#include "tree.h"

static const struct verb {
	const char *word;
	enum mend_kind kind;
} verbs[] = {{"set ", MEND_SET}, {"unset ", MEND_UNSET}, {"rename ", MEND_RENAME}};

enum effect { CHANGED, UNCHANGED, REFUSED };

static json_t *holder_of(json_t *root, const struct pointer *p)
{
	json_t *holder = p->n_tokens ? tree_find(root, p->tokens, p->n_tokens - 1) : NULL;

	return json_is_object(holder) || json_is_array(holder) ? holder : NULL;
}

static enum effect set_item(json_t *array, struct slice name, json_t *value)
{
	size_t index, n = json_array_size(array);
	bool is_number = tree_index(name, &index);

	if (slice_is(name, "-") || (is_number && index == n))
		return json_array_append(array, value) == 0 ? CHANGED : REFUSED;
	if (!is_number || index > n)
		return REFUSED;
	return json_array_set(array, index, value) == 0 ? CHANGED : REFUSED;
}

static enum effect set(json_t **root, const struct pointer *at, json_t *value)
{
	json_t *holder = holder_of(*root, at);
	char *name;

	if (!at->n_tokens) {
		json_decref(*root);
		*root = json_incref(value);
		return CHANGED;
	}
	if (!holder)
		return REFUSED;
	if (json_is_array(holder))
		return set_item(holder, at->tokens[at->n_tokens - 1], value);
	name = mem_dup(at->tokens[at->n_tokens - 1]);
	REQUIRE(json_object_set(holder, name, value) == 0);
	free(name);
	return CHANGED;
}

static enum effect unset(json_t *root, const struct pointer *at)
{
	json_t *holder = holder_of(root, at);
	size_t index;
	char *name;

	if (!holder || !tree_find(root, at->tokens, at->n_tokens))
		return UNCHANGED;
	if (json_is_array(holder)) {
		REQUIRE(tree_index(at->tokens[at->n_tokens - 1], &index));
		REQUIRE(json_array_remove(holder, index) == 0);
		return CHANGED;
	}
	name = mem_dup(at->tokens[at->n_tokens - 1]);
	REQUIRE(json_object_del(holder, name) == 0);
	free(name);
	return CHANGED;
}

static enum effect rename_it(json_t **root, const struct pointer *from, const struct pointer *to)
{
	json_t *value = tree_find(*root, from->tokens, from->n_tokens);
	enum effect effect;

	if (!value)
		return UNCHANGED;
	if (tree_find(*root, to->tokens, to->n_tokens))
		return REFUSED;
	json_incref(value);
	effect = set(root, to, value);
	if (effect == CHANGED)
		REQUIRE(unset(*root, from) == CHANGED);
	json_decref(value);
	return effect;
}

/* The change as the option's text has it; the tree takes the place of *root. False when
 * jansson can't read the value. */
static bool change_tree(json_t **root, enum mend_kind kind, const char *option, enum effect *effect)
{
	const char *equals = kind == MEND_UNSET ? NULL : strchr(option, '=');
	char *head = mem_dup(
		(struct slice){option, equals ? (size_t)(equals - option) : strlen(option)});
	json_t *value = kind == MEND_SET ? tree_read(slice_of(equals + 1)) : NULL;
	struct pointer at, to;

	REQUIRE(pointer_init(&at, head, NULL) == 0);
	REQUIRE(pointer_init(&to, kind == MEND_RENAME ? equals + 1 : "", NULL) == 0);
	if (value)
		*effect = set(root, &at, value);
	else if (kind == MEND_UNSET)
		*effect = unset(*root, &at);
	else if (kind == MEND_RENAME)
		*effect = rename_it(root, &at, &to);
	json_decref(value);
	pointer_finish(&at);
	pointer_finish(&to);
	free(head);
	return value || kind != MEND_SET;
}

static void check_valid(struct slice text)
{
	struct json_checker *slow = slow_checker_create();
	struct slice padded = fuzz_pad(text);

	REQUIRE(slow_run(slow, padded) == FAULT_NONE);
	free((char *)padded.data);
	slow_checker_destroy(slow);
}

static void compare(enum mend_kind kind, const char *option, struct slice text, struct slice out,
		    bool done)
{
	json_t *root = tree_read(text), *changed;
	enum effect effect;

	if (root && change_tree(&root, kind, option, &effect)) {
		REQUIRE(done == (effect != REFUSED));
		REQUIRE(effect != UNCHANGED || out.data == text.data);
		changed = done ? tree_read(out) : NULL;
		REQUIRE(!done || json_equal(changed, root));
		json_decref(changed);
	}
	json_decref(root);
}

/* Each is valid by itself, but together they are too deep. */
static bool is_too_deep(const struct verdict *why)
{
	return why->fault == FAULT_MEND_FAILED && strncmp(why->message, "changed, ", 9) == 0;
}

static void check_value(struct mend *m, enum mend_kind kind, const char *option, struct slice text)
{
	struct verdict why;
	struct slice out;
	enum mend_result result = mend_apply(m, text, &out, &why, NULL);

	REQUIRE(result == MEND_DONE || result == MEND_REFUSED);
	REQUIRE((result == MEND_DONE) == (why.fault == FAULT_NONE));
	if (result == MEND_DONE)
		check_valid(out);
	else
		REQUIRE(!fuzz_is_clean(option) || fuzz_is_clean(why.message));
	if (why.fault == FAULT_NONE || (why.fault == FAULT_MEND_FAILED && !is_too_deep(&why)))
		compare(kind, option, text, out, result == MEND_DONE);
}

static void check_change(const struct verb *verb, const char *option, struct slice text)
{
	struct mend_options options = {0};
	struct error err = {0};
	struct mend *m;

	options.lists[verb->kind] = (struct mend_list){&option, 1};
	m = mend_create(&options, &err);
	if (m)
		check_value(m, verb->kind, option, text);
	else
		REQUIRE(err.kind == ERROR_USAGE && strncmp(err.text, "--", 2) == 0);
	mend_destroy(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);
	char *line = fuzz_text(fuzz_take_line(&in));

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strncmp(line, verbs[i].word, strlen(verbs[i].word)) == 0)
			check_change(&verbs[i], line + strlen(verbs[i].word), in);
	free(line);
	return 0;
}

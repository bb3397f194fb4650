/* JSON Pointers over a JSON text, held against jansson's own tree.
 *
 * The first line is the pointer, the rest is the text. */
#include "fuzz.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/check.h"
#include "check/scan.h"
#include "judge.h"
#include "slow.h"
#include "tree.h"

static void check_reread(const struct pointer *p)
{
	struct pointer again;

	REQUIRE(pointer_init(&again, p->text, NULL) == 0);
	REQUIRE(strcmp(again.text, p->text) == 0);
	REQUIRE(again.n_tokens == p->n_tokens);
	for (size_t i = 0; i < p->n_tokens; i++)
		REQUIRE(slice_equal(again.tokens[i], p->tokens[i]));
	pointer_finish(&again);
}

static enum json_kind kind_of(const json_t *value)
{
	static const enum json_kind kinds[] = {
		[JSON_OBJECT] = JSON_KIND_OBJECT, [JSON_ARRAY] = JSON_KIND_ARRAY,
		[JSON_STRING] = JSON_KIND_STRING, [JSON_INTEGER] = JSON_KIND_NUMBER,
		[JSON_REAL] = JSON_KIND_NUMBER,	  [JSON_TRUE] = JSON_KIND_BOOLEAN,
		[JSON_FALSE] = JSON_KIND_BOOLEAN, [JSON_NULL] = JSON_KIND_NULL,
	};

	return value ? kinds[json_typeof(value)] : JSON_KIND_MISSING;
}

static void compare(const json_t *value, const struct json_field *field)
{
	json_t *parsed;

	REQUIRE(field->kind == kind_of(value));
	if (!value || json_is_null(value))
		return;
	if (json_is_string(value)) {
		REQUIRE(slice_equal(field->text, (struct slice){json_string_value(value),
								json_string_length(value)}));
		return;
	}
	parsed = tree_read(field->text);
	REQUIRE(parsed && json_equal(parsed, value));
	json_decref(parsed);
}

/* A slice of the text that is a JSON text of its own, without blanks around it. */
static void check_found(const struct pointer *p, struct slice text, struct slice found)
{
	struct json_checker *checker;
	struct slice padded;

	if (!found.data)
		return;
	REQUIRE(found.len && found.data >= text.data &&
		found.data + found.len <= text.data + text.len);
	REQUIRE(!strchr(" \t\r\n", found.data[0]) && !strchr(" \t\r\n", found.data[found.len - 1]));
	REQUIRE(p->n_tokens || scan_trim(text).len == found.len);
	checker = slow_checker_create();
	padded = fuzz_pad(found);
	REQUIRE(slow_run(checker, padded) == FAULT_NONE);
	free((char *)padded.data);
	slow_checker_destroy(checker);
}

static void look_up(struct check *check, size_t number, const struct pointer *p, struct slice text)
{
	struct record r = {.value = text, .json = true};
	struct verdict v;
	json_t *root;

	if (!check_record(check, &r, &v))
		return;
	check_found(p, text, pointer_find(p, text));
	/* It refuses some valid texts; and of a name that stands twice, redrive takes the first. */
	root = tree_read(text);
	if (root)
		compare(tree_find(root, p->tokens, p->n_tokens), check_field(check, number));
	json_decref(root);
}

/* Both tiers about the same field. */
static void compare_tiers(struct check *check, size_t number, const struct pointer *p,
			  struct slice text)
{
	struct json_checker *slow = slow_checker_create();
	const struct json_field *field = check_field(check, number), *other;
	struct record r = {.value = text, .json = true};
	struct verdict v;

	slow_checker_want(slow, p);
	REQUIRE(check_record(check, &r, &v) == (slow_run(slow, text) == FAULT_NONE));
	other = slow_field(slow, 0);
	if (v.fault == FAULT_NONE) {
		REQUIRE(field->kind == other->kind);
		REQUIRE(field->kind <= JSON_KIND_NULL || slice_equal(field->text, other->text));
	}
	slow_checker_destroy(slow);
}

static void check_pointer_in(const char *name, const struct pointer *p, struct slice text)
{
	struct check *check = check_create(NULL, 0, NULL);
	size_t number;

	/* Its canonical form, so that a dot in a plain name has no second meaning. */
	REQUIRE(check_want(check, p->text, &number, NULL) == 0);
	look_up(check, number, p, text);
	compare_tiers(check, number, p, text);
	REQUIRE(check_want(check, name, &number, NULL) == 0);
	REQUIRE(strcmp(check_pointer(check, number), p->text) == 0);
	compare_tiers(check, 0, p, text);
	check_destroy(check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);
	char *name = fuzz_text(fuzz_take_line(&in));
	struct slice text = fuzz_pad(in);
	struct error err = {0};
	struct judge *judge;
	struct pointer p;

	if (pointer_init(&p, name, &err) == 0) {
		check_reread(&p);
		check_pointer_in(name, &p, text);
	} else {
		REQUIRE(err.kind == ERROR_USAGE && strchr(name, '~') && *name == '/');
	}
	pointer_finish(&p);
	judge = judge_create(size % 4);
	judge_text(judge, in);
	judge_destroy(judge);
	free((char *)text.data);
	free(name);
	return 0;
}

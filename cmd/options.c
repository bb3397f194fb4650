#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "option_value.h"

#define SHOWN_MAX 60 /* bytes of a wrong value that a message repeats */

/* An option of the table, and what happened to it. */
struct slot {
	const struct option_spec *spec;
	void *member;
	enum option_origin origin;
	size_t cap; /* of a list's items */
};

struct options {
	struct slot *slots;
	size_t n_slots, cap_slots;
	struct option_list args;
	size_t cap_args;
	char **owned; /* every string that was copied */
	size_t n_owned, cap_owned;
	bool help;
};

static const struct option_spec help_spec = {
	.short_name = 'h', .name = "help", .kind = OPTION_FLAG};

static void add_slot(struct options *o, const struct option_spec *spec, void *member)
{
	o->slots = mem_grow(o->slots, &o->cap_slots, o->n_slots + 1, sizeof(*o->slots));
	o->slots[o->n_slots++] = (struct slot){.spec = spec, .member = member};
}

struct options *options_create(const struct option_use *uses, void *target)
{
	struct options *o = mem_alloc(1, sizeof(*o));

	for (; uses && uses->group; uses++)
		for (const struct option_spec *spec = uses->group->specs; spec->name; spec++)
			add_slot(o, spec, (char *)target + uses->at + spec->offset);
	add_slot(o, &help_spec, &o->help);
	return o;
}

void options_destroy(struct options *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_slots; i++)
		if (o->slots[i].spec->kind == OPTION_LIST && o->slots[i].origin != ORIGIN_DEFAULT)
			free(((struct option_list *)o->slots[i].member)->items);
	for (size_t i = 0; i < o->n_owned; i++)
		free(o->owned[i]);
	free(o->owned);
	free(o->args.items);
	free(o->slots);
	free(o);
}

static const char *keep(struct options *o, const char *text)
{
	o->owned = mem_grow(o->owned, &o->cap_owned, o->n_owned + 1, sizeof(*o->owned));
	return o->owned[o->n_owned++] = mem_strdup(text);
}

static void list_add(struct option_list *list, size_t *cap, const char *text)
{
	list->items = mem_grow(list->items, cap, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = text;
}

static struct slot *find(const struct options *o, const char *name, size_t len)
{
	for (size_t i = 0; i < o->n_slots; i++)
		if (strlen(o->slots[i].spec->name) == len &&
		    strncmp(o->slots[i].spec->name, name, len) == 0)
			return &o->slots[i];
	return NULL;
}

static struct slot *find_short(const struct options *o, char letter)
{
	for (size_t i = 0; i < o->n_slots; i++)
		if (o->slots[i].spec->short_name == letter)
			return &o->slots[i];
	return NULL;
}

/* Says what is wrong with the value of `who`: an option, a variable, a key. */
static int refuse(struct error *err, const char *who, const struct option_spec *spec,
		  const char *text)
{
	struct buf expected = {0};
	const char *nearest = NULL;
	size_t n = 0;

	option_value_describe(&expected, spec);
	if (spec->kind == OPTION_CHOICE) {
		while (spec->choices[n])
			n++;
		nearest = text_nearest(text, spec->choices, n);
	}
	error_set(err, ERROR_USAGE, "%s expects %s, not '%.*s'%s%s%s", who, expected.data,
		  SHOWN_MAX, text, nearest ? "; did you mean " : "", nearest ? nearest : "",
		  nearest ? "?" : "");
	buf_finish(&expected);
	return -1;
}

/* Takes a value unless a better origin has spoken. Lists of different origins
 * don't mix. */
static int assign(struct options *o, struct slot *slot, enum option_origin origin, const char *text,
		  const char *who, struct error *err)
{
	if (origin < slot->origin)
		return 0;
	if (slot->spec->kind == OPTION_LIST) {
		struct option_list *list = slot->member;

		if (slot->origin == ORIGIN_DEFAULT)
			*list = (struct option_list){0};
		else if (origin > slot->origin)
			list->n = 0;
		list_add(list, &slot->cap, keep(o, text));
	} else if (!option_value_read(slot->spec, slot->member, keep(o, text))) {
		return refuse(err, who, slot->spec, text);
	}
	slot->origin = origin;
	return 0;
}

static int assign_option(struct options *o, struct slot *slot, const char *text, struct error *err)
{
	char who[80];

	snprintf(who, sizeof(who), "--%s", slot->spec->name);
	return assign(o, slot, ORIGIN_OPTION, text, who, err);
}

/* What is left of the command line. */
struct cursor {
	int argc;
	char **argv;
	int at;
};

/* Takes the value that stands in the same word, else the next word. */
static int assign_value(struct options *o, struct slot *slot, const char *attached,
			struct cursor *cursor, struct error *err)
{
	struct buf expected = {0};

	if (!attached && cursor->at + 1 < cursor->argc)
		attached = cursor->argv[++cursor->at];
	if (attached)
		return assign_option(o, slot, attached, err);
	if (slot->spec->arg)
		buf_add_str(&expected, slot->spec->arg);
	else
		option_value_describe(&expected, slot->spec);
	error_set(err, ERROR_USAGE, "--%s needs a value: %s", slot->spec->name, expected.data);
	buf_finish(&expected);
	return -1;
}

/* Refuses an option, with its dashes, and suggests one whose name is near `name`. */
static int unknown(const struct options *o, const char *option, const char *name, struct error *err)
{
	const char **names = mem_alloc(o->n_slots, sizeof(*names)), *nearest;

	for (size_t i = 0; i < o->n_slots; i++)
		names[i] = o->slots[i].spec->name;
	nearest = text_nearest(name, names, o->n_slots);
	error_set(err, ERROR_USAGE, "unknown option %.*s%s%s%s", SHOWN_MAX, option,
		  nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return -1;
}

static int unknown_long(const struct options *o, const char *word, size_t len, struct error *err)
{
	char *option = mem_dup((struct slice){word, len});

	unknown(o, option, option + 2, err);
	free(option);
	return -1;
}

static int parse_long(struct options *o, struct cursor *cursor, struct error *err)
{
	const char *word = cursor->argv[cursor->at], *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	struct slot *slot = find(o, word + 2, len - 2);

	if (!slot)
		return unknown_long(o, word, len, err);
	if (slot->spec->kind != OPTION_FLAG)
		return assign_value(o, slot, equals ? equals + 1 : NULL, cursor, err);
	if (equals)
		return error_set(err, ERROR_USAGE, "--%s takes no value", slot->spec->name);
	return assign_option(o, slot, "yes", err);
}

/* One word of letters: flags, and at its end perhaps one that takes the rest. */
static int parse_short(struct options *o, struct cursor *cursor, struct error *err)
{
	const char *word = cursor->argv[cursor->at];

	for (const char *letter = word + 1; *letter && !o->help; letter++) {
		struct slot *slot = find_short(o, *letter);

		if (!slot)
			return unknown(o, (char[]){'-', *letter, '\0'}, word + 1, err);
		if (slot->spec->kind != OPTION_FLAG)
			return assign_value(o, slot, letter[1] ? letter + 1 : NULL, cursor, err);
		if (assign_option(o, slot, "yes", err) < 0)
			return -1;
	}
	return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct error *err)
{
	struct cursor cursor = {argc, argv, 1};
	bool ended = false;

	for (; cursor.at < argc && !o->help; cursor.at++) {
		const char *word = argv[cursor.at];
		int result = 0;

		if (ended || *word != '-' || !word[1])
			list_add(&o->args, &o->cap_args, keep(o, word));
		else if (strcmp(word, "--") == 0)
			ended = true;
		else if (word[1] == '-')
			result = parse_long(o, &cursor, err);
		else
			result = parse_short(o, &cursor, err);
		if (result < 0)
			return -1;
	}
	return 0;
}

int options_apply_environment(struct options *o, struct error *err)
{
	for (size_t i = 0; i < o->n_slots; i++) {
		const char *name = o->slots[i].spec->env, *value = name ? getenv(name) : NULL;

		if (value && *value &&
		    assign(o, &o->slots[i], ORIGIN_ENVIRONMENT, value, name, err) < 0)
			return -1;
	}
	return 0;
}

static struct slot *find_key(const struct options *o, const char *key)
{
	for (size_t i = 0; i < o->n_slots; i++)
		if (o->slots[i].spec->config_key && strcmp(o->slots[i].spec->config_key, key) == 0)
			return &o->slots[i];
	return NULL;
}

int options_apply_config(struct options *o, const struct config_entry *entries, size_t n,
			 const char *file, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct slot *slot = find_key(o, entries[i].key);
		char *who;
		int result;

		if (!slot)
			continue;
		who = mem_printf("%s:%u: %s", file, entries[i].line, entries[i].key);
		result = assign(o, slot, ORIGIN_CONFIG, entries[i].value, who, err);
		free(who);
		if (result < 0)
			return -1;
	}
	return 0;
}

bool options_help(const struct options *o)
{
	return o->help;
}

const struct option_list *options_args(const struct options *o)
{
	return &o->args;
}

enum option_origin options_origin(const struct options *o, const char *name)
{
	const struct slot *slot = find(o, name, strlen(name));

	return slot ? slot->origin : ORIGIN_DEFAULT;
}

bool options_have_key(const struct option_use *uses, const char *key)
{
	for (; uses && uses->group; uses++)
		for (const struct option_spec *spec = uses->group->specs; spec->name; spec++)
			if (spec->config_key && strcmp(spec->config_key, key) == 0)
				return true;
	return false;
}

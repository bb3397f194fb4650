#include "dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "exit.h"
#include "help.h"

#define OWN_KEYS  "redrive."
#define SHOWN_MAX 60

static const struct cmd *find(const struct cmd *const *commands, const char *name)
{
	for (; *commands; commands++)
		if (strcmp((*commands)->name, name) == 0)
			return *commands;
	return NULL;
}

/* A growing list of words to suggest from. */
struct words {
	const char **items;
	size_t n, cap;
};

static void words_add(struct words *w, const char *word)
{
	w->items = mem_grow(w->items, &w->cap, w->n + 1, sizeof(*w->items));
	w->items[w->n++] = word;
}

static struct words names_of(const struct cmd *const *commands)
{
	struct words names = {0};

	words_add(&names, "help");
	for (; *commands; commands++)
		words_add(&names, (*commands)->name);
	return names;
}

static int unknown(const struct program *program, const char *word, FILE *err)
{
	struct words names = names_of(program->commands);
	const char *nearest = *word == '-' ? NULL : text_nearest(word, names.items, names.n);
	struct error error;

	error_set(&error, ERROR_USAGE, "unknown %s %.*s%s%s%s", *word == '-' ? "option" : "command",
		  SHOWN_MAX, word, nearest ? "; did you mean " : "", nearest ? nearest : "",
		  nearest ? "?" : "");
	cmd_say(err, NULL, error.text);
	fputs("Try 'redrive --help'.\n", err);
	free(names.items);
	return EXIT_USAGE;
}

/* cmd NULL: the whole program. */
static void print_help(const struct program *program, const struct cmd *cmd, FILE *out)
{
	struct buf text = {0};

	if (cmd)
		help_command(&text, cmd, help_width(out));
	else
		help_program(&text, program, help_width(out));
	fputs(text.data, out);
	buf_finish(&text);
}

static int help_on(const struct program *program, const char *name, FILE *out, FILE *err)
{
	const struct cmd *cmd = name ? find(program->commands, name) : NULL;

	if (name && !cmd)
		return unknown(program, name, err);
	print_help(program, cmd, out);
	return EXIT_DONE;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

int dispatch(const struct program *program, int argc, char **argv, FILE *out, FILE *err)
{
	const struct cmd *cmd;

	if (argc < 2) {
		print_help(program, NULL, err);
		return EXIT_USAGE;
	}
	if (is_one_of(argv[1], "--version", "-V")) {
		fprintf(out, "redrive %s\n", program->version);
		return EXIT_DONE;
	}
	if (is_one_of(argv[1], "--help", "-h"))
		return help_on(program, NULL, out, err);
	if (strcmp(argv[1], "help") == 0)
		return help_on(program, argc > 2 ? argv[2] : NULL, out, err);
	cmd = find(program->commands, argv[1]);
	return cmd ? cmd->run(argc - 1, argv + 1) : unknown(program, argv[1], err);
}

static bool key_known(const struct cmd *const *commands, const char *key)
{
	for (; *commands; commands++)
		if (options_have_key((*commands)->options, key))
			return true;
	return false;
}

static struct words keys_of(const struct cmd *const *commands)
{
	struct words keys = {0};

	for (; *commands; commands++)
		for (const struct option_use *use = (*commands)->options; use && use->group; use++)
			for (const struct option_spec *s = use->group->specs; s->name; s++)
				if (s->config_key)
					words_add(&keys, s->config_key);
	return keys;
}

static int unknown_key(const struct cmd *const *commands, const struct config_entry *entry,
		       const char *file, struct error *err)
{
	struct words keys = keys_of(commands);
	const char *nearest = text_nearest(entry->key, keys.items, keys.n);

	error_set(err, ERROR_USAGE, "%s:%u: unknown key %.*s%s%s%s", file, entry->line, SHOWN_MAX,
		  entry->key, nearest ? "; did you mean " : "", nearest ? nearest : "",
		  nearest ? "?" : "");
	free(keys.items);
	return -1;
}

int dispatch_check_config(const struct cmd *const *commands, const struct config_entry *entries,
			  size_t n, const char *file, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(entries[i].key, OWN_KEYS, strlen(OWN_KEYS)) == 0 &&
		    !key_known(commands, entries[i].key))
			return unknown_key(commands, &entries[i], file, err);
	return 0;
}

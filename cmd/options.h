/* Options: one table parses them, prints their help and feeds the manual's test.
 *
 * A command has one struct for all its options, filled with defaults by a
 * designated initialiser, and says which groups of options go into which part
 * of it:
 *
 *	struct fry_options {
 *		struct common_options common;
 *		const char *pan;
 *		uint64_t eggs;
 *		int side;
 *	};
 *
 *	static const char *const sides[] = {"up", "over", NULL};
 *
 *	#define OPTION_AT(member) .offset = offsetof(struct fry_options, member)
 *	static const struct option_spec fry_specs[] = {
 *		{'p', "pan", "FILE", "the pan to use", OPTION_STRING, OPTION_AT(pan)},
 *		{0, "eggs", "N", "how many", OPTION_UINT, OPTION_AT(eggs), .max = 12,
 *		 .config_key = "redrive.eggs", .default_text = "2"},
 *		{0, "side", NULL, "which side up", OPTION_CHOICE, OPTION_AT(side),
 *		 .choices = sides, .default_text = "up"},
 *		{0},
 *	};
 *	static const struct option_group fry_group = {"Frying", fry_specs};
 *
 *	static const struct option_use fry_uses[] = {
 *		{&fry_group, 0},
 *		{&common_group, offsetof(struct fry_options, common)},
 *		{0},
 *	};
 *
 *	static int fry_run(int argc, char **argv)
 *	{
 *		struct fry_options o = {.common = COMMON_OPTIONS_DEFAULT, .eggs = 2};
 *		int status;
 *		struct options *options = cmd_options(&cmd_fry, argc, argv, &o, &status);
 *
 *		if (!options)
 *			return status;
 *		status = fry(&o, options_args(options));
 *		options_destroy(options); // o's strings go with it
 *		return status;
 *	}
 *
 *	const struct cmd cmd_fry = {.name = "fry", .options = fry_uses, .run = fry_run, ...};
 */
#ifndef REDRIVE_CMD_OPTIONS_H
#define REDRIVE_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What an option takes, and the type of its member. */
enum option_kind {
	OPTION_FLAG,	 /* bool: nothing; true when it is given */
	OPTION_BOOL,	 /* bool: yes or no */
	OPTION_STRING,	 /* const char * */
	OPTION_LIST,	 /* struct option_list: a string each time it is given */
	OPTION_UINT,	 /* uint64_t, from min to max */
	OPTION_SIZE,	 /* uint64_t in bytes, from min to max: "64k", "16M" */
	OPTION_DURATION, /* int64_t in ms, from min to max: "250ms", "1.5m" */
	OPTION_CHOICE,	 /* int: the index of a word in choices */
	OPTION_CHAR,	 /* char: one byte, or "tab" or "\t" */
};

struct option_list {
	const char **items;
	size_t n;
};

/* Where an option's value comes from; a later one beats an earlier. */
enum option_origin { ORIGIN_DEFAULT, ORIGIN_CONFIG, ORIGIN_ENVIRONMENT, ORIGIN_OPTION };

struct option_spec {
	char short_name;  /* 0: none */
	const char *name; /* without the dashes; NULL ends a table */
	const char *arg;  /* what it takes, for people: "TOPIC"; NULL for flags, and for BOOL and
			    * CHOICE, whose words are shown */
	const char *help; /* a phrase without capital and full stop */
	enum option_kind kind;
	size_t offset;		    /* of the member in the group's struct */
	const char *env;	    /* environment variable, or NULL */
	const char *config_key;	    /* "redrive.retries", or NULL: not from a file */
	const char *const *choices; /* CHOICE: words, ended by NULL */
	const char *default_text;   /* shown in help; NULL: nothing to say. For all kinds but
				     * strings it must be what the initialiser says */
	uint64_t min, max;	    /* max 0: no limit. STRING: min 1 refuses an empty one */
};

/* Options that belong together, for one struct. */
struct option_group {
	const char *title;
	const struct option_spec *specs;
};

/* A group, and where its struct lies in the command's. A use without a group
 * ends a list. */
struct option_use {
	const struct option_group *group;
	size_t at;
};

/* A line of a config file, for people in error messages. */
struct config_entry {
	const char *key;
	const char *value;
	unsigned line;
};

struct options;

/* Options of the given table, to be written into target. Both are borrowed and
 * must outlive the options. -h and --help are always there. Never NULL. */
struct options *options_create(const struct option_use *uses, void *target);

/* Frees the strings and lists in target, too: they belong to the options. */
void options_destroy(struct options *o); /* NULL is fine */

/* Each of the three may be called in any order: a value never replaces one of a
 * later origin. Lists are replaced as a whole, not mixed. All strings are
 * copied. Return 0, or -1 with ERROR_USAGE, whose text names the option, the
 * variable or the file and line; target then has some of the values.
 *
 * options_parse reads argv[1..argc-1]; options and arguments may be mixed, "--"
 * ends the options, "-" is an argument, a single option given twice counts as
 * its last. It stops at -h and --help. */
_must_check_ int options_parse(struct options *o, int argc, char **argv, struct error *err);

/* Reads the environment; an empty variable counts as not set. */
_must_check_ int options_apply_environment(struct options *o, struct error *err);

/* Takes the entries whose key is some option's config_key and leaves the others
 * (librdkafka's properties, other commands' options) alone. file is for messages. */
_must_check_ int options_apply_config(struct options *o, const struct config_entry *entries,
				      size_t n, const char *file, struct error *err);

/* True when -h or --help was met. */
bool options_help(const struct options *o);

/* The arguments that are no options; owned by o. */
const struct option_list *options_args(const struct options *o);

/* Where the option's value comes from; name as in its table, which must have it. */
enum option_origin options_origin(const struct options *o, const char *name);

/* True when some option of the uses has that config_key. */
bool options_have_key(const struct option_use *uses, const char *key);

#endif

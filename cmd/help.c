#include "help.h"

#include <ctype.h>
#include <string.h>

#include "report/terminal.h"

#define WIDTH_MIN     40
#define WIDTH_MAX     100
#define WIDTH_UNKNOWN 80

/* A left side that takes a larger share of the width has its line to itself. */
#define LEFT_MAX(width) ((width)*2 / 5)

unsigned help_width(FILE *out)
{
	unsigned width = terminal_width(out, WIDTH_UNKNOWN);

	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

static unsigned columns(const char *text, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += (text[i] & 0xc0) != 0x80;
	return n;
}

static void add_spaces(struct buf *out, unsigned n)
{
	buf_addf(out, "%*s", (int)n, "");
}

/* Adds the words of text between the columns `indent` and `width`, of which
 * `at` are used on the first line, and ends the line. */
static void add_wrapped(struct buf *out, const char *text, unsigned indent, unsigned at,
			unsigned width)
{
	bool first = true;

	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");
		unsigned need = columns(text, len);

		if (!first && at + 1 + need > width) {
			buf_add_char(out, '\n');
			at = 0;
			first = true;
		}
		if (at < indent) {
			add_spaces(out, indent - at);
			at = indent;
		}
		if (!first) {
			buf_add_char(out, ' ');
			at++;
		}
		buf_add(out, text, len);
		at += need;
		text += len;
		first = false;
	}
	buf_add_char(out, '\n');
}

/* Adds paragraphs, which line feeds end. */
static void add_paragraphs(struct buf *out, const char *text, unsigned width)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		struct buf line = {0};

		buf_add(&line, text, len);
		add_wrapped(out, line.data, 0, 0, width);
		buf_finish(&line);
		text += len + (text[len] == '\n');
	}
}

/* What the option takes, as it stands behind the name. */
static void add_metavar(struct buf *out, const struct option_spec *spec)
{
	if (spec->arg) {
		buf_addf(out, " %s", spec->arg);
	} else if (spec->kind == OPTION_BOOL) {
		buf_add_str(out, " yes|no");
	} else if (spec->kind == OPTION_CHOICE) {
		for (int i = 0; spec->choices[i]; i++)
			buf_addf(out, "%c%s", i ? '|' : ' ', spec->choices[i]);
	}
}

static void add_left(struct buf *out, const struct option_spec *spec)
{
	if (spec->short_name)
		buf_addf(out, "  -%c, --%s", spec->short_name, spec->name);
	else
		buf_addf(out, "      --%s", spec->name);
	add_metavar(out, spec);
}

static void add_note(struct buf *out, const char *label, const char *text, bool *any)
{
	if (!text)
		return;
	buf_addf(out, "%s%s%s", *any ? "; " : " (", label, text);
	*any = true;
}

static void add_right(struct buf *out, const struct option_spec *spec)
{
	bool any = false;

	buf_add_str(out, spec->help);
	add_note(out, "", spec->kind == OPTION_LIST ? "repeatable" : NULL, &any);
	add_note(out, "default ", spec->default_text, &any);
	add_note(out, "environment ", spec->env, &any);
	if (any)
		buf_add_char(out, ')');
}

/* Columns of the widest left side that shares its line. */
static unsigned left_width(const struct option_use *uses, unsigned width)
{
	struct buf left = {0};
	unsigned widest = strlen("  -h, --help");

	for (; uses && uses->group; uses++)
		for (const struct option_spec *spec = uses->group->specs; spec->name; spec++) {
			buf_clear(&left);
			add_left(&left, spec);
			if (left.len > widest && left.len <= LEFT_MAX(width))
				widest = (unsigned)left.len;
		}
	buf_finish(&left);
	return widest;
}

static void add_two(struct buf *out, const char *left, const char *right, unsigned indent,
		    unsigned width)
{
	unsigned at = columns(left, strlen(left));

	buf_add_str(out, left);
	if (at + 2 > indent) {
		buf_add_char(out, '\n');
		at = 0;
	}
	add_wrapped(out, right, indent, at, width);
}

static void add_option(struct buf *out, const struct option_spec *spec, unsigned indent,
		       unsigned width)
{
	struct buf left = {0}, right = {0};

	add_left(&left, spec);
	add_right(&right, spec);
	add_two(out, left.data, right.data, indent, width);
	buf_finish(&left);
	buf_finish(&right);
}

static void add_options(struct buf *out, const struct option_use *uses, unsigned width)
{
	unsigned indent = left_width(uses, width) + 2;

	for (; uses && uses->group; uses++) {
		buf_addf(out, "\n%s:\n", uses->group->title);
		for (const struct option_spec *spec = uses->group->specs; spec->name; spec++)
			add_option(out, spec, indent, width);
	}
	buf_add_str(out, "\nHelp:\n");
	add_two(out, "  -h, --help", "show this help", indent, width);
}

/* Adds a phrase as a sentence of its own. */
static void add_sentence(struct buf *out, const char *phrase, unsigned width)
{
	struct buf text = {0};

	buf_addf(&text, "%c%s.", toupper((unsigned char)*phrase), phrase + 1);
	add_wrapped(out, text.data, 0, 0, width);
	buf_finish(&text);
}

/* Adds lines as they are, indented by two. */
static void add_indented(struct buf *out, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		buf_addf(out, "%s%.*s\n", len ? "  " : "", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

void help_command(struct buf *out, const struct cmd *cmd, unsigned width)
{
	buf_addf(out, "Usage: redrive %s%s%s\n\n", cmd->name, *cmd->usage ? " " : "", cmd->usage);
	add_sentence(out, cmd->summary, width);
	if (cmd->details) {
		buf_add_char(out, '\n');
		add_paragraphs(out, cmd->details, width);
	}
	add_options(out, cmd->options, width);
	if (cmd->examples) {
		buf_add_str(out, "\nExamples:\n");
		add_indented(out, cmd->examples);
	}
}

static void add_commands(struct buf *out, const struct cmd *const *commands, unsigned width)
{
	unsigned indent = 0;

	for (unsigned i = 0; commands[i]; i++) {
		unsigned used = 2 + (unsigned)strlen(commands[i]->name) + 2;

		indent = used > indent ? used : indent;
	}
	for (unsigned i = 0; commands[i]; i++) {
		struct buf left = {0};

		buf_addf(&left, "  %s", commands[i]->name);
		add_two(out, left.data, commands[i]->summary, indent, width);
		buf_finish(&left);
	}
}

void help_program(struct buf *out, const struct program *program, unsigned width)
{
	buf_add_str(out, "Usage: redrive COMMAND [OPTIONS] [ARGUMENTS]\n\n");
	add_sentence(out, program->summary, width);
	buf_add_str(out, "\nCommands:\n");
	add_commands(out, program->commands, width);
	buf_add_char(out, '\n');
	add_wrapped(out,
		    "'redrive COMMAND --help' and 'man redrive-COMMAND' say more about one; "
		    "'redrive --version' says which redrive this is.",
		    0, 0, width);
}

#include "cmd.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/text.h"
#include "exit.h"
#include "help.h"

static const enum exit_status statuses[] = {
	[ERROR_NONE] = EXIT_FATAL,  [ERROR_USAGE] = EXIT_USAGE,	 [ERROR_CONFIG] = EXIT_STOPPED,
	[ERROR_INPUT] = EXIT_FATAL, [ERROR_SYSTEM] = EXIT_FATAL, [ERROR_OUTPUT] = EXIT_STOPPED,
	[ERROR_FATAL] = EXIT_FATAL,
};

void cmd_say(FILE *out, const char *name, const char *text)
{
	struct buf line = {0};

	buf_addf(&line, "redrive%s%s: ", name ? " " : "", name ? name : "");
	text_add_escaped(&line, slice_of(text));
	fprintf(out, "%s\n", line.data);
	buf_finish(&line);
}

int cmd_fail(const struct cmd *cmd, const struct error *err)
{
	cmd_say(stderr, cmd->name, err->text);
	if (err->kind == ERROR_USAGE)
		fprintf(stderr, "Try 'redrive %s --help'.\n", cmd->name);
	return statuses[err->kind];
}

int cmd_usage(const struct cmd *cmd, const char *fmt, ...)
{
	struct error err = {.kind = ERROR_USAGE};
	va_list args;

	va_start(args, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, args);
	va_end(args);
	return cmd_fail(cmd, &err);
}

static void print_help(const struct cmd *cmd)
{
	struct buf text = {0};

	help_command(&text, cmd, help_width(stdout));
	fputs(text.data, stdout);
	buf_finish(&text);
}

struct options *cmd_options(const struct cmd *cmd, int argc, char **argv, void *target, int *status)
{
	struct options *options = options_create(cmd->options, target);
	struct error err;

	if (options_parse(options, argc, argv, &err) < 0) {
		*status = cmd_fail(cmd, &err);
	} else if (options_help(options)) {
		print_help(cmd);
		*status = EXIT_DONE;
	} else if (options_apply_environment(options, &err) < 0) {
		*status = cmd_fail(cmd, &err);
	} else {
		return options;
	}
	options_destroy(options);
	return NULL;
}

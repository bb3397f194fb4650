#include "inputs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static bool is_stdin(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int check_readable(const char *path, struct error *err)
{
	struct stat st;

	if (is_stdin(path))
		return 0;
	if (stat(path, &st) < 0 || (!S_ISDIR(st.st_mode) && access(path, R_OK) < 0))
		return error_set(err, ERROR_USAGE, "can't read %s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return error_set(err, ERROR_USAGE, "%s is a directory: name the files in it", path);
	return 0;
}

static int look(const char *path, struct stat *st)
{
	return is_stdin(path) ? fstat(STDIN_FILENO, st) : stat(path, st);
}

bool files_same(const char *a, const char *b)
{
	struct stat x, y;

	if (strcmp(a, b) == 0)
		return true;
	if (look(a, &x) < 0 || look(b, &y) < 0 || !S_ISREG(x.st_mode))
		return false;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int check_is_not(const char *path, const char *fallback, struct error *err)
{
	if (!files_same(path, fallback))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "%s is an input and the fallback file, where failed messages are appended "
			 "to it: name another with --fallback",
			 fallback);
}

int inputs_check(const struct option_list *paths, const char *fallback, struct error *err)
{
	if (!paths->n)
		return error_set(err, ERROR_USAGE,
				 "no input: name files to load, or - for standard input");
	for (size_t i = 0; i < paths->n; i++)
		if (check_readable(paths->items[i], err) < 0 ||
		    check_is_not(paths->items[i], fallback, err) < 0)
			return -1;
	return 0;
}

void inputs_init(struct inputs *in, const struct option_list *paths)
{
	*in = (struct inputs){0};
	if (paths->n < 2)
		return;
	in->items = mem_alloc(paths->n, sizeof(*in->items));
	for (; in->n < paths->n; in->n++)
		in->items[in->n].name = paths->items[in->n];
}

void inputs_finish(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		free((char *)in->items[i].error);
	free(in->items);
	*in = (struct inputs){0};
}

void inputs_fail(struct inputs *in, const struct origin *origin, const char *text)
{
	struct summary_input *item;

	if (!in->items || !origin)
		return;
	item = &in->items[origin->input];
	free((char *)item->error);
	item->error = mem_strdup(text);
}

void inputs_measure(struct inputs *in, const struct source *source)
{
	for (size_t i = 0; i < in->n; i++)
		in->items[i].bytes = source_input_bytes(source, i);
}

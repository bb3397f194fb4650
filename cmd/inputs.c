#include "inputs.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

#define LINKS_MAX 40

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

/* The path without its last name, and "." where that leaves nothing. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_printf("%.*s", (int)(slash + 1 - path), path) : mem_strdup(".");
}

/* Where a file would be created by that name: links that lead nowhere yet are
 * followed. The caller frees it. */
static char *follow(const char *path)
{
	char *at = mem_strdup(path), to[PATH_MAX];
	ssize_t n;

	for (int links = 0; links < LINKS_MAX; links++) {
		char *folder, *next;

		n = readlink(at, to, sizeof(to) - 1);
		if (n < 0)
			break;
		to[n] = '\0';
		folder = *to == '/' ? mem_strdup("") : folder_of(at);
		next = mem_printf("%s%s%s", folder, *to == '/' ? "" : "/", to);
		free(folder);
		free(at);
		at = next;
	}
	return at;
}

static const char *last_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Would both make one file, of those that don't exist yet? */
static bool same_place(const char *a, const char *b)
{
	char *one = follow(a), *other = follow(b);
	char *folder = folder_of(one), *other_folder = folder_of(other);
	struct stat x, y;
	bool same = strcmp(last_name(one), last_name(other)) == 0 && stat(folder, &x) == 0 &&
		    stat(other_folder, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;

	free(folder);
	free(other_folder);
	free(one);
	free(other);
	return same;
}

bool files_same(const char *a, const char *b)
{
	struct stat x, y;
	bool has_a = look(a, &x) == 0, has_b = look(b, &y) == 0;

	if (strcmp(a, b) == 0)
		return true;
	if (!has_a && !has_b)
		return same_place(a, b);
	if (!has_a || !has_b || !S_ISREG(x.st_mode))
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

/* A file by what it is, not by its name. */
struct file_id {
	dev_t dev;
	ino_t ino;
	bool pipe; /* can be read only once */
	size_t at; /* in the list of paths */
};

static int compare_identities(const void *a, const void *b)
{
	const struct file_id *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Of those that exist, in an order that has the same ones side by side; the
 * caller frees *found. */
static size_t identify(const char *const *paths, size_t n_paths, struct file_id **found)
{
	struct file_id *all = mem_alloc(n_paths, sizeof(*all));
	struct stat st;
	size_t n = 0;

	for (size_t i = 0; i < n_paths; i++)
		if (look(paths[i], &st) == 0 && (is_stdin(paths[i]) || !S_ISCHR(st.st_mode)))
			all[n++] = (struct file_id){st.st_dev, st.st_ino, !S_ISREG(st.st_mode), i};
	qsort(all, n, sizeof(*all), compare_identities);
	*found = all;
	return n;
}

static bool is_same(const struct file_id *a, const struct file_id *b)
{
	return a->dev == b->dev && a->ino == b->ino;
}

static int check_pipes(const struct option_list *paths, struct error *err)
{
	struct file_id *ids;
	size_t n = identify(paths->items, paths->n, &ids);
	int rc = 0;

	for (size_t i = 1; i < n && rc == 0; i++) {
		const char *path = paths->items[ids[i].at];
		bool once =
			ids[i].pipe || (is_stdin(path) && is_stdin(paths->items[ids[i - 1].at]));

		if (once && is_same(&ids[i - 1], &ids[i]))
			rc = error_set(err, ERROR_USAGE,
				       "%s is named twice, but can be read only once",
				       is_stdin(path) ? "standard input (-)" : path);
	}
	free(ids);
	return rc;
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
	return check_pipes(paths, err);
}

void inputs_warn(const struct inputs *in, const struct event_sink *events)
{
	const char **paths = mem_alloc(in->n_all, sizeof(*paths));
	struct file_id *ids;
	size_t n;

	for (size_t i = 0; i < in->n_all; i++)
		paths[i] = in->all[i].name;
	n = identify(paths, in->n_all, &ids);
	for (size_t i = 1; i < n; i++)
		if (is_same(&ids[i - 1], &ids[i]))
			event_emit(events, EVENT_WARNING, "input_twice",
				   EVENT_FIELDS(EVENT_TEXT("file", paths[ids[i].at])),
				   "%s and %s are the same file: its messages are loaded twice",
				   paths[ids[i - 1].at], paths[ids[i].at]);
	free(ids);
	free(paths);
}

void inputs_init(struct inputs *in, const struct option_list *paths)
{
	*in = (struct inputs){0};
	in->all = mem_alloc(paths->n, sizeof(*in->all));
	in->seen = mem_alloc(paths->n, sizeof(*in->seen));
	for (; in->n_all < paths->n; in->n_all++)
		in->all[in->n_all].name = paths->items[in->n_all];
	in->items = in->all;
	in->n = in->n_all > 1 ? in->n_all : 0;
}

static void member_finish(const struct summary_member *m)
{
	free((char *)m->name);
	free((char *)m->format);
	free((char *)m->left_out);
	free((char *)m->error);
}

static void input_finish(struct summary_input *input)
{
	for (size_t i = 0; i < input->n_members; i++)
		member_finish(&input->members[i]);
	free((void *)input->members);
	free((char *)input->error);
}

void inputs_finish(struct inputs *in)
{
	for (size_t i = 0; i < in->n_all; i++)
		input_finish(&in->all[i]);
	free(in->all);
	free(in->seen);
	origin_unref(in->member);
	origin_unref(in->unfinished);
	*in = (struct inputs){0};
}

/* The entry of the member that was added last; NULL when it has none of its own. */
static struct summary_member *last_member(const struct summary_input *input)
{
	if (input->more.members || !input->n_members)
		return NULL;
	return (struct summary_member *)&input->members[input->n_members - 1];
}

/* The member that was read is over: what came out of it? */
static void end_member(struct inputs *in, const struct source *source)
{
	struct summary_input *input;
	struct summary_member *m;
	uint64_t bytes;

	if (!in->member)
		return;
	input = &in->all[in->member->input];
	bytes = in->measured ? 0 : source_input_bytes(source, in->member->input) - in->bytes_before;
	in->measured = false;
	m = last_member(input);
	if (m)
		m->bytes += bytes;
	else
		input->more.bytes += bytes;
	origin_unref(in->member);
	in->member = NULL;
}

static void name_member(struct summary_input *input, const struct origin *origin)
{
	struct summary_member *members = (struct summary_member *)input->members;

	if (!members)
		input->members = members = mem_alloc(INPUTS_MEMBERS, sizeof(*members));
	members[input->n_members++] = (struct summary_member){
		.name = mem_strdup(origin->member),
		.format = *origin->format ? mem_strdup(origin->format) : NULL,
	};
}

bool inputs_has_seen(const struct inputs *in, const struct origin *origin)
{
	const struct seen_members *seen = &in->seen[origin->input];

	return origin->number >= seen->first && origin->number < seen->end;
}

static void note_seen(struct seen_members *seen, unsigned number)
{
	if (seen->first == seen->end)
		seen->first = number;
	seen->end = number + 1;
}

/* Every member that was met has its entry, in order, as far as there are any. */
static void meet_again(struct inputs *in, struct origin *origin)
{
	struct summary_input *input = &in->all[origin->input];
	size_t i = origin->number - in->seen[origin->input].first;
	struct summary_member *members = (struct summary_member *)input->members;

	in->member = origin_ref(origin);
	in->member_count = i < input->n_members ? &members[i].records : &input->more.records;
	in->measured = !in->unfinished || in->unfinished->input != origin->input ||
		       in->unfinished->number != origin->number;
}

void inputs_go_back(struct inputs *in)
{
	if (in->member && !in->measured) {
		origin_unref(in->unfinished);
		in->unfinished = origin_ref(in->member);
	}
	origin_unref(in->member);
	in->member = NULL;
}

unsigned inputs_damaged(const struct inputs *in)
{
	unsigned n = 0;

	for (size_t i = 0; i < in->n_all; i++)
		n += in->all[i].error != NULL;
	return n;
}

void inputs_begin(struct inputs *in, struct origin *origin, const struct source *source)
{
	struct summary_input *input = &in->all[origin->input];
	struct summary_member *m;

	end_member(in, source);
	if (inputs_has_seen(in, origin)) {
		meet_again(in, origin);
		return;
	}
	note_seen(&in->seen[origin->input], origin->number);
	if (input->n_members < INPUTS_MEMBERS)
		name_member(input, origin);
	else
		input->more.members++;
	m = last_member(input);
	in->member = origin_ref(origin);
	in->member_count = m ? &m->records : &input->more.records;
	in->bytes_before = source_input_bytes(source, origin->input);
}

void inputs_leave_out(struct inputs *in, struct origin *origin, const char *why,
		      const struct source *source)
{
	struct summary_member *m;

	inputs_begin(in, origin, source);
	m = last_member(&in->all[origin->input]);
	if (m)
		m->left_out = mem_strdup(why);
	else
		in->all[origin->input].more.left_out++;
	end_member(in, source);
}

uint64_t inputs_fail(struct inputs *in, struct origin *origin, const char *text,
		     const struct source *source)
{
	struct summary_input *input = &in->all[origin->input];
	struct summary_member *m;

	if (!input->error)
		input->error = mem_strdup(text);
	if (!origin->member)
		return 0;
	/* It may have failed before it began. */
	if (in->member != origin)
		inputs_begin(in, origin, source);
	m = last_member(input);
	if (m)
		m->error = mem_strdup(text);
	else
		input->more.failed++;
	end_member(in, source);
	return in->n_failed++;
}

void inputs_measure(struct inputs *in, const struct source *source)
{
	end_member(in, source);
	for (size_t i = 0; i < in->n_all; i++)
		in->all[i].bytes = source_input_bytes(source, i);
	if (in->all[0].members)
		in->n = in->n_all;
}

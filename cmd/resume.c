#include "resume.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "kafka/properties.h"

#define HEAD_BYTES 4096

/* As a shell reads it. */
static void add_word(struct buf *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-+=:,./@%";

	if (*word && !word[strspn(word, plain)]) {
		buf_add_str(out, word);
		return;
	}
	buf_add_char(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			buf_add_str(out, "'\"'\"'");
		else
			buf_add_char(out, *word);
	buf_add_char(out, '\'');
}

/* The command goes out through sinks that escape: it must look there as a shell
 * is to read it. */
static bool is_shown_as_it_is(const char *word)
{
	struct buf shown = {0};
	bool same;

	text_add_escaped(&shown, slice_of(word));
	same = slice_is(buf_slice(&shown), word);
	buf_finish(&shown);
	return same;
}

static bool may_repeat(const struct resume *r)
{
	if (r->secrets)
		return false;
	for (char **arg = r->args; *arg; arg++)
		if (!is_shown_as_it_is(*arg))
			return false;
	return true;
}

bool resume_has_secrets(const struct options *o, const struct option_list *properties)
{
	/* They have secrets of their own, with names of their own. */
	static const char *const hidden[] = {"header", "alert-command"};

	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
		if (options_origin(o, hidden[i]) == ORIGIN_OPTION)
			return true;
	for (size_t i = 0; i < properties->n; i++)
		if (properties_is_secret(properties->items[i]))
			return true;
	return false;
}

static unsigned count_of(const struct resume *r, const char *word)
{
	unsigned n = 0;

	for (char **arg = r->args; *arg; arg++)
		n += strcmp(*arg, word) == 0;
	return n;
}

/* The command as it was given, but for `path`: standard input stands for it. */
static void add_command(struct buf *out, const struct resume *r, const char *path)
{
	buf_addf(out, "redrive %s%s", r->command,
		 path && !r->format_given ? " --format ndjson" : "");
	if (!may_repeat(r)) {
		buf_addf(out, " ...%s", path ? " -" : "");
		return;
	}
	for (char **arg = r->args; *arg; arg++) {
		buf_add_char(out, ' ');
		add_word(out, path && strcmp(*arg, path) == 0 ? "-" : *arg);
	}
}

/* What begins an object, and nothing else that a file can be, neither
 * compressed nor an archive. */
static bool begins_object(const char *path)
{
	static const char bom[] = "\xef\xbb\xbf";
	char head[HEAD_BYTES], *at = head;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, head, sizeof(head));
	close(fd);
	if (n >= 3 && memcmp(head, bom, 3) == 0)
		at += 3;
	while (at < head + n && isspace((unsigned char)*at))
		at++;
	return at < head + n && *at == '{';
}

static bool is_plain_ndjson(const struct resume *r, const struct mark *m)
{
	const struct origin *o = m->origin;

	return r->paths->n == 1 && !r->limited && m->line && !o->member &&
	       strcmp(o->format, "ndjson") == 0 && strcmp(o->file, "-") != 0 &&
	       is_shown_as_it_is(o->file) && count_of(r, o->file) == 1 && begins_object(o->file);
}

const char *resume_behind(const struct mark *m)
{
	return m->line && strcmp(m->origin->format, "csv") == 0
		       ? "begin after the row that begins in"
		       : "begin after";
}

bool resume_at(struct buf *out, const struct resume *r, const struct mark *m, bool behind)
{
	if (!is_plain_ndjson(r, m)) {
		buf_addf(out, "%s ", behind ? resume_behind(m) : "begin with");
		mark_text(out, m);
		return false;
	}
	buf_addf(out, "tail -n +%" PRIu64 " %s", m->line + behind,
		 *m->origin->file == '-' ? "-- " : "");
	add_word(out, m->origin->file);
	buf_add_str(out, " | ");
	add_command(out, r, m->origin->file);
	return true;
}

void resume_anew(struct buf *out, const struct resume *r)
{
	add_command(out, r, NULL);
}

#include "resume.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "deliver/properties.h"

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
			buf_add_str(out, "'\\''");
		else
			buf_add_char(out, *word);
	buf_add_char(out, '\'');
}

/* Headers and commands have secrets of their own, with names of their own. */
static bool may_repeat(const struct resume *r)
{
	static const char *const marks[] = {"-H", "--header", "--alert-command"};

	for (char **arg = r->args; *arg; arg++) {
		if (properties_is_secret(*arg))
			return false;
		for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
			if (strncmp(*arg, marks[i], strlen(marks[i])) == 0 &&
			    strncmp(*arg, "--header-from", strlen("--header-from")) != 0)
				return false;
	}
	return true;
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
	       count_of(r, o->file) == 1 && begins_object(o->file);
}

bool resume_at(struct buf *out, const struct resume *r, const struct mark *m, bool behind)
{
	if (!is_plain_ndjson(r, m)) {
		buf_add_str(out, behind ? "begin after " : "begin with ");
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

#include "source/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* It stays in the cache until its lines are counted. */
#define PIECE (128u << 10)

/* FNV-1a, 64 bits. */
static uint64_t number_of(struct slice line)
{
	uint64_t number = 0xcbf29ce484222325;

	for (size_t i = 0; i < line.len; i++)
		number = (number ^ (unsigned char)line.data[i]) * 0x100000001b3;
	return number ? number : 1;
}

static bool is_blank(struct slice line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t\r", line.data[i]) || !line.data[i])
			return false;
	return true;
}

static void add_topic(struct survey *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->topics[i].name, name) == 0) {
			s->last = &s->topics[i];
			return;
		}
	s->topics = mem_grow(s->topics, &s->cap, s->n + 1, sizeof(*s->topics));
	s->topics[s->n] = (struct survey_topic){mem_strdup(name), 0};
	s->last = &s->topics[s->n++];
}

static bool begins(struct slice line, struct slice with)
{
	return line.len > with.len && memcmp(line.data, with.data, with.len) == 0;
}

/* As we write them: `{"v":1,"topic":"orders",`. Of lines that begin alike no more has to be
 * looked at. */
static void set_prefix(struct survey *s, struct slice line)
{
	buf_clear(&s->prefix);
	buf_addf(&s->prefix, "{\"v\":1,\"topic\":\"%s\",", s->last->name);
	if (!begins(line, buf_slice(&s->prefix)))
		buf_clear(&s->prefix);
}

static void look_at(struct survey *s, struct slice line)
{
	s->records++;
	if (!s->first)
		s->first = number_of(line);
	if (s->prefix.len && begins(line, buf_slice(&s->prefix))) {
		s->last->records++;
	} else if (envelope_read_any(&s->envelope, line, NULL) == 0 && s->envelope.topic) {
		add_topic(s, s->envelope.topic);
		s->last->records++;
		set_prefix(s, line);
	} else {
		s->nameless++;
	}
}

/* A byte order mark at the file's beginning is no part of its first line. */
static void drop_mark(const struct survey *s, struct slice *line)
{
	if (!s->lines && begins(*line, SLICE_LIT("\xef\xbb\xbf"))) {
		line->data += 3;
		line->len -= 3;
	}
}

static void take_line(struct survey *s, struct slice line, uint64_t max_line)
{
	drop_mark(s, &line);
	s->lines++;
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	if (s->dropped || line.len > max_line) {
		s->records++;
		s->nameless++;
		s->end += s->dropped;
		s->dropped = 0;
	} else if (!is_blank(line)) {
		look_at(s, line);
	}
}

/* Takes the whole lines of what was read, and leaves the rest. `from` bytes of it have no
 * line feed. */
static void take_lines(struct survey *s, struct buf *bytes, size_t from, uint64_t max_line)
{
	const char *at = bytes->data, *end = bytes->data + bytes->len, *feed;
	const char *look = at + from;

	while ((feed = memchr(look, '\n', (size_t)(end - look)))) {
		take_line(s, (struct slice){at, (size_t)(feed - at)}, max_line);
		at = look = feed + 1;
	}
	s->end += (uint64_t)(at - bytes->data);
	bytes->len = (size_t)(end - at);
	memmove(bytes->data, at, bytes->len);
	if (bytes->len <= max_line)
		return;
	s->dropped += bytes->len;
	bytes->len = 0;
}

static void take_rest(struct survey *s, const struct buf *bytes, uint64_t max_line, bool whole)
{
	struct slice rest = buf_slice(bytes);

	s->torn = s->dropped + rest.len;
	s->dropped = 0;
	if (whole || s->torn > max_line || is_blank(rest) ||
	    envelope_read_any(&s->envelope, rest, NULL) < 0)
		return;
	s->torn = 0;
	take_line(s, rest, max_line);
	s->end += rest.len;
}

static bool ends_with_feed(int fd, uint64_t size)
{
	char last;

	return size && pread(fd, &last, 1, (off_t)size - 1) == 1 && last == '\n';
}

/* Where nothing is left to be found out. */
static bool go_to_end(struct survey *s, int fd)
{
	struct stat st;

	if (!s->brief || !s->first || fstat(fd, &st) < 0 ||
	    !ends_with_feed(fd, (uint64_t)st.st_size))
		return false;
	s->end = (uint64_t)st.st_size;
	s->dropped = 0;
	return true;
}

static int look_into(struct survey *s, int fd, uint64_t max_line, bool whole, struct error *err)
{
	struct buf bytes = {0};
	uint64_t at = s->end;
	ssize_t n;

	do {
		size_t from = bytes.len;

		n = pread(fd, buf_reserve(&bytes, PIECE), PIECE, (off_t)at);
		if (n < 0 && errno != EINTR) {
			error_set(err, ERROR_USAGE, "can't be read: %s", strerror(errno));
			break;
		}
		at += n > 0 ? (uint64_t)n : 0;
		bytes.len += n > 0 ? (size_t)n : 0;
		take_lines(s, &bytes, from, max_line);
		if (go_to_end(s, fd)) {
			bytes.len = 0;
			n = 0;
		}
	} while (n);
	if (!n)
		take_rest(s, &bytes, max_line, whole);
	buf_finish(&bytes);
	return n ? -1 : 0;
}

static int check_file(const struct survey *s, int fd, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(err, ERROR_USAGE, "can't be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_USAGE, "is not a file that can be read again");
	if ((uint64_t)st.st_size < s->end)
		return error_set(err, ERROR_USAGE, "is shorter than it was");
	return 0;
}

int survey_look(struct survey *s, const char *path, uint64_t max_line, bool whole,
		struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return error_set(err, ERROR_USAGE, "can't be opened: %s", strerror(errno));
	rc = check_file(s, fd, err);
	if (rc == 0)
		rc = look_into(s, fd, max_line, whole, err);
	close(fd);
	return rc;
}

void survey_finish(struct survey *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->topics[i].name);
	free(s->topics);
	buf_finish(&s->prefix);
	envelope_finish(&s->envelope);
	*s = (struct survey){0};
}

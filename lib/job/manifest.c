#include "job/manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

int manifest_init(struct manifest *m, const char *const *paths, size_t n, struct error *err)
{
	*m = (struct manifest){.paths = paths, .n = n};
	m->identities = mem_alloc(n, sizeof(*m->identities));
	for (size_t i = 0; i < n; i++) {
		struct error why;

		if (identity_of(&m->identities[i], paths[i], &why) < 0)
			return error_set(err, why.kind, "--job: %s %s", paths[i], why.text);
		m->bytes += m->identities[i].size;
	}
	return 0;
}

void manifest_init_growing(struct manifest *m, const char *const *path, uint64_t bytes,
			   uint64_t lines)
{
	*m = (struct manifest){
		.paths = path, .n = 1, .bytes = bytes, .grows = true, .lines = lines};
	m->identities = mem_alloc(1, sizeof(*m->identities));
}

bool manifest_is_done(const struct manifest *m, const struct checkpoint *c)
{
	return c->place.input >= m->n || (m->grows && !m->awaited && c->place.offset == m->bytes);
}

void manifest_finish(struct manifest *m)
{
	free(m->identities);
	*m = (struct manifest){0};
}

static uint32_t chain_of(const struct manifest *m, unsigned done)
{
	uLong chain = crc32(0, NULL, 0);

	for (unsigned i = 0; i < done; i++) {
		uint32_t print = identity_print(&m->identities[i]);
		const Bytef bytes[] = {(Bytef)(print >> 24), (Bytef)(print >> 16),
				       (Bytef)(print >> 8), (Bytef)print};

		chain = crc32(chain, bytes, sizeof(bytes));
	}
	return (uint32_t)chain;
}

void manifest_fill(const struct manifest *m, struct checkpoint *c)
{
	unsigned at = c->place.input;

	c->inputs = (unsigned)m->n;
	c->bytes_total = m->bytes;
	c->reading = m->reading;
	free(c->file);
	c->file = at < m->n ? mem_strdup(m->paths[at]) : NULL;
	c->identity = at < m->n ? m->identities[at] : (struct identity){0};
	/* One that can't be read now will be told for another then: nothing comes twice. */
	if (m->grows && identity_of_first(&c->identity, m->paths[0], c->place.offset, NULL) < 0)
		c->identity = (struct identity){.size = c->place.offset};
	for (unsigned i = 0; i < checkpoint_prints(c); i++)
		c->prints[i] = identity_print(&m->identities[i]);
	c->chain = chain_of(m, at);
}

/* The first of those that are done which is another now; m->n when none is. */
static size_t find_changed(const struct manifest *m, const struct checkpoint *c)
{
	for (unsigned i = 0; i < checkpoint_prints(c); i++)
		if (c->prints[i] != identity_print(&m->identities[i]))
			return i;
	return m->n;
}

static const char *const advice =
	"run it with the inputs it was begun with, in their order, or choose another name for "
	"another load (to load all of it again: redrive jobs";

static int check_done(const struct manifest *m, const struct checkpoint *c, struct error *err)
{
	size_t changed = find_changed(m, c);

	if (changed < m->n)
		return error_set(err, ERROR_CONFIG,
				 "job %s: input %zu of %u, which is done, was another "
				 "file than %s, or has changed since; %s %s --forget)",
				 c->job, changed + 1, c->inputs, m->paths[changed], advice, c->job);
	if (c->chain != chain_of(m, c->place.input))
		return error_set(err, ERROR_CONFIG,
				 "job %s: the first %u inputs, which are done, are not "
				 "the files that are given now; %s %s --forget)",
				 c->job, c->place.input, advice, c->job);
	return 0;
}

static int check_current(const struct manifest *m, const struct checkpoint *c, struct error *err)
{
	const struct identity *now = &m->identities[c->place.input], *then = &c->identity;
	const char *path = m->paths[c->place.input], *what = "its beginning is another";

	if (identity_same(now, then) || (c->held && identity_continues(then, path)))
		return 0;
	if (now->size != then->size)
		return error_set(
			err, ERROR_CONFIG,
			"job %s: %s is not the file that it was begun with, or has changed "
			"since (then %s): it had %" PRIu64 " bytes, now %" PRIu64 "; %s %s "
			"--forget)",
			c->job, path, c->file ? c->file : "?", then->size, now->size, advice,
			c->job);
	if (now->head == then->head)
		what = "its end is another";
	return error_set(err, ERROR_CONFIG,
			 "job %s: %s is not the file that it was begun with, or has changed since "
			 "(then %s): %s, of the same size; %s %s --forget)",
			 c->job, path, c->file ? c->file : "?", what, advice, c->job);
}

/* What is behind the place may be other than it was. */
static int check_growing(const struct manifest *m, const struct checkpoint *c, struct error *err)
{
	if (c->inputs == 1 && identity_begins(&c->identity, m->paths[0]))
		return 0;
	return error_set(
		err, ERROR_CONFIG,
		"%s: what was replayed of it before, %" PRIu64 " lines of %" PRIu64
		" bytes, is not what it begins with now: it was edited or cut since, or it "
		"is another file with the same first line; to replay only what is behind "
		"those lines: tail -n +%" PRIu64 " FILE >REST, and then REST",
		m->paths[0], c->place.line - 1, c->identity.size, c->place.line);
}

int manifest_check(const struct manifest *m, const struct checkpoint *c, struct error *err)
{
	if (m->grows)
		return check_growing(m, c, err);
	/* More may follow those that it was begun with. */
	if (m->n < c->inputs)
		return error_set(err, ERROR_CONFIG,
				 "job %s has %u inputs, and only %zu %s given now; %s %s --forget)",
				 c->job, c->inputs, m->n, m->n == 1 ? "is" : "are", advice, c->job);
	if (check_done(m, c, err) < 0)
		return -1;
	if (c->reading && c->reading != m->reading && !checkpoint_is_complete(c))
		return error_set(err, ERROR_CONFIG,
				 "job %s was begun with other options of how its inputs are read "
				 "(--format, --csv-delimiter, --csv-columns, --csv-header, "
				 "--max-record-bytes): run it with the same",
				 c->job);
	return c->place.input < c->inputs ? check_current(m, c, err) : 0;
}
